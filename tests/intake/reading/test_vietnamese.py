"""A Vietnamese name is offered with the marks that it is written with, and no other name is made one; a person looks at each."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from detainerdesk.intake.reading import readers, tesseract, vietnamese
from detainerdesk.intake.reading.cells import Cell
from tests.intake.reading.typeset import typeset


@pytest.mark.skipif(not tesseract.is_here(tesseract.VIETNAMESE), reason="Tesseract's Vietnamese model is not here")
def test_a_vietnamese_name_is_offered_with_its_letters_and_goes_to_a_person() -> None:
    seen = readers.judge(printed("HUỲNH, Hữu Phước"), "name", 200)
    assert seen.value == "HUỲNH, Hữu Phước"
    assert not seen.sure
    assert seen.readers[-1].reader == readers.VIETNAMESE


@pytest.mark.parametrize("name", ["SZABÓ, Zsófia", "MUÑOZ-IBÁÑEZ, Íñigo", "SOTO, Maria"])
def test_no_other_name_is_made_vietnamese(name: str) -> None:
    assert all(one.reader != readers.VIETNAMESE for one in readers.judge(printed(name), "name", 200).readers)


@pytest.mark.parametrize(
    ("seen", "unread", "offered"),
    [
        (("PHAM, QUC KHÁNH", "PHAM, QUOC KHANH"), 0, "PHẠM, QUỐC KHÁNH"),
        (("vÕ, Quc Khánh", "VO, Quéc Khanh"), 0, "VÕ, Quốc Khánh"),
        (("NGUYN, FNU", "NGUYEN, FNU"), 0, "NGUYỄN, FNU"),
        (("HUYNH, FNU", "HUYNH, FNU"), 1, "HUỲNH, FNU"),
        (("HUYNH, Thi Hoa", "HUYNH, Thi Hoa"), 0, None),  # as it is mostly written in English
        (("PHAM, Minh Châu", "PHAM, Minh Chau"), 0, None),  # one mark may be a speck
        (("PEÑA, José Ángel", "PENA, José Angel"), 2, None),
        (("SZABÓ, Zsófia", "SZABO, Zséfia"), 2, None),
        (("DÉSIR, Évelyne", "DESIR, Evelyne"), 2, None),
        (("ARAÚJO, João Pedro", "ARAUJO, Joao Pedro"), 2, None),
        (("LI, Yu", "LI, Yu"), 2, None),
        (("THI MÝ DUYÊN VO", "THI MY DUYEN VO", "THI MÝ DUYÊN vÕ"), 0, "THỊ MỸ DUYÊN VÕ"),
    ],
)
def test_where_no_reader_knows_its_letters_a_known_name_is_offered(
    seen: tuple[str, ...], unread: int, offered: str | None
) -> None:
    assert vietnamese.recalled(seen, unread) == offered


@pytest.mark.parametrize(
    ("name", "seen", "offered"),
    [
        ("ĐĂNG, Quốc Khánh", ("ĐÄNG, Quc Khánh", "BANG, Quéc Khanh"), "ĐẶNG, Quốc Khánh"),  # its dot lay on the rule
        ("PHẬM, Thị Mỹ Duyên", ("PHM, Th M Duyên", "PHAM, Thi My Duyén"), "PHẠM, Thị Mỹ Duyên"),
        ("Võ, HỮU PHướC", ("V, HU PHUC", "V6, HOU PHUSC"), "VÕ, HỮU PHƯỚC"),
        ("TRẤN, Hữu Phước", ("TRÂN, Hu Phưc", "TRAN, Hitu Phuéc"), "TRẦN, Hữu Phước"),
        ("LƯƠNG, Khả Ngạn", ("LUONG, Kha Ngan", "LUONG, Kha Ngan"), "LƯƠNG, Khả Ngạn"),  # not everybody is known here
        ("HỮU PHƯỚC NGUYÊN", ("HU PHUC NGUYN", "HUU PHUOC NGUYEN"), "HỮU PHƯỚC NGUYỄN"),  # the family's name last,
        ("NGUYÊN HỮU PHƯỚC", ("NGUYN HU PHUC", "NGUYEN HUU PHUOC"), "NGUYỄN HỮU PHƯỚC"),  # first,
        ("TRẦN Thảo Nguyên", ("TRN Tho Nguyen", "TRAN Thao Nguyen"), "TRẦN Thảo Nguyên"),  # and at both ends: not told,
        ("VĂN ĐỨC ĐĂNG", ("VĂN ĐÚC DĂNG", "VAN DUC DANG"), "VĂN ĐỨC ĐẶNG"),  # but where one is far more common
    ],
)
def test_what_the_vietnamese_reader_saw_is_held_against_known_names(
    name: str, seen: tuple[str, ...], offered: str
) -> None:
    assert vietnamese.offered(name, seen) == offered


@pytest.mark.parametrize(
    ("read", "offered"),
    [
        ("HUYNH, Huu Phuoe", "HUYNH, Huu Phuoc"),
        ("HUYNH, Huu Phuoc", "HUYNH, Huu Phuoc"),
        ("SOTO, Ana Phuoe", "SOTO, Ana Phuoe"),
        ("PHAM, Phuoe", "PHAM, Phuoe"),
    ],
)
def test_a_spoiled_letter_of_a_name_without_marks_is_undone_among_known_words(read: str, offered: str) -> None:
    assert vietnamese.spelled(read) == offered


@pytest.mark.parametrize(
    ("read", "other", "is_one"),
    [
        ("VÕ, Thuỳ Dương", "vō, Thu Duong", True),
        ("ƠCONNELL, ZSOFIA", "O'CONNELL, ZSOFIA", False),
        ("MỤNG0Z-IBANEZ, Begona", "MUNOZ-IBANEZ, Begona", False),
        ("TRAN, Thị Hoa", "TRAN, Thi Hoa", False),
        ("HUỲNH, Quoc Huy", "HUYNH, Quoc Huy", False),
        ("VÕ, Thuỳ Dương", "SOTO, Maria", False),
    ],
)
def test_vietnamese_is_told_by_its_letters_its_syllables_and_the_other_readers(
    read: str, other: str, *, is_one: bool
) -> None:
    assert vietnamese.is_one(read, [other]) is is_one


def printed(words: str) -> Cell:
    """The value trimmed to its ink, as a clean scan shows it."""
    image = Image.fromarray(typeset(words))
    ink = Image.eval(image, lambda value: 255 - value).getbbox()
    return Cell((np.asarray(image.crop(ink), dtype=np.uint8),), (0, 0, *image.size), False, False, 0.0)
