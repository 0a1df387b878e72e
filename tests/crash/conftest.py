"""The pile is drawn and read once; each test works on a copy."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crash import pile


@pytest.fixture(scope="session")
def laid_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("pile") / "data"
    data.mkdir()
    pile.lay_out(data)
    return data


@pytest.fixture(scope="session")
def other_laid_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("other pile") / "data"
    data.mkdir()
    pile.lay_out_other(data)
    return data
