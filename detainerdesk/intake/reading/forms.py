"""Which paper a page belongs to, and where its fields are. Papers are told apart by weighted evidence (form mark, caption,
numbers, wording, layout), never by one word; what the forms look like is data in templates/*.json. Comes in: the lines of a page.
Goes out: an `Identity` (kind, edition, page, how sure and why) and a `Registration` of the template to the page."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from detainerdesk.intake.reading.fields import Box
from detainerdesk.intake.reading.lines import (
    Found,
    Line,
    begins_print,
    find,
    find_alone,
    find_beginning,
    find_broken,
    find_end,
    fold,
    is_word,
)

SENTENCE = 24  # letters; nothing so long on another form is nearly the same as a sentence of this one
SPOILED = 0.08  # part of its letters that a bad fax may have spoiled
WEIGHTS = {"mark": 3, "caption": 2, "wording": 2, "addressed": 1, "number": 1, "signer": 1}


@dataclass(frozen=True)
class FieldPlace:
    """Where one field stands on its form's page, and what its value looks like."""

    name: str
    kind: str  # text, check, sig
    box: Box | None  # None: found by its label only
    grammar: str
    label: str | None  # the printed words that it follows
    names: tuple[str, ...]  # names of the form field in digital originals
    lines: int
    beside: tuple[
        tuple[str, str], ...
    ] = ()  # side and words of its labels, the best first, where the boxes do not tell


@dataclass(frozen=True)
class Label:
    """Printed words of a form, and the other words that prints of the form have in their place."""

    words: str
    box: Box | None
    others: tuple[str, ...] = ()

    @property
    def wordings(self) -> tuple[str, ...]:
        return (self.words, *self.others)


@dataclass(frozen=True)
class TemplatePage:
    number: int
    labels: tuple[Label, ...]
    fields: tuple[FieldPlace, ...]
    wording: tuple[str, ...]
    checked: bool = (
        True  # False: a person drew it, and nobody else has looked at it; what is read with it is never sure
    )


@dataclass(frozen=True)
class Template:
    """One form: the evidence by which it is known, and the geometry of its pages, from its JSON file."""

    kind: str
    name: str
    side: str  # administrative, judicial, other
    editions: tuple[str, ...]
    page_count: int
    mark: str | None  # regular expression on the folded mark
    mark_at: str  # foot, head
    evidence: Mapping[
        str, tuple[tuple[str, ...], ...]
    ]  # group -> alternatives, each a set of words that must all stand
    pages: tuple[TemplatePage, ...]

    def page(self, number: int) -> TemplatePage | None:
        return next((page for page in self.pages if page.number == number), None)


@dataclass(frozen=True)
class Identity:
    """What one page is. `sure`: two independent kinds of evidence agree and none speaks against it."""

    kind: str
    edition: str | None
    page: int
    of: int | None
    sure: bool
    conflict: bool
    seen: tuple[str, ...]  # groups of evidence


@dataclass(frozen=True)
class Registration:
    """How the form lies on the page, by the labels that were found in the form's order. Between them its rows may stand closer or
    wider than in the drawing; from left to right it is only moved and stretched."""

    sx: float
    dx: float
    rows: tuple[tuple[float, float], ...]  # heights in the template, and on the page
    agreeing: int
    labels: int
    found: tuple[tuple[Label, Found], ...]
    unclear: tuple[Box, ...] = ()  # lines that begin as several labels do
    begun: tuple[tuple[Label, Box], ...] = ()  # lines that begin as a label does that was not found

    @property
    def rigid(self) -> bool:
        """Whether the page is laid out as the template is: nearly all labels were found, and each where the others let expect it."""
        if self.agreeing < 0.75 * self.labels or len(self.rows) < 4:
            return False
        scale, down = np.polyfit([row[0] for row in self.rows], [row[1] for row in self.rows], 1)
        near = sum(
            abs(hit.box[0] - self.sx * _point(label)[0] - self.dx) <= 5
            and abs(_seen_at(hit)[1] - scale * _point(label)[1] - down) <= 3
            for label, hit in self.found
            if label.box is not None
        )
        return bool(near >= 0.9 * self.agreeing)

    def to_page(self, box: Box) -> Box:
        x0, y0, x1, y1 = box
        down = self._down((y0 + y1) / 2) - (y0 + y1) / 2
        return (self.sx * x0 + self.dx, y0 + down, self.sx * x1 + self.dx, y1 + down)

    def _down(self, y: float) -> float:
        if not self.rows:
            return y
        (first, its), (last, lasts) = self.rows[0], self.rows[-1]
        if y <= first:
            return its + y - first
        if y >= last:
            return lasts + y - last
        return float(np.interp(y, [row[0] for row in self.rows], [row[1] for row in self.rows]))

    @property
    def sure(self) -> bool:
        return self.agreeing >= 4 and self.agreeing >= 0.35 * self.labels


@cache
def templates() -> tuple[Template, ...]:
    """All forms that are known, from templates/*.json."""
    folder = resources.files("detainerdesk.intake.reading") / "templates"
    files = sorted(
        (entry for entry in folder.iterdir() if entry.name.endswith(".json") and entry.name != WORDINGS),
        key=lambda entry: entry.name,
    )
    return tuple(_template(json.loads(entry.read_text("utf-8"))) for entry in files)


WORDINGS = "wordings.json"
"""What forms print for the same: labels of one meaning, and the words for the person on the form."""


@cache
def _wordings() -> tuple[Mapping[str, tuple[str, ...]], str]:
    """For each wording those of its group; and the words for the person, as alternatives of a regular expression."""
    data = json.loads((resources.files("detainerdesk.intake.reading") / "templates" / WORDINGS).read_text("utf-8"))
    groups = {_meaning(words): tuple(group) for group in data["same"] for words in group}
    return groups, "|".join(data["person"])


def _meaning(words: str) -> str:
    """The words folded; a caption, in brackets under its field, is no label before one."""
    return "(" * words.startswith("(") + fold(words)


def _other_wordings(words: str) -> tuple[str, ...]:
    """The other words that a print of the form may have in place of these."""
    groups, person = _wordings()
    same = groups.get(_meaning(words), ())
    named = re.search(rf"(?<=\bthe )(?:{person})\b", words)
    if named and not same:
        same = tuple(words[: named.start()] + other + words[named.end() :] for other in person.split("|"))
    return tuple(other for other in same if fold(other) != fold(words))


DRAWN = "templates"
"""The folder of a data folder in which the templates stand that people drew."""

_drawn: tuple[Template, ...] = ()


def take_drawn(drawn: Sequence[Mapping[str, Any]]) -> None:
    """The templates that people drew in this installation: the parent hands them to the child, which can't see its files."""
    global _drawn  # noqa: PLW0603
    _drawn = tuple(_template(one) for one in drawn)


def drawn_in(folder: Path) -> tuple[Mapping[str, Any], ...]:
    """The templates of a data folder, as `take_drawn` wants them (desk.page.drawn keeps them)."""
    files = sorted(folder.glob("*.json")) if folder.is_dir() else []
    return tuple(json.loads(file.read_text("utf-8")) for file in files)


def template_of(kind: str, edition: str | None = None) -> Template | None:
    """The template of a kind. One that people drew counts for its own edition, and where ours has no place of any field."""
    ours = next((template for template in templates() if template.kind == kind), None)
    mine = [template for template in _drawn if template.kind == kind]
    for template in mine:
        if edition is not None and edition.replace("-", "/") in template.editions:
            return template
    bare = ours is None or not any(page.fields for page in ours.pages)
    return mine[0] if mine and bare else ours


def page_of(identity: Identity) -> TemplatePage | None:
    """The template of the page that was identified, where there is one."""
    template = template_of(identity.kind, identity.edition)
    return template.page(identity.page) if template else None


def has_edition(identity: Identity) -> bool:
    """Whether the page's edition was read, or its form has none."""
    template = template_of(identity.kind)
    return template is None or not template.editions or identity.edition is not None


def is_known_edition(identity: Identity) -> bool:
    """Whether the edition that the page prints is one that the template was made for; one that can't be read is not held against it,
    because each field must still be found beside its label."""
    template = template_of(identity.kind)
    return template is None or not template.editions or identity.edition in (None, *template.editions)


def identify(lines: Sequence[Line], height: float) -> Identity:
    """The form that the evidence on this page supports best; `unknown` where none does or where it contradicts itself."""
    page, of = _page_mark(lines, height)
    text = _Text(lines, height)
    judged = []
    for template in templates():
        seen = _evidence(template, text)
        weight = sum(WEIGHTS[group] for group in seen)
        judged.append((weight, len(seen), template, seen))
    judged.sort(key=lambda entry: (entry[0], entry[1]), reverse=True)
    weight, _, best, seen = judged[0]
    if weight < 2:
        return Identity("unknown", None, page or 1, of, sure=False, conflict=False, seen=())
    marked = [entry for entry in judged if "mark" in entry[3]]
    rival = next((entry for entry in judged[1:] if entry[2].side != best.side and entry[0] >= 4), None)
    other_mark = next((entry for entry in marked if entry[2] is not best), None)
    # a misread mark ("I-2474") names a form whose wording is not on the page, while another's is
    misread = "wording" not in seen and any("wording" in entry[3] and "caption" in entry[3] for entry in judged[1:])
    if other_mark is not None or rival is not None or misread or _captions_clash(best, text):
        return Identity("unknown", None, page or 1, of, sure=False, conflict=True, seen=seen)
    strong = {"mark", "caption", "wording"} & set(seen)
    if not strong or (weight < 3 and best.side != "other"):
        return Identity("unknown", None, page or 1, of, sure=False, conflict=False, seen=seen)
    number = _page_number(best, page, text) or 1
    # mark and caption, or mark and wording; without the mark three kinds of evidence; a cover sheet has no mark
    sure = len(seen) >= 2 and weight >= (4 if best.side == "other" else 5)
    return Identity(best.kind, _edition(best, lines, height), number, of or None, sure, conflict=False, seen=seen)


def identify_as(kind: str, lines: Sequence[Line], height: float, position: int) -> Identity:
    """The page of a paper that a person named: sure, whatever it prints. `position`: which of the paper's pages it is, where the
    page itself does not say."""
    template = template_of(kind)
    if template is None:
        return Identity(kind, None, position, None, sure=True, conflict=False, seen=())
    page, of = _page_mark(lines, height)
    number = _page_number(template, page, _Text(lines, height)) or position
    if number > template.page_count:
        number = position
    return Identity(kind, _edition(template, lines, height), number, of, sure=True, conflict=False, seen=("person",))


def register(page: TemplatePage, lines: Sequence[Line]) -> Registration:
    """Lays the form on the page by its labels: the longest chain of them that stands in the form's order, then the short ones where
    the chain lets expect them, then those that this print has moved."""
    placed = [label for label in page.labels if label.box is not None]
    hits = {label: _hits(lines, label) for label in page.labels}
    unclear = _claimed_twice(hits)
    chain = _chain([(label, hit) for label in placed for hit in hits[label][:4] if hit.length >= 6])
    laid = _laid(chain, len(placed))
    found = dict(chain)
    for label in placed:
        if label not in found and laid.rows:
            near = [
                (_away(laid, label, hit), hit)
                for hit in hits[label]
                if hit.length >= 6 or is_word(lines[hit.line], hit)
            ]
            best = min(near, key=lambda entry: entry[0], default=None)
            if best is not None and best[0] <= 1.0:
                found[label] = best[1]
    if len(chain) >= 4:
        _find_moved(laid, found, hits, lines)
        _find_ends(laid, found, placed, lines)
    for label in page.labels:
        if label.box is None and hits[label]:
            found[label] = hits[label][0]
    agreeing = sum(label.box is not None for label in found)
    begun = tuple((label, hit.box) for label in placed if label not in found for hit in hits[label] if not hit.whole)
    return replace(laid, agreeing=agreeing, found=tuple(found.items()), unclear=unclear, begun=begun)


def _hits(lines: Sequence[Line], label: Label) -> list[Found]:
    """Where any of a label's wordings stands: exactly, if it does, else with wrong letters; of two that overlap, the longer. Another
    wording than the template's must begin its print, because short ones stand inside longer ones (`Booking #:`)."""
    hits = [hit for hit in _with(label, lambda words: find(lines, words, slack=0.0), lines) if hit.whole]
    hits = hits or _with(label, lambda words: find_broken(lines, words), lines)
    if not hits:
        near = _with(label, lambda words: find(lines, words), lines)
        alone = [hit for words in label.wordings for hit in find_alone(lines, words)]
        hits = [hit for hit in near if hit.whole] or alone or near
    hits += [hit for words in label.wordings for hit in find_beginning(lines, words)]
    hits = [hit for hit in hits if _bracketed_alike(label, lines[hit.line], hit)] or hits
    best: list[Found] = []
    for hit in sorted(hits, key=lambda hit: (not hit.whole, -hit.length)):
        if not any(_overlap(hit, other) for other in best):
            best.append(hit)
    return sorted(best, key=lambda hit: (hit.errors, hit.line))


def _with(label: Label, look: Callable[[str], Iterable[Found]], lines: Sequence[Line]) -> list[Found]:
    return [
        hit
        for words in label.wordings
        for hit in look(words)
        if words == label.words or hit.rest is not None or begins_print(lines[hit.line], hit)
    ]


def _bracketed_alike(label: Label, line: Line, hit: Found) -> bool:
    """Whether both or none begin with a bracket: `(Language)` is a caption, `language.` goes on in a sentence."""
    return label.words.startswith("(") == ("(" in line.text[max(0, hit.start - 1) : hit.start + 1])


def _overlap(one: Found, two: Found) -> bool:
    parts = [(one.line, one.start, one.end), (one.last.line, one.last.start, one.last.end)]
    others = [(two.line, two.start, two.end), (two.last.line, two.last.start, two.last.end)]
    return any(a[0] == b[0] and a[1] < b[2] and b[1] < a[2] for a in parts for b in others)


MOVED = 100.0  # points up or down that another print may have a label from where the others let expect it


def _find_moved(
    laid: Registration, found: dict[Label, Found], hits: Mapping[Label, list[Found]], lines: Sequence[Line]
) -> None:
    """The labels that stand elsewhere than the others let expect (exchanged columns, a block set higher), each where only it can be."""
    missing = [label for label in hits if label not in found and label.box is not None]
    for label in sorted(missing, key=lambda label: -len(label.words)):
        free = [
            (abs(laid._down(_point(label)[1]) - _seen_at(hit)[1]), hit)
            for hit in hits[label]
            if hit.whole and (hit.length >= 14 or begins_print(lines[hit.line], hit))
            if not any(_overlap(hit, other) for other in found.values())
        ]
        free = sorted((entry for entry in free if entry[0] <= MOVED), key=lambda entry: entry[0])
        if free and (len(free) == 1 or free[1][0] - free[0][0] > 20):
            found[label] = free[0][1]


def _find_ends(laid: Registration, found: dict[Label, Found], placed: Sequence[Label], lines: Sequence[Line]) -> None:
    """The labels of which only the last words could be read, each where only it can be."""
    for label in placed:
        if label in found:
            continue
        ends = [
            hit
            for hit in find_end(lines, label.words)
            if abs(laid._down(_point(label)[1]) - _seen_at(hit)[1]) <= MOVED
            if not any(_overlap(hit, other) for other in found.values())
        ]
        if len(ends) == 1:
            found[label] = ends[0]


def _claimed_twice(hits: dict[Label, list[Found]]) -> tuple[Box, ...]:
    """Takes away the beginnings of lines that fit several labels; they must be read to their ends."""
    claims: dict[tuple[int, int], set[str]] = {}
    for label, found in hits.items():
        for hit in found:
            if not hit.whole:
                claims.setdefault((hit.line, hit.start), set()).add(fold(label.words))
    boxes = set()
    for found in hits.values():
        for hit in list(found):
            if not hit.whole and len(claims[hit.line, hit.start]) > 1:
                boxes.add(hit.box)
                found.remove(hit)
    return tuple(boxes)


def _chain(pairs: list[tuple[Label, Found]]) -> list[tuple[Label, Found]]:
    """The longest run of labels that follow each other on the page as on the form, at about the same distances."""
    pairs = sorted(pairs, key=lambda pair: (round(_point(pair[0])[1] / 3), _point(pair[0])[0]))
    length = [1.0] * len(pairs)
    before: list[int | None] = [None] * len(pairs)
    for this, pair in enumerate(pairs):
        length[this] -= 0.1 * pair[1].errors
        for other in range(this):
            longer = length[other] + 1.0 - 0.1 * pair[1].errors
            if longer > length[this] and _follows(pairs[other], pair):
                length[this], before[this] = longer, other
    chain: list[tuple[Label, Found]] = []
    at = max(range(len(pairs)), key=lambda index: length[index], default=None)
    while at is not None:
        chain.append(pairs[at])
        at = before[at]
    return chain[::-1]


def _follows(one: tuple[Label, Found], two: tuple[Label, Found]) -> bool:
    if one[0] is two[0]:
        return False
    (ax, ay), (bx, by) = _point(one[0]), _point(two[0])
    (px, py), (qx, qy) = _seen_at(one[1]), _seen_at(two[1])
    down, right = by - ay, bx - ax
    if down < 4:
        return abs(qy - py - down) <= 5 and 0.6 * right - 20 <= qx - px <= 1.5 * right + 20
    aside = 160 if len(fold(two[0].words)) >= 16 else 45  # long words are known wherever their line was broken
    return 0.5 * down - 6 <= qy - py <= 1.7 * down + 14 and abs(qx - px - right) <= aside + 0.35 * abs(right)


def _laid(chain: Sequence[tuple[Label, Found]], labels: int) -> Registration:
    if not chain:
        return Registration(1.0, 0.0, (), 0, labels, ())
    across = np.array([[_point(label)[0], hit.box[0]] for label, hit in chain])
    sx, dx = 1.0, float(np.median(across[:, 1] - across[:, 0]))
    if np.ptp(across[:, 0]) > 150 and len(chain) >= 4:
        sx = float(np.clip(np.polyfit(across[:, 0], across[:, 1], 1)[0], 0.85, 1.18))
        dx = float(np.median(across[:, 1] - sx * across[:, 0]))
    rows: list[list[tuple[float, float]]] = []
    for label, hit in chain:
        y, seen = _point(label)[1], _seen_at(hit)[1]
        if rows and y - rows[-1][0][0] < 4:
            rows[-1].append((y, seen))
        else:
            rows.append([(y, seen)])
    heights = [(float(np.mean([y for y, _ in row])), float(np.mean([seen for _, seen in row]))) for row in rows]
    return Registration(sx, dx, tuple(heights), len(chain), labels, tuple(chain))


def _away(laid: Registration, label: Label, hit: Found) -> float:
    """How far a label stands from where the others let expect it: 1 at the edge of what may be."""
    assert label.box is not None
    x0, y0, _, y1 = laid.to_page(label.box)
    return max(abs(hit.box[0] - x0) / 80, abs((hit.box[1] + hit.box[3]) / 2 - (y0 + y1) / 2) / 9)


def fax_pages(lines: Sequence[Line], height: float) -> tuple[int, int] | None:
    """Page n of m as the sending fax machine printed it on the top edge."""
    for line in lines:
        if line.box[1] < 0.04 * height:
            match = re.search(r"\bP(?:AGE|G|\.)?[ .:]*0*(\d{1,3})\s*(?:/|OF)\s*0*(\d{1,3})", line.text, re.I)
            if match and 1 <= int(match[1]) <= int(match[2]) <= 200:
                return int(match[1]), int(match[2])
    return None


class _Text:
    """The page's print, folded, by region: head, foot, all."""

    def __init__(self, lines: Sequence[Line], height: float) -> None:
        ordered = sorted(lines, key=lambda line: (round(line.box[1] / 5), line.box[0]))
        body = [line for line in ordered if not _is_fax_header(line, height)]
        self.head = [line.folded[0] for line in body if line.box[1] < 0.30 * height]
        self.top = [line.folded[0] for line in body if line.box[1] < 0.10 * height]
        self.foot = [line.folded[0] for line in body if line.box[3] > 0.90 * height]
        self.everything = " ".join(line.folded[0] for line in body)
        self.joined = "".join(line.folded[0] for line in body)
        self.joined_head = "".join(self.head)
        self.raw = "\n".join(line.text for line in body)
        self.body = body

    def has(self, words: str, region: str) -> bool:
        """Whether the words stand there. `nearly`: anywhere on the page, and of a sentence a bad fax may have spoiled a letter or two."""
        wanted = fold(words)
        if wanted in (self.joined_head if region == "head" else self.joined):
            return True
        return region == "nearly" and len(wanted) >= SENTENCE and any(find(self.body, words, slack=SPOILED))


def _is_fax_header(line: Line, height: float) -> bool:
    """The line that a sending machine prints on the top edge: its words are no evidence of anything."""
    return (
        line.box[3] < 0.045 * height
        and re.search(r"\d{1,2}\s*/\s*\d{1,2}|\bFAX\b|\d:\d\d", line.text, re.I) is not None
    )


def _evidence(template: Template, text: _Text) -> tuple[str, ...]:
    seen = []
    if template.mark is not None:
        where = text.foot if template.mark_at == "foot" else text.top
        if any(re.search(template.mark, line) for line in where):
            seen.append("mark")
    for group, alternatives in template.evidence.items():
        region = {"caption": "head", "wording": "nearly"}.get(group, "all")
        if group == "number":
            if any(re.search(pattern, text.raw, re.I) for words in alternatives for pattern in words):
                seen.append(group)
        elif any(all(text.has(words, region) for words in alternative) for alternative in alternatives):
            seen.append(group)
    return tuple(seen)


def _captions_clash(best: Template, text: _Text) -> bool:
    """A court's caption on a department's form, or the other way round: a person decides what that is."""
    court = text.has("UNITED STATES DISTRICT COURT", "head") or text.has("TRIAL COURT OF THE COMMONWEALTH", "head")
    department = text.has("DEPARTMENT OF HOMELAND SECURITY", "head")
    if best.side == "administrative":
        return court
    if best.side == "judicial":
        return department
    return False


_PAGE = re.compile(r"\bPage\s*(\d{1,2})\s*of\s*(\d{1,2})\b", re.I)


def _page_mark(lines: Sequence[Line], height: float) -> tuple[int | None, int | None]:
    for line in lines:
        if line.box[3] > 0.88 * height:
            match = _PAGE.search(line.text.replace("l of", "1 of"))
            if match and 1 <= int(match[1]) <= int(match[2]):
                return int(match[1]), int(match[2])
    return None, None


def _page_number(template: Template, marked: int | None, text: _Text) -> int | None:
    """Which of its form's pages it is: as its mark says, unless the words of another page stand on it and none of that one's: on a bad
    fax a 1 may look like a 3."""
    counts = {page.number: sum(text.has(words, "all") for words in page.wording) for page in template.pages}
    most = max(counts, key=lambda number: (counts[number], -number), default=None)
    if most is None or counts[most] == 0 or (marked is not None and counts.get(marked, 1) > 0):
        return marked
    return most


_EDITION = re.compile(r"\(?\s*(?:Rev\.?|Revised)?\s*\(?(\d{1,2}\s*[/-]\s*\d{1,2}(?:\s*[/-]\s*\d{2,4})?)\s*\)?", re.I)


def _edition(template: Template, lines: Sequence[Line], height: float) -> str | None:
    """The edition as the form mark prints it, like 02/17; None where it can't be read."""
    if template.mark is None:
        return None
    for line in lines:
        at_place = line.box[3] > 0.88 * height if template.mark_at == "foot" else line.box[1] < 0.12 * height
        if not at_place or not re.search(template.mark, line.folded[0]):
            continue
        tail = re.split(r"247\s*[A-Z]?|20[0-9]|442|93", line.text, maxsplit=1)[-1]
        match = _EDITION.search(tail)
        if match:
            return re.sub(r"\s", "", match[1])
    return None


def _point(label: Label) -> tuple[float, float]:
    assert label.box is not None
    return label.box[0], (label.box[1] + label.box[3]) / 2


def _seen_at(found: Found) -> tuple[float, float]:
    return found.box[0], (found.box[1] + found.box[3]) / 2


def _template(data: Mapping[str, Any]) -> Template:
    return Template(
        kind=data["kind"],
        name=data["name"],
        side=data["side"],
        editions=tuple(data.get("editions", ())),
        page_count=int(data.get("page_count", 1)),
        mark=data.get("mark"),
        mark_at=data.get("mark_at", "foot"),
        evidence={
            group: tuple(tuple(words) for words in alternatives) for group, alternatives in data["evidence"].items()
        },
        pages=tuple(
            _page(page, checked="drawn" not in data or bool(data["checked"])) for page in data.get("pages", ())
        ),
    )


def _page(data: Mapping[str, Any], *, checked: bool) -> TemplatePage:
    return TemplatePage(
        number=int(data["number"]),
        checked=checked,
        labels=tuple(
            Label(label["words"], _box(label.get("box")), _other_wordings(label["words"]))
            for label in data.get("labels", ())
        ),
        fields=tuple(
            FieldPlace(
                name=field["name"],
                kind=field["kind"],
                box=_box(field.get("box")),
                grammar=field.get("grammar", "text"),
                label=field.get("label"),
                names=tuple(field.get("names", ())),
                lines=int(field.get("lines", 1)),
                beside=tuple((side, words) for side, words in field.get("beside", ())),
            )
            for field in data.get("fields", ())
        ),
        wording=tuple(data.get("wording", ())),
    )


def _box(value: Any) -> Box | None:
    if value is None:
        return None
    x0, y0, x1, y1 = value
    return float(x0), float(y0), float(x1), float(y1)
