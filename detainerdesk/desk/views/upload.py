"""Upload of papers at the desk, several at once if there are: each file's bytes and envelope go through intake's one door and have a receipt of their own;
reading comes later. The page carries a key, and a delivery is that key and the bytes: the same form sent again gives the same receipts."""

from __future__ import annotations

import hashlib
import io
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from detainerdesk.desk.forms import LARGEST_MB, Upload
from detainerdesk.desk.models import Officer
from detainerdesk.desk.views.access import access, officer_of
from detainerdesk.desk.views.cover import choice_of
from detainerdesk.desk.views.frame import frame
from detainerdesk.desk.views.not_kept import FAULTS, why
from detainerdesk.intake.display import file_name
from detainerdesk.intake.door import Envelope, receive

TOGETHER_MB = 50
TOO_LARGE = (
    f"{LARGEST_MB} MB at most are taken here. Send it in parts, or put it into the watched folder of its station."
)
TOO_MUCH = f"{TOGETHER_MB} MB together are taken here, and this was more. Send fewer at once."


@dataclass(frozen=True)
class Sent:
    """What became of one file: its receipt, or why it was not kept."""

    name: str
    receipt: int | None
    says: str = ""
    status: int = 200


class EachInMemory(FileUploadHandler):
    """Each file in memory, never in a temporary folder. Of one that is too large, or of all where they are too many, only the name is left."""

    all_too_large = False
    too_large = False

    def handle_raw_input(self, input_data: Any, META: Any, content_length: int, *more: Any) -> None:  # noqa: N803 - Django's name
        self.all_too_large = content_length > settings.DATA_UPLOAD_MAX_MEMORY_SIZE

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.data, self.too_large = io.BytesIO(), self.all_too_large

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if self.too_large or start + len(raw_data) > settings.FILE_UPLOAD_MAX_MEMORY_SIZE:
            self.data, self.too_large = io.BytesIO(), True
        else:
            self.data.write(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        self.data.seek(0)
        file = InMemoryUploadedFile(
            self.data, self.field_name, self.file_name, self.content_type, file_size, self.charset
        )
        file.too_large, file.all_too_large = self.too_large, self.all_too_large  # type: ignore[attr-defined]
        return file


@access("GET", "POST", sees="upload", writes="upload")
def upload(request: HttpRequest) -> HttpResponse:
    officer = officer_of(request)
    choice = choice_of(officer)
    if request.method != "POST":
        return _page(request, _empty(officer))
    form = Upload(request.POST, request.FILES, stations=choice)
    if not form.is_valid():
        return _page(request, form, status=422)
    station = officer.station or form.cleaned_data["station"]
    sent = [_send(officer, station, file, form.cleaned_data["delivery"]) for file in form.cleaned_data["paper"]]
    return _page(request, _empty(officer, station), sent, status=max(one.status for one in sent))


def _send(officer: Officer, station: str, file: Any, key: str) -> Sent:
    """One file through the door. What goes wrong with it is told beside its name, and the others go on."""
    name = file_name(file.name)
    if file.too_large:
        return Sent(name, None, TOO_MUCH if file.all_too_large else TOO_LARGE, 422)
    data = file.read()
    envelope = Envelope(
        channel="upload",
        agency=officer.agency,
        station=station,
        name=file.name,
        received_at=timezone.now(),
        delivery=f"upload {officer.pk} {key} {hashlib.sha256(data).hexdigest()[:40]}",
        sender=officer.short_name,
    )
    try:
        return Sent(name, receive(data, envelope).number)
    except FAULTS as error:
        fault = why(error)
        return Sent(name, None, fault.says, fault.status)


def _empty(officer: Officer, station: str = "") -> Upload:
    """A form with a key of its own; the station that was chosen stays chosen."""
    first = {"delivery": secrets.token_hex(16), "station": station}
    return Upload(initial=first, stations=choice_of(officer))


def _page(request: HttpRequest, form: Upload, sent: Iterable[Sent] = (), status: int = 200) -> HttpResponse:
    kept = [one for one in sent if one.receipt is not None]
    refused = [one for one in sent if one.receipt is None]
    context = frame(request, form=form, kept=kept, refused=refused, largest=LARGEST_MB, together=TOGETHER_MB)
    return render(request, "desk/upload.html", context, status=status)
