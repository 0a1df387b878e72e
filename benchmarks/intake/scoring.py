"""Reads generated papers with the reader, two at a time at low priority, and holds each field against what was filled in. Comes in:
jobs (what to fill, which channel, a seed). Goes out: one `Outcome` for each field and one `Read` for each paper; the misses go, with
the picture of each, to build/intake/ so that somebody can look at them."""

from __future__ import annotations

import argparse
import io
import json
import multiprocessing
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OMP_THREAD_LIMIT", "1")

import pypdfium2
from PIL import Image

from benchmarks.intake.pages import fill, machines, sheets
from benchmarks.intake.pages.fill import Manner
from benchmarks.intake.pages.fillable import fillable
from benchmarks.intake.pages.machines import Sent
from benchmarks.intake.pages.sheets import Expected, Laid, Typed

BUILD = Path(__file__).resolve().parents[2] / "build" / "intake"
WORKERS = 2
KEPT = 300  # misses of which the picture is kept
PLAIN_NUMBERS = (
    "subject_id",
    "event_no",
    "file_no",
    "form_date",
    "dob",
    "notify_phone",
    "cancel_date",
    "charge_date",
    "served_on",
    "serve_date",
    "case_no",
    "return_to",
    "entry_date",
)


@dataclass(frozen=True)
class Job:
    """One paper to make and read."""

    kind: str
    channel: str
    seed: int
    unseen: bool = False
    manner: Manner = Manner()  # noqa: RUF009


@dataclass(frozen=True)
class Outcome:
    """One field: what stands there, what was read."""

    job: Job
    field: str
    kind: str  # text, tick, signature
    printed: bool
    hand: bool
    mark: str
    truth: str | bool
    value: str | bool | None
    state: str
    accepted: bool
    right: bool
    wrong: bool  # accepted without a person, yet not what stands there


@dataclass(frozen=True)
class Read:
    """One paper: what it was taken for, how long it took, its fields."""

    job: Job
    edition: str
    kind: str  # as read; "unreadable" where the reader gave up
    pages: int
    seconds: float
    outcomes: tuple[Outcome, ...]


def arguments(doc: str, quick: str) -> argparse.ArgumentParser:
    """What every measure can be asked: the short form, and other pages than those that it was built with."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help=quick)
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="draw other pages: added to every seed")
    return parser


def drawn_from(seed: int, jobs: Sequence[Any]) -> list[Any]:
    """The same jobs, with `seed` added to each one's: other people, other pages."""
    return [replace(job, seed=job.seed + seed) for job in jobs]


def read_all(jobs: Sequence[Job], into: str) -> list[Read]:
    """All jobs, in two processes; misses are listed in build/intake/<into>/misses.tsv."""
    folder = BUILD / into
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    done = list(in_workers(_read_one, [(job, folder) for job in jobs]))
    _list_misses(folder, done)
    return done


def in_workers(work: Any, jobs: Sequence[Any]) -> Iterator[Any]:
    """The answers of `work` for each job, in order, from two processes at low priority."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(WORKERS, initializer=os.nice, initargs=(10,)) as pool:
        yield from pool.imap(work, jobs)


def made(job: Job) -> tuple[Laid, Sent]:
    """The paper of a job, clean and as it arrives."""
    laid = sheets.lay(fill.sheet(job.kind, job.seed, unseen=job.unseen, manner=job.manner))
    if job.manner.fillable:
        laid = replace(laid, pdf=fillable(laid))
    return laid, machines.send(laid.pdf, job.channel, f"{job.kind}/{job.seed}")


def cpu() -> float:
    """Seconds that this process and the programs that it ran have computed: what one core would need alone."""
    return sum(os.times()[:4])


def same(field: str, truth: str | bool, value: str | bool | None) -> bool:
    """Whether a value is what stands there. Spaces count between words, not inside numbers and not beside a comma."""
    if isinstance(truth, bool) or not isinstance(value, str):
        return truth is value
    return _plain(field, truth) == _plain(field, value)


def _plain(field: str, text: str) -> str:
    if field in PLAIN_NUMBERS:
        return re.sub(r"\s+", "", text)
    return re.sub(r"\s*([,.;])\s*", r"\1", " ".join(text.split()))


def _read_one(task: tuple[Job, Path]) -> Read:
    from detainerdesk.intake.reading.pages import CannotRead
    from detainerdesk.intake.reading.read import read

    job, folder = task
    laid, sent = made(job)
    begun = cpu()
    try:
        reading = read(sent.data)
    except CannotRead as refused:
        return Read(job, laid.sheet.edition, f"unreadable: {refused}", laid.pages, 0.0, ())
    seconds = cpu() - begun
    paper = next((paper for paper in reading.papers if paper.kind == job.kind), None)
    fields = paper.fields if paper else {}
    outcomes = tuple(_outcome(job, name, expected, fields.get(name)) for name, expected in laid.fields.items())
    kind = paper.kind if paper else reading.papers[0].kind
    _keep(folder, job, laid, sent, outcomes)
    return Read(job, laid.sheet.edition, kind, laid.pages, seconds / laid.pages, outcomes)


def _outcome(job: Job, name: str, expected: Expected, got: Any) -> Outcome:
    value, state, accepted = (got.value, got.state, got.accepted) if got is not None else (None, "not found", False)
    truth = expected.truth
    if expected.kind == "text":
        right = same(name, truth, value) if truth else state == "empty"
    elif truth == "person":
        right = not accepted
    else:
        right = (state == "shown" and value is True) if truth else state == "empty"
    mark = getattr(expected.entry, "mark", None) or getattr(expected.entry, "how", None) or ""
    hand = isinstance(expected.entry, Typed) and expected.entry.hand
    return Outcome(
        job,
        name,
        expected.kind,
        expected.printed,
        hand,
        mark,
        truth,
        value,
        state,
        accepted,
        right,
        accepted and not right,
    )


def _keep(folder: Path, job: Job, laid: Laid, sent: Sent, outcomes: Iterable[Outcome]) -> None:
    """The picture of each missed place, and the file itself."""
    missed = [one for one in outcomes if interesting(one)]
    if not missed or len(list(folder.glob("*.png"))) > KEPT:
        return
    name = name_of(job)
    (folder / f"{name}.{'pdf' if sent.data.startswith(b'%PDF') else 'tiff'}").write_bytes(sent.data)
    pages = _pictures(sent.data)
    for one in missed[:12]:
        expected = laid.fields[one.field]
        crop(pages[expected.page - 1], sent, expected).save(folder / f"{name} {one.field}.png")


def interesting(one: Outcome) -> bool:
    """Wrong where it should be right: a wrong acceptance, or a printed value or clear mark that was not read."""
    return one.wrong or (not one.right and (one.printed or one.kind != "text"))


def name_of(job: Job) -> str:
    return f"{job.kind} {job.channel} {job.seed}{' touching' if job.manner.touching else ''}{' fillable' if job.manner.fillable else ''}{' unseen' if job.unseen else ''}"


def crop(picture: Image.Image, sent: Sent, expected: Expected) -> Image.Image:
    """A place on the page that arrived, with some room around it, upright."""
    x0, y0, x1, y1 = sent.box(expected.page, expected.box)
    cut_off = (
        (8.5 * 72 - machines.WIDE / 204 * 72) / 2 if "fax" in sent.channel else 0
    )  # a fax line is a little shorter than the paper
    across, down = picture.width / (612 - 2 * cut_off), picture.height / 792
    room = 12
    left, right = (x0 - cut_off - room) * across, (x1 - cut_off + room) * across
    box = (round(left), round((y0 - room) * down), round(right), round((y1 + room) * down))
    cut = picture.convert("L").crop(box)
    if across > 1.5 * down:
        cut = cut.resize((cut.width, cut.height * 2))
    return cut.rotate(180) if sent.ways[expected.page - 1][0, 0] < 0 else cut


def _pictures(data: bytes) -> list[Image.Image]:
    if data.startswith(b"%PDF"):
        document = pypdfium2.PdfDocument(data)
        return [page.render(scale=200 / 72, grayscale=True).to_pil() for page in document]
    found = []
    with Image.open(io.BytesIO(data)) as file:
        for number in range(getattr(file, "n_frames", 1)):
            file.seek(number)
            found.append(file.convert("L"))
    return found


def _list_misses(folder: Path, done: Sequence[Read]) -> None:
    lines = ["paper\tfield\tmark\ttruth\tread\tstate\taccepted\twrong"]
    for read in done:
        if read.kind != read.job.kind:
            lines.append(f"{name_of(read.job)}\t(kind)\t\t{read.job.kind} {read.edition}\t{read.kind}\t\t\t")
            continue
        lines += [
            "\t".join(
                map(
                    str,
                    (
                        name_of(one.job),
                        one.field,
                        one.mark,
                        one.truth,
                        one.value,
                        one.state,
                        one.accepted,
                        "WRONG" if one.wrong else "",
                    ),
                )
            )
            for one in read.outcomes
            if interesting(one)
        ]
    (folder / "misses.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "all.jsonl").write_text(
        "".join(json.dumps(asdict(one), ensure_ascii=False) + "\n" for read in done for one in read.outcomes),
        encoding="utf-8",
    )


def share(part: int, of: int) -> float:
    """Per cent, with enough places for one in a thousand."""
    return round(100 * part / of, 3) if of else 100.0


def say(measure: str, value: float, unit: str, target: float | None, *, least: bool = True) -> bool:
    """Prints the line of JSON that benchmarks/run.py gathers; True if the measure holds. Without a target it is only reported."""
    holds = target is None or (value >= target if least else value <= target)
    print(json.dumps({"measure": measure, "value": value, "unit": unit, "target": target, "holds": holds}))
    return holds
