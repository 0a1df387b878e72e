"""ZIP archives: all papers or none, each limit at the limit and one over, and nothing that a list says is believed."""

from __future__ import annotations

import io
import random
import stat
import struct
import time
import tracemalloc
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from detainerdesk.intake.reading import archive
from detainerdesk.intake.reading.archive import Archive
from detainerdesk.intake.reading.child import open_archive_in_child
from detainerdesk.intake.reading.fields import Unreadable
from detainerdesk.intake.reading.mail import CannotOpen
from tests.paperwork import draw, sample

MIB = 1024 * 1024
PAPER = b"%PDF-1.4 a fax %%EOF"


def zipped(*files: tuple[str | zipfile.ZipInfo, bytes], packed: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packed, compresslevel=9) as made:
        for name, data in files:
            if isinstance(name, zipfile.ZipInfo):
                name.compress_type = packed
            made.writestr(name, data)
    return out.getvalue()


def opened(data: bytes) -> Archive:
    return archive.taken_out(data, archive.find(data))


def entry(name: str, mode: int = 0, attributes: int = 0) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo(name)
    made.external_attr = mode << 16 | attributes
    return made


def rewritten(data: bytes, *, local: dict[int, bytes] | None = None, listed: dict[int, bytes] | None = None) -> bytes:
    """Bytes of the first file's own head, and of its line in the list, written over; both from where they begin."""
    changed = bytearray(data)
    for start, changes in ((data.index(b"PK\x03\x04"), local), (data.index(b"PK\x01\x02"), listed)):
        for at, new in (changes or {}).items():
            changed[start + at : start + at + len(new)] = new
    return bytes(changed)


def sizes(packed: int, unpacked: int) -> bytes:
    return struct.pack("<LL", packed, unpacked)


def loose(size: int, *, hard: int) -> bytes:
    """So many bytes, of which so many can't be packed."""
    return random.Random(hard).randbytes(hard) + bytes(size - hard)


def exactly(times: int) -> bytes:
    """Bytes that are just so many times as large as they are packed."""
    for hard in range(200, 400):
        size = 0
        for _ in range(20):
            packed = len(_deflated(loose(max(size, hard), hard=hard)))
            if size == packed * times:
                return loose(size, hard=hard)
            size = packed * times
    raise AssertionError("no such bytes were found")


def _deflated(data: bytes) -> bytes:
    packing = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packing.compress(data) + packing.flush()


# ---- papers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("packed", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_its_papers_come_out_as_they_went_in(packed: int) -> None:
    form = draw("i247a", sample("i247a"))
    got = opened(zipped(("fax1.pdf", form), ("Müller.eml", PAPER), ("leer.txt", b""), packed=packed))
    assert [(part.name, part.type, part.data) for part in got.parts] == [
        ("fax1.pdf", "application/pdf", form),
        ("Müller.eml", "application/pdf", PAPER),
        ("leer.txt", "application/x-empty", b""),
    ]


def test_it_is_opened_in_the_confined_child(tmp_path: Path) -> None:
    place = tmp_path / "archive"
    place.write_bytes(zipped(("fax1.pdf", PAPER), ("fax2.pdf", PAPER + b"2")))
    got = open_archive_in_child(place)
    assert isinstance(got, Archive)
    assert [part.data for part in got.parts] == [PAPER, PAPER + b"2"]
    place.write_bytes(zipped(("fax1.pdf", PAPER))[:-30])
    got = open_archive_in_child(place)
    assert isinstance(got, Unreadable)
    assert "damaged" in got.says


def test_an_empty_archive_has_no_paper() -> None:
    assert opened(zipped()).parts == ()


# ---- limits (IN-1) --------------------------------------------------------------------------------------------------


def test_in_1_the_values_for_archives_are_those_of_the_rule() -> None:
    assert (archive.MOST_ENTRIES, archive.MOST_UNPACKED, archive.MOST_TIMES) == (100, 200 * MIB, 100)
    assert archive.LARGEST_ARCHIVE == archive.LARGEST_PART == 25 * MIB


def test_in_1_100_files_of_an_archive_are_taken_out_and_one_more_is_not() -> None:
    files = [(f"{n}.pdf", PAPER) for n in range(101)]
    assert len(opened(zipped(*files[:100])).parts) == 100
    with pytest.raises(CannotOpen, match="more than 100 files"):
        archive.find(zipped(*files))


def test_in_1_200_megabytes_unpacked_are_taken_out_and_one_byte_more_is_not(tmp_path: Path) -> None:
    files = [(f"{n}.tif", loose(25 * MIB, hard=400_000 + n)) for n in range(8)]
    place = tmp_path / "archive"
    place.write_bytes(zipped(*files))
    got = open_archive_in_child(place)
    assert isinstance(got, Archive)
    assert sum(len(part.data) for part in got.parts) == 200 * MIB
    with pytest.raises(CannotOpen, match="more than 200 MB together"):
        archive.find(zipped(*files, ("one.txt", b"1")))


def test_in_1_a_file_of_25_megabytes_in_an_archive_is_taken_out_and_one_byte_more_is_not() -> None:
    assert len(opened(zipped(("a.tif", loose(25 * MIB, hard=400_000)))).parts[0].data) == 25 * MIB
    with pytest.raises(CannotOpen, match="file 1 has more than 25 MB"):
        archive.find(zipped(("a.tif", loose(25 * MIB + 1, hard=400_000))))


def test_in_1_a_file_100_times_as_large_as_it_was_packed_is_taken_out_and_one_byte_more_is_not() -> None:
    data = exactly(100)
    other = ("b.pdf", random.Random(1).randbytes(1000))
    assert opened(zipped(("a.tif", data), other)).parts[0].data == data
    over = zipped(("a.tif", data + b"\0"), other)
    assert zipfile.ZipFile(io.BytesIO(over)).infolist()[0].compress_size * 100 == len(data)
    with pytest.raises(CannotOpen, match="file 1 is more than 100 times as large"):
        archive.find(over)


def test_in_1_a_file_that_grows_more_than_its_list_says_is_stopped_while_it_is_unpacked() -> None:
    """Both heads say 10 bytes; 24 MB would come of it."""
    data = zipped(("a.tif", bytes(24 * MIB)))
    packed = zipfile.ZipFile(io.BytesIO(data)).infolist()[0].compress_size
    lying = rewritten(data, local={18: sizes(packed, 10)}, listed={20: sizes(packed, 10)})
    begun = time.monotonic()
    with pytest.raises(CannotOpen, match="larger unpacked than it may be"):
        archive.find(lying)
    assert time.monotonic() - begun < 1
    small = zipped(("a.txt", random.Random(1).randbytes(100)))
    with pytest.raises(CannotOpen, match="not what its list says"):
        archive.find(rewritten(small, listed={24: struct.pack("<L", 10)}))


def test_in_1_the_same_bytes_listed_often_are_no_archive() -> None:
    """One packed file, listed fifty times: a bomb of which no single file shows anything."""
    one = zipped(("a.tif", loose(10 * MIB, hard=200_000)))
    start = one.index(b"PK\x01\x02")
    line, end = one[start : one.index(b"PK\x05\x06")], one[one.index(b"PK\x05\x06") :]
    end = end[:8] + struct.pack("<HHLL", 50, 50, len(line) * 50, start) + end[20:]
    with pytest.raises(CannotOpen):
        archive.find(one[:start] + line * 50 + end)
    twice = one[:start] + line * 2 + end[:8] + struct.pack("<HHLL", 2, 2, len(line) * 2, start) + end[20:]
    with pytest.raises(CannotOpen, match="lie on one another"):
        archive.find(twice)


@pytest.mark.parametrize(
    "link",
    [
        entry("fax.pdf", mode=stat.S_IFLNK | 0o777),
        entry("fax.pdf", mode=stat.S_IFIFO | 0o644),
        entry("fax.pdf", mode=stat.S_IFDIR | 0o755),
        entry("fax.pdf", attributes=0x400),
        entry("fax.pdf", attributes=0x10),
    ],
    ids=["link", "pipe", "folder", "Windows link", "DOS folder"],
)
def test_in_1_a_link_in_an_archive_is_refused_and_so_is_all_of_it(link: zipfile.ZipInfo) -> None:
    with pytest.raises(CannotOpen, match="its file 2 is a link"):
        archive.find(zipped(("one.pdf", PAPER), (link, b"/etc/passwd")))


@pytest.mark.parametrize("name", ["a/fax.pdf", "/etc/fax.pdf", "../fax.pdf", "a\\fax.pdf", "C:fax.pdf", "..", "."])
def test_in_1_a_path_in_an_archive_is_refused_and_so_is_all_of_it(name: str) -> None:
    with pytest.raises(CannotOpen, match="has a path for a name"):
        archive.find(zipped(("one.pdf", PAPER), (name, PAPER)))


def test_in_1_a_folder_in_an_archive_is_refused() -> None:
    with pytest.raises(CannotOpen, match="no file"):
        archive.find(zipped((entry("papers/"), b"")))


@pytest.mark.parametrize("bit", [0x1, 0x40, 0x2000])
def test_an_encrypted_archive_waits_for_a_person(bit: int) -> None:
    flags = struct.pack("<H", bit)
    with pytest.raises(CannotOpen, match="encrypted"):
        archive.find(rewritten(zipped(("a.pdf", PAPER)), local={6: flags}, listed={8: flags}))


@pytest.mark.parametrize("packed", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_another_packing_waits_for_a_person(packed: int) -> None:
    with pytest.raises(CannotOpen, match="packed in a way"):
        archive.find(zipped(("a.pdf", PAPER), packed=packed))


def test_an_office_file_is_no_archive_of_papers() -> None:
    with pytest.raises(CannotOpen, match="office file"):
        archive.find(zipped(("[Content_Types].xml", b"<x/>"), ("word/document.xml", b"<x/>")))


@pytest.mark.parametrize(
    "change",
    [
        {"local": {26: struct.pack("<H", 8)}},
        {"local": {30: b"other"}},
        {"local": {0: b"XXXX"}},
        {"listed": {16: b"\0\0\0\0"}},
        {"listed": {42: struct.pack("<L", 2**31)}},
        {"listed": {20: struct.pack("<L", 10_000)}},
        {"listed": {20: struct.pack("<L", 3)}},
    ],
    ids=["name's length", "name", "no head", "sum", "place", "longer", "cut off"],
)
def test_what_the_list_says_and_is_not_so_is_damage(change: dict[str, dict[int, bytes]]) -> None:
    with pytest.raises(CannotOpen, match=r"damaged|larger|limit"):
        archive.find(rewritten(zipped(("first.pdf", PAPER * 20)), **change))


def test_bytes_behind_a_packed_file_are_damage_and_never_left_out_in_silence() -> None:
    data = zipped(("a.pdf", PAPER))
    packed, behind = zipfile.ZipFile(io.BytesIO(data)).infolist()[0].compress_size, b"and more"
    ends = data.index(b"PK\x01\x02")
    longer = bytearray(data[:ends] + behind + data[ends:])
    longer[-6:-2] = struct.pack("<L", ends + len(behind))  # where the list begins
    said = sizes(packed + len(behind), len(PAPER))
    with pytest.raises(CannotOpen, match="something lies behind it"):
        archive.find(rewritten(bytes(longer), local={18: said}, listed={20: said}))


@pytest.mark.parametrize("seed", range(4))
def test_a_changed_archive_gives_what_was_in_it_or_a_sentence(seed: int) -> None:
    whole = zipped(("a.pdf", PAPER * 30), ("b.pdf", random.Random(2).randbytes(300)), ("c.txt", b"c"))
    parts = [part.data for part in opened(whole).parts]
    chance = random.Random(seed)
    for _ in range(500):
        changed = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        if chance.random() < 0.2:
            del changed[chance.randrange(len(changed)) :]
        try:
            got = opened(bytes(changed))
        except CannotOpen:
            continue
        assert all(part.data in parts for part in got.parts)


# ---- the parent believes no place that can't be ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "told",
    [
        [["a", 0, 10_000, 0, 10]],
        [["a", -5, 10, 0, 10]],
        [["a", 20, 10, 0, 10]],
        [["a", 0, 20, 99, 20]],
        [["a", 0, 20, 8, -1]],
        [["a", 0, 20, 8, 2**40]],
        [["a", 0, 20, 0, 20], ["b", 10, 30, 0, 20]],
        [["a", 0, 1, 0, 1]] * 101,
        [["a", 0, 20, 0, 3]],
        [["a", "x", 20, 0, 3]],
    ],
)
def test_in_3_the_parent_believes_no_place_in_an_archive_that_can_not_be(told: list[list[Any]]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        archive.taken_out(zipped(("a.pdf", PAPER)), {"parts": told})


def test_in_1_a_size_below_nothing_makes_no_room_for_others() -> None:
    told = [[f"{n}.tif", n, n + 1, archive.DEFLATED, 25 * MIB] for n in range(9)]
    with pytest.raises(ValueError, match="more than an archive may have"):
        archive.taken_out(bytes(100), {"parts": [*told, ["9.tif", 9, 10, archive.DEFLATED, -200 * MIB]]})


@pytest.mark.parametrize("told", [1000, 0, -1])
def test_the_parent_unpacks_no_more_than_it_was_told_of(told: int) -> None:
    data = zipped(("a.tif", bytes(20 * MIB)))
    start = 30 + len("a.tif")
    length = zipfile.ZipFile(io.BytesIO(data)).infolist()[0].compress_size
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=r"\w"):
            archive.taken_out(data, {"parts": [["a.tif", start, start + length, 8, told]]})
        assert tracemalloc.get_traced_memory()[1] < MIB
    finally:
        tracemalloc.stop()


# ---- the setting ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "is_on"), [(None, False), ('{"zip": true}', True), ('{"zip": false}', False)], ids=["none", "on", "off"]
)
def test_it_is_off_until_somebody_turns_it_on(tmp_path: Path, said: str | None, is_on: bool) -> None:
    if said is not None:
        (tmp_path / archive.FILE).write_text(said)
    assert archive.set_up(tmp_path) is archive.opened_here(tmp_path) is is_on


@pytest.mark.parametrize("said", ["", "yes", '{"zip": "yes"}', '{"zip": true, "entries": 1000}', '{"rar": true}'])
def test_a_setting_that_can_not_be_read_opens_nothing(tmp_path: Path, said: str) -> None:
    (tmp_path / archive.FILE).write_text(said)
    assert archive.opened_here(tmp_path) is False
    with pytest.raises(archive.ArchivesError, match=r"archives\.json"):
        archive.set_up(tmp_path)


def names(found: Iterable[archive.Found]) -> list[str]:
    return [one.name for one in found]


def test_a_name_is_clean_before_anybody_sees_it() -> None:
    got = archive.find(zipped(("\u202efdp.\nexe", PAPER)))
    assert names(got["parts"]) == ["fdp. exe"]
