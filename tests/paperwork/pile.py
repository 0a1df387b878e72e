"""The demo's pile: what arrives at two stations of an imagined Boston police in March 2026, as files by station and name.

`files()` draws them all; `python -m tests.paperwork` writes them to examples/paperwork, where examples/README.md says what each one is.
"""

from __future__ import annotations

from tests.paperwork import people
from tests.paperwork.machines import FaxHeader
from tests.paperwork.papers import Paper, bundle, draw
from tests.paperwork.plain import cat_photo


def files() -> dict[str, bytes]:
    """Path under examples/paperwork -> the file's bytes; always the same."""
    delacroix = [Paper("i247a", people.DELACROIX), Paper("i200", people.DELACROIX_I200)]
    brightwater = [Paper("i247a", people.BRIGHTWATER), Paper("i200", people.BRIGHTWATER_I200)]
    okonjo = [Paper("i247a", people.OKONJO), Paper("ao442", people.OKONJO_AO442)]
    quill = [Paper("i247a", people.QUILL), Paper("i200", people.QUILL_I200)]
    return {
        "D-4/1-detainer-with-i200.pdf": bundle(delacroix, seed=1),
        "B-2/2-the-same-form-by-fax.pdf": bundle(
            delacroix, style="fine fax", seed=1, header=FaxHeader("ICE ERO BOSTON", "MAR-02-2026 16:12")
        ),
        "B-2/3-scan-at-fax-resolution.tiff": bundle(
            brightwater,
            style="fine fax",
            seed=3,
            container="tiff",
            header=FaxHeader("ICE ERO BOSTON", "MAR-03-2026 09:47"),
        ),
        "D-4/4-detainer-with-judges-warrant.pdf": bundle(okonjo, seed=4),
        "D-4/5-no-box-ticked.pdf": bundle(quill, seed=5),
        "B-2/6-old-edition-of-2013.pdf": draw("i247_old", people.FINCH, seed=6),
        "B-2/7-cat.jpg": cat_photo(7),
    }
