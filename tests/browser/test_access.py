"""What axe-core says of the pages, and what text from right to left does to them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dupdetect.records import Document, Match, Passage
from dupdetect.report import render_comparison, render_report

ARABIC = "أعلنت بلدية الواحة الجديدة عن افتتاح مكتبة عامة (Al-Waha Library) تضم 18 ألف كتاب."


@pytest.mark.parametrize(
    ("width", "dark"), [(390, False), (1280, False), (1280, True)], ids=["narrow", "light", "dark"]
)
@pytest.mark.parametrize("name", ["report", "compare", "score"])
def test_axe_finds_nothing_serious(
    browser: Any, axe: Path, pages: Any, name: str, width: int, dark: bool
) -> None:
    browser.open(getattr(pages, name), width=width, dark=dark)
    browser.js(
        "for (const id of ['pair-2', 'pair-20', 'document-2', 'document-8', 'cluster-4'])"
        " { const card = document.getElementById(id); if (card) card.open = true; }"
        "document.querySelectorAll('.more, .config').forEach(part => part.open = true);"
    )
    assert browser.violations() == []


def test_axe_finds_nothing_serious_in_a_busy_state(browser: Any, axe: Path, pages: Any) -> None:
    browser.open(pages.report, dark=True)
    browser.one("#domains .panel > .tools input").send_keys("gazette")
    browser.js("document.querySelector('.flow a.node').focus()")
    browser.js("document.querySelector('#pair-1 a.n').focus()")
    browser.click("#pairs .tools button[aria-pressed='false']")
    assert browser.all("#pair-1 .on") or browser.all("button[aria-pressed='true']")
    assert browser.violations() == []


def test_axe_finds_nothing_serious_in_an_empty_report(
    browser: Any, axe: Path, scans: Any, tmp_path: Path
) -> None:
    browser.open(render_report(scans.write_scan(tmp_path, {})))
    assert browser.violations() == []


@pytest.mark.parametrize("width", [390, 1280])
def test_text_from_right_to_left_stays_in_its_pane(
    browser: Any, tmp_path: Path, width: int
) -> None:
    long = "א" * 400
    a = Document(id="a", text=f"{ARABIC}\n\n{long}", title=ARABIC, language="ar")
    b = Document(id="b", text="A public library opens in the new oasis. " + "x" * 600, title="b")
    match = Match("a", "b", "translation", 0.9, direction="b_from_a",
                  passages=(Passage(0, len(ARABIC), 0, 40, 0.7),))  # fmt: skip
    browser.open(render_comparison(match, a, b, tmp_path / "c.html"), width=width)
    assert browser.js("return document.documentElement.scrollWidth") <= width
    left, right = browser.all(".side .text")
    direction = "return getComputedStyle(arguments[0]).direction"
    assert browser.js(direction, left) == "rtl" and browser.js(direction, right) == "ltr"
    heading = browser.one(".side h4")
    assert browser.js(direction, heading) == "ltr"
    assert browser.js(direction, heading.find_element("tag name", "bdi")) == "rtl"
    assert browser.js("return getComputedStyle(document.body).direction") == "ltr"
