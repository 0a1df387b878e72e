"""How long one decision on `hold` takes in Boston's whole stack: ours, other rule engines, and functions written by hand.

    python benchmarks/law/against_peers.py [--quick]

It first checks that every engine holds the same rules: same outcome and same rules that fire, on seeded complete cases. A
disagreement is printed and ends the run. Then each is timed from the same plain dict, in interleaved rounds; what is told is
the median round. It prints a table, then one line of JSON for each measure.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from cases import complete
from ours import ACTION, as_peers_tell, ours_from_dict, prepared, told
from peers import by_hand

PEERS = ("rego_hold", "zen_hold", "cedar_hold", "openfisca_hold")
"""Rego first: its library aborts in a process that has loaded OpenFisca's before it."""
BY_HAND = "by hand, with rules and facts"
WORD_ONLY = "by hand, the word only"
BANS = {"US-03", "US-28", "MA-1", "MA-2", "BOS19-1"}
SEED = 20240601
SHORTEST = 0.004
"""Seconds that one round of one engine takes at least; a fast one goes over the cases again."""

Case = dict[str, Any]
Engine = Callable[[Case], tuple[str, list[str]]]


@dataclass(frozen=True)
class Peer:
    """Another engine with the same law. One that has no word for a void tells its bans only."""

    name: str
    decide: Engine
    tells_voids: bool = True


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a tenth of the work, for CI")
    quick = parser.parse_args().quick
    peers = installed()
    checked = complete(SEED, 200 if quick else 2000)
    disagreements = compare(checked, peers)
    measures = [measure("hold-disagreements", disagreements, "cases", 0)]
    if disagreements:
        print(json.dumps(measures[0]))
        print("the engines do not hold the same rules; nothing was timed", file=sys.stderr)
        return 1
    print(
        f"equal rules: {'; '.join(('ours', 'by hand', *(peer.name for peer in peers)))} agree on {len(checked)} cases"
    )
    timed = checked[:50] if quick else checked[:200]
    rounds = 3 if quick else 11
    beside = {peer.name: peer.decide for peer in peers}
    from_dict = medians({"ours": ours_from_dict, BY_HAND: by_hand_with_rules, **beside}, timed, rounds)
    ours = [prepared(case) for case in timed]
    by = [by_hand.load(case) for case in timed]
    from_loaded = medians(
        {
            "ours": lambda number: ours[number].told(ACTION),
            BY_HAND: lambda number: by_hand.decide(by[number]),
            WORD_ONLY: lambda number: by_hand.word(by[number]),
        },
        range(len(timed)),
        rounds,
    )
    print(f"\nmicroseconds a decision, median of {rounds} interleaved rounds of {len(timed)} cases")
    for what, times in (("from a plain dict", from_dict), ("from a loaded case", from_loaded)):
        print(f"{what}:")
        for name, micros in sorted(times.items(), key=lambda pair: pair[1]):
            print(f"  {name:<44}{micros:>12,.2f}")
            measures.append(measure(f"hold-{what.replace(' ', '-')}: {name}", micros, "µs", None))
    measures += ratios(from_dict, from_loaded)
    for each in measures:
        print(json.dumps(each, ensure_ascii=False))
    return 0


def installed() -> list[Peer]:
    """The peers by the name that each gives itself; one that can't be imported is left out, and said."""
    found: list[Peer] = []
    for name in PEERS:
        try:
            module = import_module(f"peers.{name}")
        except ImportError as error:
            print(
                f"left out: {name.removesuffix('_hold')} is not installed here ({error}); `make bench-law` installs it"
            )
            continue
        found.append(Peer(module.NAME, module.ready(), module.TELLS_VOIDS))
    return found


def compare(cases: Sequence[Case], peers: Sequence[Peer]) -> int:
    """How many cases some engine decides otherwise, or by other rules, than ours does; the first five are printed."""
    engines = [
        *peers,
        Peer(BY_HAND, by_hand_with_rules),
        Peer("ours, as it is timed", lambda case: as_peers_tell(ours_from_dict(case))),
    ]
    wrong = 0
    for case in cases:
        outcome, fired = told(case)
        answers = [(peer, *peer.decide(case)) for peer in engines]
        others = [
            (peer.name, word, sorted(rules))
            for peer, word, rules in answers
            if word != outcome or set(rules) != (fired if peer.tells_voids else fired & BANS)
        ]
        word = by_hand.word(by_hand.load(case))
        if word != outcome:
            others.append((WORD_ONLY, word, []))
        if others:
            wrong += 1
            if wrong <= 5:
                print(f"ours says {outcome} by {sorted(fired)}, of {json.dumps(case)}")
                for name, word, rules in others:
                    print(f"  {name} says {word} by {rules}")
    return wrong


def by_hand_with_rules(case: Case) -> tuple[str, list[str]]:
    outcome, fired = by_hand.decide(by_hand.load(case))
    return outcome, [rule for rule, _ in fired]


def medians(engines: dict[str, Callable[[Any], Any]], cases: Sequence[Any], rounds: int) -> dict[str, float]:
    """Microseconds a decision of each: the median of rounds in which all take turns, each time another one first."""
    times: dict[str, list[float]] = {name: [] for name in engines}
    for engine in engines.values():
        once(engine, cases, 1)  # what is made at the first use is made now
    repeats = {name: max(1, round(SHORTEST / once(engine, cases, 1))) for name, engine in engines.items()}
    order = list(engines)
    for _ in range(rounds):
        for name in order:
            times[name].append(once(engines[name], cases, repeats[name]) / len(cases) / repeats[name] * 1e6)
        order.append(order.pop(0))
    return {name: statistics.median(found) for name, found in times.items()}


def once(engine: Callable[[Any], Any], cases: Sequence[Any], repeats: int) -> float:
    began = time.perf_counter()
    for _ in range(repeats):
        for case in cases:
            engine(case)
    return time.perf_counter() - began


def ratios(from_dict: dict[str, float], from_loaded: dict[str, float]) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    peers = {name: micros for name, micros in from_dict.items() if name not in ("ours", BY_HAND)}
    if peers:
        fastest = min(peers, key=lambda name: peers[name])
        value = peers[fastest] / from_dict["ours"]
        print(f"\nours is {value:,.2f} times as fast as the fastest peer, {fastest}")
        found.append(measure("hold-times-as-fast-as-the-fastest-peer", value, "times", 30, at_least=True))
    else:
        print("\nno peer is installed, so no ratio to the fastest")
    for name, label, most in (
        (BY_HAND, "hold-ours-to-by-hand", 2),
        (WORD_ONLY, "hold-ours-to-by-hand-word-only", 6),
    ):
        value = from_loaded["ours"] / from_loaded[name]
        print(f"ours takes {value:,.2f} times as long as {name}")
        found.append(measure(label, value, "times", most))
    return found


def measure(name: str, value: float, unit: str, target: float | None, *, at_least: bool = False) -> dict[str, object]:
    holds = target is None or (value >= target if at_least else value <= target)
    return {"measure": name, "value": round(value, 3), "unit": unit, "target": target, "holds": holds}


if __name__ == "__main__":
    sys.exit(main())
