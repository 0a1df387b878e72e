"""What must hold before the desk serves a page: durability, secret, profile (security.md REL-1, REL-2, WEB-1, WEB-9, KEY-1)."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from detainerdesk.desk import setup

SECRET = "kQ3vN8xW-pZ5rT2yB7mJ4hL9sD6fG1aC0eUiOoRtYwXnVbKcMzPq"


def start(data: Path, *what: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A process of its own: settings are read once a process."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("DETAINERDESK", "DJANGO"))}
    return subprocess.run(
        [sys.executable, *what],
        env=clean
        | {"DETAINERDESK_DATA": str(data), "DJANGO_SETTINGS_MODULE": "detainerdesk.desk.settings"}
        | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


IMPORT = ("-c", "import detainerdesk.desk.settings as s; print(s.ALLOWED_HOSTS, s.SESSION_COOKIE_NAME)")
PRODUCTION = {
    "DETAINERDESK_PROFILE": "production",
    "DETAINERDESK_TLS_IN_FRONT": "yes",
    "DETAINERDESK_HOSTS": "desk.example.gov",
    "DETAINERDESK_SECRET": SECRET,
}


@pytest.mark.django_db
def test_rel_1_the_live_connection_keeps_what_was_acknowledged() -> None:
    """REL-1, REL-2: on versions that can damage a WAL database the rollback journal, synchronous FULL, nothing mapped; else WAL and FULL."""
    with connection.cursor() as cursor:
        version = tuple(map(int, cursor.execute("SELECT sqlite_version()").fetchone()[0].split(".")))
        journal = cursor.execute("PRAGMA journal_mode").fetchone()[0]
        synchronous = cursor.execute("PRAGMA synchronous").fetchone()[0]
        mapped = cursor.execute("PRAGMA mmap_size").fetchone()
        file = cursor.execute("PRAGMA database_list").fetchone()[2]
    assert file, "the tests' database is a file, as a department's is"
    assert journal == ("wal" if version > (3, 51, 2) else "truncate")
    assert synchronous == 2  # FULL
    assert not mapped or mapped[0] == 0
    assert connection.settings_dict["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


@pytest.mark.django_db
def test_rel_2_the_status_says_how_durable_the_database_is() -> None:
    said = setup.durability()
    assert (said.engine, said.version) == ("sqlite", sqlite3.sqlite_version)
    assert said.synchronous == "full"
    if sqlite3.sqlite_version_info <= (3, 51, 2):
        assert said.journal_mode == "truncate"
        assert "can damage a WAL database" in said.says


@pytest.mark.django_db
def test_rel_2_a_looser_journal_is_seen_by_the_status() -> None:
    """The status reads the connection, not the settings."""
    with sqlite3.connect(":memory:") as loose:
        assert loose.execute("PRAGMA synchronous").fetchone()[0] == 2
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA mmap_size=4096")
        try:
            assert setup.durability().mmap_size == 4096
        finally:
            cursor.execute("PRAGMA mmap_size=0")


def test_web_9_the_development_profile_answers_to_this_machine_only(tmp_path: Path) -> None:
    """Whatever hosts the environment names."""
    done = start(tmp_path, *IMPORT, DETAINERDESK_HOSTS="desk.example.gov")
    assert done.returncode == 0, done.stderr
    assert "desk.example.gov" not in done.stdout
    assert "127.0.0.1" in done.stdout


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.10", "::", "desk.example.gov"])
def test_web_9_the_development_profile_refuses_any_other_address(host: str) -> None:
    with pytest.raises(setup.NotReady, match=r"127\.0\.0\.1 only"):
        setup.refuse_address(host, "development")
    setup.refuse_address(host, "production")


@pytest.mark.parametrize(
    ("without", "says"),
    [
        ("DETAINERDESK_TLS_IN_FRONT", "starts only behind TLS"),
        ("DETAINERDESK_SECRET", "No real secret"),
        ("DETAINERDESK_HOSTS", "needs DETAINERDESK_HOSTS"),
    ],
)
def test_web_9_production_does_not_start_without(without: str, says: str, tmp_path: Path) -> None:
    done = start(tmp_path, *IMPORT, **{name: value for name, value in PRODUCTION.items() if name != without})
    assert done.returncode != 0
    assert says in done.stderr


@pytest.mark.parametrize("secret", ["short", "a" * 60, "django-insecure-" + SECRET])
def test_web_9_production_refuses_a_secret_that_is_none(secret: str, tmp_path: Path) -> None:
    done = start(tmp_path, *IMPORT, **(PRODUCTION | {"DETAINERDESK_SECRET": secret}))
    assert done.returncode != 0
    assert "No real secret" in done.stderr
    assert secret not in done.stderr or secret == "short"


def test_web_9_any_host_is_no_host(tmp_path: Path) -> None:
    done = start(tmp_path, *IMPORT, **(PRODUCTION | {"DETAINERDESK_HOSTS": "*"}))
    assert done.returncode != 0


def test_web_9_an_unknown_profile_is_held_to_the_strict_rules(tmp_path: Path) -> None:
    done = start(tmp_path, *IMPORT, DETAINERDESK_PROFILE="staging")
    assert done.returncode != 0
    assert "starts only behind TLS" in done.stderr


def test_web_9_the_secret_made_at_set_up_is_for_this_user_only(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    setup.keep_secret(file)
    first = file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    setup.keep_secret(file)
    assert file.read_text() == first
    done = start(
        tmp_path, *IMPORT, **{name: value for name, value in PRODUCTION.items() if name != "DETAINERDESK_SECRET"}
    )
    assert done.returncode == 0, done.stderr
    assert "__Host-" in done.stdout


def test_web_9_a_secret_that_others_can_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    setup.keep_secret(file)
    file.chmod(0o644)
    done = start(tmp_path, *IMPORT)
    assert done.returncode != 0
    assert "chmod 600" in done.stderr


def test_web_1_the_production_profile_passes_djangos_own_check(tmp_path: Path) -> None:
    """WEB-1: `check --deploy --fail-level WARNING` is clean."""
    done = start(tmp_path, "-m", "django", "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert done.returncode == 0, done.stderr


def test_the_tables_are_what_the_models_say(tmp_path: Path) -> None:
    """No room has a model that its migrations lack."""
    done = start(tmp_path, "-m", "django", "makemigrations", "--check", "--dry-run", "--skip-checks")
    assert done.returncode == 0, done.stdout


def test_the_agency_s_own_rulebooks_are_named_by_the_environment_and_are_part_of_the_edition(tmp_path: Path) -> None:
    own = Path(__file__).resolve().parents[2] / "examples" / "local-procedure"
    asked = (
        "-c",
        "import django; django.setup(); from detainerdesk.desk import life; e = life.edition(); print(sorted(e.local), e.stack('us-ma-boston/police').not_encoded)",
    )
    assert "[] ('department orders',)" in start(tmp_path, *asked).stdout
    done = start(tmp_path, *asked, DETAINERDESK_LOCAL=str(own))
    assert "['us-ma-boston-police'] ('training bulletins',)" in done.stdout, done.stderr
    gone = start(tmp_path, *IMPORT, DETAINERDESK_LOCAL=os.pathsep.join([str(own), str(tmp_path / "gone")]))
    assert gone.returncode != 0
    assert "there is no such folder" in gone.stderr


def test_a_session_lasts_12_hours_and_its_cookie_stays_here() -> None:
    assert settings.SESSION_COOKIE_AGE == 12 * 3600
    assert settings.SESSION_COOKIE_HTTPONLY
    assert settings.SESSION_COOKIE_SAMESITE == "Strict"
    assert settings.CSRF_COOKIE_SAMESITE == "Strict"


def test_key_1_only_one_kind_of_password_hash_is_made() -> None:
    """KEY-1: PBKDF2 with SHA-256."""
    from django.contrib.auth.hashers import make_password

    assert settings.PASSWORD_HASHERS == ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    assert make_password("FICTIONAL fictional").startswith("pbkdf2_sha256$")


def test_the_letter_is_off_unless_a_department_turns_it_on(tmp_path: Path) -> None:
    assert settings.LETTER_TO_ISSUING_OFFICE is False
    on = start(
        tmp_path,
        "-c",
        "import detainerdesk.desk.settings as s; print(s.LETTER_TO_ISSUING_OFFICE)",
        DETAINERDESK_LETTER="on",
    )
    assert on.stdout.strip() == "True"


def test_a_folder_is_made_ready_once_and_again(tmp_path: Path) -> None:
    """Set-up in a process of its own: tables, key, people; again, it changes nothing."""
    code = (
        "from pathlib import Path; from detainerdesk.desk.setup import make_ready; "
        f"r = make_ready(Path({str(tmp_path / 'desk')!r})); "
        "from detainerdesk.desk.models import Officer; "
        "print(r.vkey, len(r.logins), Officer.objects.count(), r.durability.synchronous, r.logins[0].password)"
    )
    first, second = start(tmp_path, "-c", code), start(tmp_path, "-c", code)
    assert first.returncode == 0, first.stderr
    assert first.stdout == second.stdout
    assert " 8 8 full " in first.stdout
    assert stat.S_IMODE((tmp_path / "desk" / "demo-login").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "desk").stat().st_mode) == 0o700


def test_web_9_no_demo_people_on_a_real_desk(tmp_path: Path) -> None:
    code = (
        "from pathlib import Path; from detainerdesk.desk.setup import make_ready; "
        f"r = make_ready(Path({str(tmp_path / 'desk')!r}), profile='production'); "
        "from detainerdesk.desk.models import Officer; print(len(r.logins), Officer.objects.count())"
    )
    done = start(tmp_path, "-c", code, **PRODUCTION)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "0 0"
