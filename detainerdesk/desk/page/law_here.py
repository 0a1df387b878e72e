"""The law here: every rule that binds an agency, by layer, each with its sentence, source, dates and whether counsel adopted it; and where the law
leaves a choice, what counsel chose. In: an agency, `now`. Out: a LawPage; for one reading also the open requests that each choice would turn.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from detainerdesk.desk import life, words
from detainerdesk.desk.models import Signature
from detainerdesk.desk.page.look import KEPT, Look, local_zone, look_at, looks, now_text
from detainerdesk.desk.page.standing import dates
from detainerdesk.desk.page.values import Alternative, LawLayer, LawPage, LawReading, LawRow
from detainerdesk.law import Adoption, Decision, Edition, Provision, Reading, Signed, Stack, digest
from detainerdesk.law.adoption import leans_on
from detainerdesk.law.explain import STATUS_WORDS, definitions_said, reason_in_words
from detainerdesk.law.language.rulebook import Rulebook


def law_page(agency: str, now: datetime, *, show: str = "all", ticked: Collection[str] = ()) -> LawPage:
    """`ticked`: ids, or the jurisdiction of a layer all of whose open rules are ticked."""
    edition = life.edition()
    stack = edition.stack(agency)
    now = now.astimezone(stack.zone)
    adoption, signed = life.adoption(agency), life.signatures(agency)
    layers = tuple(_layer(book, adoption, signed, edition, now, ticked) for book in stack.layers)
    rows = [row for layer in layers for row in layer.rows if row.standing != "off"]
    return LawPage(
        agency=agency,
        agency_name=stack.name,
        now=now,
        now_text=now_text(now),
        edition=edition.hash,
        show=show,
        total=len(rows),
        adopted=sum(row.standing == "adopted" for row in rows),
        changed=adoption.changed(edition),
        not_in_answer=", ".join((*stack.not_encoded, *stack.missing)),
        layers=tuple(_only_open(layer) for layer in layers) if show == "open" else layers,
        readings=tuple(
            _reading(one, adoption, signed, edition, stack, now) for one in stack.readings.values() if len(one.open) > 1
        ),
    )


def reading_page(agency: str, name: str, station: str, now: datetime) -> LawReading | None:
    """One reading, and for each alternative the open requests of `station` (empty: all) in which what the law says would change."""
    edition = life.edition()
    stack = edition.stack(agency)
    reading = stack.readings.get(name)
    if reading is None or len(reading.open) < 2:
        return None
    now = now.astimezone(stack.zone)
    adoption, signed = life.adoption(agency), life.signatures(agency)
    shown = _reading(reading, adoption, signed, edition, stack, now)
    seen = [look for look in looks(agency, station, now, edition) if look.state.state in life.OPEN_STATES]
    alternatives = tuple(
        replace(one, turns=_turned(seen, _with(adoption, reading, one.value, edition, now)))
        for one in shown.alternatives
    )
    return replace(shown, alternatives=alternatives)


def _layer(
    book: Rulebook,
    adoption: Adoption,
    signed: dict[str, Signature],
    edition: Edition,
    now: datetime,
    ticked: Collection[str],
) -> LawLayer:
    rows = tuple(_row(one, book, adoption, signed, edition, now, ticked) for one in book.provisions())
    adopted = sum(row.standing == "adopted" for row in rows)
    through = f"Checked through {book.checked_through:%b} {book.checked_through.day}, {book.checked_through.year}."
    return LawLayer(book.jurisdiction, book.name, through, adopted, rows)


def _row(
    one: Provision,
    book: Rulebook,
    adoption: Adoption,
    signed: dict[str, Signature],
    edition: Edition,
    now: datetime,
    ticked: Collection[str],
) -> LawRow:
    standing = "off" if one.status == "off" else adoption.standing(one, edition)
    prose = edition.prose(book)
    also = [f"{kind} {name.replace('_', ' ')}" for kind, name in leans_on(one, edition) if kind != "define"]
    return LawRow(
        id=one.id,
        says=one.says or prose.sentence(one),
        cite=one.cite,
        dates=dates(one),
        status=STATUS_WORDS[one.status] + (f": {reason_in_words(one)}" if one.reason else ""),
        check_source=one.status == "verify" and standing != "adopted",
        standing=standing,
        signed=_who(signed.get(one.id), now),
        value="" if standing == "off" else f"{one.id} {digest(one, edition)}",
        ticked=standing != "off" and (one.id in ticked or (book.jurisdiction in ticked and standing != "adopted")),
        words=tuple(definitions_said(one, prose)),
        with_it=", ".join(also),
    )


def _only_open(layer: LawLayer) -> LawLayer:
    return replace(layer, rows=tuple(row for row in layer.rows if row.standing not in ("adopted", "off")))


def _reading(
    one: Reading, adoption: Adoption, signed: dict[str, Signature], edition: Edition, stack: Stack, now: datetime
) -> LawReading:
    chosen = adoption.chosen(edition).get(one.name)
    last = signed.get(one.name)
    if chosen is not None:
        stands = f"Counsel reads it as “{_plain(chosen)}”: {_who(last, now)}."
    else:
        changed = " The text of this reading was changed since counsel chose." if one.name in adoption.choices else ""
        stands = f"Counsel has not chosen.{changed} For now “{_plain(one.default)}” stands; {words.INTERPRETIVE}."
    return LawReading(
        name=one.name,
        label=_plain(one.name),
        cite=one.cite,
        note=one.note,
        layer=next(layer.name for layer in stack.layers if layer.jurisdiction == one.jurisdiction),
        stands=stands,
        open=chosen is None,
        value=digest(one, edition),
        alternatives=tuple(Alternative(each, _plain(each), each == chosen) for each in one.open),
        rejected=", ".join(_plain(each) for each in one.rejected),
    )


def _with(adoption: Adoption, reading: Reading, alternative: str, edition: Edition, now: datetime) -> Adoption:
    """As if counsel chose so."""
    return adoption.after("reading.chosen", Signed(reading.name, digest(reading, edition), "", now, alternative))


def _turned(seen: list[Look], adoption: Adoption) -> tuple[str, ...]:
    """The requests in which an outcome, or what stands for now, would be another."""
    return tuple(look.state.number for look in seen if _outcomes(look.decision) != _outcomes(_again(look, adoption)))


def _again(look: Look, adoption: Adoption) -> Decision | None:
    return look_at(look.state, look.request, look.past, look.now, look.edition, adoption, KEPT.decision).decision


def _outcomes(decision: Decision | None) -> dict[str, tuple[str, str]]:
    return {name: (one.outcome, one.standing) for name, one in decision.actions.items()} if decision else {}


def _who(row: Signature | None, now: datetime) -> str:
    return f"{row.by.short_name}, {words.moment(row.at, local_zone(now), now)}" if row is not None else ""


def _plain(name: str) -> str:
    return name.replace("_", " ")
