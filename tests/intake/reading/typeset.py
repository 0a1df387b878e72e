"""Print as a clean scan of 200 dots an inch shows it, in faces that have all letters."""

from __future__ import annotations

import io
from typing import cast

import numpy as np
import typst
from PIL import Image

from detainerdesk.intake.reading.pages import Gray


def typeset(words: str, style: str = "") -> Gray:
    """One line of print. `style`: what Typst's `text` is told besides its size."""
    source = f"#set page(width: auto, height: auto, margin: 20pt)\n#text(11pt, {style})[{words}]".encode()
    image = Image.open(io.BytesIO(cast(bytes, typst.compile(source, format="png", ppi=200)))).convert("L")
    return np.asarray(image, dtype=np.uint8)
