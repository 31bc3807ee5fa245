"""The benchmark of scores reads what was written for it, and counts as it says."""

from __future__ import annotations

import numpy as np

from benchmarks import scores
from benchmarks.machine_translation import FOLDER, blocks, contexts


def test_sentences_and_pages_are_read() -> None:
    heads = [head for head, _ in blocks(FOLDER / "seo_links.txt")]
    assert {head[1] for head in heads} == contexts().keys()
    honest = sum(
        len(texts) for head, texts in blocks(FOLDER / "seo_links.txt") if head[0] == "honest"
    )
    assert honest >= 60
    figures = scores.written_pages(FOLDER / "french_pages.txt", {"fr"}).figures()
    assert figures["pages"] == 6
    assert figures["line F1"][0] > 0.8


def test_a_page_without_findings_has_no_recall() -> None:
    lines = scores.Lines()
    prose = "Le conseil a voté lundi la fermeture de la piscine, qui perd de l'eau chaque jour."
    lines.add([prose, prose + " Encore.", prose + " Enfin."], [0, 1, -1], np.zeros(3), "fr")
    (hit, furniture) = lines.pages[0]
    assert furniture.tolist() == [True, False]
    assert not hit.any()
    assert lines.figures()["content lost"][0] == 0.0


def test_shares_have_intervals() -> None:
    found = scores.with_interval([True] * 9 + [False])
    assert found["share"] == 0.9
    assert found["low"] <= 0.9 <= found["high"]
    assert found["n"] == 10
