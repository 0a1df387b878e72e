"""`detainerdesk read` and `detainerdesk intake`: one paper as it is read, and a folder of them taken in for good."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Thread
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from detainerdesk.cli.agencies import known_stack
from detainerdesk.cli.installation import AGENCY, Data, law_here, open_installation
from detainerdesk.cli.papers import read_paper
from detainerdesk.cli.told import BAD_INPUT, FICTIONAL, BadInput, not_kept, out, say_json
from detainerdesk.cli.watching import Stop, went_well
from detainerdesk.intake.reading.fields import Field, Paper, Reading, Unreadable

if TYPE_CHECKING:
    from detainerdesk.intake.door import Receipt

ACTOR = "command line"
PAUSE = 1.0  # seconds between two looks of a watch
SWEEP_ENDS_WITHIN = 5.0  # seconds; what it did not take stays where it is

AsJson = Annotated[bool, typer.Option("--json", help="The answer as JSON, for a program.")]


def read(
    file: Annotated[Path, typer.Argument(help="A paper: PDF, TIFF or picture.")],
    as_json: AsJson = False,
) -> None:
    """What stands on a paper: which forms it holds, each field and where, and what an officer must catch. Nothing is kept."""
    if not file.is_file():
        raise BadInput(f"There is no file {file}. Name a paper: a PDF, a TIFF or a picture.")
    reading = read_paper(file)
    if isinstance(reading, Unreadable):
        reading = replace(reading, says=not_kept(reading.says))
    if as_json:
        say_json(reading_json(file.name, reading))
    else:
        _say(file.name, reading)
    if isinstance(reading, Unreadable):
        raise typer.Exit(BAD_INPUT)


def reading_json(name: str, reading: Reading | Unreadable) -> dict[str, Any]:
    """names.md's form."""
    if isinstance(reading, Unreadable):
        return {"file": name, "documents": [], "notes": [reading.says]}
    return {"file": name, "documents": [_paper(one) for one in reading.papers], "notes": list(reading.notes)}


def _paper(paper: Paper) -> dict[str, Any]:
    return {
        "kind": paper.kind,
        "edition": paper.edition,
        "pages": list(paper.pages),
        "fields": {name: _field(one) for name, one in paper.fields.items()},
        "defects": [{"id": one.id, "field": one.field, "says": one.says} for one in paper.defects],
    }


def _field(field: Field) -> dict[str, Any]:
    return {
        "value": field.value,
        "state": field.state,
        "accepted": field.accepted,
        "page": field.page,
        "box": None if field.box is None else [round(one, 2) for one in field.box],
        "readers": [list(one) for one in field.readers],
        "agreed": field.agreed,
    }


def _say(name: str, reading: Reading | Unreadable) -> None:
    console = out()
    if isinstance(reading, Unreadable):
        typer.echo(f"{name}: not read. {reading.says}", err=True)
        return
    for paper in reading.papers:
        pages = ", ".join(map(str, paper.pages))
        console.print(f"[bold]{paper.kind}[/] {paper.edition or ''}  page {pages}")
        table = Table("field", "value", "a person must look", box=None, pad_edge=False, padding=(0, 2, 0, 0))
        for field_name, field in paper.fields.items():
            if field.state == "empty" and field.accepted:
                continue
            table.add_row(field_name, value_words(field_name, field), "" if field.accepted else "yes")
        console.print(table)
        for defect in paper.defects:
            console.print(f"{defect.id}: {defect.says}", markup=False)
    for note in reading.notes:
        console.print(note, markup=False)


def value_words(name: str, field: Field) -> str:
    """A text as it stands; a tick or a signature as a word."""
    if isinstance(field.value, bool):
        word = "signed" if name.endswith("_sig") else "ticked"
        return word if field.value else f"not {word}"
    return field.value or field.state


def intake(
    folder: Annotated[
        Path | None,
        typer.Argument(help="Sub-folders are stations: inbox/D-4/fax.pdf. Default: the installation's inbox."),
    ] = None,
    agency: Annotated[str, typer.Option(help="The agency the papers are for.")] = AGENCY,
    data: Data = None,
    watch: Annotated[bool, typer.Option("--watch", help="Go on until stopped, looking every few seconds.")] = False,
    again: Annotated[
        bool,
        typer.Option("--again", help="Reads the lists (CSV) again that wait unread, by the column maps as they are."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Takes papers in: bytes are stored and acknowledged first, then read and joined. Taken files move to .taken/ in the folder."""
    known_stack(agency, law_here())
    ready = open_installation(data)
    if again:
        _say_taken(read_again(agency), as_json)
        return
    source = folder or ready.data / "inbox"
    if not watch:
        _say_taken(take_in(source, agency), as_json)
        return
    stop = Stop()
    for told in _watch(source, agency, lambda: stop.asked):
        _say_taken(told, as_json)


def _never() -> bool:
    return False


def _watch(folder: Path, agency: str, stopped: Callable[[], bool] = _never) -> Iterator[list[dict[str, Any]]]:
    """What became of what arrived, for as long as somebody asks. The folder is swept beside the reading, so that a fax is stored and acknowledged
    at once, whatever is being read meanwhile. A paper that is being read is finished before it stops, and so is a sweep, unless its
    folder hangs. Raises FolderError where there is no such folder: waiting would not help."""
    from detainerdesk.intake.channels.folder import FolderError, sweep

    arrived: SimpleQueue[Receipt] = SimpleQueue()
    no_folder: list[FolderError] = []
    ended = Event()

    def swept() -> None:
        for receipt in sweep(folder, agency):
            arrived.put(receipt)

    def sweep_again_and_again() -> None:
        while not ended.is_set():
            try:
                went_well(swept)
            except FolderError as error:
                no_folder.append(error)
                ended.set()
            ended.wait(PAUSE)

    sweeping = Thread(target=sweep_again_and_again, daemon=True)
    sweeping.start()
    taken: list[Receipt] = []
    try:
        while not (ended.wait(PAUSE) or stopped()):
            while not arrived.empty():
                taken.append(arrived.get())
            if went_well(lambda: _read_and_answer(stopped)) and (placed := _placed(taken)):
                yield [_became(one) for one in taken if one.number in placed]
                taken = [one for one in taken if one.number not in placed]
    finally:
        ended.set()
    sweeping.join(SWEEP_ENDS_WITHIN)
    if no_folder:
        raise no_folder[0]


def take_in(folder: Path, agency: str) -> list[dict[str, Any]]:
    """One sweep: what arrived, and what became of each."""
    from detainerdesk.intake.channels.folder import sweep

    receipts = sweep(folder, agency)
    _read_and_answer()
    return [_became(receipt) for receipt in receipts]


def read_again(agency: str) -> list[dict[str, Any]]:
    """What became of the lists of which the column maps say something else than when they came."""
    from detainerdesk.intake.again import put_back

    receipts = put_back(agency, actor=ACTOR)
    _read_and_answer()
    return [_became(receipt) for receipt in receipts]


def _read_and_answer(stopped: Callable[[], bool] = _never) -> None:
    from detainerdesk.intake.channels.fax_receipts import answer_all
    from detainerdesk.intake.understand import understand_all

    understand_all(stopped=stopped)
    answer_all()


def _placed(receipts: list[Receipt]) -> set[int]:
    from detainerdesk.intake.models import Transmission

    rows = Transmission.objects.filter(receipt__in=[one.number for one in receipts], placed=True)
    return set(rows.values_list("receipt", flat=True))


def _became(receipt: Receipt) -> dict[str, Any]:
    from detainerdesk.intake.models import Transmission

    row = Transmission.objects.select_related("document").get(receipt=receipt.number)
    links = row.links.filter(undone_at=None).select_related("request").order_by("id")
    waits = row.document.waits.filter(agency=row.agency, settled_at=None).order_by("id")
    return {
        "receipt": receipt.number,
        "station": row.station,
        "file": row.name,
        "sha256": receipt.sha256,
        "again": receipt.again,
        "requests": [{"number": link.request.number, "because": link.reason} for link in links],
        "waits": [one.why for one in waits],
    }


def _say_taken(told: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        say_json(told)
        return
    from django.conf import settings

    for one in told:
        where = "; ".join(f"request {request['number']} ({request['because']})" for request in one["requests"])
        typer.echo(f"receipt {one['receipt']}  {one['station']}  {one['file']}: {where or 'no request'}")
        for why in one["waits"]:
            typer.echo(f"    waits for a person: {why}")
    if not told:
        typer.echo("Nothing new.")
    if settings.PROFILE == "development":
        typer.echo(FICTIONAL)
