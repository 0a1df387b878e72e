"""What others make of the same pages: OCRmyPDF, RapidOCR on the whole page and Tesseract on the whole page, each with label search, beside
our reader. A program that is not on this machine is left out, and that is said. Generated pages of fictional people in the usual print:
this says nothing about real forms.

    python benchmarks/intake/peers.py [--quick]

Prints a table and, last, one line of JSON for each measure.
"""

from __future__ import annotations

import argparse
import csv
import io
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OMP_THREAD_LIMIT", "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
import pypdfium2
from PIL import Image

from benchmarks.intake import labels
from benchmarks.intake.labels import Word
from benchmarks.intake.pages.fill import Manner
from benchmarks.intake.pages.machines import RUNGS
from benchmarks.intake.scoring import Job, cpu, in_workers, made, same, say, share

KINDS = ("i247a", "i200")
PAPERS, FEW = 6, 1
OURS = "this reader"


@dataclass(frozen=True)
class Score:
    peer: str
    rung: str
    right: int
    fields: int
    seconds: float


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="one paper of each kind on each rung")
    asked = parser.parse_args()
    peers = [name for name in PEERS if _is_here(name)]
    jobs = [
        (peer, Job(kind, rung, 300 + seed, manner=Manner(0.0, 0.0, 0.0)))
        for rung in RUNGS
        for kind in KINDS
        for seed in range(FEW if asked.quick else PAPERS)
        for peer in peers
    ]
    scores = list(in_workers(score, jobs))
    print("Generated pages of fictional people; printed values right, in per cent.")
    print(f"{'':<24}" + "".join(f"{rung:>14}" for rung in RUNGS) + f"{'all':>8}{'s/page':>8}")
    overall = {}
    for peer in peers:
        mine = [one for one in scores if one.peer == peer]
        cells = "".join(f"{_right([one for one in mine if one.rung == rung]):>14.1f}" for rung in RUNGS)
        overall[peer] = _right(mine)
        print(f"{peer:<24}{cells}{overall[peer]:>8.1f}{sum(one.seconds for one in mine) / len(mine):>8.2f}")
    for peer in peers:
        for rung in RUNGS:
            say(
                f"printed-right-{'-'.join(peer.lower().split())}-{'-'.join(rung.split())}",
                _right([one for one in scores if (one.peer, one.rung) == (peer, rung)]),
                "%",
                None,
            )
    others = [overall[peer] for peer in peers if peer != OURS]
    if not others:
        return 0
    return 0 if say("printed-right-before-best-peer", round(overall[OURS] - max(others), 2), "points", 0.0) else 1


def score(task: tuple[str, Job]) -> Score:
    """One peer on one page."""
    peer, job = task
    laid, sent = made(job)
    wanted = {name: one for name, one in laid.fields.items() if one.printed}
    begun = cpu()
    got = PEERS[peer](job.kind, sent.data)
    seconds = cpu() - begun
    right = sum(same(name, one.truth, got.get(name)) for name, one in wanted.items())
    return Score(peer, job.channel, right, len(wanted), seconds)


def ours(kind: str, data: bytes) -> dict[str, Any]:
    from detainerdesk.intake.reading.read import read

    paper = next((paper for paper in read(data).papers if paper.kind == kind), None)
    return {name: field.value for name, field in paper.fields.items()} if paper else {}


def tesseract(kind: str, data: bytes) -> dict[str, Any]:
    page = picture(data)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "page.png"
        page.save(file, dpi=(200, 200))
        told = subprocess.run(
            ["tesseract", str(file), "-", "--psm", "1", "tsv"], check=False, capture_output=True, text=True
        ).stdout
    words = []
    for row in csv.DictReader(io.StringIO(told), delimiter="\t", quoting=csv.QUOTE_NONE):
        if row["level"] == "5" and (row["text"] or "").strip():
            x, y, wide, tall = (float(row[name]) for name in ("left", "top", "width", "height"))
            words.append(_word(row["text"], x, y, x + wide, y + tall, page.size))
    return labels.find(kind, words)


def rapidocr(kind: str, data: bytes) -> dict[str, Any]:
    page = picture(data)
    told = _engine()(np.asarray(page.convert("RGB")))
    words = []
    for text, box in zip(told.txts or (), told.boxes if told.boxes is not None else (), strict=True):
        (x0, y0), (x1, y1) = box.min(axis=0), box.max(axis=0)
        words += _split(str(text), float(x0), float(y0), float(x1), float(y1), page.size)
    return labels.find(kind, words)


def ocrmypdf(kind: str, data: bytes) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        before, after = Path(folder) / "page.png", Path(folder) / "page.pdf"
        picture(data).save(before, dpi=(200, 200))
        asked = [
            "-m",
            "ocrmypdf",
            "-j1",
            "-q",
            "--deskew",
            "--rotate-pages",
            "--output-type",
            "pdf",
            "--optimize",
            "0",
            str(before),
            str(after),
        ]
        subprocess.run([sys.executable, *asked], check=False, capture_output=True)
        if not after.is_file():
            return {}
        document = pypdfium2.PdfDocument(after.read_bytes())
        page = document[0]
        wide, tall = page.get_size()
        text = page.get_textpage()
        words: list[Word] = []
        letters: list[tuple[str, tuple[float, float, float, float]]] = []
        for number in range(text.count_chars() + 1):
            letter = text.get_text_range(number, 1) if number < text.count_chars() else " "
            if letter.strip():
                letters.append((letter, text.get_charbox(number, loose=True)))
            elif letters:
                boxes = [box for _, box in letters]
                left, right = min(box[0] for box in boxes), max(box[2] for box in boxes)
                low, high = min(box[1] for box in boxes), max(box[3] for box in boxes)
                words.append(
                    _word("".join(letter for letter, _ in letters), left, tall - high, right, tall - low, (wide, tall))
                )
                letters = []
        return labels.find(kind, words)


PEERS: dict[str, Callable[[str, bytes], dict[str, Any]]] = {
    OURS: ours,
    "OCRmyPDF": ocrmypdf,
    "RapidOCR page": rapidocr,
    "Tesseract page": tesseract,
}
_NEEDS = {OURS: (), "OCRmyPDF": ("tesseract",), "RapidOCR page": (), "Tesseract page": ("tesseract",)}


def picture(data: bytes) -> Image.Image:
    """The first page with square dots at 200 to the inch or more, which is what these programs expect."""
    if data.startswith(b"%PDF"):
        page: Image.Image = pypdfium2.PdfDocument(data)[0].render(scale=200 / 72, grayscale=True).to_pil().convert("L")
        return page
    with Image.open(io.BytesIO(data)) as file:
        page = file.convert("L")
    return page.resize((page.width, round(page.width * 11 * 204 / 1728)))


def _is_here(peer: str) -> bool:
    missing = [program for program in _NEEDS[peer] if shutil.which(program) is None]
    if (
        peer == "OCRmyPDF"
        and subprocess.run([sys.executable, "-m", "ocrmypdf", "--version"], check=False, capture_output=True).returncode
    ):
        missing.append("ocrmypdf")
    if missing:
        print(f"{peer} is left out: {', '.join(missing)} is not on this machine.")
    return not missing


@cache
def _engine() -> Any:
    from rapidocr import RapidOCR

    return RapidOCR(params={"Global.log_level": "critical", "EngineConfig.onnxruntime.intra_op_num_threads": 1})


def _split(text: str, x0: float, y0: float, x1: float, y1: float, size: tuple[float, float]) -> list[Word]:
    """A line as words, each with its share of the width."""
    words, at, step = [], 0, (x1 - x0) / max(1, len(text))
    for part in text.split():
        at = text.index(part, at)
        words.append(_word(part, x0 + at * step, y0, x0 + (at + len(part)) * step, y1, size))
        at += len(part)
    return words


def _word(text: str, x0: float, y0: float, x1: float, y1: float, size: tuple[float, float]) -> Word:
    return Word(text, x0 / size[0], y0 / size[1], x1 / size[0], y1 / size[1])


def _right(scores: list[Score]) -> float:
    return share(sum(one.right for one in scores), sum(one.fields for one in scores))


if __name__ == "__main__":
    raise SystemExit(main())
