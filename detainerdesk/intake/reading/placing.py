"""Where each field stands on this page: beside the printed words that it belongs to, not where some drawing of the form had it. Comes in:
the form's page, the labels that were found, the page's rules. Goes out: for each field its box, and whether its own label held it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from detainerdesk.intake.reading.fields import Box
from detainerdesk.intake.reading.forms import FieldPlace, Label, Registration, TemplatePage
from detainerdesk.intake.reading.lines import Found, Line

Side = Literal["after", "over", "before", "under", "square"]
ROW = 7.0  # points by which a label and a value on one row may differ in height


@dataclass(frozen=True)
class Placed:
    """A field's box on the page, in points. `held`: its own label was found beside it. `ruled`: the rule on which its value stands
    was found, so that its ends are known. `lined`: there is such a rule, or the page is laid out as the template is: only then does an
    empty place prove that nothing was filled in, because other prints may have the value under its label."""

    box: Box
    held: bool
    ruled: bool = False
    lined: bool = False


def place_all(page: TemplatePage, laid: Registration, rules: Sequence[Box], lines: Sequence[Line]) -> dict[str, Placed]:
    """Each field that has a place. `rules`: the horizontal rules on the page."""
    found = dict(laid.found)
    placed: dict[str, Placed] = {}
    below: dict[Label, list[FieldPlace]] = {}
    for place in page.fields:
        for label, side in _relations(page).get(place.name, ()):
            if label not in found:
                continue
            if side == "under":
                below.setdefault(label, []).append(place)
                break
            here = _beside(place, label, found[label], side, laid, rules)
            if here is not None:
                # before the next label a value may also begin elsewhere: that holds only a field that has no label of its own
                own = side != "before" or _relations(page)[place.name][0][1] == "before"
                placed[place.name] = here if own else replace(here, held=False)
                break
        else:
            if place.box is not None:
                refused = any(label in found for label, _ in _relations(page)[place.name])
                placed[place.name] = Placed(laid.to_page(place.box), held=laid.rigid and not refused)
    for label, places in below.items():
        placed |= _under(label, found[label], places, laid, lines)
    return {name: replace(one, lined=one.lined or one.ruled or laid.rigid) for name, one in placed.items()}


def _under(
    label: Label, hit: Found, places: Sequence[FieldPlace], laid: Registration, lines: Sequence[Line]
) -> dict[str, Placed]:
    """The fields below a heading: its lines of print in their order. A heading whose bracket is not closed goes on below."""
    boxes = {place.name: laid.to_page(place.box) for place in places if place.box is not None}
    left, right = min(box[0] for box in boxes.values()), max(box[2] for box in boxes.values())
    top = _middle(hit.box) + 4
    printed = {other.line: other.box for other_label, other in laid.found if other_label is not label}
    bottoms = [box[1] for box in printed.values() if box[1] > top and box[0] < right and box[2] > left]
    bottom = min([top + 24 * (len(places) + 1), *bottoms])
    rows = _rows(
        line
        for number, line in enumerate(lines)
        if number not in printed and top < _middle(line.box) < bottom and left - 8 < line.box[0] < right
    )
    assert label.box is not None
    shift = hit.box[3] - label.box[3]
    heading = " ".join(
        line.text for line in lines if abs(_middle(line.box) - _middle(hit.box)) < 4 and left - 8 < line.box[0] < right
    )
    if heading.count("(") > heading.count(")"):
        closed = next((index for index, row in enumerate(rows[:2]) if re.search(r"[)}\]]", row.text)), None)
        if closed is None and len(rows) > len(places):
            closed = 0  # its mark was misread
        if closed is not None:
            shift += rows[closed].box[3] - hit.box[3]
            rows = rows[closed + 1 :]
    expected = {
        place.name: (place.box[1] + shift, place.box[3] + shift)
        for place in sorted(places, key=lambda place: place.box[1] if place.box else 0.0)
        if place.box is not None
    }
    chosen = dict(zip(_which(list(expected.values()), rows), rows, strict=False))
    placed = {}
    for index, (name, (y0, y1)) in enumerate(expected.items()):
        x0, _, x1, _ = boxes[name]
        row = chosen[index].box if index in chosen else (x0, y0, x1, y1)
        room = max(0.0, (11.0 - (row[3] - row[1])) / 2)
        # with fewer lines than fields, or more, only the drawing tells which is which
        held = len(rows) in (0, len(expected)) or (laid.rigid and len(rows) < len(expected))
        placed[name] = Placed((x0, row[1] - room, x1, row[3] + room), held)
    return placed


def _which(expected: Sequence[tuple[float, float]], rows: Sequence[Line]) -> tuple[int, ...]:
    """To which of the fields, in their order, the rows belong: those that are nearest."""
    count = min(len(expected), len(rows))
    return min(
        itertools.combinations(range(len(expected)), count),
        key=lambda places: sum(
            abs(sum(expected[place]) / 2 - _middle(row.box)) for place, row in zip(places, rows, strict=False)
        ),
    )


def _rows(lines: Iterable[Line]) -> list[Line]:
    """One line for each row, from the top."""
    rows: list[Line] = []
    for line in sorted(lines, key=lambda line: _middle(line.box)):
        if not rows or _middle(line.box) - _middle(rows[-1].box) > 5:
            rows.append(line)
    return rows


def wanting(page: TemplatePage, laid: Registration) -> tuple[Label, ...]:
    """The labels that were not found and without which a field has no hold."""
    found = {label for label, _ in laid.found}
    loose = [labels for labels in _relations(page).values() if not any(label in found for label, _ in labels)]
    return tuple(dict.fromkeys(label for labels in loose for label, _ in labels))


@cache
def labels_before(page: TemplatePage) -> frozenset[Label]:
    """The labels after or under which a value stands: where they end must be known."""
    return frozenset(
        label for found in _relations(page).values() for label, side in found if side in ("after", "under")
    )


@cache
def _relations(page: TemplatePage) -> Mapping[str, tuple[tuple[Label, Side], ...]]:
    """For each field the labels that can hold it, the best first."""
    return {place.name: tuple(_of(place, page)) for place in page.fields}


def _of(place: FieldPlace, page: TemplatePage) -> Iterator[tuple[Label, Side]]:
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
    if captions and not _is_row_of(captions, page):
        yield min(captions, key=lambda entry: entry[0])[1], "over"
    after = [(box[0] - x1, label) for label, box in on_row if -2 < box[0] - x1 < 20]
    if after:
        yield min(after, key=lambda entry: entry[0])[1], "before"
    above = [(y0 - box[3], label) for label, box in labels if 0 <= y0 - box[3] < 40 and box[0] < x1 and box[2] > x0]
    above = [(gap, label) for gap, label in above if _is_heading(label.words)]
    if above and not before:
        yield min(above, key=lambda entry: entry[0])[1], "under"


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


def _beside(
    place: FieldPlace, label: Label, hit: Found, side: Side, laid: Registration, rules: Sequence[Box]
) -> Placed | None:
    """The field's box beside its label as that was found."""
    lx0, ly0, lx1, _ = hit.box
    middle = _middle(hit.box)
    if side == "after":
        return _after(place, lx1, middle, laid, rules) if hit.whole else None
    assert place.box is not None
    assert label.box is not None
    x0, y0, x1, y1 = place.box
    tall, wide = y1 - y0, x1 - x0
    if side == "square":
        right = lx0 - (label.box[0] - x1)
        return Placed((right - wide, middle - tall / 2, right, middle + tall / 2), held=True)
    if side == "over":
        rule = _rule_over(hit.box, rules)
        if rule is not None:
            box = rule[0], rule[1] - max(tall, 12.0), rule[2], rule[1] + 1
            return Placed(box, held=True, ruled=True)
        down = ly0 - (label.box[1] - y1)
        left, _, right, _ = laid.to_page(place.box)
        return Placed((left, down - tall, right, down), held=True)
    right = lx0 - max(2.0, label.box[0] - x1)
    return Placed((right - wide, middle - tall / 2, right, middle + tall / 2), held=True)


def _after(place: FieldPlace, left: float, middle: float, laid: Registration, rules: Sequence[Box]) -> Placed:
    """To the right of a label, as far as its rule, the next label or the field goes."""
    tall = 13.0 if place.box is None else max(11.0, place.box[3] - place.box[1])
    wide = 200.0 if place.box is None else place.box[2] - place.box[0]
    right = left + wide
    top, bottom = middle - tall / 2 - 0.5, middle + tall / 2
    lined = False
    for x0, y, x1, _ in rules:
        if middle + 1 < y < middle + 14 and left - 6 <= x0 <= left + 30:
            right, bottom, lined = x1 + 2, y + 1, True
            top = min(top, bottom - tall)
    stops = [hit.box[0] for _, hit in laid.found if abs(_middle(hit.box) - middle) < ROW and hit.box[0] > left + 3]
    # a field that the template knows by its label only has no place that could be right or wrong: a person looks
    held = place.box is not None
    return Placed((left + 0.5, top, min([right, *(stop - 1.5 for stop in stops)]), bottom), held, lined=lined)


def _rule_over(caption: Box, rules: Sequence[Box]) -> Box | None:
    """The rule that a caption stands under."""
    centre = (caption[0] + caption[2]) / 2
    near = [
        rule for rule in rules if caption[1] - 9 < rule[1] < caption[1] + 4 and rule[0] - 4 <= centre <= rule[2] + 4
    ]
    near = [rule for rule in near if rule[2] - rule[0] >= 0.6 * (caption[2] - caption[0])]
    return max(near, key=lambda rule: rule[1], default=None)


def _middle(box: Box) -> float:
    return (box[1] + box[3]) / 2
