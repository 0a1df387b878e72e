"""What a person saw on a paper: a field as it was read or corrected, a court paper confirmed with the court. In: the paper's place among the request's
papers, and what was seen. Out: the next version.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from detainerdesk.desk import facts, words
from detainerdesk.desk.life.move import NotPossible, actor_of, moving
from detainerdesk.desk.models import FieldCheck, Officer, PaperCheck
from detainerdesk.intake import correct
from detainerdesk.intake import request as intake_request
from detainerdesk.intake.join import day_of, identity_of
from detainerdesk.intake.models import Document
from detainerdesk.intake.reading.fields import State as ReadState
from detainerdesk.intake.request import Request


def confirm_reading(number: str, version: int, officer: Officer, *, paper: int, name: str, at: datetime) -> int:
    """A person looked at the picture: the field is as it was read."""
    request = intake_request.load(number, officer.agency)
    read = _paper(request, paper).fields.get(name)
    if read is None:
        raise NotPossible(f"Field {name}: this paper has none of that name. Open the request again.")
    as_read = _Look(paper, name, read.value, read.state, as_read=True)
    return _check_field(number, version, officer, request=request, look=as_read, at=at)


def correct_field(
    number: str,
    version: int,
    officer: Officer,
    *,
    paper: int,
    name: str,
    value: str | bool | None,
    state: ReadState = "shown",
    at: datetime,
) -> int:
    """A person looked at the picture and read something else: a value, empty on the paper, can't be read, or page missing."""
    request = intake_request.load(number, officer.agency)
    paper_read = _paper(request, paper)
    if name not in paper_read.fields:
        raise NotPossible(f"Field {name}: this paper has none of that name. Open the request again.")
    if state != "shown":
        value = False if isinstance(paper_read.fields[name].value, bool) and state == "empty" else None
    elif name == "dob" and (not isinstance(value, str) or day_of(value) is None):
        raise NotPossible(words.BIRTH_DATE)
    elif isinstance(value, str) and not value.strip():
        raise NotPossible(
            f"Field {name}: nothing was typed. Write what the paper shows, or choose `empty on the paper`."
        )
    corrected = _Look(paper, name, value, state, as_read=False)
    return _check_field(number, version, officer, request=request, look=corrected, at=at)


def confirm_paper(
    number: str,
    version: int,
    officer: Officer,
    *,
    paper: int,
    signed_by: str,
    names_person: bool | None,
    case_number: str = "",
    confirmed_with: str = "",
    kind: str = "",
    at: datetime,
) -> int:
    """A court paper, confirmed with the court by a number on file: who signed it, and whether it names this person."""
    request = intake_request.load(number, officer.agency)
    read = _paper(request, paper)
    if read.kind not in facts.COURT_PAPERS:
        raise NotPossible(
            f"Paper {paper + 1} is a civil paper: nobody confirms it as a court's. Choose the court paper."
        )
    with moving(number, version, officer, ability="confirm_paper", name="confirm_paper", at=at) as move:
        document, place = request.paper_in_file(paper)
        move.row(
            PaperCheck(
                document=document,
                paper=place,
                kind=kind or facts.court_kind(read),
                signed_by=signed_by,
                names_person=names_person,
                case_number=case_number.strip(),
                confirmed_with=confirmed_with.strip(),
            )
        )
        said = {
            "fact": "court_paper",
            "paper": paper,
            "document": _paper_number(request.documents[paper]),
            "signed_by": signed_by,
            "names_person": names_person,
        }
        sealed = {"case_number": case_number.strip()} if case_number.strip() else {}
        move.event("answer.recorded", said, "a court paper as confirmed", sealed)
    return move.version


@dataclass(frozen=True)
class _Look:
    """What a person saw in one field."""

    paper: int
    field: str
    value: str | bool | None
    state: ReadState
    as_read: bool


def _check_field(number: str, version: int, officer: Officer, *, request: Request, look: _Look, at: datetime) -> int:
    document, place = request.paper_in_file(look.paper)
    says_what_it_is = look.field in correct.SAYS_WHAT_IT_IS
    changed = document if says_what_it_is else ""
    with moving(number, version, officer, ability="correct_field", name="correct_field", at=at, file=changed) as move:
        move.row(FieldCheck(document=document, **vars(look) | {"paper": place}))
        if says_what_it_is:
            correct.seen_in_a_request(
                document,
                officer.agency,
                paper=place,
                field=look.field,
                state=look.state,
                value=look.value,
                actor=actor_of(officer),
                at=at,
            )
            move.read_again()
            if look.field == "cancel_prior" and _says_otherwise(move.request, look.paper):
                raise NotPossible(words.another_copy_says_otherwise())
        said: dict[str, Any] = {"document": _paper_number(document)} | {
            name: value for name, value in vars(look).items() if name != "value" or isinstance(value, bool)
        }
        sealed = {"value": look.value} if isinstance(look.value, str) else {}
        move.event("field.corrected", said, "a field as read" if look.as_read else "a corrected field", sealed)
    return move.version


def _says_otherwise(request: Request, place: int) -> bool:
    """Another copy leads (`join.known_by`), and the request is not what this one surely says."""
    says = identity_of(request.papers[place])
    return "kind" in says.accepted and says.kind != request.kind


def _paper(request: Request, place: int) -> Any:
    if not 0 <= place < len(request.papers):
        raise NotPossible(f"Paper {place + 1}: this request has {len(request.papers)} papers. Open it again.")
    return request.papers[place]


def _paper_number(sha256: str) -> int:
    """The number by which the ledger names a document; never its bare hash (LED-2)."""
    return Document.objects.values_list("number", flat=True).get(sha256=sha256)
