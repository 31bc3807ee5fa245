"""The written artefacts to work with are found, rule by rule; look-alikes are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.machine_translation import FOLDER, Item, items, look_alikes, recall, unmark

DEV = items(FOLDER / "dev.txt")


@pytest.mark.parametrize("rule", sorted({item.label for item in DEV}))
def test_nine_in_ten_artefacts_are_found(rule: str) -> None:
    table, _ = recall([item for item in DEV if item.label == rule])
    assert table[rule]["all"] >= 0.9


def test_few_look_alikes_are_mistaken() -> None:
    figures = look_alikes()
    assert figures["items"] >= 60
    assert figures["alone"] <= 0.05
    assert figures["in a text"] <= 0.05


def test_marks_become_spans() -> None:
    assert unmark("r", "fr", "a ⟪b⟫ c ⟪d⟫") == Item("r", "fr", "a b c d", ((2, 3), (6, 7)))


def test_the_held_out_items_are_enough() -> None:
    held_out = items(Path(FOLDER) / "held_out.txt")
    counts: dict[str, int] = {}
    for item in held_out:
        if item.language == "fr":
            counts[item.label] = counts.get(item.label, 0) + 1
        assert item.spans
    assert min(counts.values()) >= 20
    assert not {item.text for item in held_out} & {item.text for item in DEV}
