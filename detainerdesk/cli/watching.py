"""One round of a command that goes on until it is stopped. In: what a round does; out: whether it went well. Nothing that may be over in the next
round ends the command; what is wrong is said on standard error, and names nobody."""

from __future__ import annotations

from collections.abc import Callable

import typer

from detainerdesk.cli.told import BadInput


def went_well(act: Callable[[], object]) -> bool:
    """A full disk, a database that is busy or gone, a settings file that is just being written or a fault of ours ends no watch: nothing is lost, and
    the next round tries again."""
    from django.db import DatabaseError, InterfaceError, close_old_connections

    from detainerdesk.intake import fault
    from detainerdesk.intake.channels.folder import FolderError

    close_old_connections()  # one that broke in the last round is no use in this one
    try:
        act()
        return True
    except FolderError:
        raise
    except BadInput as error:
        typer.echo(f"{error} Trying again.", err=True)
    except (OSError, DatabaseError, InterfaceError) as error:
        typer.echo(
            f"The disk or the database failed ({type(error).__name__}); trying again. See `detainerdesk status`.",
            err=True,
        )
    except Exception as error:
        typer.echo(f"The program failed: {fault.where(error)}; trying again.", err=True)
    return False
