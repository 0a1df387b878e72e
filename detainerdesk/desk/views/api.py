"""Papers by programs: a jail's own system, a fax service, a script. In: raw bytes or an entry as JSON, an API key, a delivery key. Out: a receipt as
JSON, sent only after intake's door has returned; whatever goes wrong is JSON with `says`. No session, no cookie, no form's token: the key in the
header is the whole permission, and a browser never sends it by itself."""

from __future__ import annotations

import functools
import logging
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import unquote

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from detainerdesk.desk.models import ApiKey, Officer
from detainerdesk.desk.views.not_kept import FAULTS, why
from detainerdesk.intake import display, entry, fault, lines, receipts
from detainerdesk.intake.door import LARGEST_FILE, DeliveryKeyUsedTwice, Envelope, EnvelopeError, receive
from detainerdesk.intake.entry import EntryError
from detainerdesk.intake.lines import LinesError
from detainerdesk.intake.models import SenderReceipt, Transmission

log = logging.getLogger("detainerdesk.access")

CHANNEL = "api"
LARGEST_ENTRY = 64 * 1024
MOST_LET_FINISH = 200 * 1024 * 1024
DELIVERY_KEY = r"[\x21-\x7e]{1,120}"

View = Callable[..., HttpResponse]


class Refused(Exception):
    """What is answered instead of a receipt. Nothing was acknowledged."""

    def __init__(self, status: int, says: str, **headers: str) -> None:
        super().__init__(says)
        self.status, self.says, self.headers = status, says, headers


def _program(*methods: str) -> Callable[[View], View]:
    """A view for a program with a key: `view(request, key, ...)`. Every way out of it is JSON."""

    def mark(view: View) -> View:
        @functools.wraps(view)
        def answered(request: HttpRequest, **named: Any) -> HttpResponse:
            try:
                if request.method not in methods:
                    raise Refused(405, f"This address takes {' and '.join(methods)} only.", Allow=", ".join(methods))
                return view(request, _key(request), **named)
            except Refused as refused:
                return _no(refused.status, refused.says, refused.headers)
            except DeliveryKeyUsedTwice as error:
                return _no(409, str(error))
            except (EntryError, EnvelopeError) as error:
                return _no(422, str(error))
            except FAULTS as error:
                return _fault(error)
            except Exception as error:
                log.error("api failed: %s", fault.where(error))
                return _no(500, FAILED)

        return csrf_exempt(login_not_required(answered))

    return mark


@_program("POST")
def papers(request: HttpRequest, key: ApiKey) -> HttpResponse:
    """The body is one file: a PDF, TIFF or picture, a mail, or a list (CSV)."""
    envelope = _envelope(request, key, _header(request, "File-Name") or "unnamed")
    return _kept(_body(request, LARGEST_FILE), envelope)


@_program("POST")
def entries(request: HttpRequest, key: ApiKey) -> HttpResponse:
    """The body is a JSON object, `kind` and `fields`: a request that a program states."""
    envelope = _envelope(request, key, "entry.json")
    try:
        told = entry.parsed(_body(request, LARGEST_ENTRY))
    except EntryError:
        raise
    except (ValueError, RecursionError):
        raise Refused(400, "The body is no JSON in UTF-8. Send an object with `kind` and `fields`.") from None
    if isinstance(told, dict) and (other := sorted(told.keys() - {"kind", "fields"})):
        raise Refused(422, f"An entry has `kind` and `fields`, no {other[0]!r}. What is not known here would be lost.")
    return _kept(entry.to_bytes(entry.from_json(told)), envelope)


@_program("GET", "HEAD")
def receipt(request: HttpRequest, key: ApiKey, number: str) -> HttpResponse:
    """The receipt of a delivery by this program. Any other is answered like one that does not exist."""
    mine = Transmission.objects.filter(agency=key.agency, channel=CHANNEL, sender=key.name)
    row = mine.filter(receipt=int(number)).first() if re.fullmatch(r"[0-9]{1,18}", number) else None
    if row is None:
        raise Refused(404, "This key has no receipt of this number.")
    return JsonResponse(_told(row, _slip(row)))


def no_such_address() -> HttpResponse:
    """Of every other address under api/, with a key or without: a program reads JSON there too."""
    return _no(404, NO_SUCH_ADDRESS)


def _key(request: HttpRequest) -> ApiKey:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    found = ApiKey.of_token(token.strip()) if scheme.casefold() == "bearer" and token.strip() else None
    if found is None:
        log.warning("refused api key method=%s", request.method)
        raise Refused(401, NO_KEY, **{"WWW-Authenticate": 'Bearer realm="detainerdesk"'})
    return found


def _envelope(request: HttpRequest, key: ApiKey, name: str) -> Envelope:
    """All that can be refused without the body is refused before the body is read."""
    delivery = request.headers.get("Idempotency-Key", "")
    if not re.fullmatch(DELIVERY_KEY, delivery):
        raise Refused(
            400,
            "The header Idempotency-Key is needed: 1 to 120 letters, digits or signs without spaces, a new one for each delivery and the same when it is tried again.",
        )
    given = _header(request, "Station")
    station = display.station_name(given) if given else key.station
    if not station:
        raise Refused(400, "The header Station is needed: this key is for several stations, so say which one it is.")
    if key.station and station != key.station:
        raise Refused(403, f"This key is for station {key.station} only.")
    return Envelope(
        channel=CHANNEL,
        agency=key.agency,
        station=station,
        name=name,
        received_at=timezone.now(),
        delivery=f"api {key.agency} {key.name} {delivery}",  # of the program: tried again with a renewed key it is the same
        sender=key.name,
    )


def _header(request: HttpRequest, name: str) -> str:
    """A header's text; what is not ASCII in it stands percent-encoded (UTF-8)."""
    return unquote(request.headers.get(name, ""), errors="replace").strip()


def _body(request: HttpRequest, largest: int) -> bytes:
    """The whole body or none of it: a part of a file is never acknowledged as the file."""
    length = request.headers.get("Content-Length", "")
    if not re.fullmatch(r"[0-9]{1,18}", length) or "Transfer-Encoding" in request.headers:
        raise Refused(411, "The header Content-Length is needed, and no Transfer-Encoding: send the file in one piece.")
    if int(length) > largest:
        _let_it_finish(request, int(length))
        raise Refused(413, f"The body has {int(length)} bytes; {largest} at most are taken. {TOO_LARGE}")
    if int(length) == 0:
        raise Refused(400, "The body is empty. Send the file as the body.")
    try:
        data = request.read(int(length))
    except OSError:
        data = b""
    if len(data) != int(length):
        raise Refused(400, f"The body broke off after {len(data)} of {length} bytes. Nothing was kept. Send it again.")
    return data


def _let_it_finish(request: HttpRequest, length: int) -> None:
    """Who is cut off while it sends sees a broken connection instead of the reason. What is read here is kept nowhere."""
    left = min(length, MOST_LET_FINISH)
    with suppress(OSError):
        while left > 0 and (part := request.read(min(left, 2**16))):
            left -= len(part)


def _kept(data: bytes, envelope: Envelope) -> HttpResponse:
    """Acknowledged only here, after the door has returned: bytes, row and event are on the disk."""
    receipt = receive(data, envelope)
    row = Transmission.objects.select_related("document").get(receipt=receipt.number)
    slip = _slip(row)
    if slip and not receipt.again:
        lines.fault(CHANNEL, f"{row.sender}: {slip}", row.received_at, agency=row.agency, station=row.station)
    answer = JsonResponse(_told(row, slip), status=200 if receipt.again else 201)
    answer.headers["Location"] = reverse("api-receipt", args=[receipt.number])
    return answer


def _told(row: Transmission, slip: str) -> dict[str, Any]:
    """A receipt: that it came, when, and which bytes. Nothing of what it holds, or of what follows. `slip`: what is most likely wrong with it."""
    numbered = SenderReceipt.objects.filter(transmission=row).values_list("number", flat=True).first()
    says = receipts.words(numbered, row.agency, row.received_at) if numbered else f"Kept. Receipt {row.receipt}."
    return {
        "receipt": row.receipt,
        "for_sender": numbered,
        "station": row.station,
        "received_at": row.received_at.isoformat(),
        "acknowledged_at": row.acknowledged_at.isoformat(),
        "sha256": row.document_id,
        "bytes": row.document.size,
        "says": " ".join(filter(None, (says, slip))),
    }


def _slip(row: Transmission) -> str:
    """That the station is most likely a slip: then its papers are in nobody's sight who does not see all stations."""
    set_up = set(Officer.objects.filter(agency=row.agency).exclude(station="").values_list("station", flat=True))
    with suppress(LinesError):
        set_up |= {line.station for line in lines.known() if line.agency == row.agency}
    if not set_up or row.station in set_up:
        return ""
    came = Transmission.objects.filter(agency=row.agency, station=row.station).exclude(channel=CHANNEL)
    return "" if came.exists() else UNKNOWN_STATION % row.station


def _fault(error: Exception) -> HttpResponse:
    """The disk or the database failed: for a program, each part of the answer by itself too."""
    found = why(error)
    parts = {"what": found.what, "where": found.where, "do": f"{found.do} {SAME_KEY}"}
    headers = {"Retry-After": str(found.retry_after)} if found.retry_after else {}
    return JsonResponse({"says": f"{found.says} {SAME_KEY}", **parts}, status=found.status, headers=headers)


def _no(status: int, says: str, headers: Mapping[str, str] | None = None) -> HttpResponse:
    return JsonResponse({"says": says}, status=status, headers=dict(headers or {}))


NO_KEY = (
    "This needs an API key: send the header “Authorization: Bearer KEY”. The administrator makes keys and revokes them."
)
TOO_LARGE = "Nothing was kept. Put the file into the watched folder of its station, or send it in parts."
SAME_KEY = "Use the same Idempotency-Key."
NO_SUCH_ADDRESS = (
    "There is no such address. There are /api/papers, /api/entries and /api/receipts/NUMBER, with no slash at the end."
)
UNKNOWN_STATION = "No officer and no line here is of a station %s: see whether its name is written right, also in small and large letters."
FAILED = f"Something failed in the desk itself. It was not kept. Send it again. {SAME_KEY}"
