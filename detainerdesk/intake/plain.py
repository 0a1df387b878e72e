"""A paper that is text and no page: the text of a mail, a list, a text file. In: its row and its stored bytes; out: what stands in it, fit to show as
plain text. Nothing in it is followed or carried out; of a mail's text in HTML only the words are left."""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass

from detainerdesk.intake import display, scan, store
from detainerdesk.intake.models import Document
from detainerdesk.intake.reading.mail import TEXTS

LONGEST = 20_000  # letters on a page; the rest stands in the paper itself
LOOKED_AT = 1024 * 1024  # bytes from its beginning
UNKNOWN = "application/octet-stream"
HTML = "text/html"

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f]")
_TAG = re.compile(r"<(/?)(\w*+)[^<>]*+>")  # goes through any text once, whatever is in it
_BREAKS = frozenset(
    ["address", "blockquote", "br", "div", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "p", "pre", "table", "tr"]
)
_UNSEEN = frozenset(("script", "style"))


@dataclass(frozen=True)
class Text:
    """What stands in a paper. `is_list`: in rows; `cut`: there is more of it than is shown."""

    says: str
    is_list: bool
    cut: bool


def is_text(document: Document) -> bool:
    """Told from the content, as far as it would be shown."""
    if document.type in (*TEXTS, display.LIST):
        return True
    if document.type != UNKNOWN:
        return False
    letters = _letters(_beginning(document))
    return bool(letters.strip()) and not _CONTROL.search(letters)


def text_of(document: Document) -> Text | None:
    """None where it is no text, where its file can't be read, and where the malware scan holds it back."""
    try:
        if not is_text(document) or scan.why_not_opened(document.sha256):
            return None
        says = _letters(_beginning(document))
    except OSError:
        return None
    if document.type == HTML:
        says = _words(says) or says
    shown = "\n".join(_line(line) for line in says[:LONGEST].splitlines())
    cut = len(says) > LONGEST or document.size > LOOKED_AT
    return Text(shown, document.type == display.LIST, cut)


def _beginning(document: Document) -> bytes:
    with store.path(document.sha256).open("rb") as file:
        return file.read(LOOKED_AT)


def _letters(data: bytes) -> str:
    """In UTF-8, though it break off within a letter; else each byte is one."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        broken_off = error.end == len(data) == LOOKED_AT
        return data[: error.start].decode("utf-8-sig") if broken_off else data.decode("cp1252", "replace")


def _line(line: str) -> str:
    """Without control characters, and without marks that turn the direction of what follows."""
    return "".join(c if c == "\t" or unicodedata.category(c)[0] != "C" else " " for c in line).rstrip()


def _words(source: str) -> str:
    said, at, unseen = [], 0, False
    for tag in _TAG.finditer(source):
        name = tag[2].lower()
        if not unseen:
            said.append(html.unescape(source[at : tag.start()]).replace("\n", " "))
            said.append("\n" if name in _BREAKS else " " if name == "td" else "")
        if name in _UNSEEN:
            unseen = not tag[1]
        at = tag.end()
    if unseen:
        return ""  # it is never closed: the source shows all
    said.append(html.unescape(source[at:]))
    lines = (" ".join(line.split()) for line in "".join(said).splitlines())
    return "\n".join(line for line in lines if line)
