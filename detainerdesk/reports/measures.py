"""What a report's fields may measure: a closed table from a measure's name to the rows that it counts. In: the requests of the period; out: a
`Figure` whose rows together hold every request exactly once, so that nothing falls between two rows. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from detainerdesk.law.language.rulebook import ReportField
from detainerdesk.reports.counted import Counted
from detainerdesk.reports.duty import ReportError

NOT_RECORDED = "not recorded"


@dataclass(frozen=True)
class Row:
    """One line of a figure, and the requests behind it: those that ask to keep a person, and apart from them those that ask for notice only.

    `counts` is False for a row that says which requests are not part of the number: no outcome recorded, or recorded that it did not happen."""

    label: str
    requests: tuple[Counted, ...]
    notice_only: tuple[Counted, ...]
    of_persons: bool
    counts: bool
    entries: tuple[int, ...]

    @property
    def count(self) -> int:
        return _size(self.requests, self.of_persons)

    @property
    def notice_count(self) -> int:
        return _size(self.notice_only, self.of_persons)


@dataclass(frozen=True)
class Figure:
    """One figure of the report, in the duty's own words. `total` is None where nothing at all is recorded of it: that is not 0."""

    name: str
    label: str
    rows: tuple[Row, ...]
    of_persons: bool
    recorded: bool
    says: str = ""

    @property
    def total(self) -> int | None:
        """Of requests that ask to keep a person."""
        return self._sum([one for row in self.rows if row.counts for one in row.requests])

    @property
    def notice_total(self) -> int | None:
        """Of requests that ask for notice only."""
        return self._sum([one for row in self.rows if row.counts for one in row.notice_only])

    def said(self, *, notice_only: bool = False) -> str:
        """The number as it is printed: what is not recorded stands beside it and is never a 0."""
        total = self.notice_total if notice_only else self.total
        missing = sum(row.notice_count if notice_only else row.count for row in self.rows if row.label == NOT_RECORDED)
        if total is None:
            return NOT_RECORDED
        return f"{total} recorded; {missing} {NOT_RECORDED}" if missing else str(total)

    def _sum(self, counted: Sequence[Counted]) -> int | None:
        return _size(counted, self.of_persons) if self.recorded else None


Measure = Callable[[ReportField, Sequence[Counted]], Figure]


def measure(field: ReportField, requests: Sequence[Counted]) -> Figure:
    """One field of a duty, counted."""
    if field.measure not in MEASURES:
        raise ReportError(
            f"The report's field {field.name} measures “{field.measure}”, which is not known; known: {', '.join(MEASURES)}."
        )
    return MEASURES[field.measure](field, requests)


def requests_by_reason(field: ReportField, requests: Sequence[Counted]) -> Figure:
    """Every request, by the reason that it gives."""
    rows = [_row(label, some, ("request.opened", "field.corrected")) for label, some in _by_reason(requests)]
    return Figure(field.name, field.label, tuple(rows), of_persons=False, recorded=True)


def persons_detained_by_reason(field: ReportField, requests: Sequence[Counted]) -> Figure:
    """Persons for whom a hold on a request is recorded, by that request's reason."""
    kinds = ("decision.recorded", "release.recorded")
    held = [_row(label, some, kinds, persons=True) for label, some in _by_reason(_where(requests, "detained", True))]
    rest = _rest(requests, "detained", kinds, no="no hold on the request")
    return Figure(field.name, field.label, (*held, *rest), of_persons=True, recorded=_any(requests, "detained"))


def persons_transferred(field: ReportField, requests: Sequence[Counted]) -> Figure:
    """Persons handed over. No act of this desk records a hand-over, so the number is known only where every request is known not to be one."""
    kinds = ("decision.recorded", "release.recorded")
    handed_over = _where(requests, "transferred", True)
    rows = [_row("handed over", handed_over, kinds, persons=True)] if handed_over else []
    rest = _rest(requests, "transferred", kinds, no="let go without a hold, or not in custody here")
    says = (
        "This desk records who was let go and who was never here. It has no record of hand-overs: after a hold, and where nothing "
        "is recorded, the transfer stands as not recorded."
    )
    return Figure(
        field.name, field.label, (*rows, *rest), of_persons=True, recorded=_any(requests, "transferred"), says=says
    )


def _not_counted(says: str) -> Measure:
    """A figure that a law asks for and this desk can't give: it has no number, and says who adds it."""

    def figure(field: ReportField, requests: Sequence[Counted]) -> Figure:
        row = _row(NOT_RECORDED, requests, (), counts=False)
        return Figure(field.name, field.label, (row,), of_persons=False, recorded=False, says=says)

    return figure


_NO_MONEY = (
    "This desk records no payments. Whoever keeps the department's accounts adds this figure before the report is sent."
)
_NO_HAND_OVERS = "This desk has no record of hand-overs, so it can't tell them apart either. Whoever keeps those records adds this figure."
NOT_COUNTED = {
    "reimbursements_by_case": _NO_MONEY,
    "federal_money": _NO_MONEY,
    "cost_of_housing": "This desk records no costs. Whoever keeps the jail's accounts adds this figure before the report is sent.",
    "transferred_by_ground": _NO_HAND_OVERS,
    "transferred_after_dismissal": _NO_HAND_OVERS,
    "transferred_convicted": _NO_HAND_OVERS,
    "transferred_matched": _NO_HAND_OVERS,
    "held_not_transferred": _NO_HAND_OVERS,
    "not_honored": (
        "This desk records holds and releases. It does not record whether a detainer as a whole was honored: a person who was never here, "
        "or whom other custody kept, is neither. A person adds this figure."
    ),
    "information_requests": (
        "This report counts detainer forms. Other requests for information, and the answers to them, are not among them. A person adds this figure."
    ),
    "requests_and_actions": (
        "This figure takes the records of many agencies together, and this desk has those of one. Whoever has them all adds it."
    ),
    "communications_received": (
        "This report counts detainer forms. Other letters, calls and messages of the federal agency are not among them. A person adds this figure."
    ),
    "communications_sent": (
        "This desk does not record every letter, call and message to the federal agency. A person adds this figure."
    ),
    "head_count_with_detainer": (
        "This is a count of the people in the jail on one day. This desk counts the requests that came in a period, which is another number. "
        "Whoever counts heads adds this figure."
    ),
}
"""What a law asks for and this desk does not record, and why each stands as not recorded."""

MEASURES: dict[str, Measure] = {
    "requests_by_reason": requests_by_reason,
    "persons_detained_by_reason": persons_detained_by_reason,
    "persons_transferred": persons_transferred,
    **{name: _not_counted(says) for name, says in NOT_COUNTED.items()},
}


def _by_reason(requests: Iterable[Counted]) -> list[tuple[str, list[Counted]]]:
    found: dict[str, list[Counted]] = defaultdict(list)
    for one in requests:
        found[one.reason].append(one)
    return sorted(found.items())


def _where(requests: Iterable[Counted], what: str, value: bool | None) -> list[Counted]:
    return [one for one in requests if getattr(one, what) is value]


def _any(requests: Sequence[Counted], what: str) -> bool:
    """Whether anything is known of it; of no requests at all, everything is."""
    return not requests or any(getattr(one, what) is not None for one in requests)


def _rest(requests: Sequence[Counted], what: str, kinds: tuple[str, ...], *, no: str) -> list[Row]:
    """The requests that are not part of the number: known not to be, and (always shown, also when empty) not recorded."""
    known = _where(requests, what, False)
    rows = [_row(no, known, kinds, persons=True, counts=False)] if known else []
    return [*rows, _row(NOT_RECORDED, _where(requests, what, None), kinds, persons=True, counts=False)]


def _row(
    label: str, some: Sequence[Counted], kinds: tuple[str, ...], *, persons: bool = False, counts: bool = True
) -> Row:
    return Row(
        label=label,
        requests=tuple(one for one in some if not one.notice_only),
        notice_only=tuple(one for one in some if one.notice_only),
        of_persons=persons,
        counts=counts,
        entries=tuple(sorted({index for one in some for index in one.proof("request.opened", *kinds)})),
    )


def _size(some: Iterable[Counted], persons: bool) -> int:
    return len({one.person if persons else one.number for one in some})
