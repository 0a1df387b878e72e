"""`python -m tests.paperwork [FOLDER]`: draws the demo's pile anew, into examples/paperwork unless another folder is named."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.paperwork.pile import files

folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "examples" / "paperwork"
for name, data in files().items():
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    print(f"{len(data):>8,}  {name}")
