"""An independent grammar of printed conditions: the words of a sentence in, every condition that they could mean out.

It shares no code with prose.py, layout.py or grammar.py; it knows the vocabulary's phrases and the printed forms as a reader
does. A condition is a nested tuple, and `normal` brings a parsed tree of the rulebook into the same form, so that the two can
be compared. More than one answer means that the words are ambiguous.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Tree = tuple[Any, ...]

HEADS = (("all of these are true: ", "and"), ("one or more of these is true: ", "or"))
LETTERS = "abcdefghijklmnopqrstuvwxyz"
ORDERS = (("at or before ", "<="), ("at or after ", ">="), ("before ", "<"), ("after ", ">"))
COUNTS = (("at most ", "<="), ("at least ", ">="), ("less than ", "<"), ("more than ", ">"))
FACT, CASE = "fact", ""


@dataclass(frozen=True)
class Speech:
    """What a fact or definition is called: `true`/`false` for a whole clause, `phrase` with its {value}."""

    name: str
    kind: str
    values: tuple[str, ...] = ()
    true: str = ""
    false: str = ""
    phrase: str = ""
    not_phrase: str = ""


@dataclass(frozen=True)
class Language:
    """The clauses of a case (under "") and of each list's records, and the names that stand in fixed sentences."""

    speech: Mapping[str, Sequence[Speech]]
    lists: Sequence[str] = ()
    readings: Mapping[str, Sequence[str]] | None = None
    items: Sequence[str] = ()
    clocks: Sequence[str] = ()


def read_back(text: str, language: Language, of: str = CASE) -> set[Tree]:
    """Every condition that the words could mean, of a case or of a record of a list."""
    return set(_Reader(language).condition(text, of, 0))


class _Reader:
    def __init__(self, language: Language) -> None:
        self.language = language
        self.tables = {of: _table(speech) for of, speech in language.speech.items()}
        self.nouns = {of: {_called(one): one for one in speech if one.phrase} for of, speech in language.speech.items()}

    def condition(self, text: str, of: str, level: int) -> Iterator[Tree]:
        """A list, a negated or shown condition, a quantified one, two joined clauses, or one clause."""
        for head, joint in HEADS:
            if text.startswith(head):
                items = _items(text[len(head) :], joint, level)
                if items:
                    yield from _products(joint, [list(self.condition(item, of, level + 1)) for item in items])
                return
        if text.startswith("it is not so that "):
            yield from (("not", inner) for inner in self.condition(text[18:], of, level) if inner[0] in ("and", "or"))
        if text.startswith("it is shown that "):
            yield from (("shown", inner) for inner in self.condition(text[17:], of, level))
        if text.startswith("it is not shown that "):
            yield from (("not", ("shown", inner)) for inner in self.condition(text[21:], of, level))
        yield from self.within(text, of, level)
        yield from self.quantified(text, level)
        yield from self.clause(text, of)
        for found in re.finditer(r" (and|or) ", text):
            left, right = text[: found.start()], text[found.end() :]
            for first in self.clause(left, of):
                for second in self.second(right, of):
                    yield (found[1], first, second)

    def second(self, text: str, of: str) -> Iterator[Tree]:
        if text.startswith("it is shown that "):
            yield from (("shown", inner) for inner in self.clause(text[17:], of))
        else:
            yield from self.clause(text, of)

    def quantified(self, text: str, level: int) -> Iterator[Tree]:
        before, found, inner = text.partition(" of which this is true, ")
        if not found:
            return
        for name in self.language.lists:
            one = _one(name)
            if before in (f"there is a {one}", f"there is an {one}", f"there is no {one}"):
                for where in self.condition(inner, name, level):
                    some: Tree = ("some", name, 1, None, where)
                    yield ("not", some) if before.startswith("there is no ") else some
            many = re.fullmatch(
                rf"there are (at least|fewer than) (\d+) {re.escape(one)}s(?: with different (.+))?", before
            )
            if many and (many[3] is None or self.field(name, many[3])):
                different = self.field(name, many[3])
                for where in self.condition(inner, name, level):
                    some = ("some", name, int(many[2]), different, where)
                    yield ("not", some) if many[1] == "fewer than" else some

    def field(self, of: str, words: str | None) -> str | None:
        """The field of a list that is called so."""
        return next((one.name for one in self.language.speech[of] if _words(one.name) == words), None)

    def clause(self, text: str, of: str) -> Iterator[Tree]:
        """One test, or its negation."""
        if text in ("always", "never"):
            yield ("constant", text == "always")
        yield from self.tables[of].get(text, ())
        for one in self.language.speech[of]:
            yield from _valued(one, text)
        yield from self.compared(text, of)
        yield from (test for test in self.within(text, of, 0) if str(test).count("jail") + str(test).count("plus") == 0)
        yield from self.fixed(text)
        for name in self.language.lists:
            noun = _one(name)
            if text in (f"a {noun} is known", f"an {noun} is known", f"no {noun} is known"):
                known: Tree = ("some", name, 1, None, ("constant", True))
                yield ("not", known) if text.startswith("no ") else known
            many = re.fullmatch(
                rf"(at least|fewer than) (\d+) {re.escape(noun)}s(?: with different (.+))? are known", text
            )
            if many and (many[3] is None or self.field(name, many[3])):
                different = self.field(name, many[3])
                known = ("some", name, int(many[2]), different, ("constant", True))
                yield ("not", known) if many[1] == "fewer than" else known

    def compared(self, text: str, of: str) -> Iterator[Tree]:
        for found in re.finditer(r" is (not )?", text):
            left, right = text[: found.start()], text[found.end() :]
            for words, operator in (*ORDERS, *COUNTS):
                if not right.startswith(words):
                    continue
                for first in self.operand(left, of):
                    for second in self.operand(right[len(words) :], of):
                        counted = "count" in (first[1], second[1]) or first[0].isdigit() or second[0].isdigit()
                        if counted == ((words, operator) in COUNTS):
                            test = ("compare", first[0], operator, second[0])
                            yield ("not", test) if found[1] else test

    def within(self, text: str, of: str, level: int) -> Iterator[Tree]:
        """`the date is in the 7 years before the arrival (both days inside), and as many days earlier as …`"""
        form = r"(.+) is (not )?in the ([\w, ]+) before (.+) \((both days inside|the first day outside)\)(?:, and as many days earlier as (.+))?"
        found = re.fullmatch(form, text)
        spans = dict.fromkeys(("year", "month", "day"), 0)
        for number, unit in re.findall(r"(\d+) (year|month|day)s?", found[3] if found else ""):
            spans[unit] = int(number)
        if not found or not any(spans.values()):
            return
        for plus in self.longer(found[6], of, level):
            for day in self.operand(found[1], of):
                for anchor in self.operand(found[4], of):
                    boundary = "in" if found[5] == "both days inside" else "out"
                    yield _signed(("within", day[0], anchor[0], *spans.values(), plus, boundary), found[2])

    def longer(self, text: str | None, of: str, level: int) -> Iterator[Any]:
        if text is None:
            yield None
            return
        yield from (("plus", name) for name, _ in self.operand(text, of))
        found = re.fullmatch(
            r"there were days in jail from (.+?) to (.+?)(?: for that of which this is true, (.+))?", text
        )
        if found:
            for start, end in itertools.product(self.operand(found[1], of), self.operand(found[2], of)):
                wheres = self.condition(found[3], of, level) if found[3] else [("constant", True)]
                yield from (("jail", start[0], end[0], where) for where in wheres)

    def operand(self, text: str, of: str) -> Iterator[tuple[str, str]]:
        if text == "now":
            yield ("at", "moment")
        if text.isdigit():
            yield (text, "count")
        if re.fullmatch(r"\d{4}-\d\d-\d\d( \d\d:\d\d)?", text):
            yield (text, "moment")
        for where in dict.fromkeys((of, CASE)):
            one = self.nouns[where].get(text)
            if one and one.kind in ("moment", "date", "count"):
                yield (one.name, one.kind)

    def fixed(self, text: str) -> Iterator[Tree]:
        for clock in self.language.clocks:
            for state, yes, no in (
                ("running", "is running", "is not running"),
                ("expired", "has ended", "has not ended"),
            ):
                for words in (yes, no):
                    if text == f"the clock {_words(clock)} {words}":
                        yield _signed(("clock", state, clock), words == no)
        if found := re.fullmatch(r"(\S+) (takes|does not take) effect", text):
            yield _signed(("permitted_by", found[1]), found[2] == "does not take")
        if found := re.fullmatch(r"the law of (\S+) (requires|does not require) it", text):
            yield _signed(("required_by", found[1]), found[2] == "does not require")
        if found := re.fullmatch(r"the information is (not )?(.+)", text):
            yield from (_signed(("item", values), found[1]) for values in _values(found[2], self.language.items))
        for name, alternatives in (self.language.readings or {}).items():
            if found := re.fullmatch(rf"the reading of {re.escape(_words(name))} is (other than )?(.+)", text):
                yield from (_signed(("is", name, values), found[1]) for values in _values(found[2], alternatives))


def _table(speech: Sequence[Speech]) -> dict[str, list[Tree]]:
    """The clauses that are whole as they stand."""
    table: dict[str, list[Tree]] = {}
    for one in speech:
        if one.kind == "list":
            pairs = ((one.not_phrase, ("is", one.name, ("none",))), (one.phrase, ("not", ("is", one.name, ("none",)))))
        elif one.kind == "moment":
            happened = ("name", one.name)
            noun = _called(one)
            pairs = ((f"{noun} has happened", happened), (f"{noun} has not happened", ("not", happened)))
        elif one.kind == "offenses":
            test = ("in_list", one.name)
            pairs = ((one.phrase, test), (one.not_phrase, ("not", test)))
        elif one.true:
            pairs = ((one.true, ("name", one.name)), (one.false, ("not", ("name", one.name))))
        else:
            continue
        for text, tree in pairs:
            table.setdefault(text, []).append(tree)
        if one.kind == "yes/no" and not one.phrase:
            for value in one.values:
                test = ("includes", one.name, value)
                table.setdefault(f"as to {_words(value)}, {one.true}", []).append(test)
                table.setdefault(f"as to {_words(value)}, {one.false}", []).append(("not", test))
    return table


def _valued(one: Speech, text: str) -> Iterator[Tree]:
    """A clause with a value in it, read as that fact's."""
    if one.kind in ("list", "offenses"):
        return
    for phrase, negated in ((one.phrase, False), (one.not_phrase, True)):
        start, place, end = phrase.partition("{value}")
        if not place or not (text.startswith(start) and text.endswith(end)) or len(text) <= len(start) + len(end):
            continue
        middle = text[len(start) : len(text) - len(end)]
        if one.kind in ("set of", "yes/no"):
            yield from (_signed(("includes", one.name, v), negated) for v in one.values if _words(v) == middle)
        elif one.kind == "text":
            if re.fullmatch(r'(?:"[^"]*"|[A-Z0-9]+)(?:(?:,| or) (?:"[^"]*"|[A-Z0-9]+))*', middle):
                said = tuple(quoted or plain for quoted, plain in re.findall(r'"([^"]*)"|([A-Z0-9]+)', middle))
                yield _signed(("is", one.name, said), negated)
        elif one.kind in ("count", "date", "moment"):
            known = {*one.values, "none", *re.findall(r"\d{4}-\d\d-\d\d(?: \d\d:\d\d)?|\d+", middle)}
            yield from (_signed(("is", one.name, values), negated) for values in _values(middle, tuple(known)))
        else:
            yield from (_signed(("is", one.name, values), negated) for values in _values(middle, one.values))


def _values(text: str, known: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """`A, B or C` -> the values that it names, in every way in which they could be named."""
    spelled = {_words(value): value for value in known}
    if text in spelled:
        yield (spelled[text],)

    def rest(left: str) -> Iterator[tuple[str, ...]]:
        for word, value in spelled.items():
            if left == word:
                yield (value,)
            if left.startswith(word + ", "):
                yield from ((value, *more) for more in rest(left[len(word) + 2 :]))

    for word, value in spelled.items():
        if text.endswith(" or " + word):
            yield from ((*first, value) for first in rest(text[: -len(word) - 4]))


def _items(text: str, joint: str, level: int) -> list[str]:
    """The items of a list, split at its own labels in order. A list that stands in an item ends with its own last item, so a
    label belongs to the innermost list that is still open and waits for it."""
    marks: list[tuple[int, int, bool]] = []
    waiting = [(level, 0, False)]  # level, index of the next label, whether the last item is the one before it
    position, opened = 0, True
    while position < len(text):
        while waiting and not opened and waiting[-1][2]:
            waiting.pop()
        if not waiting:
            return []
        found = None
        for depth in range(len(waiting), 0, -1):
            found = re.match(
                rf"(?:; |; (and|or) )?\({_label(waiting[depth - 1][0], waiting[depth - 1][1])}\) ", text[position:]
            )
            if found and (opened or found[0].startswith(";")):
                break
            found = None
        if found is None:
            return []
        del waiting[depth:]
        own, index, _ = waiting[-1]
        waiting[-1] = (own, index + 1, bool(found[1]))
        if own == level:
            if found[1] not in (None, joint):
                return []
            marks.append((position, position + len(found[0]), bool(found[1])))
        position += len(found[0])
        cut = re.compile(r'(?:[^":;]|:(?! )|"[^"]*")*').match(text, position)
        assert cut
        position = cut.end()
        opened = text.startswith(": ", position)
        if opened:
            position += 2
            waiting.append((own + 1, 0, False))
    if len(marks) < 2 or not marks[-1][2] or any(last for *_, last in marks[:-1]):
        return []
    ends = [start for start, _, _ in marks[1:]] + [len(text)]
    return [text[begin:end] for (_, begin, _), end in zip(marks, ends, strict=True)]


def _label(level: int, index: int) -> str:
    style = level % 5
    if style in (0, 3):
        word = LETTERS[index % 26] * (index // 26 + 1)
    elif style == 1:
        word = str(index + 1)
    else:
        tens, ones = divmod(index + 1, 10)
        assert tens < 4
        word = "x" * tens + ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")[ones]
    return word.upper() if style > 2 else word


def _products(joint: str, choices: list[list[Tree]]) -> Iterator[Tree]:
    if not choices:
        yield (joint,)
        return
    for last in choices[-1]:
        for first in _products(joint, choices[:-1]):
            yield (*first, last)


def _signed(test: Tree, negated: object) -> Tree:
    return ("not", test) if negated else test


def _words(name: str) -> str:
    return name.replace("_", " ")


def _one(list_name: str) -> str:
    word = list_name[list_name.rfind(".") + 1 :]
    return _words(word[:-1] if word.endswith("s") else word)


def _called(one: Speech) -> str:
    where = one.phrase.find(" is {value}")
    return one.phrase[:where] if where >= 0 else _words(one.name)
