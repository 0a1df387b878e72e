"""The sentence that counsel signs, as the pages print it: a head, its items in nested lists, and not a word or a label more or less."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from django.template import engines

from detainerdesk.desk import life
from detainerdesk.desk.templatetags.sentence import Item, nested
from detainerdesk.law.explain import definitions_said
from detainerdesk.law.language.layout import laid_out, nth_label
from detainerdesk.law.language.rulebook import Rulebook

EDITION = life.edition()
BOOKS = [pytest.param(book, id=name) for name, book in EDITION.rulebooks.items()]


class Shown(HTMLParser):
    """The text of a piece of a page, and the path of tags above each list item."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words, self.above, self.paths = "", list[str](), list[str]()
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.above.append(tag)
        if tag == "li":
            self.paths.append(" ".join(self.above))

    def handle_endtag(self, tag: str) -> None:
        assert self.above.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data

    @property
    def text(self) -> str:
        return " ".join(self.words.split())


def shown(said: str) -> Shown:
    return Shown(engines["django"].from_string("{% load sentence %}{% sentence said %}").render({"said": said}))


def signed(book: Rulebook) -> Iterator[str]:
    """Every sentence that is signed with a rule of this book: its own, and those of the definitions below it."""
    prose = EDITION.prose(book)
    for one in book.provisions():
        yield one.says or prose.sentence(one)
        yield from definitions_said(one, prose)


@pytest.mark.parametrize("book", BOOKS)
def test_the_words_of_every_rule_are_exactly_those_that_are_signed(book: Rulebook) -> None:
    for said in signed(book):
        assert shown(said).text == said


@pytest.mark.parametrize("book", BOOKS)
def test_every_list_is_labelled_in_order_from_its_first_label(book: Rulebook) -> None:
    def check(items: list[Item], level: int, said: str) -> None:
        assert [item.label for item in items] == [f"({nth_label(level, index)})" for index in range(len(items))], said
        for item in items:
            check(item.items, level + 1, said)

    for said in signed(book):
        for head in nested(laid_out(said)):
            assert head.label == ""
            check(head.items, 0, said)


def test_an_item_below_an_item_stands_in_a_list_inside_it() -> None:
    page = shown(
        "It is so, when: (a) x; (b) one of these is true: (1) y; or (2) z; and (c) w. This does not apply when v."
    )
    item = "div ol li"
    assert page.paths == [item, item, f"{item} ol li", f"{item} ol li", item]


def test_a_sentence_without_a_list_is_a_paragraph() -> None:
    page = shown("An officer must not ask, when <b>x</b> & y.")
    assert page.paths == []
    assert page.text == "An officer must not ask, when <b>x</b> & y."
