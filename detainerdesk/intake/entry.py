"""A request that a person types in, or that a program states: what came by telephone or by hand, a form that was read aloud, a record of the API.
In: an `Entry`, or the bytes it was kept as; out: those bytes (canonical JSON, so that the same entry is the same document), or its `Reading`.
An entry goes through the one door like any paper. What it does not say is `page missing`: it proves nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from detainerdesk.intake.display import ENTRY_START
from detainerdesk.intake.join import OPENS, SPOKEN, born_on, day_of
from detainerdesk.intake.reading import forms
from detainerdesk.intake.reading.fields import ENTERED, TOLD, Field, Paper, Reading, Unreadable

ASKS = ("asks_hold", "asks_notify", "asks_transfer", "asks_access")
OF_A_CALL = (
    *("subject_name", "dob", "subject_id", "event_no", "file_no", "form_date"),
    *("from_office", "officer_name", "notify_phone"),
    *ASKS,
)
"""What can be said of a request without a form. Nothing of citizenship or status: no rule needs it."""

DATES = ("form_date", "dob", "cancel_date", "served_on", "charge_date")
LONGEST = 200


class EntryError(ValueError):
    """The entry can't be taken; the message says which part and what to do."""


@dataclass(frozen=True)
class Entry:
    """`kind`: a detainer form, or phone, email, oral. `fields`: what was told, texts and ticks, in the names of that form."""

    kind: str
    fields: Mapping[str, str | bool]

    def __post_init__(self) -> None:
        if self.kind not in OPENS:
            raise EntryError(f"There is no kind of request {self.kind!r}. Take one of: {', '.join(OPENS)}.")
        known = fields_of(self.kind)
        for name, value in self.fields.items():
            if name not in known:
                raise EntryError(f"{self.kind} has no field {name!r}. It has: {', '.join(known)}.")
            if not isinstance(value, known[name]):
                wanted = "true or false, without quotes," if known[name] is bool else "a text in quotes"
                raise EntryError(f"{name}: {wanted} belongs here.")
            if isinstance(value, str):
                _check_text(name, value)
        if not any(value.strip() for value in self.fields.values() if isinstance(value, str)):
            raise EntryError("Nothing was entered. Write at least whom it is about, or a number.")


def _check_text(name: str, value: str) -> None:
    """What is typed counts as surely read, so a date must be one."""
    if len(value) > LONGEST:
        raise EntryError(f"{name}: {len(value)} characters are too many; {LONGEST} fit.")
    if not value.isprintable():
        raise EntryError(f"{name}: write it in one line, without control characters.")
    if name in DATES and value.strip() and day_told(name, value) is None:
        raise EntryError(f"{name}: {how_to_write(name)}")


def day_told(name: str, text: str) -> date | None:
    """The day that was typed into this field; None where it is none, or could be of two centuries."""
    if not re.search(r"\d{4}", text):
        return None
    return born_on(text) if name == "dob" else day_of(text)


def how_to_write(name: str) -> str:
    """The date that belongs into this field."""
    past = " A birth date is no day to come." if name == "dob" else ""
    return f"write month/day/year, the year in four digits, like 12/25/1982.{past}"


def fields_of(kind: str) -> dict[str, type[str | bool]]:
    """The fields that an entry of this kind may have, and whether each is a text or a tick. Signatures are seen, never told."""
    if kind in SPOKEN:
        return {name: bool if name in ASKS else str for name in OF_A_CALL}
    template = forms.template_of(kind)
    places = [place for page in template.pages for place in page.fields] if template else []
    told = {place.name: bool if place.kind == "check" else str for place in places if place.kind != "sig"}
    return told or {name: str for name in OF_A_CALL if name not in ASKS}


def to_bytes(entry: Entry) -> bytes:
    """The entry as it is kept."""
    fields = {name: value for name, value in sorted(entry.fields.items()) if value != ""}
    said = json.dumps({"kind": entry.kind, "fields": fields}, ensure_ascii=False, separators=(",", ":"))
    return ENTRY_START + said[1:].encode()


def read(data: bytes) -> Reading | Unreadable:
    """The reading of an entry that was kept. What a person typed needs nobody to look again."""
    try:
        entry = from_json(parsed(data))
    except (EntryError, ValueError, RecursionError) as error:
        told = str(error) if isinstance(error, EntryError) else "it is no JSON"
        return Unreadable(f"This entry can't be taken: {told} It is kept. Enter it again.")
    return Reading((paper_of(entry.kind, entry.fields, ENTERED),), pages=1)


def parsed(data: bytes) -> Any:
    """What this JSON states. A name that stands twice is refused: of two values one would be lost."""
    return json.loads(data, object_pairs_hook=_once_each)


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for name, value in pairs:
        if name in told:
            raise EntryError(f"{name!r} stands twice. Give each name once.")
        told[name] = value
    return told


def from_json(data: Any) -> Entry:
    """The entry that a JSON object states: its kind and its fields."""
    if not isinstance(data, dict) or not isinstance(data.get("fields"), dict):
        raise EntryError("An entry is an object with `kind` and `fields`.")
    return Entry(str(data.get("kind")), data["fields"])


def paper_of(kind: str, told: Mapping[str, str | bool], reader: str, page: int = 1) -> Paper:
    """A paper whose fields were told and not read. What does not say that it cancels a request is one."""
    told = {"cancel_prior": False, **{name: _as_on_forms(name, value) for name, value in told.items()}}
    fields = {
        name: Field(told[name], "shown", True, page, None, 1.0, reader)
        if told.get(name, "") != ""
        else Field(None, "page missing", True, None, None, 1.0, reader)
        for name in fields_of(kind)
    }
    return Paper(kind, None, (page,), fields)


def _as_on_forms(name: str, value: str | bool) -> str | bool:
    """A date as the forms have it, month first, however it was told."""
    day = day_told(name, value) if name in DATES and isinstance(value, str) else None
    return f"{day:%m/%d/%Y}" if day else value


def was_told(paper: Paper) -> bool:
    """Whether the paper is an entry or a row of a list: then there is no page to look at."""
    return any(field.reader in TOLD for field in paper.fields.values())
