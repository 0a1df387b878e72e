"""zen-engine on `hold`: the decision model beside this file (expressions, two collecting tables), with its trace switched on.

The model is given to the engine's static loader, which compiles it once; a decision made any other way is three times slower.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import zen

MODEL = Path(__file__).with_name("hold.zen.json")
NAME = f"zen-engine {version('zen-engine')}, with trace"
TELLS_VOIDS = True
TRACE = {"trace": True}


def ready() -> Callable[[Mapping[str, Any]], tuple[str, list[str]]]:
    models = {"hold": json.loads(MODEL.read_text(encoding="utf-8"))}
    engine = zen.ZenEngine({"loader": {"type": "static", "content": models}})

    def decide(case: Mapping[str, Any]) -> tuple[str, list[str]]:
        answer = engine.evaluate("hold", case, TRACE)["result"]
        lifts = ["MA-3.287g"] if answer["lifted"] else []
        return answer["outcome"], [*answer["voids"], *lifts, *answer["bans"]]

    return decide
