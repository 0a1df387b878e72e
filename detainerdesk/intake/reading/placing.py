"""Where each field stands on this page: beside the printed words that it belongs to, not where some drawing of the form had it. Comes in:
the form's page, the labels that were found, the page's rules. Goes out: for each field its box, and whether its own label held it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from detainerdesk.intake.reading.fields import Box
from detainerdesk.intake.reading.forms import FieldPlace, Label, Registration, TemplatePage
from detainerdesk.intake.reading.lines import Found

Side = Literal["after", "over", "before", "under", "square"]
ROW = 7.0  # points by which a label and a value on one row may differ in height


@dataclass(frozen=True)
class Placed:
    """A field's box on the page, in points. `held`: its own label was found beside it."""

    box: Box
    held: bool


def place_all(page: TemplatePage, laid: Registration, rules: Sequence[Box]) -> dict[str, Placed]:
    """Each field that has a place. `rules`: the horizontal rules on the page."""
    found = dict(laid.found)
    placed = {}
    for place in page.fields:
        for label, side in _relations(page).get(place.name, ()):
            if label in found and (box := _beside(place, label, found[label], side, laid, rules)) is not None:
                placed[place.name] = Placed(box, held=True)
                break
        else:
            if place.box is not None:
                placed[place.name] = Placed(laid.to_page(place.box), held=False)
    return placed


@cache
def labels_before(page: TemplatePage) -> frozenset[Label]:
    """The labels after which a value stands on the same row: where they end must be known."""
    return frozenset(label for found in _relations(page).values() for label, side in found if side == "after")


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
    if above and not before:
        yield min(above, key=lambda entry: entry[0])[1], "under"


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
) -> Box | None:
    """The field's box beside its label as that was found."""
    lx0, ly0, lx1, ly1 = hit.box
    middle = (ly0 + ly1) / 2
    if side == "after":
        if not hit.whole:
            return None
        return _after(place, lx1, middle, laid, rules)
    assert place.box is not None
    assert label.box is not None
    x0, y0, x1, y1 = place.box
    tall, wide = y1 - y0, x1 - x0
    if side == "square":
        right = lx0 - (label.box[0] - x1)
        return right - wide, middle - tall / 2, right, middle + tall / 2
    if side == "over":
        rule = _rule_over(hit.box, rules)
        if rule is not None:
            return rule[0] - 1, rule[1] - max(tall, 12.0), rule[2] + 1, rule[1] + 1
        down = ly0 - (label.box[1] - y1)
        left, _, right, _ = laid.to_page(place.box)
        return left, down - tall, right, down
    if side == "before":
        right = lx0 - max(2.0, label.box[0] - x1)
        return right - wide, middle - tall / 2, right, middle + tall / 2
    down = ly1 + (y0 - label.box[3])
    left, _, right, _ = laid.to_page(place.box)
    return left, down, right, down + tall


def _after(place: FieldPlace, left: float, middle: float, laid: Registration, rules: Sequence[Box]) -> Box:
    """To the right of a label, as far as its rule, the next label or the field goes."""
    tall = 13.0 if place.box is None else max(11.0, place.box[3] - place.box[1])
    wide = 200.0 if place.box is None else place.box[2] - place.box[0]
    right = left + wide + 8
    top, bottom = middle - tall / 2 - 0.5, middle + tall / 2
    for x0, y, x1, _ in rules:
        if middle + 1 < y < middle + 14 and left - 6 <= x0 <= left + 30:
            right, bottom = x1 + 2, y + 1
            top = min(top, bottom - tall)
    stops = [
        hit.box[0]
        for _, hit in laid.found
        if abs((hit.box[1] + hit.box[3]) / 2 - middle) < ROW and hit.box[0] > left + 3
    ]
    return left + 0.5, top, min([right, *(stop - 1.5 for stop in stops)]), bottom


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
