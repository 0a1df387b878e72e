"""Counsel signs at the desk: rows and the ledger's event in one transaction, and every page that prints a decision says what is not adopted."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from detainerdesk.desk import life, page
from detainerdesk.desk.models import Officer, Signature, WrittenOnce
from detainerdesk.desk.page.look import KEPT
from detainerdesk.law import Provision, digest, provisions
from detainerdesk.ledger import log, notary
from detainerdesk.ledger.verify import export, verify
from tests.desk.made import BOSTON, NOW, arrive, officer
from tests.intake.made import Desk

pytestmark = pytest.mark.django_db(transaction=True)

DRAFT = "DRAFT: NOT ADOPTED BY COUNSEL"
EDITION = life.edition()


def counsel(name: str = "adler") -> Officer:
    return officer(name, "counsel", station="")


def the(id: str) -> Provision:
    return next(one for one in provisions(EDITION.stack(BOSTON)) if one.id == id)


def read(*ids: str) -> dict[str, str]:
    """What the page showed of these rules."""
    return {id: digest(the(id), EDITION) for id in ids}


def everything() -> tuple[str, ...]:
    return tuple(one.id for one in provisions(EDITION.stack(BOSTON)) if one.status != "off")


def chooses(name: str, value: str, reason: str = "The statute says so.") -> None:
    shown = digest(EDITION.stack(BOSTON).readings[name], EDITION)
    life.choose(name, value, reason, shown, counsel(), EDITION, at=NOW)


def test_adopting_writes_a_row_and_one_event_for_each_rule() -> None:
    assert life.adopt(read("BOS19-1", "MA-1"), counsel(), EDITION, at=NOW) == ("MA-1", "BOS19-1")
    assert life.adoption(BOSTON).adopted(EDITION) == {"BOS19-1", "MA-1"}
    events = [entry.event for entry in log.entries(kind="law.adopted", agency=BOSTON)]
    assert [event.subject for event in events] == ["rule MA-1", "rule BOS19-1"]
    told = events[1].facts
    assert (told["digest"], told["edition"]) == (digest(the("BOS19-1"), EDITION), EDITION.hash)
    assert (told["says"], told["cite"], told["status"]) == (
        the("BOS19-1").says,
        the("BOS19-1").cite,
        the("BOS19-1").status,
    )
    assert events[1].actor == f"officer {counsel().pk}"


def test_the_ledger_alone_gives_the_same_adoption_and_verifies_offline(tmp_path: Path, settings: object) -> None:
    settings.DATA = tmp_path / "data"  # type: ignore[attr-defined]
    notary.make_key("detainerdesk.example/test", actor="set-up", agency=BOSTON)
    life.adopt(read("BOS19-1", "BOS19-2", "MA-1"), counsel(), EDITION, at=NOW)
    life.withdraw(read("BOS19-2"), counsel(), EDITION, at=NOW)
    chooses("service_is_a_condition", "precatory", "A FICTIONAL privileged thought")
    told = life.adoption_of(BOSTON, log.entries(), before=log.size())
    assert told.key == life.adoption(BOSTON).key
    assert told.adopted(EDITION) == {"BOS19-1", "MA-1"}
    assert life.adoption_of(BOSTON, log.entries(), before=1).adopted(EDITION) == frozenset()
    notary.sign_checkpoint(actor="desk", agency=BOSTON)
    report = verify(export(tmp_path / "copy"), vkeys=notary.vkeys())
    assert report.ok, report.findings
    assert b"privileged thought" not in b"".join(bytes(data) for data in _leaves())


def _leaves() -> list[bytes]:
    with connection.cursor() as cursor:
        return [row[0] for row in cursor.execute("SELECT data FROM ledger_leaf").fetchall()]


def test_nothing_is_signed_where_the_ledger_does_not_take_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: object, **more: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(log, "append", full)
    with pytest.raises(OSError, match="No space left"):
        life.adopt(read("BOS19-1"), counsel(), EDITION, at=NOW)
    assert not Signature.objects.exists()


@pytest.mark.parametrize("role", ["desk_officer", "supervisor", "records", "training", "auditor", "admin"])
def test_only_counsel_signs(role: str) -> None:
    other = officer(role, role)
    shown = digest(EDITION.stack(BOSTON).readings["in_lieu_days"], EDITION)
    for sign in (life.adopt, life.withdraw):
        with pytest.raises(life.NotOffered, match="does not sign the law"):
            sign(read("BOS19-1"), other, EDITION, at=NOW)
    with pytest.raises(life.NotOffered):
        life.choose("in_lieu_days", "counted", "a reason", shown, other, EDITION, at=NOW)
    with pytest.raises(life.NotOffered):
        life.leave_open("in_lieu_days", "a reason", shown, other, EDITION, at=NOW)
    assert log.size() == 0


def test_what_is_signed_is_what_the_page_showed() -> None:
    with pytest.raises(life.NotPossible, match="BOS19-1: the law was changed since the page was opened"):
        life.adopt({"BOS19-1": "0" * 64, **read("MA-1")}, counsel(), EDITION, at=NOW)
    with pytest.raises(life.NotPossible, match="TX-1: the law was changed"):
        life.adopt({"TX-1": "0" * 64}, counsel(), EDITION, at=NOW)
    with pytest.raises(life.NotPossible, match="switched off"):
        life.adopt(read("BOS14-3"), counsel(), EDITION, at=NOW)
    with pytest.raises(life.NotPossible, match="none was ticked"):
        life.adopt({}, counsel(), EDITION, at=NOW)
    with pytest.raises(life.NotPossible, match="no rule that was ticked is adopted"):
        life.withdraw(read("MA-1"), counsel(), EDITION, at=NOW)
    assert not Signature.objects.exists()


def test_a_choice_needs_a_reason_and_an_open_reading() -> None:
    with pytest.raises(life.NotPossible, match="Reason: not given"):
        chooses("in_lieu_days", "counted", "  ")
    with pytest.raises(life.NotPossible, match="is no open reading of status_width"):
        chooses("status_width", "wide")
    shown = digest(EDITION.stack(BOSTON).readings["in_lieu_days"], EDITION)
    with pytest.raises(life.NotPossible, match="nothing to take back"):
        life.leave_open("in_lieu_days", "a reason", shown, counsel(), EDITION, at=NOW)
    chooses("in_lieu_days", "counted")
    assert life.adoption(BOSTON).chosen(EDITION) == {"in_lieu_days": "counted"}
    life.leave_open("in_lieu_days", "a reason", shown, counsel(), EDITION, at=NOW)
    assert life.adoption(BOSTON).chosen(EDITION) == {}
    kinds = [entry.event.kind for entry in log.entries()]
    assert kinds == ["reading.chosen", "reading.left_open"]


def test_what_was_signed_is_never_changed() -> None:
    life.adopt(read("BOS19-1"), counsel(), EDITION, at=NOW)
    row = Signature.objects.get()
    with pytest.raises(WrittenOnce):
        row.save()
    with pytest.raises(WrittenOnce):
        Signature.objects.all().delete()


def test_counsel_of_one_agency_signs_for_no_other() -> None:
    life.adopt(read("US-01"), counsel(), EDITION, at=NOW)
    assert life.adoption("us-tx-harris/sheriff").adopted(EDITION) == frozenset()


def stamps(number: str) -> set[str]:
    return {mark.text for mark in page.request_page(BOSTON, number, NOW).marks}


def test_the_draft_stamp_vanishes_once_each_rule_of_the_answer_is_adopted() -> None:
    state = arrive(Desk())
    assert DRAFT in stamps(state.number)
    life.adopt(read("BOS19-1", "MA-1"), counsel(), EDITION, at=NOW)
    assert DRAFT in stamps(state.number), "the answer rests on more than these two"
    life.adopt(read(*everything()), counsel(), EDITION, at=NOW)
    shown = page.request_page(BOSTON, state.number, NOW)
    assert {mark.key for mark in shown.marks} <= {"not_in_answer", "disputed"}
    assert not any(cite.check_source for line in shown.lines for cite in line.cites)
    assert {rule.adopted for group in shown.why if group.title != "are off or rejected" for rule in group.rules} == {
        "adopted by counsel"
    }
    life.withdraw(read("BOS19-1"), counsel(), EDITION, at=NOW)
    assert DRAFT in stamps(state.number)


def test_a_decision_is_recorded_with_what_was_adopted_at_that_moment() -> None:
    state, lima = arrive(Desk()), officer()
    life.adopt(read("BOS19-1"), counsel(), EDITION, at=NOW)
    life.same_person(state.number, 1, lima, "same", at=NOW)
    life.record_act(state.number, 2, lima, "no_hold", at=NOW)
    decision = life.history(state).acts[-1].decision
    assert decision is not None
    status = {by["rule"]: by["status"] for by in decision["actions"]["hold"]["by"]}
    assert status["BOS19-1"] == "adopted"
    assert "adopted" not in {text for rule, text in status.items() if rule != "BOS19-1"}
    said = next(note["text"] for note in decision["notes"] if note["id"] == "not-adopted")
    named = set(said.rstrip(".").split(": ")[-1].split(", "))
    assert "MA-1" in named
    assert "BOS19-1" not in named


def test_the_board_is_decided_anew_after_counsel_chose() -> None:
    """What is kept of an earlier decision is not shown for another reading of the law."""
    arrive(Desk())
    KEPT.forget()
    before = KEPT.__dict__["_decisions"]
    page.board(BOSTON, "D-4", NOW)
    kept = len(before)
    page.board(BOSTON, "D-4", NOW + timedelta(seconds=1))
    assert len(before) == kept
    chooses("service_is_a_condition", "precatory")
    page.board(BOSTON, "D-4", NOW + timedelta(seconds=2))
    assert len(before) == 2 * kept


def test_the_law_page_lists_every_rule_once_by_layer_with_its_standing() -> None:
    life.adopt(read("BOS19-1"), counsel(), EDITION, at=NOW)
    shown = page.law_page(BOSTON, NOW)
    stack = EDITION.stack(BOSTON)
    assert [layer.name for layer in shown.layers] == [layer.name for layer in stack.layers]
    rows = {row.id: row for layer in shown.layers for row in layer.rows}
    assert list(rows) == [one.id for one in provisions(stack)]
    row = rows["BOS19-1"]
    assert (row.says, row.cite, row.standing) == (the("BOS19-1").says, the("BOS19-1").cite, "adopted")
    assert row.signed.startswith("Adler, Tue Mar 3, 02:10 EST")
    assert row.value == f"BOS19-1 {digest(the('BOS19-1'), EDITION)}"
    assert any("eligible for release" in word for word in row.words)
    assert (rows["BOS14-3"].standing, rows["BOS14-3"].value) == ("off", "")
    assert (shown.adopted, shown.total) == (1, len(everything()))
    assert "department orders" in shown.not_in_answer
    left = page.law_page(BOSTON, NOW, show="open")
    assert "BOS19-1" not in {row.id for layer in left.layers for row in layer.rows}


def test_a_rule_that_changed_since_is_shown_so(monkeypatch: pytest.MonkeyPatch) -> None:
    Signature.objects.create(
        agency=BOSTON, by=counsel(), at=NOW, act="law.adopted", name="MA-1", digest="0" * 64, edition="e" * 64
    )
    shown = page.law_page(BOSTON, NOW)
    rows = {row.id: row for layer in shown.layers for row in layer.rows}
    assert (shown.changed, rows["MA-1"].standing) == (("MA-1",), "changed since adoption")


def test_the_readings_are_listed_and_what_a_choice_turns_is_shown_before_it_is_signed() -> None:
    state = arrive(Desk())
    shown = {one.name: one for one in page.law_page(BOSTON, NOW).readings}
    assert "status_width" not in shown, "only one way to read it is open"
    assert "interpretive: ask counsel" in shown["service_is_a_condition"].stands
    before = page.reading_page(BOSTON, "lunn_on_287g_officers", "", NOW)
    assert before is not None
    turns = {one.value: one.turns for one in before.alternatives}
    assert turns["covered"] == ()
    assert set(turns["not_covered"]) <= {state.number}
    chooses("lunn_on_287g_officers", "not_covered")
    after = {one.name: one for one in page.law_page(BOSTON, NOW).readings}["lunn_on_287g_officers"]
    assert after.stands == "Counsel reads it as “not covered”: Adler, Tue Mar 3, 02:10 EST."
    assert [one.chosen for one in after.alternatives] == [False, True]
    assert page.reading_page(BOSTON, "no_such_reading", "", NOW) is None
