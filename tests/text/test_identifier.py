"""The compiled identifier against py3langid's own code."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from dupdetect.text import identifier
from dupdetect.text.identifier import NO_LANGUAGE, load_identifier

TEXTS = [
    "", "12345", "\ud800", "Le chat est sur la table.", "LE CHAT EST SUR LA TABLE.",
    "Быстрая лиса 123", "日本語の文章", "Brza lisica skače preko lenjog psa", "e\u0301te\u0301",
    "The quick brown fox", "Ona je rekla da će doći sutra", "\x00\xff", "ﷺ" * 50, "a" * 5000,
]  # fmt: skip


@pytest.fixture(scope="module")
def model():
    return identifier._library()


@pytest.fixture(scope="module")
def compiled(model):
    made = identifier._Compiled.of(model)
    assert made is not None, "the model's log-probabilities fit the integers"
    return made


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of the user's."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path


def agree(compiled, model, texts: Sequence[str]) -> None:
    plain = identifier._Plain(model)
    assert [compiled.best(text) for text in texts] == [plain.best(text) for text in texts]


def test_the_installed_model_is_compiled():
    assert isinstance(load_identifier(), identifier._Compiled)


def test_the_model_is_unpacked_once(model, cache, monkeypatch):
    first = load_identifier()
    assert [path.suffix for path in (cache / "dupdetect").iterdir()] == [".arrays"]
    monkeypatch.setattr(identifier, "_library", lambda: pytest.fail("unpacked again"))
    second = load_identifier()
    assert isinstance(second, identifier._Compiled)
    agree(second, model, TEXTS)
    assert [second.ranked(text) for text in TEXTS] == [first.ranked(text) for text in TEXTS]


@pytest.mark.parametrize("text", TEXTS)
def test_the_same_order_of_languages(compiled, model, text):
    if text.isprintable() and text.strip("12345"):
        ranked = identifier._Plain(model).ranked(text)
        assert compiled.ranked(text)[:20] == ranked[:20]
    agree(compiled, model, [text])


def test_a_model_of_finer_values_is_left_to_the_library(model, monkeypatch):
    class Finer:
        __slots__ = tuple(identifier._NEEDED | {"nb_classes"})

    finer = Finer()
    for name in Finer.__slots__:
        setattr(finer, name, getattr(model, name))
    finer.nb_ptc = np.asarray(model.nb_ptc).astype(np.float32) * np.float32(1.01)
    monkeypatch.setattr(identifier, "_library", lambda: finer)
    assert isinstance(load_identifier(), identifier._Plain)


def test_a_library_with_other_parts_runs_its_own_code(monkeypatch):
    class Other:
        __slots__ = ("weights",)

        def classify(self, text: str) -> tuple[str, float]:
            return "fr", -1.0

        def rank(self, text: str) -> list[tuple[str, float]]:
            return [("fr", -1.0), (NO_LANGUAGE, -2.0)]

    monkeypatch.setattr(identifier, "_library", Other)
    found = load_identifier()
    assert found.best("x") == "fr"
    assert found.ranked("x") == ["fr", NO_LANGUAGE]


def test_real_texts(compiled, model, shared: Path):
    texts = pq.read_table(shared / "corpora" / "news_fr.parquet", columns=["text"])["text"]
    agree(compiled, model, [texts[row].as_py()[:320] for row in range(0, len(texts), 100)])
    for path in sorted((shared / "corpora").glob("translations_*.parquet")):
        table = pq.read_table(path)
        columns = [item.name for item in table.schema if str(item.type) == "string"]
        for name in columns:
            values = [value for value in table[name].to_pylist() if value][:500]
            agree(compiled, model, [value[:320] for value in values])
