"""The pages in use: they load alone, sort, filter, open a pair; without scripts, on paper."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

WIDTHS = (390, 820, 1280)


@pytest.mark.parametrize("name", ["report", "compare", "score"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_page_loads_alone_and_without_complaints(
    browser: Any, pages: Any, name: str, dark: bool
) -> None:
    path: Path = getattr(pages, name)
    browser.open(path, dark=dark)
    assert browser.requests() == [path.resolve().as_uri()]
    assert browser.messages() == []
    lightness = browser.js(
        "return getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)[0];"
    )
    assert (lightness < 80) == dark


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_is_wider_than_the_screen(browser: Any, pages: Any, width: int) -> None:
    for path in (pages.report, pages.compare, pages.score):
        browser.open(path, width=width)
        browser.js("document.querySelectorAll('details.card').forEach(c => c.open = true)")
        assert browser.js("return document.documentElement.scrollWidth") <= width


def column(browser: Any, number: int) -> list[float]:
    """The values of a column of the domain table, from top to bottom."""
    found: list[float] = browser.js(
        "return [...document.querySelectorAll('#domain-table tbody tr')]"
        ".map(row => Number(row.cells[arguments[0]].dataset.v))", number,
    )  # fmt: skip
    return found


def test_the_domain_table_sorts_by_a_click_and_by_the_keyboard(browser: Any, pages: Any) -> None:
    browser.open(pages.report)
    head = browser.all("#domain-table thead th")[1]
    button = head.find_element("tag name", "button")
    before = column(browser, 1)
    button.click()
    assert column(browser, 1) == sorted(before, reverse=True) != before
    assert head.get_attribute("aria-sort") == "descending"
    button.send_keys("\ue007")
    assert column(browser, 1) == sorted(before)
    browser.all("#domain-table thead th button")[0].click()
    names = browser.js("return [...document.querySelectorAll('#domain-table tbody th')]"
                       ".map(cell => cell.textContent)")  # fmt: skip
    assert names == sorted(names) and len(names) == len(pages.table("domains"))
    assert head.get_attribute("aria-sort") is None


def test_tables_and_cards_are_filtered_by_words(browser: Any, pages: Any) -> None:
    browser.open(pages.report)
    tools = browser.one("#domains .panel > .tools input")
    tools.send_keys("gazette littoral")
    shown = [row.text for row in browser.all("#domain-table tbody tr") if row.is_displayed()]
    texts = [f"{row['domain']} {row['sources']}" for row in pages.table("domains")]
    rows = [text for text in texts if "gazette" in text and "littoral" in text]
    assert 0 < len(shown) == len(rows) < len(texts)
    browser.one("#clusters .tools input").send_keys("brauerei")
    clusters = [card.text for card in browser.all("details.cluster") if card.is_displayed()]
    assert len(clusters) == 1 and "Brauerei" in clusters[0]


def test_pairs_are_filtered_by_kind(browser: Any, pages: Any) -> None:
    browser.open(pages.report)
    expected = [row for row in pages.table("matches") if row["kind"] == "translation"]
    (button,) = [b for b in browser.all("#pairs .tools button") if "translation" in b.text]
    button.click()
    assert button.get_attribute("aria-pressed") == "true"
    cards = [card for card in browser.all("details.pair") if card.is_displayed()]
    assert len(cards) == len(expected) > 0
    assert all(card.get_attribute("data-kind") == "translation" for card in cards)


def test_a_pair_opens_by_click_by_key_and_from_its_cluster(browser: Any, pages: Any) -> None:
    browser.open(pages.report)
    card = browser.one("#pair-2")
    assert not card.get_attribute("open")
    browser.click("#pair-2 > summary h3")
    assert card.get_attribute("open")
    assert card.find_element("css selector", ".side .text").is_displayed()
    summary = browser.one("#pair-3 > summary")
    summary.send_keys("\ue007")
    assert browser.one("#pair-3").get_attribute("open")
    link = "#cluster-1 .look a[href^='#pair-']"
    target = browser.one(link).get_attribute("href").split("#")[1]
    browser.js("document.querySelectorAll('details.pair').forEach(c => c.open = false)")
    browser.click(link)
    browser.settle()
    assert browser.one(f"#{target}").get_attribute("open")
    top = browser.js(
        "return document.getElementById(arguments[0]).getBoundingClientRect().top", target
    )
    assert 0 <= top < 500


def test_a_number_shows_its_passage_in_the_other_text(browser: Any, pages: Any) -> None:
    browser.open(pages.compare, width=1280, height=700)
    numbers = browser.all(".side:first-child a.n")
    browser.js("document.querySelectorAll('.text').forEach(t => t.style.maxHeight = '120px')")
    last = numbers[-1]
    key = last.text
    browser.js("arguments[0].scrollIntoView({block: 'center'})", last)
    last.click()
    seen = browser.js(
        "const pane = document.querySelectorAll('.side .text')[1];"
        "const mark = pane.querySelector(`[data-p='${arguments[0]}']`).getBoundingClientRect();"
        "const box = pane.getBoundingClientRect();"
        "return mark.top < box.bottom && mark.bottom > box.top;", key,
    )  # fmt: skip
    assert seen
    lit = browser.all(f".side:last-child mark.on[data-p='{key}']")
    assert lit and not browser.all(f".side mark.on:not([data-p='{key}'])")


def test_everything_can_be_read_without_scripts(browser: Any, pages: Any) -> None:
    browser.open(pages.report, script=False)
    assert browser.all("#domain-table tbody tr")[0].is_displayed()
    assert not browser.all("button")
    browser.click("#document-2 > summary h3")
    assert browser.one("#document-2 .text").is_displayed()
    assert browser.messages() == []


def test_a_link_to_a_folded_card_unfolds_it(browser: Any, pages: Any) -> None:
    browser.open(pages.report, fragment="#pair-5")
    assert browser.one("#pair-5").get_attribute("open")


def test_a_domain_of_the_drawing_leads_to_its_row(browser: Any, pages: Any) -> None:
    browser.open(pages.report)
    node = browser.one(".flow svg.wide a.node")
    browser.js("arguments[0].focus()", node)
    name = browser.js("return arguments[0].querySelector('text').firstChild.data.trim()", node)
    assert browser.all(".flow svg.wide.dim .edge.on")
    browser.js("arguments[0].dispatchEvent(new MouseEvent('click', {bubbles: true}))", node)
    row = browser.one("#domain-table tr:target th")
    assert row.text == name and row.is_displayed()


def test_paper_has_the_texts_whole_and_no_controls(browser: Any, pages: Any) -> None:
    browser.open(pages.report, dark=True)
    browser.media("print", dark=True)
    looks = browser.js(
        "const style = s => getComputedStyle(document.querySelector(s));"
        "return [style('nav.bar').display, style('.tools').display,"
        " style('#pair-1 .text').maxHeight, style('body').backgroundColor, style('body').color];"
    )
    assert looks == ["none", "none", "none", "rgb(255, 255, 255)", "rgb(0, 0, 0)"]
    assert len(browser.command("Page.printToPDF")["data"]) > 50_000
