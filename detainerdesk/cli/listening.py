"""`detainerdesk listen` and `detainerdesk poll`: the mails that fax servers hand over, and those that lie in mailboxes. In: DATA/mail.json, as
docs/intake.md shows it, with secrets in files or the environment; out: receipts. What is taken in is read by `serve` or `intake --watch`."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer
from msgspec import UNSET, UnsetType

from detainerdesk.cli.agencies import known_stack
from detainerdesk.cli.installation import Data, law_here, open_installation, profile
from detainerdesk.cli.told import BadInput, counted, say_json
from detainerdesk.cli.watching import Stop, went_well
from detainerdesk.intake import setting

if TYPE_CHECKING:
    from detainerdesk.intake.channels.mailbox import Mailbox
    from detainerdesk.intake.channels.smtp import Listening
    from detainerdesk.law import Edition

FILE = "mail.json"
SECRET = ("password_file", "password_from", "token_file", "token_from")
NO_MAILBOX = f"{FILE} names no mailbox that can be read, so mails wait in their mailboxes. See the log."
READERS = "They are read by `detainerdesk serve`, or `detainerdesk intake --watch`."


@dataclass(frozen=True)
class Mail:
    """What DATA/mail.json says."""

    listening: Listening | None
    mailboxes: tuple[Mailbox, ...]


def listen(data: Data = None) -> None:
    """Takes in the mails that fax servers hand over by SMTP, each acknowledged when it is stored. Stop it with Ctrl+C."""
    how = read_file(open_installation(data).data / FILE, law_here()).listening
    if how is None:
        raise BadInput(f"{FILE} has no listener. Write it as docs/intake.md shows.")
    refuse_plain(how)
    from detainerdesk.intake.channels import smtp

    async def until_stopped() -> None:
        stopped = asyncio.Event()
        for one in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(one, stopped.set)
        await smtp.serve(how, stopped, lambda port: _say_listening(how, port))

    try:
        asyncio.run(until_stopped())
    except smtp.ListenerError as error:
        raise BadInput(str(error)) from error


def poll(
    data: Data = None,
    watch: Annotated[bool, typer.Option("--watch", help="Go on until stopped.")] = False,
    every: Annotated[int, typer.Option(help="Seconds between two rounds, with --watch.", min=5)] = 30,
    as_json: Annotated[bool, typer.Option("--json", help="The answer as JSON, for a program.")] = False,
) -> None:
    """Takes in the mails that lie in the mailboxes, by IMAP; each moves to another folder when it is stored, and none is deleted."""
    file, law = open_installation(data).data / FILE, law_here()
    from detainerdesk.intake.channels.mailbox import poll_all

    def one_round(*, first: bool = False) -> None:
        # the file each time: a token lasts an hour, and another program writes a new one
        receipts = poll_all(_mailboxes(file, law, expected=not first))
        if as_json and (receipts or not watch):
            say_json([{"receipt": one.number, "sha256": one.sha256, "again": one.again} for one in receipts])
        elif receipts or not watch:
            typer.echo(f"{counted(len(receipts), 'mail')} taken in. {READERS}")

    stop = Stop() if watch else None
    one_round(first=True)
    while stop and not stop.within(every):
        went_well(one_round)


def _mailboxes(file: Path, law: Edition, *, expected: bool) -> tuple[Mailbox, ...]:
    """At least one. Where they can't be used, or are gone though there were some (`expected`), that is said on the channel's page too; where none was
    ever set up, there is no such channel."""
    try:
        if mailboxes := read_file(file, law).mailboxes:
            return mailboxes
        wrong, is_fault = BadInput(f"{FILE} has no mailbox. Write it as docs/intake.md shows."), expected
    except BadInput as error:
        wrong, is_fault = error, expected or file.exists()
    if is_fault:
        from django.utils import timezone

        from detainerdesk.intake import lines
        from detainerdesk.intake.channels.mailbox import CHANNEL

        lines.fault(CHANNEL, NO_MAILBOX, timezone.now())
    raise wrong


def _say_listening(how: Listening, port: int) -> None:
    tls = "TLS required" if how.tls_required else "TLS offered" if how.certificate else "no TLS"
    typer.echo(
        f"Mails for {counted(len(how.recipients), 'address', 'addresses')} are taken in at {how.host}:{port} ({tls}). {READERS}"
    )


def refuse_plain(how: Listening) -> None:
    """As the desk itself: outside of this machine, a production profile speaks TLS or not at all."""
    try:
        here = how.host == "localhost" or ipaddress.ip_address(how.host).is_loopback
    except ValueError:
        here = False
    if profile() != "development" and not here and not how.tls_required:
        raise BadInput(
            f"On profile {profile()!r} the listener takes mail from other machines only with TLS: set certificate, key and "
            f'"tls_required": true in {FILE}, or listen on 127.0.0.1 behind a mail server that does.'
        )


# ---- DATA/mail.json -----------------------------------------------------------------------------------------------

Text = Annotated[str, msgspec.Meta(min_length=1)]
Port = Annotated[int, msgspec.Meta(ge=0, le=65535)]


# What is UNSET need not be said: then it is as `Listening` and `Mailbox` have it.


class _Recipient(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    address: Text
    agency: Text
    station: Text


class _Listener(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    recipients: tuple[_Recipient, ...]
    host: Text | UnsetType = UNSET
    port: Port | UnsetType = UNSET
    name: Text | UnsetType = UNSET
    certificate: Text | UnsetType = UNSET
    key: Text | UnsetType = UNSET
    tls_required: bool | UnsetType = UNSET


class _Mailbox(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    agency: Text
    station: Text
    host: Text
    user: Text
    port: Port | UnsetType = UNSET
    folder: Text | UnsetType = UNSET
    taken: Text | UnsetType = UNSET
    authorities: Text | UnsetType = UNSET
    password_file: Text | UnsetType = UNSET
    password_from: Text | UnsetType = UNSET
    token_file: Text | UnsetType = UNSET
    token_from: Text | UnsetType = UNSET


class _Mail(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    listener: _Listener | None = None
    mailboxes: tuple[_Mailbox, ...] = ()


def read_file(file: Path, law: Edition) -> Mail:
    """Who listens, and which mailboxes are read. Every agency must be one that the law here knows."""
    said = setting.read(file, _Mail, BadInput)
    if said is None:
        raise BadInput(
            f"There is no {FILE} in the data folder. Write it as docs/intake.md shows: the addresses or mailboxes, and their stations."
        )
    listening = _listening(file, said.listener) if said.listener else None
    mailboxes = tuple(_mailbox(file, number, one) for number, one in enumerate(said.mailboxes, 1))
    _refuse_shared(mailboxes)
    agencies = {one.agency for one in (listening.recipients.values() if listening else ())}
    for agency in sorted(agencies | {one.agency for one in mailboxes}):
        known_stack(agency, law)
    return Mail(listening, mailboxes)


def _listening(file: Path, said: _Listener) -> Listening:
    from detainerdesk.intake.channels.smtp import ListenerError, Listening, Recipient

    entries: dict[str, Recipient] = {}
    for number, one in enumerate(said.recipients, 1):
        if one.address.casefold() in entries:
            raise BadInput(
                f"{FILE}, recipient {number}: an entry above has the same address. An address is of one station."
            )
        entries[one.address.casefold()] = Recipient(one.agency, one.station)
    given = _given(file, said, "certificate", "key")
    try:
        return Listening(**{**given, "recipients": entries})
    except ListenerError as error:
        raise BadInput(f"{FILE}, listener: {error}") from error


def _mailbox(file: Path, number: int, said: _Mailbox) -> Mailbox:
    from detainerdesk.intake.channels.mailbox import Mailbox

    where = f"{FILE}, mailbox {number}"
    given = _given(file, said, "authorities")
    secrets = [(way, given.pop(way)) for way in SECRET if way in given]
    if len(secrets) != 1:
        raise BadInput(
            f"{where}: say where its secret is by one of {', '.join(SECRET)}: a file, or a variable of the environment."
        )
    ((way, named),) = secrets
    return Mailbox(**given, password=_secret(where, file, way, named), by_token=way.startswith("token"))


def _refuse_shared(mailboxes: tuple[Mailbox, ...]) -> None:
    """Whoever polls a folder first would take what is the other's, or what was taken already."""
    seen: set[tuple[str, ...]] = set()
    into = {_folder(one, one.taken) for one in mailboxes}
    for number, one in enumerate(mailboxes, 1):
        place = _folder(one, one.folder)
        if place in seen:
            raise BadInput(
                f"{FILE}, mailbox {number}: an entry above has the same folder of the same mailbox. Name it once."
            )
        if place in into:
            raise BadInput(
                f"{FILE}, mailbox {number}: its folder is one into which taken mails are moved. Name another."
            )
        seen.add(place)


def _folder(mailbox: Mailbox, name: str) -> tuple[str, ...]:
    """INBOX is the same in any letters."""
    return mailbox.host.casefold(), mailbox.user.casefold(), "INBOX" if name.upper() == "INBOX" else name


def _given(file: Path, said: msgspec.Struct, *files: str) -> dict[str, Any]:
    """What was said and not left out; what names a file, as its path."""
    given = {name: value for name, value in msgspec.structs.asdict(said).items() if value is not UNSET}
    return {name: _path(file, value) if name in files else value for name, value in given.items()}


def _secret(where: str, file: Path, way: str, named: str) -> str:
    """Never from the list itself, and never from a command line."""
    if way.endswith("_from"):
        if secret := os.environ.get(named, ""):
            return secret
        raise BadInput(f"{where}: the environment has no {named}. Set it before the start.")
    secret_file = _path(file, named)
    if not secret_file.is_file():
        raise BadInput(f"{where}: there is no file {secret_file} with its secret.")
    if secret_file.stat().st_mode & 0o077:
        raise BadInput(f"{where}: others can read {secret_file}. Run `chmod 600` on it, then start again.")
    return secret_file.read_text(encoding="utf-8").rstrip("\r\n")


def _path(file: Path, said: object) -> Path:
    """Beside the list, unless it is said in full."""
    return file.parent / str(said)
