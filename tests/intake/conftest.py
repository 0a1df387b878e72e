"""Every test of intake has a data folder of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.intake.made import Desk


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, settings: object) -> Path:
    settings.DATA = tmp_path / "data"  # type: ignore[attr-defined]
    settings.FOLDER_SETTLES_AFTER = 0.01  # type: ignore[attr-defined]
    settings.DATA.mkdir()  # type: ignore[attr-defined]
    return tmp_path / "data"


@pytest.fixture
def desk(db: None) -> Desk:
    return Desk()
