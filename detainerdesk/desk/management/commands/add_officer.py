"""Adds a person who signs in, as docs/access.md shows it: `python -m django add_officer lima --last-name Lima --role desk_officer --agency …`.

The password is read from the terminal, never from the command line, and held to the same rules as everywhere.
"""

from __future__ import annotations

from getpass import getpass
from typing import Any

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from detainerdesk.desk.life import edition
from detainerdesk.desk.models import Officer
from detainerdesk.desk.roles import ROLES
from detainerdesk.intake import display
from detainerdesk.law import CaseError
from detainerdesk.ledger import log


class Command(BaseCommand):
    help = "Add a named account with one role at one agency."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="the name to sign in with")
        parser.add_argument("--last-name", required=True, help="what others read beside a record")
        parser.add_argument("--first-name", default="")
        parser.add_argument("--role", required=True, choices=ROLES)
        parser.add_argument("--agency", required=True, help="like us-ma-boston/police")
        parser.add_argument("--station", default="", help="like D-4; left out: all stations")

    def handle(self, *args: Any, **given: Any) -> None:
        try:
            edition().stack(given["agency"])
        except CaseError as error:
            raise CommandError(f"--agency: {error}") from error
        if User.objects.filter(username=given["name"]).exists():
            raise CommandError(f"{given['name']} signs in already. Choose another name.")
        user = User(username=given["name"], first_name=given["first_name"], last_name=given["last_name"])
        user.set_password(self._password(user))
        with transaction.atomic():
            user.save()
            officer = Officer.objects.create(
                user=user,
                role=given["role"],
                agency=given["agency"],
                station=display.station_name(given["station"]) if given["station"] else "",
            )
            log.append(
                "account.made",
                actor="set-up",
                agency=officer.agency,
                subject=f"officer {officer.pk}",
                facts={"role": officer.role, "station": officer.station},
                personal={"name": user.get_full_name()},
            )
        self.stdout.write(f"{user.username} signs in as {officer.get_role_display()} of {officer.agency}.")

    def _password(self, user: User) -> str:
        password = getpass("Password: ")
        if password != getpass("The same again: "):
            raise CommandError("The two are not the same. Nothing was saved.")
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        return password
