"""What a page holds: frozen values, already words and in order, so that a template only lays out and the same values are the page's JSON."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from detainerdesk.desk.words import Clock, Line, Mark, PaperBadge


@dataclass(frozen=True)
class AnswerKey:
    """One answer to the question in focus: `N none found, now`. `value` is what the form posts."""

    key: str
    label: str
    value: str
    off: str = ""  # why this answer can't be given now ("" = it can)


@dataclass(frozen=True)
class Question:
    """The one question. name: same_person, court_paper, warrant_check, warrant_found, release_ground, ask. `life.answer` takes its name, the
    answer's value and, where `asks_moment` is set, the moment (filled with `moment_default`: local, YYYY-MM-DDTHH:MM)."""

    name: str
    text: str
    where: str
    answers: tuple[AnswerKey, ...]
    asks_moment: bool = False
    moment_label: str = ""
    moment_default: str = ""


@dataclass(frozen=True)
class FieldRow:
    """One of the fields beside the picture. `see` says where it comes from or what is to be seen; page and box point at the picture.

    `name` is the reading's field name where it can be confirmed or corrected ("" else), `paper` that paper's place in the request (0-based).
    """

    label: str
    value: str
    see: str
    name: str = ""
    paper: int | None = None
    document: str = ""
    page: int | None = None
    box: tuple[float, float, float, float] | None = None
    to_check: bool = False


@dataclass(frozen=True)
class SeeRow:
    """Something that an officer must see: a defect's code and words, in words where it is, and its field, page and box ("" and None: the whole
    paper, or nothing of one). A field that the desk never shows in type has its page alone."""

    id: str
    says: str
    where: str
    name: str = ""
    paper: int | None = None
    page: int | None = None
    box: tuple[float, float, float, float] | None = None


@dataclass(frozen=True)
class ComparedRow:
    """One identifier on the paper and in the booking. verdict: same, different, cannot tell."""

    label: str
    paper: str
    booking: str
    verdict: str
    why: str


@dataclass(frozen=True)
class Compared:
    """Paper beside booking. `enough`: two of the three are the same. `of`: the paper that says whom it is about."""

    of: str
    rows: tuple[ComparedRow, ...]
    says: str
    enough: bool


@dataclass(frozen=True)
class PaperRow:
    """A file of the request: what is in it, and the receipts under which it came."""

    document: str
    text: str


@dataclass(frozen=True)
class Came:
    """One transmission, and what is known of its sender, in sentences."""

    text: str
    said: tuple[str, ...] = ()


@dataclass(frozen=True)
class DoneRow:
    """What was done: `02:09 Lima: same person`."""

    at: str
    who: str
    text: str


@dataclass(frozen=True)
class Button:
    """name: record, print. `value` is the act that is posted: no_hold, hold, release, not_in_custody. `key` is its letter or "". A button that is not on this page does not exist: what is forbidden has none."""

    name: str
    text: str
    key: str = ""
    value: str = ""
    main: bool = False


@dataclass(frozen=True)
class WhyRule:
    """A rule in the list of reasons."""

    id: str
    says: str
    cite: str
    dates: str
    status: str
    adopted: str
    conditions: tuple[str, ...] = ()
    check_source: bool = False


@dataclass(frozen=True)
class WhyGroup:
    """title: decide, give the answer for now, would decide if an open fact turned out so, were ended by another, do not apply, are off or rejected."""

    title: str
    rules: tuple[WhyRule, ...]


@dataclass(frozen=True)
class Picture:
    """A page of the paper that our own rendering can show: document (SHA-256) and page, 1-based; label `Page 1 of 3`."""

    document: str
    page: int
    label: str


@dataclass(frozen=True)
class Strip:
    """The band on top of every page while somebody is ready for release; without names for a locked screen: `times`."""

    text: str
    number: str
    times: str


@dataclass(frozen=True)
class WaitingPaper:
    """A paper that waits for a person. `why` says what and what to do; `matter`: which of several of its file, 0 where nothing else of it waits."""

    document: str
    name: str
    came: str
    papers: tuple[PaperBadge, ...]
    why: str
    next_step: str
    matter: int = 0
    stations: str = ""


@dataclass(frozen=True)
class BoardRow:
    number: str
    version: int
    clock: Clock
    person: str
    papers: tuple[PaperBadge, ...]
    law: str
    next_step: str
    station: str = ""


@dataclass(frozen=True)
class BoardGroup:
    """key: over, ended, running, question, reading, duty, nothing, done."""

    key: str
    title: str
    rows: tuple[BoardRow, ...]


@dataclass(frozen=True)
class Board:
    agency: str
    agency_name: str
    station: str
    now: datetime
    now_text: str
    in_custody: int
    open: int
    need_you: int
    strip: Strip | None
    groups: tuple[BoardGroup, ...]
    empty: str
    last_paper: str
    waiting: tuple[WaitingPaper, ...] = ()
    line_alarms: tuple[str, ...] = ()  # a line that is silent or late


@dataclass(frozen=True)
class LawRow:
    """A rule as counsel reads it. `standing`: adopted, changed since adoption, not adopted, off; `signed` says who and when. `value` is what
    the form posts (id and digest), "" where there is nothing to sign; `words` are the definitions that are signed along, `with_it` what else is."""

    id: str
    says: str
    cite: str
    dates: str
    status: str
    check_source: bool
    standing: str
    signed: str
    value: str
    ticked: bool
    words: tuple[str, ...]
    with_it: str


@dataclass(frozen=True)
class LawLayer:
    """One layer of the law here: its rules, and how many are adopted."""

    jurisdiction: str
    name: str
    checked_through: str
    adopted: int
    rows: tuple[LawRow, ...]


@dataclass(frozen=True)
class Alternative:
    """One way to read the law. `turns`: the open requests in which something changes if counsel reads it so."""

    value: str
    label: str
    chosen: bool
    turns: tuple[str, ...] = ()


@dataclass(frozen=True)
class LawReading:
    """Where the law leaves a choice. `stands` says what governs now; `value` is its digest, as the page shows it."""

    name: str
    label: str
    cite: str
    note: str
    layer: str
    stands: str
    open: bool
    value: str
    alternatives: tuple[Alternative, ...]
    rejected: str = ""


@dataclass(frozen=True)
class LawPage:
    """The law that binds this agency, layer by layer, and what its counsel has signed. `show`: all, or only what is open."""

    agency: str
    agency_name: str
    now: datetime
    now_text: str
    edition: str
    show: str
    total: int
    adopted: int
    changed: tuple[str, ...]
    not_in_answer: str
    layers: tuple[LawLayer, ...]
    readings: tuple[LawReading, ...]


@dataclass(frozen=True)
class RequestPage:
    """The request page. `view` is the view whose headline stands on top: request, until ground and time are recorded, then person."""

    number: str
    version: int
    agency: str
    agency_name: str
    station: str
    state: str
    view: str
    now: datetime
    now_text: str
    transmissions: str
    open_on_board: int
    strip: Strip | None
    person: str
    born: str
    badges: tuple[PaperBadge, ...]
    marks: tuple[Mark, ...]
    headline: str
    lines: tuple[Line, ...]
    checked_through: str
    not_in_answer: str
    assumed: tuple[tuple[str, str], ...]
    release: str
    question: Question | None
    clock: Clock
    fields: tuple[FieldRow, ...]
    done: tuple[DoneRow, ...]
    record: Button | None
    buttons: tuple[Button, ...]
    why: tuple[WhyGroup, ...]
    pictures: tuple[Picture, ...]
    problem: str = ""  # facts that can't both be true: no answer until one is corrected
    readings: tuple[str, ...] = ()  # each way of reading that makes a difference
    booking: Question | None = None  # ground and time, at any time (B)
    closed: bool = False
    see: tuple[SeeRow, ...] = ()
    compared: Compared | None = None
    papers: tuple[PaperRow, ...] = ()
    came: tuple[Came, ...] = ()  # only the transmissions of whose sender something is known
    letter: str = ""  # to the issuing office, on the print sheet; only where the department turned it on
