"""Opens a mail: which papers lie in it, and where. Comes in: a mail's bytes; goes out: a frozen `Mail` with its papers in their order. The
limited child (`child.py`) runs `find`, which answers only with places in those bytes; the parent cuts the papers out there with `taken_out`
and believes nothing else. All papers or none: a mail over a limit (security.md IN-1), or a damaged one, goes to a person whole."""

from __future__ import annotations

import binascii
import io
import re
import string
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import HeaderParser
from email.policy import compat32
from typing import Any, NamedTuple

from detainerdesk.intake import display

MIB = 1024 * 1024
LARGEST_MAIL = 50 * MIB
LARGEST_PART = 25 * MIB
MOST_PARTS = 100
DEEPEST = 10
LONGEST_HEADER = 64 * 1024
LONGEST_FIELD = 4096  # of the fields that say how a part is to be read
LONGEST_BOUNDARY = 200  # RFC 2046 allows 70
SMALLEST_PAGE = 500  # dots on the short side, 4 inches of a page at 125 dots an inch: less is a logo, and no form could be read from it

PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
# Proofs and leftovers of mail programs: no paper, though they look like an attachment. They stay in the mail.
NO_PAPER = (
    "application/pgp-signature",
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
    "application/applefile",
)
CHECKS = ("Authentication-Results", "ARC-Authentication-Results", "Received-SPF")


class CannotOpen(ValueError):
    """The mail can't be opened whole; the message is for the person who must look at it."""


class MailOverLimit(CannotOpen):
    """The mail is over one of the limits of IN-1."""


@dataclass(frozen=True)
class Part:
    """One paper of a mail. Its type is told from its content; text of the mail itself is `text/plain` or `text/html`."""

    name: str
    type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class Mail:
    """What a mail says of itself, and its papers in order. If nothing is attached, its text is the only part, for a person to read; with no
    part at all, a person must look at the mail itself. `notes`: what was left out.
    `checks`: what mail servers on the way wrote about the sender (SPF, DKIM): anybody can write that too, so it is only shown."""

    message_id: str
    sent_by: str
    subject: str
    parts: tuple[Part, ...]
    checks: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Step(NamedTuple):
    """From `start` to `end` of what the step before gave (the first: of the mail), and how that is encoded."""

    start: int
    end: int
    encoding: str


class Found(NamedTuple):
    """A paper and the way to it: several steps only where a mail lies encoded in a mail."""

    name: str
    type: str
    way: tuple[Step, ...]


def find(data: bytes) -> dict[str, Any]:
    """In the child: what the mail says of itself and where its papers lie, as JSON. Raises `CannotOpen`."""
    if len(data) > LARGEST_MAIL:
        raise MailOverLimit(_over(f"it has more than {LARGEST_MAIL // MIB} MB"))
    header, _ = _header(data, 0, len(data))
    walk = _Walk()
    walk.enter(data, 0, len(data), (), 0)
    return {
        "message_id": _words(header, "Message-ID", 255),
        "sent_by": _words(header, "From", 160),
        "subject": _words(header, "Subject", 300),
        "checks": [
            f"{name}: {display.one_line(str(said))[:500]}" for name in CHECKS for said in header.get_all(name, ())
        ][:10],
        "parts": walk.papers or walk.texts or walk.small,
        "notes": walk.notes,
    }


def taken_out(data: bytes, told: Mapping[str, Any]) -> Mail:
    """In the parent: the mail with its papers, cut out where the child says they lie. Raises `ValueError` for an answer that can't be true."""
    if len(told["parts"]) > MOST_PARTS:
        raise ValueError("more parts than a mail may have")
    cut, parts = _Cut(data), []
    for name, kind, way in told["parts"]:
        paper = cut.out(tuple(Step(int(start), int(end), str(encoding)) for start, end, encoding in way))
        parts.append(Part(display.file_name(str(name)), kind if kind in TEXTS else type_of(paper), paper))
    return Mail(
        message_id=display.one_line(str(told["message_id"])),
        sent_by=display.one_line(str(told["sent_by"])),
        subject=display.one_line(str(told["subject"])),
        parts=tuple(parts),
        checks=tuple(display.one_line(str(check)) for check in told["checks"]),
        notes=tuple(display.one_line(str(note)) for note in told["notes"]),
    )


def type_of(data: bytes) -> str:
    """As everywhere, told from the content; and the container in which one mail program wraps attachments (winmail.dat)."""
    return "application/ms-tnef" if data.startswith(b"\x78\x9f\x3e\x22") else display.type_of(data)


# ---- the way through the mail -------------------------------------------------------------------------------------

TEXTS = ("text/plain", "text/html")
_IDENTITY = ("7bit", "8bit", "binary")
_HEADER_LINE = re.compile(rb"[\x21-\x39\x3b-\x7e]+[ \t]*:|[ \t]+\S|>?From ")


@dataclass
class _Walk:
    """What was met on the way: papers, the mail's own text, pictures too small for a page."""

    papers: list[Found] = field(default_factory=list)
    texts: list[Found] = field(default_factory=list)
    small: list[Found] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    parts: int = 0

    def enter(self, data: bytes, start: int, end: int, way: tuple[Step, ...], depth: int) -> None:
        """One entity: a header and a body, from `start` to `end` of `data`, to which `way` leads."""
        self.parts += 1
        if self.parts > MOST_PARTS:
            raise MailOverLimit(_over(f"it has more than {MOST_PARTS} parts"))
        if depth > DEEPEST:
            raise MailOverLimit(_over(f"its parts lie more than {DEEPEST} deep in one another"))
        header, body = _header(data, start, end)
        kind = header.get_content_type()
        if kind.startswith("multipart/"):
            for inner_start, inner_end in _pieces(data, body, end, _boundary(header)):
                self.enter(data, inner_start, inner_end, way, depth + 1)
        elif kind not in NO_PAPER:
            self._leaf(data, Step(body, end, _encoding(header)), way, depth, header)

    def _leaf(self, data: bytes, step: Step, way: tuple[Step, ...], depth: int, header: Message) -> None:
        kind, name = header.get_content_type(), _name(header)
        attached = header.get_content_disposition() == "attachment"
        if kind in TEXTS and not attached and not name:
            self._text(data, step, way, kind)
            return
        number = len(self.papers) + 1
        content = _content(data, step, f"its attachment {number}")
        if kind in ("message/rfc822", "message/global") or type_of(content) == display.MAIL:
            if step.encoding in _IDENTITY:
                del content  # it lies here as it is; ten mails in one another would be held ten times
                self.enter(data, step.start, step.end, way, depth + 1)
            else:
                self.enter(content, 0, len(content), (*way, step), depth + 1)
            return
        if len(content) > LARGEST_PART:
            raise MailOverLimit(_over(f"its attachment {number} has more than {LARGEST_PART // MIB} MB"))
        shown = display.file_name(name) if name else f"attachment {number}"
        self._keep(Found(shown, type_of(content), (*way, step)), None if attached else _dots(content))

    def _text(self, data: bytes, step: Step, way: tuple[Step, ...], kind: str) -> None:
        """Damage to it is no reason to leave the papers unread."""
        try:
            if _content(data, step).strip():
                self.texts.append(Found("text of the mail", kind, (*way, step)))
        except CannotOpen:
            self.notes.append("The text of the mail is damaged and was left out. Open the original to see it.")

    def _keep(self, found: Found, dots: tuple[int, int] | None) -> None:
        """A picture that stands in the text is a paper only if it can be a page."""
        if dots is None or min(dots) >= SMALLEST_PAGE:
            self.papers.append(found)
        else:
            self.small.append(found)
            self.notes.append(
                f"A picture of {dots[0]} x {dots[1]} dots in the text of the mail was left out: it is too small for a page."
            )


def _header(data: bytes, start: int, end: int) -> tuple[Message, int]:
    """The header from `start` on, and where the body begins: after an empty line, or at the first line that can't be a header's."""
    at, limit = start, min(end, start + LONGEST_HEADER)
    while at < end:
        line_end = data.find(b"\n", at, limit) + 1 or limit
        if data[at:line_end] in (b"\n", b"\r\n"):
            return _parsed(data[start:at]), line_end
        if not _HEADER_LINE.match(data, at, line_end):
            break
        if line_end == limit < end:
            raise MailOverLimit(_over(f"a header in it has more than {LONGEST_HEADER // 1024} KB"))
        at = line_end
    return _parsed(data[start:at]), at


def _parsed(block: bytes) -> Message:
    """With the old policy: the new one's grammars take quadratic time, and raise, on what a hostile sender can write."""
    header = HeaderParser(policy=compat32).parsestr(_letters(block))
    for name in ("Content-Type", "Content-Disposition", "Content-Transfer-Encoding"):
        if any(len(str(value)) > LONGEST_FIELD for value in header.get_all(name, ())):
            raise MailOverLimit(_over(f"the field {name} of a part has more than {LONGEST_FIELD // 1024} KB"))
    return header


def _letters(block: bytes) -> str:
    """Names are often written as they are, in UTF-8 or in a Western set, though the standard wants them encoded."""
    try:
        return block.decode("utf-8")
    except UnicodeDecodeError:
        return block.decode("latin-1")


def _boundary(header: Message) -> bytes:
    boundary = _quietly(header.get_boundary) or ""
    line = boundary.encode("utf-8", "replace")
    if not 0 < len(line) <= LONGEST_BOUNDARY:
        raise CannotOpen(_damaged("nothing says where its parts begin and end"))
    return line


def _pieces(data: bytes, start: int, end: int, boundary: bytes) -> Iterator[tuple[int, int]]:
    """The parts between the delimiter lines. What stands before the first and after the last is not for people."""
    delimiter, begun = re.escape(b"--" + boundary), None
    # The letters first: so the search is quick, whatever a mail is full of.
    lines = re.compile(delimiter + b"(?<![^\r\n]" + delimiter + rb")(--)?[ \t]*+(?:\r\n|\n|\r|\Z)")
    for line in lines.finditer(data, start, end):
        at = line.start()
        if begun is not None:
            yield begun, max(begun, at - (2 if data[at - 2 : at] == b"\r\n" else 1))
        if line[1]:
            return
        begun = line.end()
    if begun is None:
        raise CannotOpen(_damaged("the lines that part it are missing"))
    yield begun, end


def _encoding(header: Message) -> str:
    said = str(header.get("Content-Transfer-Encoding", "7bit")).split(None, 1)
    return said[0].strip(";").lower() if said else "7bit"


def _name(header: Message) -> str:
    """What the sender calls a part: the file name, or the name of its type; both ways of writing other letters are understood."""
    said = _quietly(header.get_filename) or ""
    return display.one_line(_decoded(said))


def _words(header: Message, name: str, longest: int) -> str:
    return display.one_line(_decoded(str(header.get(name, ""))[:LONGEST_FIELD]))[:longest]


def _decoded(said: str) -> str:
    """RFC 2047: `=?utf-8?q?caf=C3=A9?=`. What can't be understood stays as it is."""
    try:
        return str(make_header(decode_header(said)))
    except (LookupError, ValueError, MessageError):
        return said


def _quietly(say: Callable[[], str | None]) -> str | None:
    """A name or a boundary in a character set that nobody knows is none."""
    try:
        return say()
    except (LookupError, ValueError):
        return None


# ---- the parent's knife -------------------------------------------------------------------------------------------


class _Cut:
    """Cuts papers out of a mail, in their order. Whatever it is told, it gives no more than the mail has, and does no more than a mail needs."""

    def __init__(self, data: bytes) -> None:
        self._inner: dict[tuple[Step, ...], bytes] = {(): data}
        self._papers, self._work = len(data), len(data) * (DEEPEST + 1)

    def out(self, way: tuple[Step, ...]) -> bytes:
        if not 1 <= len(way) <= DEEPEST + 1:
            raise ValueError("a part that lies nowhere, or too deep")
        steps = [way[:depth] for depth in range(len(way))]
        self._inner = {step: self._inner[step] for step in steps if step in self._inner}
        for step in steps[1:]:
            if step not in self._inner:
                self._inner[step] = self._worked(_content(self._inner[step[:-1]], step[-1]))
        paper = self._worked(_content(self._inner[way[:-1]], way[-1]))
        self._papers -= len(paper)
        if self._papers < 0 or len(paper) > LARGEST_PART:
            raise ValueError("parts that are larger than their mail")
        return paper

    def _worked(self, content: bytes) -> bytes:
        self._work -= len(content)
        if self._work < 0:
            raise ValueError("the same place over and over")
        return content


# ---- the content of a part, for both sides ------------------------------------------------------------------------

_BASE64 = (string.ascii_letters + string.digits + "+/").encode()
_SPACE = b" \t\r\n"


def _content(data: bytes, step: Step, what: str = "a mail in it") -> bytes:
    """What a step leads to. Nothing grows by it: a mail holds no more than its own size."""
    if not 0 <= step.start <= step.end <= len(data):
        raise ValueError("a part that lies outside its mail")
    raw = data[step.start : step.end]
    if step.encoding in _IDENTITY:
        return raw
    if step.encoding == "quoted-printable":
        return binascii.a2b_qp(raw)
    if step.encoding != "base64":
        raise CannotOpen(_damaged(f"{what} is written in an encoding that is not known here"))
    return _from_base64(raw, what)


def _from_base64(raw: bytes, what: str) -> bytes:
    """Stricter than mail programs are: a foreign letter, a cut end, or more after the end is damage that a person must see."""
    letters = raw.translate(None, _SPACE)
    bare = letters.rstrip(b"=")
    if bare.translate(None, _BASE64) or len(letters) % 4 or len(letters) - len(bare) > 2:
        raise CannotOpen(_damaged(f"{what} is cut off or has letters that don't belong there"))
    return binascii.a2b_base64(letters)


def _dots(data: bytes) -> tuple[int, int] | None:
    """Width and height from a picture's head. None: it is no picture of a kind that logos have, or does not say."""
    if type_of(data) not in PICTURES:
        return None
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data)) as picture:
            return picture.size
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None


def _over(what: str) -> str:
    return f"This mail is over a limit: {what}. It is kept whole, and nothing in it was read. Open the original, and ask the sender for smaller mails."


def _damaged(what: str) -> str:
    return f"This mail is damaged: {what}. It is kept whole, and nothing in it was read. Open the original, and ask the sender to send it again."
