"""Are the person on a paper and the person in a booking one and the same? Comes in: names, birth dates and numbers, as they are
written on both sides. Goes out: for each of the three `same`, `different` or `cannot tell`, with a reason in plain words. There
is no score: a person looks at the three and says."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Literal

from detainerdesk.intake.reading.fields import PERSON, Paper

Verdict = Literal["same", "different", "cannot tell"]

DIGITAL = ("form field", "text layer", PERSON)  # readers that take no 3 for an 8
NUMBER_WORDS = {
    "file_no": "file number",
    "subject_id": "subject number",
    "event_no": "event number",
    "booking_no": "booking number",
    "fbi_no": "FBI number",
    "state_id": "state identification number",
}
PARTICLES = frozenset(
    "al,ben,bin,bint,da,das,de,del,della,den,der,di,do,dos,du,e,el,ibn,la,las,le,los,ten,ter,van,von,y".split(",")  # noqa: SIM905
)
GENERATIONS = {"jr": "Jr.", "sr": "Sr.", "ii": "II", "iii": "III", "iv": "IV", "junior": "Jr.", "senior": "Sr."}
MOST_WORDS = 8  # of a longer "name" nobody asks which words were written together
_SLIP = "which may be misread or mistyped"
NO_NAME = frozenset({"fnu", "lnu", "nmn", "nmi", "mnu", "nfn", "nln"})  # first, last, middle name unknown; none given
_SPECIAL = str.maketrans(
    {"ø": "o", "đ": "d", "ð": "d", "ł": "l", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i", "ħ": "h"}
)


@dataclass(frozen=True)
class Person:
    """A person as one side writes them. `numbers`: kind of number (`file_no`, `fbi_no` ...) to what is written. `scanned`: the words
    were read from a picture, where a machine takes one letter or digit for another, or typed from what was told."""

    name: str | None = None
    birth_date: str | datetime.date | None = None
    numbers: Mapping[str, str] = field(default_factory=dict)
    scanned: bool = False


@dataclass(frozen=True)
class Answer:
    """`speaks_against`: something written on one side does not go with the other. A name that is only left out does not."""

    verdict: Verdict
    why: str
    speaks_against: bool = False


@dataclass(frozen=True)
class Match:
    name: Answer
    birth_date: Answer
    numbers: Answer

    @property
    def agree(self) -> tuple[str, ...]:
        """Which of the three are the same: a detainer is attached to a person only after two."""
        answers = (("name", self.name), ("birth date", self.birth_date), ("number", self.numbers))
        return tuple(what for what, answer in answers if answer.verdict == "same")


def compare(one: Person, other: Person) -> Match:
    """The three answers; who is named first does not matter."""
    scanned = one.scanned or other.scanned
    return Match(
        names(one.name, other.name, scanned=scanned),
        birth_dates(one.birth_date, other.birth_date, scanned=scanned),
        numbers(one.numbers, other.numbers, scanned=scanned),
    )


def person_of(paper: Paper) -> Person:
    """The person on a paper, as far as it was read."""
    shown = {name: one for name, one in paper.fields.items() if one.state == "shown" and isinstance(one.value, str)}
    name = next((shown[n] for n in ("subject_name", "arrest_name", "alien_name") if n in shown), None)
    scanned = any(shown[n].reader not in DIGITAL for n in ("subject_name", "arrest_name", "dob") if n in shown)
    born = shown.get("dob")
    return Person(
        name=str(name.value) if name else None,
        birth_date=str(born.value) if born else None,
        numbers={kind: str(shown[kind].value) for kind in NUMBER_WORDS if kind in shown},
        scanned=scanned,
    )


# --- names ------------------------------------------------------------------------------------------------------------


def names(one: str | None, other: str | None, *, scanned: bool = False) -> Answer:
    """Case, accents, hyphens, particles and the order of the words do not count; a name left out, an initial or another spelling does."""
    first, second = _name(one), _name(other)
    if not first.words or not second.words:
        return Answer("cannot tell", "a name is missing on one side")
    if first.generation and second.generation and first.generation != second.generation:
        one, other = sorted((first.generation, second.generation))
        return Answer("different", f"{one} stands on one side, {other} on the other", speaks_against=True)
    left, right, initials = _left_over(first, second)
    if Counter(first.every_word) == Counter(second.every_word):
        left, right = [], []  # also where what looks like a particle is somebody's name: Ben Ali
    alike = min(len(first.words) - len(left), len(second.words) - len(right))
    if not left and not right:
        return _all_agree(first, second, initials)
    if not left or not right:
        longer = left or right
        only = f"{_listed(longer)} {'stands' if len(longer) == 1 else 'stand'} on one side only"
        return Answer("cannot tell", f"{_agreeing(alike)}, {only}")
    if _all_near(left, right, scanned=scanned):
        return Answer(
            "cannot tell", f"{_both(_listed(left), _listed(right))} are spelled otherwise", speaks_against=True
        )
    if _contradict(first, second, left, right, alike, scanned=scanned):
        return Answer("different", f"{_both(_listed(left), _listed(right))} are not the same name", speaks_against=True)
    return Answer(
        "cannot tell", f"{_agreeing(alike)}, {_both(_listed(left), _listed(right))} do not agree", speaks_against=True
    )


@dataclass(frozen=True)
class _Name:
    words: tuple[str, ...]  # folded, without particles
    surname: frozenset[str]  # known only where a comma says so
    given: frozenset[str]
    particles: tuple[str, ...]
    every_word: tuple[str, ...]
    generation: str

    @property
    def parts_known(self) -> bool:
        return bool(self.surname) and bool(self.given)


def _name(text: str | None) -> _Name:
    head, comma, tail = (text or "").partition(",")
    generation = ""
    parts: list[list[str]] = []
    particles: list[str] = []
    everything: list[str] = []
    for part in (head, tail):
        words = []
        for word in _words(part):
            if word in GENERATIONS:
                generation = GENERATIONS[word]
            elif word not in NO_NAME:
                words.append(word)
        everything += words
        kept = [word for word in words if word not in PARTICLES]
        if kept:
            particles += [word for word in words if word in PARTICLES]
        parts.append(kept or words)  # a person may be called Al or Ben
    surname, given = parts if comma else ([], [])
    return _Name(
        words=tuple(parts[0] + parts[1]),
        surname=frozenset(surname),
        given=frozenset(given),
        particles=tuple(sorted(particles)),
        every_word=tuple(everything),
        generation=generation,
    )


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_SPECIAL))
    plain = "".join(c for c in plain if not unicodedata.combining(c)).casefold()
    plain = re.sub(r"['’‘ʼ`´]", "", plain)
    return re.findall(r"[^\W\d_]+", plain)


def _left_over(first: _Name, second: _Name) -> tuple[list[str], list[str], int]:
    """What remains on each side when the words that agree are taken away: equal ones, ones written together, initials (counted)."""
    mine, theirs = Counter(first.words), Counter(second.words)
    left, right = list((mine - theirs).elements()), list((theirs - mine).elements())
    left, right = _without_joined(left, right, first.particles)
    right, left = _without_joined(right, left, second.particles)
    left, right, some = _without_initials(left, right)
    right, left, more = _without_initials(right, left)
    return sorted(left), sorted(right), some + more


def _without_joined(apart: list[str], joined: list[str], particles: Sequence[str]) -> tuple[list[str], list[str]]:
    """`De la Cruz` and `Delacruz`, `Jean Baptiste` and `Jeanbaptiste`: the letters of some words make up one word."""
    for whole in list(joined):
        pieces = _making_up(whole, apart, particles)
        if pieces is not None:
            joined = [word for word in joined if word != whole]
            for piece in pieces:
                apart = _without(apart, piece)
    return apart, joined


def _making_up(whole: str, words: Sequence[str], particles: Sequence[str]) -> tuple[str, ...] | None:
    if len(words) > MOST_WORDS:
        return None
    for count in range(1, min(len(words), 4) + 1):
        for pieces in combinations(words, count):
            if _letters_fit(whole, [*pieces], [*particles]):
                return pieces
    return None


def _letters_fit(whole: str, pieces: list[str], particles: list[str]) -> bool:
    """Whether `whole` is all the pieces in some order, with particles of the name between them."""
    if not whole:
        return not pieces
    return any(
        whole.startswith(piece) and _letters_fit(whole[len(piece) :], _without(pieces, piece), particles)
        for piece in dict.fromkeys(pieces)
    ) or any(
        whole.startswith(particle) and _letters_fit(whole[len(particle) :], pieces, _without(particles, particle))
        for particle in dict.fromkeys(particles)
    )


def _without_initials(short: list[str], full: list[str]) -> tuple[list[str], list[str], int]:
    """Takes away each initial of one side with a word of the other side that begins with it."""
    count = 0
    for initial in sorted(word for word in short if len(word) == 1):
        word = next((one for one in sorted(full) if one[0] == initial and len(one) > 1), None)
        if word is not None:
            short, full, count = _without(short, initial), _without(full, word), count + 1
    return short, full, count


def _without(words: Iterable[str], *gone: str) -> list[str]:
    kept = list(words)
    for word in gone:
        if word in kept:
            kept.remove(word)
    return kept


def _all_agree(first: _Name, second: _Name, initials: int) -> Answer:
    if initials and min(len(first.words), len(second.words)) - initials < 2:
        return Answer("cannot tell", "only initials agree beside one name")
    if first.parts_known and second.parts_known and _exchanged(first, second):
        return Answer("cannot tell", "the same words, but surname and given name are exchanged")
    if max(len(first.words), len(second.words)) == 1:
        return Answer("same", "the only name that is written is the same")
    return Answer("same", "all names agree")


def _exchanged(first: _Name, second: _Name) -> bool:
    return not first.surname & second.surname and first.surname <= second.given and second.surname <= first.given


def _contradict(first: _Name, second: _Name, left: list[str], right: list[str], alike: int, *, scanned: bool) -> bool:
    """Whether the words that remain stand against each other, or may be names that the other side only left out."""
    if first.parts_known and second.parts_known:
        return any(
            bool(set(left) & mine)
            and bool(set(right) & theirs)
            and not _any_near(set(left) & mine, set(right) & theirs, scanned=scanned)
            and (not mine & theirs or (bool(set(left) & mine) and len(mine) == len(theirs)))
            for mine, theirs in ((first.surname, second.surname), (first.given, second.given))
        )
    return alike <= 1 and not _any_near(left, right, scanned=scanned)


def _all_near(left: list[str], right: list[str], *, scanned: bool) -> bool:
    """Whether each word that remains on the shorter side is another spelling of one on the other side."""
    shorter, longer = sorted((left, right), key=lambda side: (len(side), side))
    for word in shorter:
        other = next((one for one in longer if near(word, one, scanned=scanned)), None)
        if other is None:
            return False
        longer = _without(longer, other)
    return True


def _any_near(left: Iterable[str], right: Iterable[str], *, scanned: bool) -> bool:
    right = list(right)
    return any(near(one, other, scanned=scanned) for one in left for other in right)


def near(one: str, other: str, *, scanned: bool) -> bool:
    """Two spellings of one name, as far as letters tell: an edit or two in a long word, the same consonants, the same to a scanner."""
    shorter = min(len(one), len(other))
    if scanned and _as_scanned(one) == _as_scanned(other):
        return True
    if shorter >= 4 and _consonants(one) == _consonants(other) and len(_consonants(one)) >= 3:
        return True
    least = 1 if scanned else 0
    return _edits(one, other) <= (least if shorter < 3 else 1 if shorter < 7 else 2)


def _as_scanned(word: str) -> str:
    for seen, meant in (
        ("rn", "m"),
        ("vv", "w"),
        ("cl", "d"),
        ("ii", "u"),
        ("l", "i"),
        ("j", "i"),
        ("c", "e"),
        ("o", "e"),
    ):
        word = word.replace(seen, meant)
    return word


_SOUNDS = str.maketrans({"c": "k", "q": "k", "z": "s", "v": "b", "w": "b", "j": "y", "g": "k", "x": "s"})


def _consonants(word: str) -> str:
    sounds = word.replace("ph", "f").replace("ch", "s").replace("sh", "s").replace("h", "").translate(_SOUNDS)
    bare = sounds[:1] + re.sub(r"[aeiouy]", "", sounds[1:])
    return re.sub(r"(.)\1+", r"\1", bare)


def _edits(one: str, other: str) -> int:
    """Letters to change, put in, take out, or to exchange with their neighbour."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        fresh = [i]
        for j, b in enumerate(other, 1):
            best = min(row[j - 1] + (a != b), row[j] + 1, fresh[j - 1] + 1)
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                best = min(best, before[j - 2] + 1)
            fresh.append(best)
        before, row = row, fresh
    return row[-1]


def _agreeing(count: int) -> str:
    return {0: "no whole name agrees", 1: "one name agrees"}.get(count, f"{count} names agree")


def _listed(words: Sequence[str]) -> str:
    return " ".join(word.title() for word in sorted(words))


def _both(one: str, other: str) -> str:
    """Named in an order of their own, so that the reason is the same whoever comes first."""
    return " and ".join(sorted((one, other)))


# --- birth dates ------------------------------------------------------------------------------------------------------


def birth_dates(one: str | datetime.date | None, other: str | datetime.date | None, *, scanned: bool = False) -> Answer:
    """Month first, as the forms write it. Day and month exchanged, or one digit on a scan, can't be told."""
    first, second = _day(one), _day(other)
    if first is None or second is None:
        return Answer("cannot tell", "a birth date is missing or can't be read on one side")
    if first == second:
        return Answer("same", "the birth dates are equal")
    if first.year == second.year and (first.day, first.month) == (second.month, second.day):
        return Answer("cannot tell", "the birth dates agree if day and month are exchanged", speaks_against=True)
    if first.year == second.year and (1, 1) in ((first.month, first.day), (second.month, second.day)):
        return Answer(
            "cannot tell",
            "the years agree, and January 1 often stands for a day that is not known",
            speaks_against=True,
        )
    apart = sum(a != b for a, b in zip(f"{first:%m%d%Y}", f"{second:%m%d%Y}", strict=True))
    if apart == 1:
        verdict: Verdict = "cannot tell" if scanned else "different"
        slip = f", {_SLIP}" if scanned else ""
        return Answer(verdict, f"the birth dates differ in one digit{slip}", speaks_against=True)
    return Answer("different", "the birth dates differ", speaks_against=True)


def _day(value: str | datetime.date | None) -> datetime.date | None:
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, datetime.date) or value is None:
        return value
    text = re.sub(r"\s+", "", value)
    iso = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", text)
    ours = re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", text)
    try:
        if iso:
            return datetime.date(int(iso[1]), int(iso[2]), int(iso[3]))
        return datetime.date(int(ours[3]), int(ours[1]), int(ours[2])) if ours else None
    except ValueError:
        return None


# --- numbers ----------------------------------------------------------------------------------------------------------


def numbers(one: Mapping[str, str], other: Mapping[str, str], *, scanned: bool = False) -> Answer:
    """Only numbers of one kind are compared. One that differs outweighs none that agrees: then it can't be told."""
    pairs = {
        kind: (number_key(kind, one[kind]), number_key(kind, other[kind])) for kind in sorted(one.keys() & other.keys())
    }
    pairs = {kind: pair for kind, pair in pairs.items() if all(pair)}
    if not pairs:
        return Answer("cannot tell", "no number of the same kind stands on both sides")
    equal = [kind for kind, (a, b) in pairs.items() if a == b]
    apart = [kind for kind in pairs if kind not in equal]
    if not apart:
        return Answer("same", f"the {_kinds(equal)} {'is' if len(equal) == 1 else 'are'} equal")
    if equal:
        return Answer("cannot tell", f"the {_kinds(equal)} agrees, the {_kinds(apart)} does not", speaks_against=True)
    one_digit = all(_edits(*pairs[kind]) == 1 for kind in apart)
    if one_digit and scanned:
        return Answer(
            "cannot tell",
            f"the {_kinds(apart)} differs in one digit, {_SLIP}",
            speaks_against=True,
        )
    return Answer("different", f"the {_kinds(apart)} differs", speaks_against=True)


def number_key(kind: str, text: str) -> str:
    """`A 000 000 001`, `A00000001` and `000-000-001` are one file number. Empty where the text is no number (`N/A`)."""
    if kind == "file_no":
        digits = re.sub(r"\D", "", text)
        return digits.lstrip("0").zfill(9) if len(digits) >= 3 else ""
    key = re.sub(r"[^0-9A-Z]", "", text.upper())
    return key.lstrip("0") if len(re.findall(r"\d", key)) >= 3 else ""


def _kinds(kinds: Sequence[str]) -> str:
    return " and ".join(NUMBER_WORDS.get(kind, kind.replace("_", " ")) for kind in kinds)
