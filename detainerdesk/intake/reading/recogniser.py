"""The first reader: the PP-OCR model that comes inside the `rapidocr` package, run on one line of print at a time. Comes in: a grey
crop of one line. Goes out: its text, and for each character where it stands and how sure the model is. It is called directly, one crop
at its own width, because a batch would be as wide as its widest crop and the time is spent on width."""

from __future__ import annotations

import string
import unicodedata
from functools import cache
from importlib import resources
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from detainerdesk.intake.reading.lines import fold
from detainerdesk.intake.reading.pages import Gray

MODEL = "PP-OCRv6_rec_small.onnx"
TALL = 48  # pixels of a line's height that the model was made for
STEP = 8  # pixels of width for one column of its answer
WIDEST = 4000
# A fax speck makes an accent sooner than a sender prints one: a plain letter that the model finds a thirtieth as likely is taken.
PLAIN_ENOUGH = 0.03
RIVAL = 0.05  # so likely is a letter of another shape (`Phuoc`, `Phuoe`) that this one is open
OPEN = 0.5  # how sure a letter is at most that is open

Line = tuple[str, list[float], list[float]]


def read(crop: Gray) -> Line:
    """Text of one line, the place of each character (0 left edge to 1 right edge), the confidence of each."""
    height, width = crop.shape
    if height < 3 or width < 3:
        return "", [], []
    wide = min(WIDEST, max(2 * STEP, round(width * TALL / height)))
    chances = _chances(crop, wide)
    chars, plain = _alphabet()
    best = chances.argmax(axis=1)
    chance = chances[np.arange(len(best)), best]
    new = (best != 0) & np.append(True, best[1:] != best[:-1])  # 0 is the gap between two characters
    text, places, sure = [], [], []
    for column in np.flatnonzero(new).tolist():
        index, confidence = int(best[column]), float(chance[column])
        unaccented = plain.get(index)
        if unaccented is not None and chances[column, unaccented] >= PLAIN_ENOUGH:
            index, confidence = unaccented, float(chances[column, unaccented])
        text.append(chars[index])
        places.append(min(1.0, (column + 0.5) * STEP / wide))
        sure.append(min(confidence, OPEN) if _has_rival(chances[column], index) else confidence)
    return "".join(text), places, sure


def _has_rival(chances: npt.NDArray[np.float32], index: int) -> bool:
    """Whether this column of the model's answer may as well be a letter of another shape than the one that was taken."""
    shapes = _shapes()
    return bool(chances[(shapes > 0) & (shapes != shapes[index])].max() >= RIVAL)


def _chances(crop: Gray, wide: int) -> npt.NDArray[np.float32]:
    """The model's answer: for each column of the line how likely each letter of ours is."""
    session, columns = _session()
    line = cv2.resize(crop, (wide, TALL)).astype(np.float32) / 127.5 - 1.0
    padded = np.zeros((1, 3, TALL, -(-wide // STEP) * STEP), np.float32)
    padded[0, :, :, :wide] = line
    answer = session.run(None, {session.get_inputs()[0].name: padded})[0][0]
    return np.asarray(answer[:, columns])


@cache
def _session() -> tuple[Any, npt.NDArray[np.int64]]:
    """The model, and which of its 18,710 characters are ours."""
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4
    model = str(resources.files("rapidocr") / "models" / MODEL)
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    known = ["", *session.get_modelmeta().custom_metadata_map["character"].splitlines(), " "]
    chars, _ = _alphabet()
    return session, np.array([known.index(char) for char in chars])


@cache
def _alphabet() -> tuple[tuple[str, ...], dict[int, int]]:
    """The characters that stand on such papers, the gap first, and for each accented letter its plain one."""
    accented = "".join(map(chr, [*range(0xC0, 0xD7), *range(0xD8, 0xF7), *range(0xF8, 0x17F)])) + "ƠơƯư"
    chars = ("", *string.ascii_letters, *string.digits, *string.punctuation, *"§–—‘’“”", *accented, " ")
    plain = {}
    for index, char in enumerate(chars):
        base = unicodedata.normalize("NFD", char)[:1]
        if not char.isascii() and base in string.ascii_letters and base:
            plain[index] = chars.index(base)
    return chars, plain


@cache
def _shapes() -> npt.NDArray[np.int64]:
    """For each of those characters a number that letters share which are one but for accents, capitals or what any print makes alike (l, I
    and 1; O and 0); 0 for what is no letter."""
    chars, plain = _alphabet()
    folded = [fold(chars[plain.get(index, index)]) for index in range(len(chars))]
    return np.array([ord(letter[0]) if letter else 0 for letter in folded])
