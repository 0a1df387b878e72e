"""The sentence that counsel signs, on a page: `{% sentence rule.says %}`. In: a sentence as `law` prints it. Out: its heads as paragraphs and its
items as nested lists. The words stay those of the sentence; a label is one of them, because it is signed too, so no list counts by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django import template

from detainerdesk.law.language.layout import Line, laid_out

register = template.Library()


@dataclass
class Item:
    """A head or an item of a list, and the items below it."""

    label: str
    text: str
    items: list[Item] = field(default_factory=list)


@register.inclusion_tag("desk/parts/sentence.html")
def sentence(said: str) -> dict[str, list[Item]]:
    return {"heads": nested(laid_out(said))}


def nested(lines: Iterable[Line]) -> list[Item]:
    """The lines as a tree: each item is below the nearest line before it that stands less deep."""
    heads: list[Item] = []
    above: list[Item] = []
    for line in lines:
        item = Item(f"({line.label})" if line.label else "", line.text)
        del above[line.level :]
        (above[-1].items if above else heads).append(item)
        above.append(item)
    return heads
