"""Highlights stand where the spans of the tables say, in the text as a browser shows it."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from dupdetect.report import select
from dupdetect.report.tables import ScanTables

#: The text of a pane without the numbers in it, and for each mark its number and place.
READ = """
const pane = arguments[0], walker = document.createTreeWalker(pane, NodeFilter.SHOW_TEXT);
let text = "", node; const spans = {}, notes = [];
while ((node = walker.nextNode())) {
  if (node.parentElement.closest("a.n")) continue;
  const start = [...text].length, end = start + [...node.data].length;
  const mark = node.parentElement.closest("mark");
  if (mark) {
    const key = mark.dataset.p;
    spans[key] = [Math.min(start, (spans[key] || [start])[0]), end];
  }
  if (node.parentElement.closest("b.only")) notes.push(node.data);
  text += node.data;
}
return [text, spans, notes];
"""


def disjoint(spans: list[tuple[int, int]]) -> bool:
    """Whether no two of them overlap, so that each has marks of its own."""
    return all(a[1] <= b[0] for a, b in pairwise(sorted(spans)))


def test_passages_of_every_shown_pair(browser: Any, pages: Any) -> None:
    browser.open(pages.report)
    shown = select.top_pairs(ScanTables(pages.report.parent))
    rows = [pages.table("matches")[number] for number in shown]
    cards = browser.all("details.pair")
    assert len(cards) == len(rows) > 20
    checked = 0
    for card, row in zip(cards, rows, strict=True):
        assert card.get_attribute("data-kind") == row["kind"]
        letters = "ba" if row["direction"] == "a_from_b" else "ab"
        panes = card.find_elements("css selector", ".side .text")
        for pane, letter in zip(panes, letters, strict=True):
            text, spans, _ = browser.js(READ, pane)
            assert text == pages.texts[row[letter]]
            own = [(p[f"{letter}_start"], p[f"{letter}_end"]) for p in row["passages"]]
            if disjoint(own):
                assert {int(k): tuple(v) for k, v in spans.items()} == dict(enumerate(own, 1))
                checked += len(own)
    assert checked > 100


def test_findings_of_every_shown_document(browser: Any, pages: Any) -> None:
    browser.open(pages.report)
    by_text = {text: name for name, text in pages.texts.items()}
    findings = pages.table("findings")
    checked = 0
    for card in browser.all("details.doc"):
        text, spans, _ = browser.js(READ, card.find_element("css selector", ".text"))
        own = [row for row in findings if row["id"] == by_text[text]]
        listed = card.find_elements("css selector", ".findings > li")
        assert len(listed) == len(own)
        own.sort(key=lambda f: (f["start"], f["end"], f["kind"], f["rule"]))
        for key, row in enumerate(own, start=1):
            assert text[row["start"] : row["end"]] == row["quote"]
            overlaps = any(
                other is not row and other["start"] < row["end"] and row["start"] < other["end"]
                for other in own
            )
            if not overlaps:
                assert spans[str(key)] == [row["start"], row["end"]]
                checked += 1
    assert checked > 20


def test_hover_names_rule_and_score(browser: Any, pages: Any) -> None:
    browser.open(pages.score)
    mark = browser.one("#document-1 mark.f-machine_translation")
    assert "Machine translation · number slot · 0." in str(mark.get_attribute("title"))
    key = mark.get_attribute("data-p")
    assert not browser.all("#document-1 .findings li.on")
    browser.js("arguments[0].dispatchEvent(new MouseEvent('mouseover', {bubbles: true}))", mark)
    assert browser.one("#document-1 .findings li.on").get_attribute("data-p") == key


def test_facts_of_one_side_are_marked_and_listed(browser: Any, pages: Any) -> None:
    browser.open(pages.compare)
    for side in browser.all(".side"):
        listed = [item.text for item in side.find_elements("css selector", ".owns .own")]
        _, _, marked = browser.js(READ, side.find_element("css selector", ".text"))
        assert listed and set(listed) == set(marked)
    source, copy = (side.text for side in browser.all(".side"))
    assert "Jean-Baptiste Orsini" in source and "Jean-Baptiste Orsini" not in copy
