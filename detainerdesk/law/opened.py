"""Opening rulebooks: a folder in; each rulebook of it out, with its text, its worked cases and the tables that it names.

Only headers are read, and where the blocks stand. All that loading makes follows from what is opened here, so whatever was made
of the same files before can be kept (load.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from detainerdesk.law.errors import Place, Refused, RulebookError, going_on
from detainerdesk.law.language.document import Outline, outline, read_text
from detainerdesk.law.language.lists import TableFile, open_table
from detainerdesk.law.language.rulebook import RULEBOOK_KINDS
from detainerdesk.law.language.vocabulary import VOCABULARY_KINDS, names

ACCEPTED = "accepted.md"
"""What the proofs found and somebody has accepted (prove/accepted.py): it stands beside rulebooks and is none."""
CASES = ".cases.md"
"""How a file of further worked cases ends: `state.cases.md` beside `state.md`."""
KINDS: Mapping[str, Mapping[str, frozenset[str]]] = {
    "vocabulary": VOCABULARY_KINDS,
    "rulebook": RULEBOOK_KINDS,
    "cases": {"example": RULEBOOK_KINDS["example"]},
}
"""The blocks of each kind of file."""
TABLES = ("list", "offenses")
"""The blocks that name a CSV, in the order in which an edition's hash has them."""
PROVISIONS = ("rule", "voids", "duty")


@dataclass(frozen=True)
class Opened:
    """A rulebook that is opened. Two are equal where the same bytes lie at the same place."""

    path: Path
    outline: Outline
    cases: Outline | None
    tables: tuple[TableFile, ...]

    @property
    def jurisdiction(self) -> str:
        return self._header("jurisdiction")

    @property
    def parent(self) -> str:
        return self._header("parent")

    @property
    def outlines(self) -> Iterator[Outline]:
        """Its own, and that of its further worked cases."""
        yield self.outline
        if self.cases is not None:
            yield self.cases

    @cached_property
    def agencies(self) -> frozenset[str]:
        """The agencies that have a profile in it."""
        return frozenset(fence.id for fence in self.outline.fences if fence.kind == "profile")

    @cached_property
    def provisions(self) -> frozenset[str]:
        """The ids of its rules, voids and duties."""
        return frozenset(fence.id for fence in self.outline.fences if fence.kind in PROVISIONS)

    def actions(self, rules: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """The actions of those of its rules. Raises RulebookError at a block that can't be read."""
        wanted = frozenset(rules)
        return {
            fence.id: tuple(names(fence.read().get("action") or ""))
            for fence in self.outline.fences
            if fence.kind == "rule" and fence.id in wanted
        }

    def _header(self, key: str) -> str:
        return self.outline.header[key].text if key in self.outline.header else ""


def open_vocabulary(root: Path, refused: Refused | None) -> Outline:
    path = root / "vocabulary.md"
    if not path.is_file():
        raise RulebookError(
            f"no vocabulary.md in {root.name}/: every rulebook speaks its words", Place(root.name, 1, 1)
        )
    return _outline("vocabulary", path, path.name, refused)


def open_all(root: Path, refused: Refused | None) -> Iterator[Opened]:
    """Every rulebook under a folder, in the order of their paths. Raises RulebookError; with `refused` it takes note of that
    and leaves the rulebook out."""
    paths = sorted((root / "us").rglob("*.md"))
    return _open_each(((path, path.relative_to(root).as_posix()) for path in paths), refused)


def open_own(folders: Iterable[Path], refused: Refused | None) -> Iterator[Opened]:
    """Every rulebook of agencies' own folders, as `open_all` does. Raises RulebookError for a folder that holds none."""
    for folder in folders:
        found = sorted(path for path in folder.rglob("*.md") if path.name != ACCEPTED)
        if not found:
            what = "holds no rulebook (a file that ends with .md)" if folder.is_dir() else "is no folder"
            raise RulebookError(f"{folder} {what}: name the folder of the agency's own rulebooks")
        name = folder.resolve().name
        yield from _open_each(((path, f"{name}/{path.relative_to(folder).as_posix()}") for path in found), refused)


def cases_beside(path: Path) -> Path | None:
    """The file of further worked cases beside a rulebook's file, where there is one."""
    beside = path.with_suffix(CASES)
    return beside if beside.is_file() else None


def _open_each(files: Iterable[tuple[Path, str]], refused: Refused | None) -> Iterator[Opened]:
    """The rulebooks among files, each path with its name. A file of further worked cases is none: it is opened with the rulebook
    beside which it stands."""
    for path, name in files:
        with going_on(refused):
            if path.name.endswith(CASES):
                _refuse_alone(path, name)
            else:
                yield _open(path, name, refused)


def _refuse_alone(path: Path, name: str) -> None:
    """A file of further worked cases stands beside a rulebook."""
    rulebook = path.name.removesuffix(CASES) + ".md"
    if not path.with_name(rulebook).is_file():
        raise RulebookError(f"no rulebook stands beside these worked cases: {rulebook}", Place(name, 1))


def _open(path: Path, name: str, refused: Refused | None) -> Opened:
    """The rulebook in a file, with the worked cases that stand in a file of their own beside it."""
    own, beside = _outline("rulebook", path, name, refused), cases_beside(path)
    cases = _outline("cases", beside, name.removesuffix(".md") + CASES, refused) if beside else None
    return Opened(path, own, cases, tuple(_tables(own, path.parent)))


def _tables(own: Outline, folder: Path) -> Iterator[TableFile]:
    for kind in TABLES:
        for fence in own.fences:
            if fence.kind == kind:
                with suppress(RulebookError):  # said when the block is read
                    if table := open_table(fence.read(), folder):
                        yield table


def _outline(kind: str, path: Path, name: str, refused: Refused | None) -> Outline:
    text = read_text(path, name)
    return _kept(kind, text, name) if refused is None else outline(text, KINDS[kind], name, refused)


@lru_cache(maxsize=64)
def _kept(kind: str, text: str, name: str) -> Outline:
    """Outlines are kept by what the file says: an unchanged file is not read again."""
    return outline(text, KINDS[kind], name)
