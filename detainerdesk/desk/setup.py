"""Makes a data folder ready to work in: folders, secret, tables, the ledger's key, and on a development profile people to sign in as.

In: a folder. Out: `Ready`. Done again it changes nothing that is there. `detainerdesk serve` and the demo begin here; nothing of Django is
loaded before the folder and the secret exist.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

FOLDERS = ("documents", "inbox", "keys", "pictures")
LOOPBACK = ("127.0.0.1", "localhost", "::1")

# User name, first and last name, role, agency, station. All people are FICTIONAL.
DEMO_PEOPLE = (
    ("lima", "R.", "Lima", "desk_officer", "us-ma-boston/police", "D-4"),
    ("brito", "S.", "Brito", "desk_officer", "us-ma-boston/police", "B-2"),
    ("ruiz", "M.", "Ruiz", "supervisor", "us-ma-boston/police", ""),
    ("okafor", "N.", "Okafor", "records", "us-ma-boston/police", ""),
    ("adler", "J.", "Adler", "counsel", "us-ma-boston/police", ""),
    ("tran", "H.", "Tran", "auditor", "us-ma-boston/police", ""),
    ("moss", "A.", "Moss", "admin", "us-ma-boston/police", ""),
    ("haines", "P.", "Haines", "desk_officer", "us-tx-harris/sheriff", ""),
)


class NotReady(Exception):
    """The desk can't start here; the message says why and what to do."""


@dataclass(frozen=True)
class Login:
    """A person of the demonstration, FICTIONAL."""

    name: str
    password: str
    role: str
    agency: str
    station: str


@dataclass(frozen=True)
class Ready:
    """A data folder that the desk can work in. `logins` only on a development profile; `vkey` is handed to auditors."""

    data: Path
    profile: str
    vkey: str
    durability: Durability
    logins: tuple[Login, ...]


@dataclass(frozen=True)
class Durability:
    """How the database keeps what was acknowledged, read off a live connection (security.md REL-1, REL-2)."""

    engine: str
    version: str
    journal_mode: str
    synchronous: str
    mmap_size: int
    says: str


def make_ready(data_folder: Path, *, profile: str = "development", demo_people: bool = True) -> Ready:
    """Sets everything up under `data_folder` and loads Django there. Demo people only on the development profile."""
    data = prepare_folder(data_folder, profile)
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    if Path(settings.DATA) != data:
        raise NotReady(f"This process already works in {settings.DATA}. Start another one for {data}.")
    call_command("migrate", verbosity=0, interactive=False)
    from detainerdesk.ledger import notary

    vkey = notary.make_key("detainerdesk.example/desk", actor="set-up", agency="desk")
    logins = _demo_people(data) if demo_people and profile == "development" else ()
    return Ready(data, profile, vkey, durability(), logins)


def prepare_folder(data_folder: Path, profile: str = "development") -> Path:
    """Folders for this user only, and a secret of its own; then the environment names the folder and the profile."""
    data = data_folder.resolve()
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in FOLDERS:
            (data / name).mkdir(mode=0o700, exist_ok=True)
        keep_secret(data / "secret")
    except OSError as error:
        raise NotReady(
            f"{data} can't be written ({error.strerror}). Name another folder in DETAINERDESK_DATA."
        ) from error
    os.environ["DETAINERDESK_DATA"] = str(data)
    os.environ["DETAINERDESK_PROFILE"] = profile
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "detainerdesk.desk.settings")
    return data


def keep_secret(file: Path, length: int = 64) -> None:
    """A random secret that only this user can read; one that is there stays."""
    with suppress(FileExistsError):
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as secret:
            secret.write(secrets.token_urlsafe(length) + "\n")
            secret.flush()
            os.fsync(secret.fileno())


def refuse_address(host: str, profile: str) -> None:
    """The development profile speaks http: it listens to this machine and to no other (security.md WEB-9)."""
    if profile == "development" and host not in LOOPBACK:
        raise NotReady(
            f"The development profile listens on 127.0.0.1 only, not on {host}. For a department, set DETAINERDESK_PROFILE=production, "
            "a secret, DETAINERDESK_HOSTS, and TLS in front."
        )


def durability() -> Durability:
    """What the live connection says of itself."""
    from django.conf import settings
    from django.db import connection

    if connection.vendor != "sqlite":
        return Durability(connection.vendor, "", "", "", 0, f"{connection.vendor}: see its own settings.")
    with connection.cursor() as cursor:

        def pragma(name: str) -> str:
            return str(cursor.execute(f"PRAGMA {name}").fetchone()[0])

        version = str(cursor.execute("SELECT sqlite_version()").fetchone()[0])
        journal, number = pragma("journal_mode"), pragma("synchronous")
        mapped = cursor.execute("PRAGMA mmap_size").fetchone()
    synchronous = {"0": "off", "1": "normal", "2": "full", "3": "extra"}[number]
    why = (
        "This version keeps a WAL database safely."
        if settings.WAL_IS_SAFE
        else "This version can damage a WAL database; handled: a rollback journal is kept instead."
    )
    says = f"SQLite {version}, journal {journal}, synchronous {synchronous}. {why}"
    return Durability("sqlite", version, journal, synchronous, int(mapped[0]) if mapped else 0, says)


def _demo_people(data: Path) -> tuple[Login, ...]:
    """People to sign in as. One password for all, made here, kept in DATA/demo-login for whoever may read this folder."""
    from django.contrib.auth.models import User
    from django.db import transaction

    from detainerdesk.desk.models import Officer

    kept = data / "demo-login"
    keep_secret(kept, length=12)
    password = kept.read_text(encoding="utf-8").strip()
    logins = []
    with transaction.atomic():
        for name, first, last, role, agency, station in DEMO_PEOPLE:
            user, new = User.objects.get_or_create(username=name, defaults={"first_name": first, "last_name": last})
            if new or not user.check_password(password):
                user.set_password(password)
                user.save()
            Officer.objects.get_or_create(user=user, defaults={"role": role, "agency": agency, "station": station})
            logins.append(Login(name, password, role, agency, station))
    return tuple(logins)
