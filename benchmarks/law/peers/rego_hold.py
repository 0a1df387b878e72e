"""OPA's language on `hold`: the module beside this file, compiled once to a bundle; a case goes in as it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from regopy import Interpreter, rego_version

HERE = Path(__file__).parent
NAME = f"OPA/Rego (regopy {rego_version()})"
TELLS_VOIDS = True
READINGS = {"service_is_a_condition": "condition", "lunn_on_287g_officers": "covered"}


def ready() -> Callable[[Mapping[str, Any]], tuple[str, list[str]]]:
    rego = Interpreter()
    rego.add_data(json.loads((HERE / "holidays-2024.json").read_text(encoding="utf-8")))
    rego.add_data({"readings": READINGS})
    rego.add_module("hold.rego", (HERE / "hold.rego").read_text(encoding="utf-8"))
    bundle = rego.build("data.detainer.hold.answer")

    def decide(case: Mapping[str, Any]) -> tuple[str, list[str]]:
        rego.set_input(case)
        answer = json.loads(str(rego.query_bundle(bundle)))["expressions"][0]
        return answer["outcome"], [*answer["voids"], *answer["lifts"], *answer["bans"]]

    return decide
