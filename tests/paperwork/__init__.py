"""Draws the paperwork that a station receives: fictional federal forms, faithful to the layout pages, for the tests and the demo.

    from tests.paperwork import Paper, bundle, draw, sample, places

    draw("i247a", sample("i247a"))                                   # bytes of a flat text PDF, three pages
    draw("i247a", {...}, edition="02/17", style="form")              # values in form fields (AcroForm)
    draw("i200", {...}, style="scan", seed=4)                        # gray pictures at 200 dpi: skewed, blurred, noisy
    draw("i247a", {...}, style="fine fax", container="tiff", header=FaxHeader("ICE ERO BOSTON", "MAR 02 2026 16:12"))
    bundle([Paper("i247a", {...}), Paper("i200", {...})], style="standard fax")     # several papers in one file

`values` is a plain dict with the glossary's names ("Fields of documents"): text is a str, a tick is True, a signature is True for ink or
a str for a typed one ("/s/ ..."). A field left out stays empty; a name that the form lacks is refused. Same arguments, same bytes.
`seed` picks the hand (X or check mark, the signature) and the machine's faults. `pages=[1, 3]` keeps only these pages of a scan or fax,
as if the others were lost: the header still counts them. `container` is "pdf" or "tiff", for scans and faxes only.
`places(kind)` gives every field's page and box (points, top left origin); `FIELD_NAMES[kind]` the AcroForm names that differ from ours.
Kinds: KINDS; each has its editions (first of `EDITIONS[kind]` is the default). In "form" style the second paper of a bundle has its
field names prefixed "p2.", and so on, because the names in one PDF are one name space.

I-247A, I-200 and AO 442 stand on the published geometry. For the others there is none: places and some field names are ours
(`places(kind)` lists them). I-247X and I-247G are guesses and say so across the page.
`people` holds the fictional values of the pile, `pile.files()` draws the demo's pile, `bad.EVERY` makes files nobody can read.
"""

from __future__ import annotations

from tests.paperwork.machines import FaxHeader
from tests.paperwork.papers import EDITIONS, FIELD_NAMES, KINDS, Paper, bundle, draw
from tests.paperwork.people import sample
from tests.paperwork.places import Place, places

__all__ = ["EDITIONS", "FIELD_NAMES", "KINDS", "FaxHeader", "Paper", "Place", "bundle", "draw", "places", "sample"]
