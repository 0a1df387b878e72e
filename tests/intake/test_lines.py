"""A line is known to be alive: a test page goes through it, is timed, and is never a request; silence is said."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest
from django.conf import settings

from detainerdesk.intake import lines, marks, receipts
from detainerdesk.intake.channels.folder import sweep
from detainerdesk.intake.door import Envelope, receive
from detainerdesk.intake.lines import Line, LinesError, NotSent
from detainerdesk.intake.models import DetainerRequest, LineTest, Transmission
from detainerdesk.intake.understand import understand_all
from detainerdesk.ledger import log as ledger
from tests.intake.made import BOSTON, Desk, detainer, reading

NOW = datetime(2026, 3, 3, 5, 5, tzinfo=UTC)


@pytest.fixture
def inbox(data_folder: Path) -> Path:
    (data_folder / "inbox" / "D-4").mkdir(parents=True)
    return data_folder / "inbox"


@pytest.fixture
def line(inbox: Path) -> Line:
    return Line(BOSTON, "folder", "D-4", folder=str(inbox / "D-4"))


def condition(line: Line, at: datetime) -> lines.Condition:
    (one,) = lines.conditions([line], at)
    return one


@pytest.mark.django_db
def test_a_test_page_goes_all_the_way_is_timed_and_never_counted(line: Line, inbox: Path) -> None:
    sent = datetime.now(UTC) - timedelta(seconds=40)
    lines.send(line, sent)
    assert condition(line, sent + timedelta(minutes=1)).last_seen is None
    sweep(inbox, BOSTON)
    understand_all()  # the real reader finds the code on the page
    now = condition(line, datetime.now(UTC))
    assert now.took_seconds is not None
    assert 40 <= now.took_seconds <= 55
    assert (now.silent_since, now.late, now.backlog) == (None, False, 0)
    assert not DetainerRequest.objects.exists()
    assert Desk().waits() == ()
    *_, last = ledger.entries()
    assert last.event.kind == "line.tested"


@pytest.mark.django_db
def test_a_line_that_brings_nothing_back_is_silent_from_the_moment_it_was_due(line: Line) -> None:
    lines.send(line, NOW)
    assert condition(line, NOW + timedelta(minutes=30)).silent_since is None
    assert condition(line, NOW + timedelta(minutes=31)).silent_since == NOW + timedelta(minutes=30)


@pytest.mark.django_db
def test_a_line_that_speaks_again_is_silent_no_more(line: Line, desk: Desk) -> None:
    lines.send(line, NOW)
    later = LineTest.objects.get(pk=lines.send(line, NOW + timedelta(days=1)).pk)
    come_back(desk, later, later.made_at + timedelta(minutes=40))
    now = condition(line, NOW + timedelta(days=1, hours=1))
    assert (now.silent_since, now.took_seconds, now.late) == (None, 2400, True)


def come_back(desk: Desk, test: LineTest, at: datetime) -> None:
    page = marks.line_page(test.token, test.agency, test.station, test.channel, "now")
    receive(page, Envelope(test.channel, test.agency, test.station, "test.pdf", at, f"back {test.token}"))
    understand_all()


@pytest.mark.django_db
def test_a_page_that_this_installation_never_sent_waits_for_a_person(desk: Desk) -> None:
    desk.gets(marks.line_page("0123456789abcdef", BOSTON, "D-4", "folder", "now"))
    understand_all()
    assert len(desk.waits()) == 1


@pytest.mark.django_db
def test_a_page_that_comes_twice_is_a_test_twice_and_no_request(desk: Desk, line: Line) -> None:
    test = lines.send(line, NOW)
    for n in range(2):
        page = marks.line_page(test.token, BOSTON, "D-4", "folder", "now")
        receive(page, Envelope("folder", BOSTON, "D-4", "t.pdf", NOW + timedelta(minutes=n + 1), f"{n}"))
    understand_all()
    assert condition(line, NOW + timedelta(hours=1)).took_seconds == 60
    assert lines.due([line], NOW + timedelta(hours=1)) == ()
    assert not Transmission.objects.filter(tests=None).exists(), "no paper came"
    assert not DetainerRequest.objects.exists()
    assert desk.waits() == ()
    assert Transmission.objects.filter(placed=False).count() == 0


@pytest.mark.django_db
def test_a_test_page_by_mail_has_a_number_of_its_lines_own_address_and_takes_nobody_elses(desk: Desk) -> None:
    """Its sender is told before anything is read."""
    receipts.turn(BOSTON, True, actor="counsel adler")
    test = LineTest.objects.create(
        token="a1", agency=BOSTON, station="B-2", channel="mail", made_at=NOW, due_at=NOW + timedelta(minutes=30)
    )
    mail = EmailMessage(policy=SMTP)
    mail["From"] = mail["To"] = "b2-fax@desk.example.gov"
    page = marks.line_page(test.token, BOSTON, "B-2", "mail", "now")
    mail.add_attachment(page, maintype="application", subtype="pdf", filename="line-test.pdf")
    came = Envelope("mail", BOSTON, "B-2", "mail.eml", NOW, "1", "b2-fax@desk.example.gov [192.0.2.7]")
    assert receive(mail.as_bytes(), came).for_sender == 1
    understand_all()
    assert LineTest.objects.get().seen_at == NOW
    assert receipts.senders(BOSTON) == ("b2-fax@desk.example.gov",)
    ero = Envelope("mail", BOSTON, "B-2", "mail.eml", NOW, "2", "ero@ice.example [192.0.2.8]")
    assert receive(b"FICTIONAL", ero).for_sender == 1


@pytest.mark.django_db
def test_a_page_goes_out_once_in_the_hours_that_are_set(line: Line) -> None:
    assert lines.due([line, Line(BOSTON, "upload", "D-4")], NOW) == (line,)
    lines.send(line, NOW)
    assert lines.due([line], NOW + timedelta(hours=23)) == ()
    assert lines.due([line], NOW + timedelta(hours=24)) == (line,)


@pytest.mark.django_db
def test_any_program_can_send_the_page(tmp_path: Path) -> None:
    copy = "import shutil, sys; shutil.copy(sys.argv[1], sys.argv[2])"
    out = tmp_path / "sent.pdf"
    lines.send(Line(BOSTON, "fax", "D-4", command=(sys.executable, "-c", copy, "{page}", str(out))), NOW)
    assert out.read_bytes().startswith(b"%PDF")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "command", [("no-such-program", "{page}"), (sys.executable, "-c", "raise SystemExit(3)", "{page}")]
)
def test_a_page_that_could_not_be_sent_is_said_at_once_and_its_line_is_silent(command: tuple[str, ...]) -> None:
    line = Line(BOSTON, "fax", "D-4", command=command)
    with pytest.raises(NotSent, match="could not be sent"):
        lines.send(line, NOW)
    now = condition(line, NOW + timedelta(hours=1))
    assert "could not be sent" in now.faults[0].says
    assert now.silent_since == NOW


@pytest.mark.django_db
def test_what_waits_and_what_came_last_is_told_for_each_line(desk: Desk) -> None:
    desk.gets(b"fax", reading(detainer()), at=NOW)
    (upload,) = lines.used(BOSTON)
    assert (upload.channel, upload.station, upload.tested) == ("upload", "D-4", False)
    assert (condition(upload, NOW).last_received, condition(upload, NOW).backlog) == (NOW, 1)
    desk.understands()
    assert condition(upload, NOW).backlog == 0


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ("[", "lines.json"),
        ({"lines": [{"agency": BOSTON, "channel": "fax"}]}, "station"),
        ({"lines": [{"agency": BOSTON, "channel": "fax", "station": "D-4", "colour": 1}]}, "colour"),
        ({"lines": [{"agency": BOSTON, "channel": "fax", "station": "D-4", "every_hours": 0}]}, ">= 1"),
        ({"lines": [{"agency": BOSTON, "channel": "fax", "station": "D-4", "command": ["sendfax"]}]}, "line 1.*{page}"),
        ({"lines": [{"agency": BOSTON, "channel": "fax", "station": "D-4", "folder": "/x", "mail": "a@b"}]}, "one way"),
        (
            {"lines": [{"agency": BOSTON, "channel": "folder", "station": "D-4", "caller": "{caller}.pdf"}]},
            "belong together",
        ),
        (
            {"lines": [{"agency": BOSTON, "channel": "folder", "station": "D-4", "receipts_to": "/x"}]},
            "belong together",
        ),
        (
            {"lines": [{"agency": BOSTON, "channel": "folder", "station": "D-4", "caller": "*", "receipts_to": "/x"}]},
            "{caller} once",
        ),
        (
            {
                "lines": [
                    {"agency": BOSTON, "channel": "upload", "station": "D-4", "caller": "{caller}", "receipts_to": "/x"}
                ]
            },
            "on a line by",
        ),
    ],
)
def test_a_list_of_lines_that_is_wrong_says_where(said: object, says: str) -> None:
    (Path(settings.DATA) / lines.FILE).write_text(said if isinstance(said, str) else json.dumps(said), encoding="utf-8")
    with pytest.raises(LinesError, match=says):
        lines.known()
