"""What is seen of a request's papers: who it is about, the fields beside the picture, the badges, the pictures. In: a Look. Out: words and places;
no citizenship, in any list.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from detainerdesk.desk import facts
from detainerdesk.desk.compared import compared_with_booking
from detainerdesk.desk.page.look import PAPER_WORDS, Look
from detainerdesk.desk.page.values import FieldRow, Picture
from detainerdesk.desk.words import PaperBadge
from detainerdesk.intake import entry, join
from detainerdesk.intake.reading.fields import TOLD, Field, Paper
from detainerdesk.intake.request import Request


def person(request: Request) -> tuple[str, str]:
    """Name and birth date as the paper has them; no citizenship, in any list."""
    form = request.detainer
    if form is None:
        return "(name not sure)", ""
    return facts.accepted_text(form, "subject_name") or "(name not sure)", facts.accepted_text(form, "dob") or ""


_BASIS = (
    ("pc_final_order", "final order"),
    ("pc_pending", "pending proceedings"),
    ("pc_biometric", "biometric match"),
    ("pc_statements", "statements"),
    ("box2_transfer", "box 2: sent here by DHS"),
)


def fields(look: Look) -> tuple[FieldRow, ...]:
    """The rows beside the picture: what an officer compares and what the paper asks."""
    form = look.shown.detainer
    if form is None:
        return ()
    place = next(index for index, paper in enumerate(look.shown.papers) if paper is form)
    same = {name: _as_in_booking(look, name) for name in ("name", "birth date")}
    asks = _said(form) if form.kind in join.SPOKEN else _ASKS.get(form.kind, "see the boxes on the form")
    if look.request.kind == "cancellation":
        asks = "cancels an earlier request"
    return (
        _field(look, place, "Name", "subject_name", same["name"]),
        _field(look, place, "Birth date", "dob", same["birth date"]),
        FieldRow("Asks", asks, _page_words(look, place, form.pages[0] if form.pages else None)),
        _basis(look, place, form),
        _field(look, place, "Signed", "officer_name", _ink(form)),
        _field(look, place, "Sent by", "from_office"),
        _field(look, place, "Dated", "form_date"),
    )


def _as_in_booking(look: Look, what: str) -> str:
    """What was compared says for itself; else what an officer said who compared by eye."""
    match = compared_with_booking(look.shown, look.past.known)
    if match is None:
        return "same as booking" if look.past.known.same_person == "same" else ""
    verdict = (match.name if what == "name" else match.birth_date).verdict
    return {"same": "same as booking", "different": "not as in the booking"}.get(verdict, "")


_ASKS = {
    "i247a": "keep up to 48 h; tell release time",
    "i247d": "keep up to 48 h; tell release time",
    "i247x": "keep up to 48 h; tell release time",
    "i247n": "tell release time; does not ask to keep",
    "i247g": "tell release time; does not ask to keep",
}


_SAID = {
    "asks_hold": "keep this person",
    "asks_notify": "tell release time",
    "asks_transfer": "hand over",
    "asks_access": "see this person",
}


def _said(form: Paper) -> str:
    """What was asked in a call, as whoever took it noted."""
    return "; ".join(words for name, words in _SAID.items() if facts.tick(form, name) is True) or "not noted what"


def _field(look: Look, place: int, label: str, name: str, see: str = "") -> FieldRow:
    read = look.shown.papers[place].fields.get(name)
    if read is None:
        return FieldRow(label, "not on this form", see)
    page = _picture_of(look, place, read.page) if read.page else None
    where = _page_words(look, place, read.page)
    to_check = not read.accepted
    return FieldRow(
        label=label,
        value=_value(read),
        see="check: not read surely" if to_check else (see or where),
        name=name,
        paper=place,
        document=look.request.documents[place],
        page=page,
        box=read.box,
        to_check=to_check,
    )


def _value(read: Field) -> str:
    if read.state == "page missing":
        return "not told" if read.reader in TOLD else "page missing"
    if read.state == "unreadable":
        return "can't be read"
    if read.state == "empty" or read.value in (None, ""):
        return "empty on the paper"
    if isinstance(read.value, bool):
        return "ticked" if read.value else "not ticked"
    return read.value


def _basis(look: Look, place: int, form: Paper) -> FieldRow:
    """The boxes of the form, in words. The row opens the first box that is not sure."""
    boxes = [(name, label, form.fields[name]) for name, label in _BASIS if name in form.fields]
    ticked = [label for _, label, read in boxes if read.accepted and read.value is True]
    unsure = [(name, read) for name, _, read in boxes if not read.accepted]
    if not boxes:
        return FieldRow("Basis ticked", "not on this form", "")
    name, read = unsure[0] if unsure else (boxes[0][0], boxes[0][2])
    page = _picture_of(look, place, read.page) if read.page else None
    said = "; ".join(ticked) or ("none" if not unsure else "none read surely")
    return FieldRow(
        "Basis ticked",
        said,
        f"check: {len(unsure)} box{'' if len(unsure) == 1 else 'es'} not read surely"
        if unsure
        else (f"page {page}" if page else ""),
        name=name,
        paper=place,
        document=look.request.documents[place],
        page=page,
        box=read.box,
        to_check=bool(unsure),
    )


def _ink(form: Paper) -> str:
    signed = form.fields.get("officer_sig")
    if signed is None or not signed.accepted:
        return ""
    return "ink seen" if signed.state == "shown" and signed.value else "no ink"


def badges(look: Look) -> tuple[PaperBadge, ...]:
    """The papers, court papers first. An unconfirmed court paper says so; a kind that is not known is neither court nor civil."""
    found = []
    for place, paper in enumerate(look.shown.papers):
        page = _picture_of(look, place, paper.pages[0]) if paper.pages else None
        if paper.kind in facts.COURT_PAPERS:
            check = facts.check_of(look.request, look.past.known, place)
            state = (
                "not confirmed"
                if check is None or check.names_person is None
                else "confirmed"
                if check.names_person
                else "not this person"
            )
            found.append(PaperBadge("court", "COURT", f"{PAPER_WORDS[paper.kind]}, {state}", page))
        elif paper.kind in PAPER_WORDS:
            found.append(PaperBadge("civil", "CIVIL", PAPER_WORDS[paper.kind], page))
        elif paper.kind == "unknown":
            found.append(PaperBadge("unknown", "?", "kind not known", page))
    return _in_order(found)


def badges_of(papers: Sequence[Paper]) -> tuple[PaperBadge, ...]:
    """The same of papers that wait: nobody has confirmed any. Where nothing was read, nothing is known."""
    found = []
    for paper in papers:
        if paper.kind in facts.COURT_PAPERS:
            found.append(PaperBadge("court", "COURT", f"{PAPER_WORDS[paper.kind]}, not confirmed"))
        elif paper.kind in PAPER_WORDS:
            found.append(PaperBadge("civil", "CIVIL", PAPER_WORDS[paper.kind]))
        elif paper.kind == join.COVER_SHEET:
            found.append(PaperBadge("unknown", "?", "cover sheet"))
    return _in_order(found) or (PaperBadge("unknown", "?", "kind not known"),)


def _in_order(badges: Iterable[PaperBadge]) -> tuple[PaperBadge, ...]:
    """Each once, court papers first, and last what is neither."""
    looks = ("court", "civil", "unknown")
    seen: dict[tuple[str, str], PaperBadge] = {}
    for badge in badges:
        seen.setdefault((badge.look, badge.text), badge)
    return tuple(sorted(seen.values(), key=lambda badge: looks.index(badge.look)))


def pictures(request: Request) -> tuple[Picture, ...]:
    """Every page of the papers once, in the order in which they came."""
    pages = _pages(request)
    return tuple(
        Picture(document, page, f"Page {place} of {len(pages)}") for place, (document, page) in enumerate(pages, 1)
    )


def _pages(request: Request) -> list[tuple[str, int]]:
    return list(
        dict.fromkeys(
            (document, page)
            for document, paper in zip(request.documents, request.papers, strict=True)
            for page in paper.pages
            if not entry.was_told(paper)
        )
    )


def _page_words(look: Look, paper: int, page: int | None) -> str:
    place = _picture_of(look, paper, page) if page else None
    return f"page {place}" if place else ""


def _picture_of(look: Look, paper: int, page: int) -> int | None:
    """The place of a file's page among the pictures, from 1."""
    pages = _pages(look.request)
    wanted = (look.request.documents[paper], page)
    return pages.index(wanted) + 1 if wanted in pages else None
