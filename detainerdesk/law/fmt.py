"""`law fmt`: writes each rule's `says` line, the sentence that counsel signs, into its rulebook.

Text of a rulebook in, the same text with current `says` lines out. Loading refuses a stale one, so the words never drift
from the rule.
"""

from __future__ import annotations

import re
import textwrap

from detainerdesk.law.language.rulebook import Rulebook
from detainerdesk.law.load import Edition

WIDTH = 150


def with_says(rulebook: Rulebook, edition: Edition) -> str:
    """The text of the rulebook with every `says` line written anew."""
    prose = edition.prose(rulebook)
    sentences = {(provision.place.line): prose.sentence(provision) for provision in rulebook.provisions()}
    out: list[str] = []
    lines = rulebook.document.text.split("\n")
    index = 0
    while index < len(lines):
        line = lines[index]
        index += 1
        out.append(line)
        if index not in sentences:
            continue
        body: list[str] = []
        while not lines[index].startswith("```"):
            body.append(lines[index])
            index += 1
        out += _without_says(body) + _wrapped(sentences[index - len(body)])
    return "\n".join(out)


def _without_says(body: list[str]) -> list[str]:
    kept: list[str] = []
    inside = False
    for line in body:
        if re.match(r"^says\s*:", line):
            inside = True
        elif inside and line[:1] in (" ", "\t"):
            continue
        else:
            inside = False
            kept.append(line)
    return kept


def _wrapped(sentence: str) -> list[str]:
    first, *rest = textwrap.wrap(f"says: {sentence}", WIDTH, break_long_words=False, break_on_hyphens=False)
    return [first, *(f"  {line}" for line in rest)]


def stale(rulebook: Rulebook, edition: Edition) -> list[str]:
    """The ids of rules whose `says` line is missing or is not their prose reading."""
    prose = edition.prose(rulebook)
    return [provision.id for provision in rulebook.provisions() if provision.says != prose.sentence(provision)]
