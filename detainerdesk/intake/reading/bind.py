"""Pages into papers: which pages of a file belong together, the fields and defects of each paper, and what a person should know about
the file. Comes in: what each page shows by itself, and how a person arranged the pages. Goes out: the `Reading`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from detainerdesk.intake.reading import defects, forms, warrant
from detainerdesk.intake.reading.fields import (
    Arranged,
    Code,
    Field,
    Paper,
    Reading,
    field_from_json,
    field_to_json,
)
from detainerdesk.intake.reading.forms import Identity

NO_FORM = Identity("unknown", None, 1, None, sure=False, conflict=False, seen=())


@dataclass(frozen=True)
class PageReading:
    """What one page of the file shows by itself. `broke`: why it could not be read, in words for a person."""

    number: int
    identity: Identity
    fields: Mapping[str, Field] = field(default_factory=dict)
    fax: tuple[int, int] | None = None
    text: str = ""
    codes: tuple[str, ...] = ()
    broke: str | None = None


@dataclass(frozen=True)
class _Group:
    """The pages of one paper. `named`: a person put them together."""

    pages: tuple[PageReading, ...]
    named: Arranged | None = None

    @property
    def kind(self) -> str:
        if self.named is not None and self.named.kind is not None:
            return self.named.kind
        known = [page.identity.kind for page in self.pages if page.identity.kind != "unknown"]
        return known[0] if known else "unknown"


def bind(readings: Sequence[PageReading], notes: Sequence[str] = (), arranged: Sequence[Arranged] = ()) -> Reading:
    """The papers of a file from the readings of all its pages. `notes`: what was seen of the file itself."""
    groups = _groups(readings, arranged)
    texts = ["\n".join(page.text for page in group.pages) for group in groups]
    papers = [warrant.marked(_paper(group), text) for group, text in zip(groups, texts, strict=True)]
    found = defects.find(papers, texts, fax=_fax_gap(readings), notes=notes)
    return Reading(
        papers=tuple(replace(paper, defects=tuple(mine)) for paper, mine in zip(papers, found, strict=True)),
        pages=len(readings),
        notes=(*notes, *_notes(groups)),
        codes=tuple(Code(page.number, text) for page in readings for text in page.codes),
    )


def page_to_json(page: PageReading) -> dict[str, Any]:
    """What a page shows as plain JSON values: the child process sends it as soon as the page is read."""
    return {
        "number": page.number,
        "identity": asdict(page.identity),
        "fields": {name: field_to_json(one) for name, one in page.fields.items()},
        "fax": page.fax,
        "text": page.text,
        "codes": list(page.codes),
    }


def page_from_json(data: Mapping[str, Any]) -> PageReading:
    """The page back from what `page_to_json` gave, or a page that nobody could read: its number and what broke."""
    if data.get("broke"):
        return PageReading(int(data["number"]), NO_FORM, broke=str(data["broke"]))
    identity = data["identity"]
    return PageReading(
        number=int(data["number"]),
        identity=Identity(**{**identity, "seen": tuple(identity["seen"])}),
        fields={str(name): field_from_json(one) for name, one in data["fields"].items()},
        fax=None if data["fax"] is None else (int(data["fax"][0]), int(data["fax"][1])),
        text=str(data["text"]),
        codes=tuple(str(code) for code in data["codes"]),
    )


def _groups(readings: Sequence[PageReading], arranged: Sequence[Arranged]) -> list[_Group]:
    """The papers as a person arranged them, and the pages that nobody arranged as they seem to belong, in the order of the file."""
    by_number = {page.number: page for page in readings}
    named = [_Group(tuple(by_number[number] for number in one.pages), one) for one in arranged]
    taken = {number for one in arranged for number in one.pages}
    rest = _belonging([page for page in readings if page.number not in taken])
    return sorted(named + rest, key=lambda group: min(page.number for page in group.pages))


def _belonging(readings: Sequence[PageReading]) -> list[_Group]:
    """Which pages belong together: a form's later pages go to the paper of that form which lacks them."""
    groups: list[list[PageReading]] = []
    for reading in readings:
        mine = reading.identity
        last = groups[-1] if groups else None
        if mine.kind == "unknown":
            if (
                last is not None
                and last[0].identity.kind == "unknown"
                and not mine.conflict
                and last[-1].number == reading.number - 1
            ):
                last.append(reading)
            else:
                groups.append([reading])
            continue
        home = next(
            (
                group
                for group in reversed(groups)
                if group[0].identity.kind == mine.kind
                and mine.page not in {page.identity.page for page in group}
                and (mine.page > 1 or group is last)
                and (mine.of or 1) > 1
            ),
            None,
        )
        if home is None and mine.page > 1 and last is not None and last[0].identity.kind == mine.kind:
            taken = {page.identity.page for page in last}
            home = last if mine.page not in taken else None
        if home is None:
            groups.append([reading])
        else:
            home.append(reading)
    return [_Group(tuple(group)) for group in groups]


def _paper(group: _Group) -> Paper:
    kind = group.kind
    edition = next((page.identity.edition for page in group.pages if page.identity.edition), None)
    template = forms.template_of(kind, edition)
    fields: dict[str, Field] = {}
    if template is not None:
        mine = [page for page in group.pages if page.identity.kind == kind]
        for template_page in template.pages:
            reading = next((page for page in mine if page.identity.page == template_page.number), None)
            for place in template_page.fields:
                if reading is not None and place.name in reading.fields:
                    fields[place.name] = reading.fields[place.name]
                elif reading is None:
                    fields[place.name] = Field(None, "page missing", False, None, None)
    return Paper(kind, edition, tuple(page.number for page in group.pages), fields)


def _notes(groups: Sequence[_Group]) -> list[str]:
    notes = [page.broke for group in groups for page in group.pages if page.broke is not None]
    for group in groups:
        whole = [page for page in group.pages if page.broke is None]
        if not whole or (group.named is not None and group.named.kind is not None):
            continue
        pages = _pages_words([page.number for page in whole])
        if any(page.identity.conflict for page in whole):
            notes.append(
                f"{pages}: the marks of a court and of a department, or of two forms, stand on one page. A person must say what it is."
            )
        elif group.kind == "unknown":
            what = warrant.what_it_is("\n".join(page.text for page in whole))
            said = warrant.IN_WORDS[what] if what is not None else "no form that is known here"
            notes.append(f"{pages}: this is {said}. A person must look at it.")
        elif not any(page.identity.sure for page in whole):
            template = forms.template_of(group.kind)
            name = template.name if template else group.kind
            notes.append(
                f"{pages}: this is probably {name}, but not all marks of it could be read. A person must look at it."
            )
    return notes


def _pages_words(numbers: list[int]) -> str:
    if len(numbers) == 1:
        return f"Page {numbers[0]}"
    if numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f"Pages {numbers[0]} to {numbers[-1]}"
    return "Pages " + ", ".join(str(number) for number in numbers)


def _fax_gap(readings: Sequence[PageReading]) -> tuple[int, int] | None:
    """Pages that came and pages that the sending machine counted, where fewer came."""
    counted = max((page.fax[1] for page in readings if page.fax is not None), default=0)
    return (len(readings), counted) if counted > len(readings) else None
