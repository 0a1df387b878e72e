"""`detainerdesk demo`: a small pile of FICTIONAL paperwork all the way through the house, on a fresh data folder. Nothing is staged: the pile is
swept, read, joined, decided, recorded, reported and proved by the same parts that a department uses. It ends with 1 if a step did not come out."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from detainerdesk.cli.told import DOES_NOT_HOLD, FICTIONAL, BadInput, counted, out

if TYPE_CHECKING:
    from detainerdesk.desk.setup import Ready
    from detainerdesk.intake.reading.fields import Reading, Unreadable
    from detainerdesk.intake.request import Request
    from detainerdesk.law import Case, Decision, Edition
    from detainerdesk.reports.annual import Made

BOSTON = "us-ma-boston/police"
TEXAS = "us-tx-harris/sheriff"
PILE = Path(__file__).resolve().parents[2] / "examples" / "paperwork"
ADOPTED = ("US-08", "MA-1", "MA-2", "BOS19-1", "BOS19-2", "BOS19-5")
OURS = ".made-by-detainerdesk-demo"
AT_A_TIME = 2
NATIONALITIES = ("US", "MX", "HT", "CN", "BR", "VN", "DO", "IE", "unknown")


def demo(
    out_folder: Annotated[
        Path, typer.Option("--out", help="Where everything goes; an earlier demo's folder is made anew.")
    ] = Path("demo-output"),
) -> None:
    """The main job on a small pile of FICTIONAL detainer paperwork for the Boston police: from the fax to a decision that can be verified."""
    from detainerdesk.cli.serving import unserved

    with unserved(out_folder / "data"), made_beside(out_folder) as work:
        shown = _Demo(work, out_folder)
        shown.run()
    if shown.amiss:
        for one in shown.amiss:
            typer.echo(f"NOT AS PROMISED: {one}", err=True)
        raise typer.Exit(DOES_NOT_HOLD)


@dataclass
class _Demo:
    """One run. It is made in `folder`, and stands in `place` when it has ended; `amiss` holds each promise that did not come out."""

    folder: Path
    place: Path
    amiss: list[str] = field(default_factory=list)
    console: Console = field(default_factory=lambda: out(record=True))
    began: float = field(default_factory=time.monotonic)

    def run(self) -> None:
        self.say(f"[bold]{FICTIONAL}[/]")
        self.say(
            "A pile of detainer paperwork for the Boston police goes from the fax to a decision that can be verified. "
            "Reading the scanned pages (OCR, on this machine, nothing leaves it) is the slow part: about 15 to 40 seconds."
        )
        ready, edition, numbers = self.take_in()
        self.cards(numbers, self.adopted(edition))
        self.joined(numbers)
        self.turns(numbers[0], edition)
        self.outcomes(numbers)
        made = self.report(edition)
        self.proof(numbers[0], edition, ready, made)
        self.end()

    # --- 0: the pile arrives ---------------------------------------------------------------------------------------------

    def take_in(self) -> tuple[Ready, Edition, list[str]]:
        """The pile is dropped into the inbox, stored, then read by two child processes at a time, and joined to requests."""
        from detainerdesk.desk import setup

        with self.step("The pile arrives"):
            ready = setup.make_ready(self.folder / "data", demo_people=False)
            drop(PILE, ready.data / "inbox")
            from detainerdesk.intake.channels.folder import sweep

            receipts = sweep(ready.data / "inbox", BOSTON)
            self.say(
                f"{len(receipts)} files taken from {self.place / 'data' / 'inbox'}, stored and acknowledged; now each is read."
            )
            with ThreadPoolExecutor(AT_A_TIME) as pool:
                readings = _read_all(pool, [receipt.sha256 for receipt in receipts])
                ready = setup.make_ready(self.folder / "data")  # people to sign in as, while the pages are read
                from detainerdesk.desk import life

                edition = life.edition()
                self.understand(readings)
            numbers = list(life.open_new(BOSTON, datetime.now(UTC)))
        self.expect(len(numbers) == 5, f"5 requests from the pile, not {len(numbers)}")
        return ready, edition, numbers

    def understand(self, readings: Mapping[str, Future[tuple[Reading | Unreadable, float]]]) -> None:
        """In the order of the receipts; each as soon as it is read."""
        from detainerdesk.intake.understand import understand_next

        columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
        with Progress(*columns, console=self.console, transient=True) as progress:
            task = progress.add_task("reading", total=len(readings))
            while (document := understand_next(lambda path: readings[path.name].result()[0])) is not None:
                seconds = readings[document.sha256].result()[1]
                papers = [] if document.reading is None else document.reading["documents"]
                kinds = " + ".join(paper["kind"] for paper in papers) or "not readable"
                self.console.print(f"  {document.name:<36} {seconds:5.1f} s   {kinds}", markup=False)
                progress.advance(task)

    def adopted(self, edition: Edition) -> str:
        """A FICTIONAL counsel adopts the rules behind a civil request and leaves those on a court's warrant as drafts, so that both are seen."""
        from detainerdesk.desk import life
        from detainerdesk.law import digest, provisions

        every = [one for one in provisions(edition.stack(BOSTON)) if one.status != "off"]
        read = {one.id: digest(one, edition) for one in every if one.id in ADOPTED}
        signed = life.adopt(read, _officer("adler"), edition, at=datetime.now(UTC))
        self.expect(len(signed) == len(ADOPTED), "the FICTIONAL counsel adopts what the demo names")
        return f"A FICTIONAL counsel has adopted {len(signed)} of {len(every)} rules ({', '.join(signed)})."

    # --- 1: the fax beside one line each ---------------------------------------------------------------------------------

    def cards(self, numbers: list[str], counsel: str) -> None:
        from detainerdesk.cli.demo_cards import card
        from detainerdesk.desk.page import request_page
        from detainerdesk.intake import request

        with self.step("1. Each fax, and what the law that binds Boston's police says about it"):
            now = datetime.now(UTC)
            for number in numbers:
                page = request_page(BOSTON, number, now, "supervisor")
                self.console.print(card(request.load(number, BOSTON), page))
            self.say(
                f"{counsel} An answer that rests on another one is a draft. CHECK SOURCE: a rule's text has not been checked against its source."
            )

    # --- 2: the copy joins, the cat waits --------------------------------------------------------------------------------

    def joined(self, numbers: list[str]) -> None:
        from detainerdesk.cli.demo_cards import plain_table
        from detainerdesk.intake import queue, request

        with self.step("2. The same form, faxed to a second station; and a page that is no form"):
            twice = request.load(numbers[0], BOSTON)
            rows = [(f"receipt {one.receipt}", one.station, one.name) for one in twice.transmissions]
            self.say(f"Request {twice.number} is one request with {len(rows)} transmissions:")
            self.console.print(plain_table(("", "station", "file"), rows))
            self.expect(len(rows) == 2, "the copy joins its request: two transmissions")
            waits = queue.waiting(BOSTON)
            for one in waits:
                self.say(f"{one.name} is kept and waits for a person: {one.why}")
            self.expect(any("cat" in one.name for one in waits), "the cat waits for a person")

    # --- 3: one fact turns the outcome -----------------------------------------------------------------------------------

    def turns(self, number: str, edition: Edition) -> None:
        from detainerdesk.cli.demo_cards import plain_table
        from detainerdesk.desk.facts import FoundWarrant, Known, WarrantCheckFacts
        from detainerdesk.intake import request

        with self.step("3. What turns the outcome, and what does not"):
            now = datetime.now(UTC)
            paper = request.load(number, BOSTON)
            none_found = Known(warrant_check=WarrantCheckFacts("none", now))
            judges = FoundWarrant("federal_criminal_arrest", "magistrate_judge", True, "26-MJ-0555 (FICTIONAL)")
            found = Known(warrant_check=WarrantCheckFacts("found", now, (judges,)))
            plain = _decided(paper, none_found, edition, BOSTON, now)
            warrant = _decided(paper, found, edition, BOSTON, now)
            texas = _decided(paper, none_found, edition, TEXAS, now)
            same = _with_nationalities(plain.decision.trace.case, edition)
            rows = [
                ("Boston, warrant check found nothing", plain.hold, plain.headline),
                ("Boston, a judge's criminal warrant found", warrant.hold, warrant.headline),
                (
                    f"Boston, nationality tried as {', '.join(NATIONALITIES)}",
                    f"{same} answer{'' if same == 1 else 's'}",
                    "The answer is the same for each.",
                ),
                ("Harris County, Texas, the same page", texas.hold, texas.headline),
            ]
            self.console.print(plain_table(("request " + number, "hold", "what the page says"), rows))
            self.say(
                f"Texas: {'; '.join(f'{by.rule}, {by.cite}' for by in texas.decision.actions['hold'].by)} CHECK SOURCE (a thin rulebook)"
            )
            self.expect(plain.hold == "forbidden", "without a warrant Boston's hold is forbidden")
            self.expect(warrant.hold != "forbidden", "a judge's warrant turns the hold")
            self.expect(same == 1, "nationality turns nothing")
            self.expect(texas.hold == "required", "Texas answers the other way")

    # --- 4: outcomes are recorded, and the year is reported --------------------------------------------------------------

    def outcomes(self, numbers: list[str]) -> None:
        """Fictional officers record what happened to three of the five; the others stay without an outcome."""
        with self.step("4. Officers record outcomes; the year's report to the City Clerk"):
            lima, brito = _officer("lima"), _officer("brito")
            first, scanned, with_warrant = numbers[0], _number_of("3-scan"), _number_of("4-detainer")
            self.expect(bool(scanned and with_warrant), "the scan and the form with a judge's warrant open requests")
            _let_go(first, lima, "bail_or_ROR")
            if scanned:
                _let_go(scanned, brito, "dropped")
            if with_warrant:
                _kept_on_court_warrant(with_warrant, lima)
            released = " and ".join(number for number in (first, scanned) if number)
            left = [number for number in numbers if number not in (first, scanned, with_warrant)]
            self.say(
                f"Recorded: {released} released; {with_warrant or 'none'} kept on the court's warrant, not on the request. "
                f"No outcome recorded: {', '.join(left)}."
            )

    def report(self, edition: Edition) -> Made:
        from detainerdesk.cli.report import say_report
        from detainerdesk.ledger import log
        from detainerdesk.reports import annual

        zone = edition.stack(BOSTON).zone
        now = datetime.now(UTC).astimezone(zone)
        made = annual.make(BOSTON, now.year, now, edition, out=self.folder, actor="demo")
        say_report(made.report, self.console)
        row = max(made.report.figures[0].rows, key=lambda row: sum(one.transmissions for one in row.requests))
        self.say(f"Opened: “{row.label}”, {row.count}:")
        entries = {entry.index: entry for entry in log.entries(agency=BOSTON)}
        for one in row.requests:
            proofs = ", ".join(
                f"{index} {entries[index].event.kind}" for index in one.proof("request.opened", "request.joined")
            )
            self.say(
                f"  request {one.number}: {one.transmissions} transmission{'' if one.transmissions == 1 else 's'}; ledger entries {proofs}"
            )
        detained = made.report.figure("persons_detained_by_reason")
        self.expect("not recorded" in detained.said(), "requests without an outcome stand as not recorded")
        return made

    # --- 5: the proof ----------------------------------------------------------------------------------------------------

    def proof(self, number: str, edition: Edition, ready: Ready, made: Made) -> None:
        from detainerdesk.cli.proof import verified
        from detainerdesk.ledger import notary
        from detainerdesk.ledger.verify import export
        from detainerdesk.reports import bundle

        with self.step("5. The ledger is verified; then one byte of a copy is changed"):
            signed = notary.sign_checkpoint(actor="demo", agency=BOSTON)
            whole = export(self.folder / "ledger")
            told = verified(whole, (ready.vkey,))
            self.say(
                f"Checkpoint of {signed.size} entries, root {signed.root[:16]}…: {'verified' if told.ok else 'NOT VERIFIED'}"
            )
            self.expect(told.ok, "the ledger verifies")
            changed = shutil.copytree(whole, self.folder / "ledger-with-one-byte-changed")
            change_one_byte(changed, made.entry)
            broken = verified(changed, (ready.vkey,))
            for _, says in broken.fails:
                self.say(f"In the copy: {says}")
            named = any(entry == made.entry for entry, _ in broken.fails)
            self.expect(not broken.ok and named, "the verifier names the entry that was changed")
            packed = bundle.write(number, BOSTON, edition, out=self.folder, actor="demo", at=datetime.now(UTC))
            checked = verified(packed.folder, (ready.vkey,))
            self.say(
                f"Bundle of request {number} for a court: {counted(packed.entries, 'entry', 'entries')}, "
                f"{counted(packed.documents, 'paper')}, {counted(packed.decisions, 'decision')}: "
                f"{'verified' if checked.ok else 'NOT VERIFIED'}"
            )
            self.expect(checked.ok, "the bundle verifies")

    def end(self) -> None:
        seconds = time.monotonic() - self.began
        self.console.rule(style="dim")
        self.say(f"Everything is in {self.place}/ ({seconds:.0f} seconds):")
        for name, what in WROTE:
            if any(self.folder.glob(name)):
                self.console.print(f"  {next(self.folder.glob(name)).name:<46} {what}", markup=False)
        self.say("Next: [bold]make serve[/] shows the same cases in the browser, on 127.0.0.1.")
        self.say(f"[bold]{FICTIONAL}[/]")
        (self.folder / "what-was-shown.txt").write_text(self.console.export_text(), encoding="utf-8")

    # --- saying ----------------------------------------------------------------------------------------------------------

    def say(self, text: str) -> None:
        self.console.print(text)

    def expect(self, holds: bool, promise: str) -> None:
        if not holds:
            self.amiss.append(promise)

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        self.console.print()
        self.console.rule(f"[bold]{title}[/]", align="left", style="dim")
        yield


WROTE = (
    ("report-*.pdf", "the year's report as the City Clerk would get it"),
    ("report-*.csv", "the same figures for a spreadsheet"),
    ("ledger", "the ledger, exported; anybody can verify it"),
    ("ledger-with-one-byte-changed", "a copy that does not verify"),
    ("bundle-*.zip", "all of one request for a court, with its proofs"),
    ("data", "the installation: database, papers, keys (what `make serve` shows)"),
    ("what-was-shown.txt", "this output"),
)


@contextmanager
def made_beside(folder: Path) -> Iterator[Path]:
    """A new folder beside `folder`, which takes its place when the block has ended. If the block breaks off, what was there before is whole."""
    _refuse_another_s(folder)
    work, old = (folder.parent / f"{folder.name}.{word}" for word in ("being-made", "before"))
    for left in (work, old):  # of a demo that was killed
        _refuse_another_s(left)
        shutil.rmtree(left, ignore_errors=True)
    try:
        fresh_folder(work)
        yield work
        _let_go_of_the_database()
        (work / ".gitignore").unlink()
        if folder.exists():
            folder.rename(old)
        work.rename(folder)
    finally:
        if old.exists() and not folder.exists():
            old.rename(folder)
        shutil.rmtree(work, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def fresh_folder(folder: Path) -> None:
    """An empty folder with our mark, which git leaves out while it is made."""
    folder.mkdir(parents=True)
    (folder / OURS).write_text("FICTIONAL. Made by `detainerdesk demo`, which makes it anew.\n", encoding="utf-8")
    (folder / ".gitignore").write_text("*\n", encoding="utf-8")
    (folder / "what-was-shown.txt").touch()


def _refuse_another_s(folder: Path) -> None:
    """One that is there and is not an earlier demo's is left alone."""
    if folder.exists() and not (folder / OURS).is_file():
        raise BadInput(
            f"{folder} is there and was not made by an earlier demo: name another with --out, or move it away."
        )


def _let_go_of_the_database() -> None:
    """Its files are about to move. Where Django was never loaded there is none."""
    if "django" in sys.modules:
        from django.conf import settings
        from django.db import connections

        if settings.configured:
            connections.close_all()


def drop(pile: Path, inbox: Path) -> None:
    """Copies the pile into the inbox in the order of its numbers; a folder is a station."""
    if not pile.is_dir():
        raise BadInput(f"The examples are not in {pile}: run the demo from a checkout of the repository.")
    for file in sorted((one for one in pile.rglob("*") if one.is_file()), key=lambda one: one.name):
        station = inbox / file.parent.name
        station.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, station / file.name)


def change_one_byte(folder: Path, index: int) -> None:
    """Changes one letter inside one entry of an exported ledger, and nothing else."""
    from detainerdesk.ledger import layout

    for number, files in layout.bundle_files(folder).items():
        path = files[-1][1]
        data = bytearray(path.read_bytes())
        entries = layout.unpack(bytes(data)).entries
        place = index - number * 256
        if 0 <= place < len(entries):
            at = (
                sum(len(entry) + 2 for entry in entries[:place])
                + 2
                + entries[place].index(b'"actor":"')
                + len(b'"actor":"')
            )
            data[at] ^= 1
            path.write_bytes(bytes(data))
            return


def _read_all(pool: ThreadPoolExecutor, hashes: list[str]) -> dict[str, Future[tuple[Reading | Unreadable, float]]]:
    """The likely slow ones first, so that no processor waits at the end."""
    from detainerdesk.intake import store
    from detainerdesk.intake.reading.child import read_in_child

    def read(sha256: str) -> tuple[Reading | Unreadable, float]:
        began = time.monotonic()
        return read_in_child(store.path(sha256)), time.monotonic() - began

    by_size = sorted(set(hashes), key=lambda sha256: -store.path(sha256).stat().st_size)
    return {sha256: pool.submit(read, sha256) for sha256 in by_size}


@dataclass(frozen=True)
class _Answer:
    decision: Decision
    hold: str
    headline: str


def _decided(paper: Request, known: Any, edition: Edition, agency: str, now: datetime) -> _Answer:
    """The same page under the law that binds an agency."""
    from detainerdesk.desk import facts, words
    from detainerdesk.desk.life import History
    from detainerdesk.desk.page import agency_words, situation_of
    from detainerdesk.law import decide

    here = replace(paper, agency=agency)
    stack = edition.stack(agency)
    decision = decide(facts.case_of(here, known, at=now.astimezone(stack.zone)), edition)
    said = words.page(
        decision, agency_words(stack), situation_of(here, History(known), now), now.astimezone(stack.zone)
    )
    return _Answer(decision, decision.actions["hold"].outcome, said.headline)


def _with_nationalities(case: Case, edition: Edition) -> int:
    """How many different answers there are when only the nationality on the form changes."""
    from detainerdesk.law import decide

    tried = [decide(case.with_facts(**{"person.nationality": one}), edition) for one in NATIONALITIES]
    return len({repr(one.as_json()["actions"]) for one in tried})


def _officer(name: str) -> Any:
    from detainerdesk.desk.models import Officer

    return Officer.objects.select_related("user").get(user__username=name)


def _number_of(file: str) -> str:
    """The request that a file of the pile opened, or "" if it opened none."""
    from detainerdesk.intake.models import Joined

    link = Joined.objects.select_related("request").filter(transmission__name__startswith=file).order_by("id").first()
    return link.request.number if link is not None else ""


def _version(number: str) -> int:
    from detainerdesk.desk.models import RequestState

    return RequestState.objects.get(agency=BOSTON, number=number).version


def _let_go(number: str, officer: Any, ground: str) -> None:
    """The same person; no warrant found; other custody ended just now: no hold, and the person leaves."""
    from detainerdesk.desk import life

    life.same_person(number, _version(number), officer, "same", compared="name, birth date", at=datetime.now(UTC))
    life.record_warrant_check(number, _version(number), officer, "none", systems="WMS, NCIC", at=datetime.now(UTC))
    now = datetime.now(UTC)
    life.record_booking(number, _version(number), officer, ground, now, other_basis=False, at=now)
    life.record_act(number, _version(number), officer, "no_hold", at=datetime.now(UTC))
    life.record_act(number, _version(number), officer, "release", at=datetime.now(UTC))


def _kept_on_court_warrant(number: str, officer: Any) -> None:
    """The court confirms its warrant: custody rests on that, and no hold is recorded on the request."""
    from detainerdesk.desk import life

    life.same_person(number, _version(number), officer, "same", compared="name, birth date", at=datetime.now(UTC))
    life.answer(number, _version(number), officer, question="court_paper", value="confirmed", at=datetime.now(UTC))
    life.record_booking(number, _version(number), officer, "none", basis="a court's warrant", at=datetime.now(UTC))
    life.record_act(number, _version(number), officer, "no_hold", at=datetime.now(UTC))
