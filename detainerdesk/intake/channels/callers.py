"""Who sent a fax, where its fax server writes the number that called into a file's name or a mail's header. In: the line's pattern (`caller` in
lines.json) and that name or header; out: the sender as it is written down. A number that is not read surely is unknown: it is never guessed."""

from __future__ import annotations

import re
from email.errors import MessageError
from email.header import decode_header, make_header
from typing import TYPE_CHECKING

from detainerdesk.intake import display, receipts

if TYPE_CHECKING:
    from detainerdesk.intake.lines import Line

LONGEST = 300  # characters of a name or a header that are looked at
NUMBER = r"(?<!\d)(?<!\+[2-9][ .\-])(?<!\+\d\d[ .\-])(?<!\+\d\d\d[ .\-])(?:\+?1[ .\-]?)?\(?([2-8][0-9]{2}|9[1-9][0-9])\)?[ .\-]?([2-9][0-9]{2})[ .\-]?([0-9]{4})(?!\d)"
"""A number of the North American plan, none of another country, no premium-rate one (900, exchange 976): a receipt is a call that somebody pays for."""


def sender_of_file(channel: str, agency: str, station: str, name: str) -> str:
    """Of a file in a fax server's folder; empty where the line has no pattern."""
    line = _line(agency, channel, station)
    return "" if line is None else receipts.by_fax(number_in(name, line.caller))


def sender_of_mail(channel: str, agency: str, station: str, head: bytes, handed_over_by: str = "") -> str:
    """Of a mail that a fax gateway wrote; who handed it over where the line has no pattern."""
    line = _line(agency, channel, station)
    if line is None:
        return handed_over_by
    return receipts.by_fax(number_in(_header(head, line.caller_in), line.caller), handed_over_by)


def number_in(text: str, pattern: str) -> str | None:
    """The ten digits where `{caller}` stands in the pattern; `*` stands for anything. None: not there, or no number that can be called back.
    What stands between two `*` is looked for once, where it comes first: else a text takes as many tries as it has places for all of them."""
    first, *others = (NUMBER.join(map(re.escape, part.split("{caller}"))) for part in pattern.split("*"))
    between = "".join(f"(?>.*?{part})" for part in others[:-1])
    last = f".*?{others[-1]}" if others else ""
    found = re.fullmatch(first + between + last, text.strip()[:LONGEST], re.IGNORECASE | re.DOTALL)
    digits = "".join(found.groups()) if found else ""
    return None if not digits or digits[3:6] == "976" else digits


def _line(agency: str, channel: str, station: str) -> Line | None:
    from detainerdesk.intake import lines  # it loads what draws and reads pages

    try:
        known = lines.known()
    except lines.LinesError:
        return None  # the board says it; a fax is taken in whoever sent it
    named = display.station_name(station)
    return next(
        (
            line
            for line in known
            if line.caller
            and (line.agency, line.channel) == (agency, channel)
            and display.station_name(line.station) == named
        ),
        None,
    )


def _header(head: bytes, name: str) -> str:
    """The first header of this name, in one line, as a person reads it. Nothing else of the mail is looked at here."""
    header = head.partition(b"\r\n\r\n")[0].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    found = re.search(rb"(?im)^%s:((?:.|\n[ \t])*)" % re.escape(name.encode()), header)
    said = " ".join(found[1].decode("utf-8", "replace").split())[: 4 * LONGEST] if found else ""
    try:
        return display.one_line(str(make_header(decode_header(said))))
    except (MessageError, LookupError, ValueError):
        return display.one_line(said)
