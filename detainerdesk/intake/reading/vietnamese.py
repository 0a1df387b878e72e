"""Vietnamese names: most of their letters carry marks that the model of the first reader has never learnt, and a dot below an A is soon lost
on a rule. Comes in: what the readers saw of a name. Goes out: the name that a person is offered, with the marks that such a name is written
with. It is asked only after a reading was found unsure, so nothing here spares a person a look."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher, get_close_matches
from functools import cache

from detainerdesk.intake.reading import grammar, vocabulary

ALIKE = 0.75  # of the letters of two readings of one name
NEAR = 0.7  # of the letters of a word and a known one
SIGNS = 2  # marks seen and letters lost that tell such a name from one with a speck over it

# What most people in Vietnam are called: the family's name stands first, then one or two middle names and the given one.
FAMILY = """BẠCH BÙI CAO CHÂU CHU DƯƠNG ĐÀO ĐẶNG ĐINH ĐOÀN ĐỖ GIANG HÀ HỒ HOÀNG HỨA HUỲNH KIỀU LA LÂM LÊ LƯƠNG LƯU LÝ MẠC MAI NGHIÊM NGÔ
NGUYỄN NÔNG ÔNG PHẠM PHAN PHÙNG QUÁCH TẠ TÀO TĂNG THÁI THẠCH TIÊU TÔ TÔN TỐNG TỪ TRẦN TRỊNH TRIỆU TRƯƠNG VĂN VI VĨNH VÕ VŨ VƯƠNG"""
GIVEN = """Ái An Anh Ánh Ân Bá Bách Bảo Bích Bình Cẩm Cảnh Cao Châu Chí Chiến Chinh Chung Công Cúc Cường Dân Diễm Diệp Diệu Dũng Dung Duy Duyên
Dương Đại Đan Đào Đạt Đăng Điệp Định Đình Đoàn Đông Đồng Đức Gia Giang Hà Hạ Hải Hạnh Hào Hằng Hân Hậu Hiền Hiếu Hiệp Hoa Hoà Hòa Hoài Hoàn
Hoàng Hồng Huệ Hùng Huy Huyền Hương Hường Hưng Hữu Khải Khang Khánh Khiêm Khoa Khôi Kiên Kiệt Kiều Kim Kỳ Lam Lâm Lan Lê Liên Linh Loan Lộc
Long Lợi Luân Lương Ly Lý Mai Mạnh Mẫn Minh Mỹ Nam Nga Ngân Nghĩa Ngọc Nguyên Nguyệt Nhân Nhật Nhi Nhung Như Oanh Phát Phong Phú Phúc Phục
Phương Phước Phượng Quân Quang Quốc Quỳnh Quý Quyên Quyền Quyết Sang Sáng Sơn Sỹ Tài Tâm Tân Tấn Tú Tuấn Tuệ Tùng Tuyền Tuyết Tường Thạch
Thái Thanh Thành Thảo Thắm Thắng Thế Thị Thịnh Thiên Thiện Thoa Thọ Thông Thu Thuận Thuỳ Thùy Thuý Thúy Thuỷ Thủy Thuỵ Thụy Thư Thương Thy
Tiên Tiến Tín Tình Toàn Toản Trâm Trân Trang Tri Trí Triết Trinh Trọng Trúc Trung Trường Tư Uyên Vân Văn Viên Việt Vinh Vĩnh Vũ Vương Vy Xuân
Yên Yến Ý"""
MOST = "NGUYEN TRAN LE PHAM HUYNH HOANG PHAN VU VO DANG BUI DO HO NGO DUONG LY"  # the families of nine people in ten, without their marks
UNNAMED = ("FNU", "LNU")  # first, last name unknown


def offered(name: str, seen: Sequence[str]) -> str:
    """The name to offer of what the Vietnamese reader saw. Where another reader saw the same letters, a given name stands; else, and of a family's
    name always, the known one with these letters is offered, if there is one."""
    words = []
    for word, others, family in _columns(name, seen):
        stands = not family and plain(word) in map(plain, others)
        words.append(word if stands else _known(word, others, family=family) or word)
    return " ".join(words)


def recalled(seen: Sequence[str], unread: int) -> str | None:
    """The name to offer where no reader knew its letters: the family's is known as it was read, the other words are nearly so, and marks were
    seen or letters lost. `unread`: marks above letters that no reader read."""
    plainest = max(seen, key=lambda text: len(plain(text)))
    known = [_known(word, others, family=family) or _nearly(word) for word, others, family in _columns(plainest, seen)]
    in_front = any(plain(text.partition(",")[0]) in _by_plain(family=True) for text in seen if "," in text)
    at_an_end = "," not in plainest and _family_place(plainest.split()) is not None
    if not all(known) or not (in_front or at_an_end):
        return None
    marked = sum(grammar.accents(word) > 0 for word in known if word)
    signs = max(unread, *(grammar.accents(text) + len(plain(plainest)) - len(plain(text)) for text in seen))
    return " ".join(word for word in known if word) if marked and signs >= min(SIGNS, marked) else None


def spelled(name: str) -> str:
    """The name without marks and with one letter undone that paper has made of another (`Huu Phuoe`), where two other words of it are known."""
    words = name.split()
    unknown = [place for place, word in enumerate(words) if plain(word) not in _by_plain(family=word.endswith(","))]
    if len(unknown) != 1 or len(words) < 3 or grammar.accents(name):
        return name
    word = words[unknown[0]]
    near = [known for known in _by_plain(family=word.endswith(",")) if vocabulary.may_be(plain(word), known)]
    if len(near) == 1:
        letters = (seen if plain(seen) == right else right for seen, right in zip(word, near[0], strict=False))
        words[unknown[0]] = "".join(letters) + word[len(near[0]) :]
    return " ".join(words)


def is_one(text: str, others: Sequence[str]) -> bool:
    """Whether a text has letters that only Vietnamese has, in syllables as they are there, and is otherwise what another reader saw. One alone
    may be a speck's work; an i on a rule is soon an ị, and an O with an apostrophe an Ơ."""
    letters = re.findall("[Ạ-ỹĂăƠơƯưĨĩŨũ]", text)
    own = len(letters) > 1 and {*letters} != {"ị"} and not any("'" in other for other in others)
    foreign = re.search(r"[fjwz\d]|\w{8}", unicodedata.normalize("NFC", text), re.IGNORECASE)
    return own and not foreign and any(_alike(plain(text), plain(other)) >= ALIKE for other in others)


def plain(text: str) -> str:
    """Its letters without marks and capitals."""
    return "".join(char for char in _apart(text).replace("đ", "d") if char.isalnum())


def _columns(name: str, seen: Sequence[str]) -> Iterator[tuple[str, list[str], bool]]:
    """Each word of a name, what else was read in its place, and whether it is the family's name."""
    words = name.split()
    others = [text.split() for text in seen if len(text.split()) == len(words)]
    family = _family_place(words)
    for place, word in enumerate(words):
        yield word, [one[place] for one in others], place == family


def _family_place(words: Sequence[str]) -> int | None:
    """Which word is the family's name: the one before the comma, else the one at either end that is known as such, and of two the one that is
    far more common. None where that leaves both or neither."""
    ends = [place for place, word in enumerate(words) if word.endswith(",")]
    if not ends and len(words) > 1:
        ends = [place for place in (0, len(words) - 1) if plain(words[place]) in _by_plain(family=True)]
    if len(ends) > 1:
        ends = [place for place in ends if plain(words[place]) in MOST.casefold().split()]
    return ends[0] if len(ends) == 1 else None


def _known(word: str, others: Sequence[str], *, family: bool) -> str | None:
    """The known name with the letters of a word or of another reading of it; None where there is none. Of several, the one with such marks."""
    core = word.rstrip(",")
    if core in UNNAMED:
        return word
    known = _by_plain(family=family)
    seen = [core, *(other.rstrip(",") for other in others)]
    forms = Counter(letters for letters in map(plain, seen) if letters in known)
    if not forms:
        return None
    letters = max(forms, key=lambda letters: (len(letters), forms[letters]))  # a letter is lost sooner than gained
    best = max(known[letters], key=lambda name: (_alike(name, core), sum(_alike(name, one) for one in seen)))
    return _written_as(best, word)


def _nearly(word: str) -> str | None:
    """The known given name that has nearly these letters."""
    known = _by_plain(family=False)
    near = [] if word.endswith(",") or len(plain(word)) < 3 else get_close_matches(plain(word), known, 1, NEAR)
    return _written_as(known[near[0]][0], word) if near else None


def _written_as(name: str, word: str) -> str:
    """A name in the capitals and with the comma of a word."""
    shouted = word.endswith(",") or sum(map(str.isupper, word)) > len(word) / 2
    return (name.upper() if shouted else name.capitalize()) + "," * word.endswith(",")


@cache
def _by_plain(*, family: bool) -> Mapping[str, tuple[str, ...]]:
    names: defaultdict[str, tuple[str, ...]] = defaultdict(tuple)
    for name in (FAMILY if family else GIVEN).split():
        names[plain(name)] += (name,)
    return names


def _apart(word: str) -> str:
    """Its letters and their marks, each by itself."""
    return unicodedata.normalize("NFD", word).casefold()


def _alike(one: str, two: str) -> float:
    """How much of two words is the same, their letters and marks each by itself."""
    return SequenceMatcher(None, _apart(one), _apart(two), autojunk=False).ratio()
