"""What all tests share: a real SQLite file as database, with the settings of a real desk, and a data folder that is not the user's."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The tables lie in a file, as a department's do: journal, fsync and locks are the real ones."""
    from django.conf import settings

    settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = str(
        tmp_path_factory.mktemp("database") / "desk.sqlite3"
    )


@pytest.fixture(autouse=True)
def data_folder_of_the_test(tmp_path: Path, settings: object) -> Path:
    """No test writes into the checkout's own data folder."""
    settings.DATA = tmp_path / "data"  # type: ignore[attr-defined]
    return tmp_path / "data"
