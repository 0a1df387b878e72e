"""Where each field stands on this page: beside the printed words that it belongs to, not where some drawing of the form had it. Comes in:
the form's page, the labels that were found, the page's rules. Goes out: for each field its box, and whether its own label held it."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal, cast

from detainerdesk.intake.reading import vocabulary
from detainerdesk.intake.reading.fields import Box
from detainerdesk.intake.reading.forms import FieldPlace, Label, Registration, TemplatePage
from detainerdesk.intake.reading.lines import Found, Line, fold

Side = Literal["after", "over", "before", "under", "square", "next"]
"""Where a field stands from its label: to its right; over its caption; left of it; in the lines under a heading; a box to tick left of
its words; or next in running text, where the form may break its line between the two."""

LEVEL = 3.0  # points up or down by which the pieces of one rule may lie apart on a fax
BREAK = 20.0  # points of a rule that a fax may lose between two of its pieces
LEAST = 3  # letters of a row of print: what has fewer may be a speck or a piece of the frame
ROW = 7.0  # points by which a label and a value on one row may differ in height


@dataclass(frozen=True)
class Placed:
    """A field's box on the page, in points. `held`: its own label was found beside it. `ruled`: the rule on which its value stands
    was found, so that its ends are known. `lined`: there is such a rule, or the page is laid out as the template is: only then does an
    empty place prove that nothing was filled in, because other prints may have the value under its label. `rows`: of how many lines
    of print its value is."""

    box: Box
    held: bool
    ruled: bool = False
    lined: bool = False
    rows: int = 1


@dataclass(frozen=True)
class _Page:
    """What a page shows: how its form lies on it, its rules, its lines."""

    laid: Registration
    rules: Sequence[Box]
    lines: Sequence[Line]


def place_all(page: TemplatePage, laid: Registration, rules: Sequence[Box], lines: Sequence[Line]) -> dict[str, Placed]:
    """Each field that has a place. `rules`: the horizontal rules on the page."""
    seen = _Page(laid, rules, lines)
    found = dict(laid.found)
    placed: dict[str, Placed] = {}
    loose: dict[str, Placed] = {}
    below: dict[Label, list[FieldPlace]] = {}
    for place in page.fields:
        relations = _relations(page)[place.name]
        for label, side in relations:
            if label not in found:
                continue
            if side == "under":
                below.setdefault(label, []).append(place)
                break
            here = _beside(place, label, found[label], side, seen)
            if here is not None:
                placed[place.name] = here if _is_own(side, relations) else replace(here, held=False)
                break
        else:
            if place.box is not None:
                refused = any(label in found for label, _ in relations)
                loose[place.name] = Placed(laid.to_page(place.box), held=laid.rigid and not refused)
    for label, places in below.items():
        placed |= _under(label, found[label], places, seen)
    held = [one.box for one in placed.values() if one.held]
    for name, one in loose.items():  # where another field's label holds, that field stands and no other
        placed[name] = replace(one, held=one.held and not any(_meet(one.box, box) for box in held))
    return {name: replace(one, lined=one.lined or one.ruled or laid.rigid) for name, one in placed.items()}


def _meet(one: Box, two: Box) -> bool:
    return min(one[2], two[2]) - max(one[0], two[0]) > 4 and min(one[3], two[3]) - max(one[1], two[1]) > 4


def _under(label: Label, hit: Found, places: Sequence[FieldPlace], seen: _Page) -> dict[str, Placed]:
    """The fields below a heading: its lines of print in their order."""
    boxes = {place.name: _from_label(place, label, hit, seen) for place in places}
    left = min(box[0] for box in boxes.values())
    end, closed = _heading(label, hit, left, seen)
    beside = [line.box[0] for line in seen.lines if abs(_middle(line.box) - _middle(hit.box)) < 4]
    right = min([max(box[2] for box in boxes.values()), *(x - 3 for x in beside if x > end + 20)])
    rows, down, guessed = _rows_under(label, hit, (left, right), len(places), seen, closed=closed)
    rule = None if rows or len(places) > 1 else _rule_under(hit.box, seen.rules)
    if rule is not None:
        return {places[0].name: Placed((rule[0], rule[1] - 13, rule[2], rule[1] + 1), held=not guessed, ruled=True)}
    names = sorted(boxes, key=lambda name: boxes[name][1])
    middles = [_middle(boxes[name]) + down for name in names]
    address = _address(rows) if len(rows) > len(places) == 2 else None
    if address is not None:
        groups = {names[0]: rows[:address], names[1]: rows[address:]}
    else:
        groups = {names[index]: [row] for index, row in zip(_which(middles, rows), rows, strict=False)}
    # with fewer lines than fields, or more, only the drawing tells which is which
    held = len(rows) in (0, len(places)) or (seen.laid.rigid and len(rows) < len(places)) or address is not None
    held = held and not guessed and not (len(places) == 2 <= len(rows) and _begins_address(rows[0]))
    placed = {}
    for name in names:
        x0, y0, x1, y1 = boxes[name]
        placed[name] = Placed((x0, y0 + down, min(right, x1), y1 + down), held)
        if group := groups.get(name):
            top, bottom = group[0].box[1], group[-1].box[3]
            room = max(0.0, (11.0 - (group[0].box[3] - top)) / 2)
            placed[name] = Placed((x0, top - room, min(right, x1), bottom + room), held, rows=len(group))
    return placed


def _from_label(place: FieldPlace, label: Label, hit: Found, seen: _Page) -> Box:
    """The field's box, as far to the right from its label as the template has it; its height on the page is not known yet."""
    assert place.box is not None
    assert label.box is not None
    left = hit.box[0] + (place.box[0] - label.box[0]) * seen.laid.sx
    return left, place.box[1], left + (place.box[2] - place.box[0]) * seen.laid.sx, place.box[3]


def _heading(label: Label, hit: Found, left: float, seen: _Page) -> tuple[float, bool]:
    """How far a heading goes on its row, in as many pieces as it was read, and whether its bracket is closed there."""
    row = [
        (line, number)
        for number, line in enumerate(seen.lines)
        if abs(_middle(line.box) - _middle(hit.box)) < 4 and line.box[0] > left - 8
    ]
    others = {at.line for other, at in seen.laid.found if other is not label}
    end, text, opened = hit.box[2], "", label.words.count("(")  # a fax may have spoiled the bracket
    for line, number in sorted(row, key=lambda entry: entry[0].box[0]):
        closed = max(opened, text.count("(")) <= text.count(")")
        if number in others or line.box[0] > end + 20 or (text and closed):
            break
        end, text = max(end, line.box[2]), text + line.text
    return end, max(opened, text.count("(")) <= text.count(")")


def _rows_under(
    label: Label, hit: Found, column: tuple[float, float], fields: int, seen: _Page, *, closed: bool
) -> tuple[list[Line], float, bool]:
    """The lines of print below a heading, how far down the template must be moved to it, and whether that is a guess. A heading whose bracket
    is not closed goes on below."""
    left, right = column
    assert label.box is not None
    down = hit.box[3] - label.box[3]
    top = _middle(hit.box) + 4
    printed = {part.line: part.box for other, at in seen.laid.found if other is not label for part in (at, at.last)}
    ends = [box[1] for box in printed.values() if box[1] > top and box[0] < right and box[2] > left]
    bottom = min([top + 24 * (fields + 1), *ends])
    rows = _rows(
        line
        for number, line in enumerate(seen.lines)
        if number not in printed and top < _middle(line.box) < bottom and left - 8 < line.box[0] < right
        if right - line.box[0] > 0.3 * (line.box[2] - line.box[0])  # else it stands in the next column
    )
    guessed = False
    if not closed:
        last = next((n for n, row in enumerate(rows[:2]) if re.search(r"\w\s?[)}\]]", row[0].text)), None)
        if last is None and len(rows) > fields:
            last, guessed = 0, True  # its mark was misread
        if last is not None:
            down += rows[last][0].box[3] - hit.box[3]
            rows = rows[last + 1 :]
    specks = [row[0] for row in rows if sum(len(re.findall(r"\w", line.text)) for line in row) < LEAST]
    words = [row[0] for row in rows if row[0] not in specks]
    wide = right - left
    frame = [
        rule[1]
        for rule in seen.rules
        if rule[2] - rule[0] > 1.5 * wide and min(rule[2], right) - max(rule[0], left) > 0.9 * wide
    ]
    near = _together(words, frame)
    guessed |= any(not near or _middle(speck.box) < _middle(near[-1].box) for speck in specks)
    streak = len(near) < len(words) and _begins_address(words[len(near)])  # no frame parts an address from its office
    return near, down, guessed or streak


def _together(rows: list[Line], frame: Sequence[float]) -> list[Line]:
    """The lines as far as they follow each other: what stands far below them, or below a line of the frame, belongs to something else."""
    for number in range(1, len(rows)):
        above, below = rows[number - 1].box, rows[number].box
        far = below[1] - above[3] > 2.5 * max(6.0, rows[0].box[3] - rows[0].box[1])
        if far or any(_middle(above) < y < _middle(below) for y in frame):
            return rows[:number]
    return rows


def _address(rows: Sequence[Line]) -> int | None:
    """The line with which an address begins, below the name of an office: the first that begins with a number."""
    return next((n for n, row in enumerate(rows) if n and _begins_address(row)), None)


def _begins_address(row: Line) -> bool:
    return re.match(r"\s*(?:\d|P\.? ?O\.? Box)", row.text) is not None


def _which(expected: Sequence[float], rows: Sequence[Line]) -> tuple[int, ...]:
    """To which of the fields, by the heights at which they are expected in their order, the rows belong: those that are nearest."""
    count = min(len(expected), len(rows))
    return min(
        itertools.combinations(range(len(expected)), count),
        key=lambda places: sum(
            abs(expected[place] - _middle(row.box)) for place, row in zip(places, rows, strict=False)
        ),
    )


def _rows(lines: Iterable[Line]) -> list[list[Line]]:
    """The rows from the top, each the lines that stand on it from the left, but last what is one letter and no more (a piece of the frame)."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: _middle(line.box)):
        if rows and _middle(line.box) - _middle(rows[-1][0].box) <= 5:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: (not re.search(r"\w\w|\d", line.text), line.box[0])) for row in rows]


def wanting(page: TemplatePage, laid: Registration) -> tuple[Label, ...]:
    """The labels that were not found and without which a field has no hold."""
    found = {label for label, _ in laid.found}
    loose = [
        relations
        for relations in _relations(page).values()
        if not any(label in found and _is_own(side, relations) for label, side in relations)
    ]
    return tuple(dict.fromkeys(label for relations in loose for label, _ in relations if label not in found))


def _is_own(side: Side, relations: Sequence[tuple[Label, Side]]) -> bool:
    """Whether a label on this side holds a field. Before the next label a value may also begin elsewhere: that holds only a field that has no
    label of its own."""
    return side != "before" or relations[0][1] == "before"


@cache
def sides_of(page: TemplatePage) -> Mapping[Label, frozenset[Side]]:
    """For each label that can hold a field, on which of its sides that stands."""
    sides: dict[Label, set[Side]] = {}
    for found in _relations(page).values():
        for label, side in found:
            sides.setdefault(label, set()).add(side)
    return {label: frozenset(of_it) for label, of_it in sides.items()}


@cache
def _relations(page: TemplatePage) -> Mapping[str, tuple[tuple[Label, Side], ...]]:
    """For each field the labels that can hold it, the best first."""
    return {place.name: tuple(_of(place, page)) for place in page.fields}


def _of(place: FieldPlace, page: TemplatePage) -> Iterator[tuple[Label, Side]]:
    if place.beside:
        for side, words in place.beside:
            yield next(label for label in page.labels if label.words == words), cast(Side, side)
        if place.kind == "text" and place.box is not None:
            yield from _before(place.box, page)
        return
    if place.box is None:
        for label in page.labels:
            if label.words == place.label:
                yield label, "after"
        return
    x0, y0, x1, y1 = place.box
    labels = [(label, label.box) for label in page.labels if label.box is not None]
    on_row = [(label, box) for label, box in labels if abs(_middle(box) - (y0 + y1) / 2) < ROW]
    if place.kind == "check":
        near = [(box[0] - x1, label) for label, box in on_row if -2 < box[0] - x1 < 30]
        if near:
            yield min(near, key=lambda entry: entry[0])[1], "square"
        return
    under = [(box[1] - y1, label) for label, box in labels if -4 < box[1] - y1 < 12 and box[0] < x1 and box[2] > x0]
    if place.kind == "sig":
        if under:
            yield min(under, key=lambda entry: entry[0])[1], "over"
        return
    before = [(x0 - box[2], label) for label, box in on_row if -6 <= x0 - box[2] < 45 and box[0] < x0]
    if before:
        yield min(before, key=lambda entry: entry[0])[1], "after"
    captions = [(gap, label) for gap, label in under if label.words.startswith("(") or (gap <= 5 and not before)]
    captioned = bool(captions) and not _is_row_of(captions, page)
    if captioned:
        yield min(captions, key=lambda entry: entry[0])[1], "over"
    yield from _before(place.box, page)
    above = [(y0 - box[3], label) for label, box in labels if 0 <= y0 - box[3] < 40 and box[0] < x1 and box[2] > x0]
    above = [(gap, label) for gap, label in above if _is_heading(label.words)]
    if above and not before and not captioned:  # what has a caption stands under no heading
        yield min(above, key=lambda entry: entry[0])[1], "under"


def _before(field: Box, page: TemplatePage) -> Iterator[tuple[Label, Side]]:
    """The label right behind a field on its row."""
    after = [
        (label.box[0] - field[2], label)
        for label in page.labels
        if label.box and abs(_middle(label.box) - _middle(field)) < ROW and -2 < label.box[0] - field[2] < 20
    ]
    if after:
        yield min(after, key=lambda entry: entry[0])[1], "before"


def _is_heading(words: str) -> bool:
    """Whether values stand under these words: `TO: (Name and Title of Institution`, and no running text."""
    return len(words) <= 10 or re.search(r"^\W*\w+:|[:(]", words) is not None


def _is_row_of(captions: Sequence[tuple[float, Label]], page: TemplatePage) -> bool:
    """Whether the words under a field are the label of the next row's field, and so no caption."""
    label = min(captions, key=lambda entry: entry[0])[1]
    assert label.box is not None
    return not label.words.startswith("(") and any(
        field.box is not None
        and abs((field.box[1] + field.box[3]) / 2 - _middle(label.box)) < ROW
        and -6 <= field.box[0] - label.box[2] < 45
        for field in page.fields
    )


def _beside(place: FieldPlace, label: Label, hit: Found, side: Side, seen: _Page) -> Placed | None:
    """The field's box beside its label as that was found."""
    lx0, ly0, _, _ = hit.box
    middle = _middle(hit.box)
    if side == "after":
        return _after(place, hit, seen) if hit.whole else None
    assert place.box is not None
    assert label.box is not None
    x0, y0, x1, y1 = place.box
    tall, wide = y1 - y0, x1 - x0
    if side == "next":
        return _next(place, hit, seen) if hit.whole else None
    if side == "square":
        if place.beside and _begins_row(hit, seen):
            return None  # its square ends the row before
        right = lx0 - (label.box[0] - x1)
        held = _begins_as(label, hit, seen)  # else nobody knows how far left its words begin
        return Placed((right - wide, middle - tall / 2, right, middle + tall / 2), held)
    if side == "over":
        rule = _rule_over(hit, wide * seen.laid.sx, seen)
        if rule is not None and rule[0] <= hit.box[0] + 10:  # else it has lost its beginning, where the value begins
            begins = _lost_beginning(rule, seen)
            box = begins, rule[1] - max(tall, 12.0), rule[2], rule[1] + 1
            ruled = rule[2] - rule[0] > 0.5 * wide  # a stamp may hide the rest of a rule of dots
            held = begins == rule[0] and (ruled or place.kind != "sig")  # beside half a rule a name may stand
            return Placed(box, held, ruled=ruled)
        down = ly0 - (label.box[1] - y1)
        left = lx0 + (x0 - label.box[0]) * seen.laid.sx
        return Placed((left, down - tall, left + wide * seen.laid.sx, down), held=True)
    right = lx0 - max(2.0, label.box[0] - x1)
    starts = [x for x, y, end, _ in seen.rules if middle + 1 < y < middle + 14 and -12 < end - lx0 < 4]
    left = starts[0] if starts else right - wide
    return Placed((left, middle - tall / 2, right, middle + tall / 2), held=True)


def _begins_as(label: Label, hit: Found, seen: _Page) -> bool:
    """Whether what was found begins with the label's first letter: `or .S. Customs` is `U.S. Customs` all right, but begins elsewhere."""
    first = fold(seen.lines[hit.line].text[hit.start : hit.end])[:1]
    return any(fold(words)[:1] == first for words in label.wordings)


def _next(place: FieldPlace, hit: Found, seen: _Page) -> Placed:
    """What follows a label in running text: to its right, or at the beginning of the next row."""
    last = hit.last.box
    middle = _middle(last)
    if place.kind == "check":
        assert place.box is not None
        tall, wide = place.box[3] - place.box[1], place.box[2] - place.box[0]
        return Placed((last[2] + 3, middle - tall / 2, last[2] + 3 + wide, middle + tall / 2), held=True)
    here = _after(place, hit, seen)
    print_here = any(abs(_middle(line.box) - middle) < ROW and line.box[0] > last[2] - 2 for line in seen.lines)
    in_line = re.search(r"\w{2}", seen.lines[hit.last.line].text[hit.last.end :])
    if here.lined or print_here or in_line:
        return here
    rules = [rule for rule in seen.rules if middle + 10 < rule[1] < middle + 36 and rule[0] < last[2]]
    rule = min(rules, key=lambda rule: (round(rule[1] / 4), rule[0]), default=None)
    if rule is not None:
        top = max(rule[1] - 14, last[3] + 0.5)
        before = [line.box[0] for line in seen.lines if top < _middle(line.box) < rule[1] and line.box[0] < rule[0] - 3]
        if before:  # a fax has lost the rule's beginning: the value may stand there
            return Placed((min(before) - 2, top, rule[2] + 2, rule[1] + 1), held=False)
        assert place.box is not None
        whole = rule[2] - rule[0] > 0.5 * (place.box[2] - place.box[0])  # else the value may stand where it is lost
        return Placed((rule[0] - 1, top, rule[2] + 2, rule[1] + 1), held=whole, ruled=True)
    rows = [line for line in seen.lines if middle + 5 < _middle(line.box) < middle + 30 and line.box[0] < last[2]]
    first = min(rows, key=lambda line: (round(_middle(line.box) / 6), line.box[0]), default=None)
    if first is None:
        return replace(here, held=False)
    assert place.box is not None
    x0, y0, _, y1 = first.box
    return Placed((x0 - 2, y0 - 1, x0 + place.box[2] - place.box[0], y1 + 1), held=True)


def _begins_row(hit: Found, seen: _Page) -> bool:
    """Whether the words begin a row of running text: at the left edge of the row above, its bullet apart."""
    middle = _middle(hit.box)
    above = [line for line in seen.lines if 5 <= middle - _middle(line.box) < 24 and line.box[0] < hit.box[2]]
    if hit.start > 0 or not above:
        return False
    nearest = max(_middle(line.box) for line in above)
    first = min((line for line in above if nearest - _middle(line.box) < 4), key=lambda line: line.box[0])
    text = next((char.x0 for char in first.chars if char.text.isalnum()), first.box[0])
    return abs(text - hit.box[0]) < 3


def _after(place: FieldPlace, label: Found, seen: _Page) -> Placed:
    """To the right of a label, as far as its rule, the next label or the field goes."""
    left, middle = label.last.box[2], _middle(label.last.box)
    tall = 13.0 if place.box is None else max(11.0, place.box[3] - place.box[1])
    wide = 200.0 if place.box is None else place.box[2] - place.box[0]
    right = left + wide
    top, bottom = middle - tall / 2 - 0.5, middle + tall / 2
    lined = False
    for rule in seen.rules:
        if middle + 1 < rule[1] < middle + 14 and left - 6 <= rule[0] <= left + 30:
            _, y, x1, _ = _to_its_end(rule, math.inf, label, seen)
            right, bottom, lined = x1 + 2, y + 1, True
            top = min(top, bottom - tall)
    stops = [hit.box[0] for _, hit in seen.laid.found if abs(_middle(hit.box) - middle) < ROW and hit.box[0] > left + 3]
    # a field that the template knows by its label only has no place that could be right or wrong: a person looks
    held = place.box is not None
    return Placed((left + 0.5, top, min([right, *(stop - 1.5 for stop in stops)]), bottom), held, lined=lined)


def _rule_over(caption: Found, wide: float, seen: _Page) -> Box | None:
    """The rule that a caption stands under, up to as `wide` as it is expected, with all the pieces into which a fax has broken it."""
    x0, _, x1, _ = caption.box
    near = [rule for rule in seen.rules if _is_over(rule, caption.box) and not _is_streak(rule, wide, caption, seen)]
    near = [_to_its_end(rule, rule[0] + wide, caption, seen) for rule in near]
    near = [rule for rule in near if rule[0] - 4 <= (x0 + x1) / 2 <= rule[2] + 4]
    near = [rule for rule in near if rule[2] - rule[0] >= 0.6 * (x1 - x0)]
    lowest = max((rule[1] for rule in near), default=0.0)
    return min((rule for rule in near if lowest - rule[1] < LEVEL), key=lambda rule: rule[0], default=None)


def _is_streak(rule: Box, wide: float, caption: Found, seen: _Page) -> bool:
    """Whether a line over a caption is a fax's streak across the page: far wider than the place, and over another caption too."""
    return rule[2] - rule[0] > 1.5 * wide and any(
        hit is not caption and _is_over(rule, hit.box) and hit.box[0] < rule[2] and hit.box[2] > rule[0]
        for _, hit in seen.laid.found
    )


def _is_over(rule: Box, words: Box) -> bool:
    """Whether a rule lies at the height of one under which these words are the caption."""
    return words[1] - 9 < rule[1] < words[1] + 4


def _to_its_end(rule: Box, end: float, label: Found, seen: _Page) -> Box:
    """The rule with the pieces into which a fax has broken it, up to `end`: not those at which other words stand, nor where such stand at it."""
    x0, top, x1, bottom = rule
    words = [hit.box for _, hit in seen.laid.found if hit.box[1] - 9 < top < hit.box[3] + 14 and hit is not label]
    for left, y, right, _ in sorted(seen.rules):
        others = any(box[0] < right and box[2] > x0 for box in words)
        if abs(y - top) < LEVEL and x1 < left < min(end, x1 + BREAK) and not others:
            x1 = right
    return x0, top, x1, bottom


def _lost_beginning(rule: Box, seen: _Page) -> float:
    """Where a value begins of which a fax has lost the beginning of the rule: with the line of print that stands over the rule's end, behind
    a small word of the form's sentence (`on SOTO, Maria`)."""
    printed = {part.line for _, hit in seen.laid.found for part in (hit, hit.last)}
    over = [
        begins - 1
        for number, line in enumerate(seen.lines)
        if number not in printed and rule[1] - 14 < _middle(line.box) < rule[1]
        for begins in [_behind_a_small_word(line)]
        if rule[0] - 60 < begins < rule[0] - 8 and line.box[2] > rule[0] + 3
    ]
    return min(over, default=rule[0])


def _behind_a_small_word(line: Line) -> float:
    """Where a line begins, or what follows on a small word with which it begins."""
    first = re.match(r"\s*(\w+)\s+(?=\S)", line.text)
    return line.chars[first.end()].x0 if first and vocabulary.is_small(first[1]) else line.box[0]


def _rule_under(heading: Box, rules: Sequence[Box]) -> Box | None:
    """The first rule below a heading, on which its value would stand."""
    below = [rule for rule in rules if 8 < rule[1] - heading[3] < 40 and rule[0] < heading[2] and rule[2] > heading[0]]
    return min(below, key=lambda rule: rule[1], default=None)


def _middle(box: Box) -> float:
    return (box[1] + box[3]) / 2
