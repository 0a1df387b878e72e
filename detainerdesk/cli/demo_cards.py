"""How the demo shows things on a terminal: a fax beside what the law says of it, and plain tables. In: the desk's own values and words; out:
rich's renderables. Nothing is decided here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from detainerdesk.desk import facts
from detainerdesk.desk.page import RequestPage
from detainerdesk.intake.join import WORDS
from detainerdesk.intake.reading.fields import Paper
from detainerdesk.intake.request import Request
from detainerdesk.reports.counted import NO_BOX, REASONS

FAX_WIDTH = 46


def card(request: Request, page: RequestPage) -> RenderableType:
    """The fax on the left; on the right one line each: what it asks, what the law says, the section, checked through."""
    right = Table.grid(padding=(0, 2, 0, 0))
    right.add_column(style="dim", no_wrap=True)
    right.add_column()
    right.add_row("asks", what_it_asks(request.detainer))
    right.add_row("law", Text(page.headline, style="bold"))
    right.add_row("section", sections(page))
    right.add_row("counsel", counsel(page))
    right.add_row("checked", f"{page.checked_through.removeprefix('Checked ').rstrip('.')}. {page.not_in_answer}")
    if seen := defects(request.detainer):
        right.add_row("see", seen)
    both = Table.grid(padding=(0, 2, 0, 0), expand=True)
    both.add_column(width=FAX_WIDTH)
    both.add_column()
    both.add_row(fax(request, page), right)
    return both


def fax(request: Request, page: RequestPage) -> Panel:
    """What a person sees of the paper: which forms, who is named, which boxes are ticked."""
    form = request.detainer
    first = request.transmissions[0]
    pages = sorted({number for paper in request.papers for number in paper.pages})
    forms = " + ".join(dict.fromkeys(WORDS.get(paper.kind, paper.kind) for paper in request.papers))
    edition = f" ({form.edition})" if form is not None and form.edition else ""
    lines = [
        Text(f"{forms}{edition}, {len(pages)} pages", style="bold"),
        Text(f"FICTIONAL: {page.person}{f', born {page.born}' if page.born else ''}"),
        Text(f"reason: {ticked(form)}"),
        Text(f"request {request.number}, by {first.channel} to {first.station}"),
    ]
    return Panel(Group(*lines), title=Text(first.name, style="none"), title_align="left", width=FAX_WIDTH)


def defects(form: Paper | None) -> str:
    """What an officer must see on the form."""
    return " ".join(one.says for one in form.defects) if form is not None else ""


def ticked(form: Paper | None) -> str:
    """The reasons that the form itself gives."""
    if form is None:
        return "no form"
    found = [REASONS[name] for name in REASONS if name in form.fields and facts.tick(form, name) is True]
    return "; ".join(found) or NO_BOX


def what_it_asks(form: Paper | None) -> str:
    """In the form's own terms."""
    if form is None:
        return "nothing: it is no request form"
    holds = facts.ASKS_TO_HOLD.get(form.kind)
    if holds is None:
        holds = facts.tick(form, "ask_custody") is True
    return (
        "keep this person up to 48 hours, and tell before release"
        if holds
        else "tell before release; it asks nobody to keep"
    )


def sections(page: RequestPage) -> str:
    """The sources of the line on keeping longer, or of the line that leads."""
    line = next((one for one in page.lines if one.cites), None)
    if line is None:
        return "none found"
    return "; ".join(f"{cite.text}{' CHECK SOURCE' if cite.check_source else ''}" for cite in line.cites)


def counsel(page: RequestPage) -> str:
    """The stamp, or that each rule of the answer is adopted."""
    draft = next((mark.text for mark in page.marks if mark.key == "draft"), "")
    return draft or "each rule of this answer is adopted by a FICTIONAL counsel"


def plain_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    table = Table(*head, box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table
