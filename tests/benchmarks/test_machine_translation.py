"""What the benchmark of machine translation holds against floors, and what it reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import machine_translation
from benchmarks.floors import FLOORS, missed
from benchmarks.machine_translation import FOLDER, items, summary
from dupdetect.quality.machine_translation import RULES

FIGURES: dict[str, Any] = {
    "recall": {"agreement": {"fr": 0.8, "all": 0.9, "items": 10}},
    "look_alikes": {"items": 80, "alone": 0.025, "in a text": 0.0375, "mistaken": []},
    "news_fr": {"articles": 200, "scored 0.5 and more": 1},
}


def test_the_figures_that_have_floors_are_summed_up() -> None:
    assert summary(FIGURES) == {
        "recall agreement": 0.9,
        "look-alikes scored 0.5 and more": 0.0375,
        "news_fr scored 0.5 and more": 0.005,
    }
    assert "news_fr scored 0.5 and more" not in summary(
        {name: value for name, value in FIGURES.items() if name != "news_fr"}
    )


def test_each_rule_has_a_floor_and_a_figure_below_it_breaks_it() -> None:
    floors = json.loads(FLOORS.read_text(encoding="utf-8"))["machine_translation"]
    rules = {name.removeprefix("recall ") for name in floors["at_least"]}
    assert rules == set(RULES) - {"style"}
    found = {**floors["at_least"], **floors["at_most"]}
    assert missed(found, floors) == []
    worse = {**found, "recall agreement": 0.5, "news_fr scored 0.5 and more": 0.1}
    assert len(missed(worse, floors)) == 2


@pytest.mark.parametrize(("at_least", "code"), [(0.9, 0), (0.95, 1)])
def test_the_check_fails_where_a_floor_is_broken(
    at_least: float, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "floors.json"
    floors = {"machine_translation": {"at_least": {"recall agreement": at_least}, "at_most": {}}}
    path.write_text(json.dumps(floors), encoding="utf-8")
    broken = machine_translation.broken
    monkeypatch.setattr(
        machine_translation, "broken", lambda found, name: broken(found, name, path=path)
    )
    monkeypatch.setattr(machine_translation, "recall", lambda written: (FIGURES["recall"], []))
    monkeypatch.setattr(machine_translation, "look_alikes", lambda: FIGURES["look_alikes"])
    monkeypatch.setattr(machine_translation, "shared", lambda: tmp_path)
    monkeypatch.setattr(machine_translation, "clean_news", lambda data, step: FIGURES["news_fr"])
    assert machine_translation.main(["--check", "--dry"]) == code
    assert machine_translation.main(["--dry"]) == 0


def test_the_words_for_the_context_model_are_enough_and_apart_from_the_others() -> None:
    own = items(FOLDER / "context_dev.txt")
    assert len(own) >= 60
    assert {item.language for item in own} == {"fr", "en", "de", "it", "es"}
    assert all(item.label == "untranslated_word" and item.spans for item in own)
    others = {i.text for name in ("dev.txt", "held_out.txt") for i in items(FOLDER / name)}
    assert not {item.text for item in own} & others
