"""A tick is clearly empty, clearly inked, or it goes to a person."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from detainerdesk.intake.reading import ink

BOX = (100, 60, 122, 82)


def page(noise: float = 0.0) -> np.ndarray:
    picture = np.full((160, 400), 245, np.uint8)
    cv2.rectangle(picture, BOX[:2], (BOX[2] - 1, BOX[3] - 1), 30, 2)
    cv2.putText(picture, "a final order of removal", (134, 80), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 20, 1)
    if noise:
        grain = np.random.default_rng(1).normal(0, noise, picture.shape)
        picture = np.clip(picture + grain, 0, 255).astype(np.uint8)
    return picture


def measured(picture: np.ndarray, shift: int = 0) -> ink.Ink:
    return ink.tick(ink.dark(picture), tuple(v + shift for v in BOX), reach=(10, 10))  # type: ignore[arg-type]


@pytest.mark.parametrize("shift", [-7, 0, 7])
def test_an_empty_box_is_empty_though_the_template_misses_it_a_little(shift: int) -> None:
    assert measured(page(noise=6), shift).inked is False


@pytest.mark.parametrize("width", [1, 2, 3])
def test_a_cross_and_a_check_mark_are_ticks(width: int) -> None:
    crossed = page()
    cv2.line(crossed, (104, 64), (118, 78), 20, width)
    cv2.line(crossed, (118, 64), (104, 78), 20, width)
    assert measured(crossed).inked is True
    checked = page()
    cv2.line(checked, (104, 71), (109, 78), 20, width + 1)
    cv2.line(checked, (109, 78), (119, 62), 20, width + 1)
    assert measured(checked).inked is True


def test_a_speck_is_no_tick() -> None:
    specked = page()
    specked[70:72, 110:112] = 0
    assert measured(specked).inked is False


def test_a_blot_a_circle_and_a_mark_beside_the_box_go_to_a_person() -> None:
    blot = page()
    cv2.rectangle(blot, (100, 60), (121, 81), 10, -1)
    assert measured(blot).inked is None
    circled = page()
    cv2.circle(circled, (111, 71), 19, 20, 2)
    assert measured(circled).inked is None
    beside = page()
    cv2.line(beside, (86, 62), (95, 80), 20, 3)
    cv2.line(beside, (95, 62), (86, 80), 20, 3)
    assert measured(beside).inked is None


def test_where_no_square_is_printed_nothing_is_said() -> None:
    assert measured(np.full((160, 400), 245, np.uint8)).inked is None


def cell(*strokes: tuple[tuple[int, int], tuple[int, int]]) -> np.ndarray:
    picture = np.full((120, 700), 245, np.uint8)
    cv2.line(picture, (20, 90), (680, 90), 30, 2)
    for start, end in strokes:
        cv2.line(picture, start, end, 20, 2)
    return picture


def test_a_signature_line_alone_is_empty_and_strokes_on_it_are_ink() -> None:
    box = (20, 30, 680, 94)
    assert ink.signature(ink.dark(cell()), box).inked is False
    signed = cell(((60, 85), (110, 40)), ((110, 40), (140, 85)), ((140, 85), (220, 60)), ((220, 60), (300, 80)))
    assert ink.signature(ink.dark(signed), box).inked is True


def test_a_small_mark_on_a_signature_line_goes_to_a_person() -> None:
    assert ink.signature(ink.dark(cell(((60, 50), (80, 62)))), (20, 30, 680, 94)).inked is None


def test_a_broken_fax_line_is_still_a_line() -> None:
    picture = np.full((120, 700), 245, np.uint8)
    for index, x in enumerate(range(20, 660, 60)):
        cv2.line(picture, (x, 90 + index % 2), (x + 52, 90 + index % 2), 20, 2)
    assert ink.signature(ink.dark(picture), (20, 30, 680, 94)).inked is False
