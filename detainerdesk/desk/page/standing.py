"""How a rule stands, in the words that each page prints beside it: the days on which it is law."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from detainerdesk.law import Provision
from detainerdesk.law.language.dates import Span


def dates(one: Provision) -> str:
    """`in force from 2019-12-18 or 2019-12-19`, `in force 2014-08-20 to 2019-12-18, not 2017-08-30 to 2018-03-12`."""
    spans = [_span(*each) for each in _ends(one.in_force.spans)]
    stays = [_span(*each) for each in _ends(one.in_force.stayed)]
    stayed = f", not {' and '.join(stays)}" if stays else ""
    declared = f"; a court declared on {one.declared} that it always was" if one.declared else ""
    return f"in force {' and '.join(spans)}{stayed}{declared}"


def _ends(spans: Iterable[Span]) -> Iterator[tuple[str, str]]:
    for span in spans:
        start = str(span.start or "") + (f" or {span.late}" if span.late else "")
        yield start, str(span.end or "")


def _span(start: str, end: str) -> str:
    if start and end:
        return f"{start} to {end}"
    return f"from {start}" if start else f"until {end}" if end else "always"
