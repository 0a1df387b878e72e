"""WCAG 2.2 AA on every page and state, one column at 320 px, what an officer must see unscrolled, and the browser's own complaints."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.desk.web.conftest import NARROW, Desk, Screen, delacroix, okonjo
from tests.paperwork import bad

pytestmark = pytest.mark.browser


@pytest.fixture
def numbers(desk: Desk) -> dict[str, str]:
    """Two requests, one with a court paper, and a paper that waits for a person."""
    found = {"civil": desk.paper(delacroix()), "court": desk.paper(okonjo(), minutes_ago=39)}
    desk.paper(bad.cat())
    return found


def pages(numbers: dict[str, str], desk: Desk) -> list[str]:
    civil, court = numbers["civil"], numbers["court"]
    waiting = desk.board().waiting[0].document
    return [
        "board",
        "upload",
        "keys",
        "law",
        "law?show=open",
        "law/readings/in_lieu_days",
        f"waiting/{waiting}",
        *(f"requests/{number}{part}" for number in (civil, court) for part in ("", "/why", "/print", "/booking")),
        f"requests/{civil}/papers/0/dob",
        "requests/0000-0000",
    ]


def test_web_2_axe_finds_nothing_and_the_browser_complains_of_nothing(
    desk: Desk, numbers: dict[str, str], window: Callable[..., Screen]
) -> None:
    for size in ({"width": 1366, "height": 641}, NARROW):
        screen = window(viewport=size)
        screen.open("sign-in")
        check(screen, "sign-in")
        screen.page.get_by_label("Sign-in name").fill("lima")
        screen.page.get_by_label("Password").fill("wrong")
        screen.page.keyboard.press("Enter")
        screen.settle()
        assert "do not match" in screen.page.get_by_role("alert").first.inner_text()
        check(screen, "sign-in refused")
        screen.complaints.clear()  # Chromium reports the status 422 itself
        screen.sign_in()
        for path in pages(numbers, desk):
            screen.open(path)
            check(screen, path)
        screen.complaints = [one for one in screen.complaints if "404" not in one]
        assert screen.complaints == []


def test_axe_finds_nothing_after_a_decision_is_recorded_and_custody_has_ended(
    desk: Desk, numbers: dict[str, str], screen: Screen
) -> None:
    screen.open(f"requests/{numbers['civil']}")
    screen.press("y", "n", "Enter")
    check(screen, "recorded")
    screen.press("b", "4")
    check(screen, "custody ended")
    screen.open("board")
    assert screen.page.get_by_role("region", name="Ready for release").is_visible()
    check(screen, "board with the band")


def check(screen: Screen, what: str) -> None:
    found = Axe().run(screen.page)
    assert found.violations_count == 0, f"{what}: {found.generate_report()}"
    wide = screen.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide[0] <= wide[1], f"{what} scrolls sideways: {wide}"
    assert screen.page.evaluate("document.getAnimations().length") == 0, f"{what} moves"


@pytest.mark.parametrize("kind", ["civil", "court"])
def test_headline_question_clock_and_record_button_show_unscrolled(
    numbers: dict[str, str], screen: Screen, kind: str
) -> None:
    screen.open(f"requests/{numbers[kind]}")
    screen.press("y")
    unscrolled(screen)


def test_they_show_in_the_fullest_case_too(numbers: dict[str, str], screen: Screen) -> None:
    """Somebody is ready for release, a court paper is on its own line, and the question asks for ground and time."""
    screen.open(f"requests/{numbers['civil']}")
    screen.press("y", "n", "4")
    screen.open(f"requests/{numbers['court']}")
    screen.press("y", "n", "n")
    assert screen.page.locator("#moment").is_visible()
    assert screen.page.get_by_role("region", name="Ready for release").is_visible()
    unscrolled(screen)


def unscrolled(screen: Screen) -> None:
    for what in ("h1", ".question fieldset", ".question button", ".left .clock", "#record"):
        box = screen.page.locator(what).first.bounding_box()
        assert box is not None, what
        assert box["y"] >= 0, what
        assert box["y"] + box["height"] <= 641, f"{what} is cut off at {box}"
        seen = screen.page.evaluate(
            "([x, y, css]) => document.elementFromPoint(x, y)?.closest(css) !== null",
            [box["x"] + 6, box["y"] + box["height"] / 2, what.split(" ")[-1]],
        )
        assert seen, f"something lies over {what}"


def test_court_and_civil_differ_by_word_weight_and_shape(numbers: dict[str, str], screen: Screen) -> None:
    for path in ("board", f"requests/{numbers['court']}", f"requests/{numbers['court']}/print"):
        screen.open(path)
        court = screen.page.locator(".badge--court").first
        civil = screen.page.locator(".badge--civil").first
        assert court.inner_text().startswith("COURT")
        assert civil.inner_text().startswith("CIVIL")
        for style, differs in (("fontWeight", ("700", "400")), ("borderTopStyle", ("double", "dashed"))):
            got = tuple(
                one.evaluate(
                    f"e => getComputedStyle(e.querySelector('b') && '{style}' === 'fontWeight' ? e.querySelector('b') : e).{style}"
                )
                for one in (court, civil)
            )
            assert got == differs, path
        screen.page.emulate_media(forced_colors="active")
        assert court.evaluate("e => getComputedStyle(e).borderTopStyle") == "double"
        assert civil.evaluate("e => getComputedStyle(e).borderTopStyle") == "dashed"
        screen.page.emulate_media(media="print", forced_colors="none")
        assert court.evaluate("e => getComputedStyle(e).borderTopStyle") == "double"
        assert civil.evaluate("e => getComputedStyle(e).borderTopStyle") == "dashed"
        screen.page.emulate_media(media="screen")
        first = screen.page.locator(".papers:has(.badge--court) li").first
        assert "COURT" in first.inner_text()
        assert first.evaluate("e => getComputedStyle(e).display") == "block"


def test_print_is_11_points_at_least_10_and_has_no_fills(numbers: dict[str, str], screen: Screen) -> None:
    screen.open(f"requests/{numbers['court']}/print")
    screen.page.emulate_media(media="print")
    assert screen.page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") == pytest.approx(
        11 * 96 / 72, abs=0.1
    )
    small, filled = screen.page.evaluate(
        """() => {
          const shown = Array.from(document.querySelectorAll('body, body *')).filter(e => e.getClientRects().length && !e.closest('.sr-only'));
          const size = e => parseFloat(getComputedStyle(e).fontSize);
          return [shown.filter(e => size(e) < 10 * 96 / 72 - 0.1).map(e => e.className),
                  shown.filter(e => getComputedStyle(e).backgroundColor !== 'rgba(0, 0, 0, 0)').map(e => e.tagName)];
        }"""
    )
    assert small == []
    assert filled == []


def test_a_closed_request_offers_nothing_to_record(numbers: dict[str, str], screen: Screen) -> None:
    screen.open(f"requests/{numbers['civil']}")
    screen.press("y", "n", "4", "Enter")
    assert screen.page.locator(".acts form").count() == 0
    assert screen.page.locator("a[data-field]").count() == 0
    assert screen.page.get_by_role("link", name="Print").is_visible()
    check(screen, "closed")


def test_a_persons_sheet_names_nobody_else(desk: Desk, numbers: dict[str, str], screen: Screen) -> None:
    """Another person who is ready for release stands in the band on every page, and on no paper."""
    screen.open(f"requests/{numbers['civil']}")
    screen.press("y", "n", "4")
    screen.open(f"requests/{numbers['court']}/print")
    assert screen.page.get_by_role("region", name="Ready for release").is_visible()
    screen.page.emulate_media(media="print")
    assert not screen.page.get_by_role("region", name="Ready for release").is_visible()
    assert "DELACROIX" not in screen.page.locator("body").inner_text()
    assert "OKONJO" in screen.page.locator("body").inner_text()


def test_text_on_screen_is_14_px_at_least_and_every_target_24(numbers: dict[str, str], screen: Screen) -> None:
    for path in ("board", f"requests/{numbers['court']}", "sign-in"):
        screen.open(path)
        small, narrow = screen.page.evaluate(
            """() => {
              const shown = Array.from(document.querySelectorAll('body *')).filter(e => e.getClientRects().length && !e.closest('.sr-only, .usa-skipnav'));
              const text = shown.filter(e => Array.from(e.childNodes).some(n => n.nodeType === 3 && n.textContent.trim()));
              const targets = shown.filter(e => e.matches('a, button, input:not([type=radio]):not([type=hidden]), .usa-radio__label'));
              return [text.filter(e => parseFloat(getComputedStyle(e).fontSize) < 14).map(e => e.outerHTML.slice(0, 80)),
                      targets.filter(e => e.getBoundingClientRect().height < 24).map(e => e.outerHTML.slice(0, 80))];
            }"""
        )
        assert small == [], path
        assert narrow == [], path


def test_a_page_weighs_less_than_200_kb_with_an_empty_cache(
    numbers: dict[str, str], window: Callable[..., Screen]
) -> None:
    screen = window()
    screen.sign_in()
    fresh = screen.page.context.new_page()
    weights: list[int] = []
    fresh.on("requestfinished", lambda request: weights.append(request.sizes()["responseBodySize"]))
    fresh.goto(f"{screen.address}/requests/{numbers['civil']}", wait_until="networkidle")
    assert 0 < sum(weights) < 200_000, weights
