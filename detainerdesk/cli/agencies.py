"""Agencies as people type them. In: a name like us-ma-boston/police and the rulebooks; out: its stack, or what is wrong with it and which one
was perhaps meant. A decision may be asked for an agency without a profile (then only the law above it speaks); papers are never acknowledged,
and no report is made, for one that the rulebooks don't know."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from detainerdesk.cli.told import BadInput
from detainerdesk.law import Edition, Stack

LIKE_ENOUGH = 0.75


def known_stack(agency: str, edition: Edition) -> Stack:
    """The stack of an agency that has a profile. Any other is refused, before anything is acknowledged for it."""
    names = [one.agency for one in edition.profiles()]
    if agency not in names:
        meant = did_you_mean(agency, names) or f" There are: {', '.join(sorted(names))}."
        raise BadInput(f"{agency} has no profile here: nothing is taken in or reported for it.{meant}")
    return edition.stack(agency)


def without_profile(stack: Stack, edition: Edition) -> str:
    """Whose law is asked, and whose is not, for an agency that the rulebooks have no profile of; "" where there is one."""
    if stack.profile is not None:
        return ""
    names = [layer.name for layer in reversed(stack.layers)]
    law = f"{', '.join(names[:-1])} and {names[-1]} law" if len(names) > 1 else f"federal law ({names[0]})"
    if [layer.layer for layer in stack.layers] == ["federal"]:
        asked = f"only {law} is asked, no state's and no city's"
    elif any(layer.layer == "city" for layer in stack.layers):
        asked = f"{law} is asked as for anybody there; what else binds this agency is not known"
    else:
        asked = f"only {law} is asked, no city's"
    meant = did_you_mean(stack.agency, (one.agency for one in edition.profiles()))
    return f"{stack.agency} has no profile here: {asked}.{meant}"


def did_you_mean(typed: str, known: Iterable[str]) -> str:
    """` Did you mean hold?`, or "" where nothing known is like it. Capitals don't count."""
    names = {name.casefold(): name for name in known}
    found = get_close_matches(typed.casefold(), names, n=1, cutoff=LIKE_ENOUGH)
    return f" Did you mean {names[found[0]]}?" if found else ""
