"""Verdicts on pairs: kinds, what swapping does, short texts, dates."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dupdetect.config import Config, ShingleConfig, VerifyConfig
from dupdetect.records import DIRECTIONS, MATCH_KINDS
from dupdetect.sketch.batch import SketchBatch, sketch_texts
from dupdetect.verify.pairs import PairVerdicts, verify_pairs

CONFIG = Config()
FIELDS = ("kind", "score", "jaccard", "containment_a", "containment_b", "direction")
SWAPPED_DIRECTION = [0, 2, 1]
TINY = ["", "\n", "Vaucelin", "Le maire Vaucelin a visité Skerrowick en 2019 avec Lormeau hier."]


def verdicts(
    texts: Sequence[str],
    pairs: Sequence[tuple[int, int]] = ((0, 1),),
    *,
    languages: Sequence[str] | None = None,
    dates: Sequence[str | None] | None = None,
    config: Config = CONFIG,
) -> PairVerdicts:
    batch = sketch_texts(list(texts), config)
    spoken = languages or ["fr"] * len(texts)
    return verify_pairs(
        batch, np.array(pairs, np.int64), languages=spoken, config=config, dates=dates
    )


def kinds(found: PairVerdicts) -> list[str]:
    return [MATCH_KINDS[code] for code in found.kind]


@pytest.fixture(scope="module")
def articles(sample: Path) -> dict[str, dict[str, str]]:
    lines = (sample / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    return {row["id"]: row for row in map(json.loads, lines)}


def shuffled(text: str, seed: int, keep: float) -> str:
    """Some of a text's sentences in another order."""
    generator = random.Random(seed)
    parts = text.replace("\n\n", " ").split(". ")
    return ". ".join(generator.sample(parts, max(1, round(keep * len(parts)))))


def all_pairs(n: int) -> list[tuple[int, int]]:
    return [(i, j) for i in range(n) for j in range(n)]


def test_swapping_swaps_containment_and_direction_only(articles: dict[str, dict[str, str]]) -> None:
    rows = list(articles.values())
    texts = [row["text"] for row in rows]
    texts += [shuffled(text, seed, 1.0) for seed, text in enumerate(texts[:8])]
    texts += [shuffled(text, seed, 0.5) for seed, text in enumerate(texts[:8])]
    languages = [row["language"] for row in rows] + [row["language"] for row in rows[:8]] * 2
    pairs = all_pairs(len(texts))
    found = verdicts(texts, pairs, languages=languages)
    n = len(texts)
    swap = [j * n + i for i, j in pairs]
    assert len(set(found.kind.tolist())) == len(MATCH_KINDS)  # the test sees all of them
    assert (found.kind == found.kind[swap]).all()
    assert (found.score == found.score[swap]).all()
    assert (found.jaccard == found.jaccard[swap]).all()
    assert (found.containment_a == found.containment_b[swap]).all()
    different = np.array([i != j for i, j in pairs])
    mirrored = np.array(SWAPPED_DIRECTION)[found.direction[swap]]
    assert (found.direction == mirrored)[different].all()
    assert {DIRECTIONS[code] for code in found.direction} == set(DIRECTIONS)


def test_a_verdict_does_not_depend_on_the_batch(articles: dict[str, dict[str, str]]) -> None:
    texts = [row["text"] for row in articles.values()][:14]
    pairs = all_pairs(len(texts))
    together = verdicts(texts, pairs)
    for number, (i, j) in list(enumerate(pairs))[::17]:
        alone = verdicts([texts[i], texts[j]])
        for name in FIELDS:
            assert getattr(alone, name)[0] == getattr(together, name)[number], name


def test_a_joined_batch_gives_the_same(articles: dict[str, dict[str, str]]) -> None:
    texts = [row["text"] for row in articles.values()][:4]
    parts = SketchBatch.concat([sketch_texts([text], CONFIG) for text in texts])
    pairs = np.array(all_pairs(4))
    joined = verify_pairs(parts, pairs, languages=["fr"] * 4, config=CONFIG)
    whole = verdicts(texts, all_pairs(4))
    for name in FIELDS:
        assert np.array_equal(getattr(joined, name), getattr(whole, name)), name


def test_a_text_equals_itself(articles: dict[str, dict[str, str]]) -> None:
    texts = [row["text"] for row in articles.values()]
    found = verdicts(texts, [(i, i) for i in range(len(texts))])
    assert set(kinds(found)) == {"exact"}
    for name in ("score", "jaccard", "containment_a", "containment_b"):
        assert (getattr(found, name) == 1.0).all()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (" ", "\n"),
        (" ", "\u00a0 "),
        ("’", "'"),
        ("«", "“"),
        (".", " !?..."),
        (",", " —"),
        ("é", "e\u0301"),
        ("e", "E"),
        ("a", "a\u00ad"),
    ],
)
def test_how_a_text_is_set_does_not_count(
    articles: dict[str, dict[str, str]], old: str, new: str
) -> None:
    text = articles["fr-port"]["text"]
    assert old in text
    found = verdicts([text, text.replace(old, new)])
    assert kinds(found) == ["exact"]
    assert found.score.tolist() == [1.0]


def test_one_other_word_is_not_exact(articles: dict[str, dict[str, str]]) -> None:
    text = articles["fr-port"]["text"]
    found = verdicts([text, text.replace("dockers", "marins", 1)])
    assert kinds(found) == ["near_duplicate"]
    assert found.jaccard[0] < 1.0


def test_exact_whatever_the_languages_are_called(articles: dict[str, dict[str, str]]) -> None:
    text = articles["fr-port"]["text"]
    assert kinds(verdicts([text, text], languages=["fr", "it"])) == ["exact"]


def test_a_text_that_repeats_one_word_is_exact() -> None:
    assert kinds(verdicts(["ha " * 20, "ha " * 20])) == ["exact"]


@settings(deadline=None)
@given(
    st.one_of(st.sampled_from(TINY), st.text(st.characters(exclude_categories=["Cs"]), max_size=11))
)
def test_tiny_texts_never_match_not_even_themselves(text: str) -> None:
    everything = replace(CONFIG, verify=VerifyConfig(threshold=0.0))
    for config in (CONFIG, everything):
        found = verdicts([text, text], all_pairs(2), config=config)
        assert set(kinds(found)) == {"none"}
        assert found.score.tolist() == [0.0] * 4
        assert found.direction.tolist() == [0] * 4


@pytest.mark.parametrize(("words", "kind"), [(11, "none"), (12, "exact"), (13, "exact")])
def test_how_short_is_too_short(words: int, kind: str) -> None:
    text = " ".join(f"mot{number}" for number in range(words))
    assert kinds(verdicts([text, text])) == [kind]
    longer = replace(CONFIG, shingle=ShingleConfig(min_tokens=14))
    assert kinds(verdicts([text, text], config=longer)) == ["none"]


def test_no_pairs_no_verdicts() -> None:
    found = verify_pairs(
        sketch_texts(["Vaucelin"], CONFIG), np.empty((0, 2)), languages=["fr"], config=CONFIG
    )
    assert all(getattr(found, name).shape == (0,) for name in FIELDS)


def test_the_threshold_decides_what_is_reported(articles: dict[str, dict[str, str]]) -> None:
    texts = [articles["fr-port"]["text"], articles["fr-port-spun"]["text"]]
    found = verdicts(texts)
    assert kinds(found) == ["rewrite"]
    strict = replace(CONFIG, verify=VerifyConfig(threshold=float(found.score[0]) + 1e-6))
    assert kinds(verdicts(texts, config=strict)) == ["none"]


def test_jaccard_and_containment_are_exact(articles: dict[str, dict[str, str]]) -> None:
    texts = ["un deux mots sept huit neuf", "deux mots sept huit onze douze un"]

    def shingles(text: str) -> set[tuple[str, ...]]:
        words = text.split()
        return set(zip(words, words[1:], words[2:], strict=False))

    a, b = map(shingles, texts)
    found = verdicts(texts)
    assert found.jaccard[0] == pytest.approx(len(a & b) / len(a | b))
    assert found.containment_a[0] == pytest.approx(len(a & b) / len(a))
    assert found.containment_b[0] == pytest.approx(len(a & b) / len(b))


DATES = [
    ("2024-03-01", "2024-03-02", "b_from_a"),
    ("2024-03-02", "2024-03-01", "a_from_b"),
    ("2024-03-01T08:00:00", "2024-03-01T09:30:00", "b_from_a"),
    ("2024-03-01T08:00", "2024-03-01T09:30:00", "b_from_a"),
    # in UTC the second of these is the earlier one
    ("2024-03-01T10:00:00+00:00", "2024-03-01T11:30:00+02:00", "a_from_b"),
    ("2024-03-01T23:30:00-05:00", "2024-03-02T01:00:00+00:00", "a_from_b"),
]
UNDECIDED = [
    ("2024-03-01", "2024-03-01"),
    ("2024-03-01", "2024-03-01T23:00:00"),
    ("2024-03-02", "2024-03-02T00:30:00+02:00"),
    ("2024-03-01T10:00:00+00:00", "2024-03-01T12:00:00+02:00"),
    ("2024", "2025"),
    ("2024-03-01", None),
    ("", "2024-03-01"),
]


@pytest.mark.parametrize(("a", "b", "direction"), DATES)
def test_the_later_text_is_the_copy(
    articles: dict[str, dict[str, str]], a: str, b: str, direction: str
) -> None:
    text = articles["fr-port"]["text"]
    found = verdicts([text, text], dates=[a, b])
    assert DIRECTIONS[found.direction[0]] == direction


@pytest.mark.parametrize(("a", "b"), UNDECIDED)
def test_dates_that_do_not_decide(
    articles: dict[str, dict[str, str]], a: str | None, b: str | None
) -> None:
    text = articles["fr-port"]["text"]
    found = verdicts([text, text], [(0, 1), (1, 0)], dates=[a, b])
    assert [DIRECTIONS[code] for code in found.direction] == ["unknown", "unknown"]


def test_dates_go_before_the_evidence_of_the_texts(articles: dict[str, dict[str, str]]) -> None:
    texts = [articles["fr-tempete"]["text"], articles["fr-tempete-bref"]["text"]]
    assert DIRECTIONS[verdicts(texts).direction[0]] == "b_from_a"  # b is the shorter
    found = verdicts(texts, dates=["2024-05-02", "2024-05-01"])
    assert DIRECTIONS[found.direction[0]] == "a_from_b"


def test_unrelated_texts_have_no_direction(articles: dict[str, dict[str, str]]) -> None:
    texts = [articles["fr-port"]["text"], articles["fr-tempete"]["text"]]
    found = verdicts(texts, dates=["2024-05-02", "2024-05-01"])
    assert kinds(found) == ["none"]
    assert found.direction.tolist() == [0]


def interleaved(text: str, other: str) -> str:
    """The paragraphs of two texts by turns, as many of each."""
    own, foreign = ([part for part in t.split("\n") if part.strip()] for t in (text, other))
    foreign = [foreign[i % len(foreign)] for i in range(len(own))]
    return "\n".join(part for both in zip(own, foreign, strict=True) for part in both)


def test_paragraphs_of_another_story_hide_few_rewrites(
    articles: dict[str, dict[str, str]], sample: Path
) -> None:
    """As much foreign text as own; of whole texts fewer than half of these are found."""
    expected = json.loads((sample / "expected.json").read_text(encoding="utf-8"))["pairs"]
    found: dict[str, list[bool]] = {"rewrite": [], "same_event": []}
    for label, foreign in product(found, ("fr-train", "fr-port", "fr-incendie")):
        for source, copy in expected[label]:
            if {source, copy} <= articles.keys() and not source.startswith(foreign):
                mixed = interleaved(articles[copy]["text"], articles[foreign]["text"])
                verdict = verdicts([articles[source]["text"], mixed])
                found[label].append(kinds(verdict) != ["none"])
    assert sum(found["rewrite"]) >= 0.5 * len(found["rewrite"]) > 9, sum(found["rewrite"])
    assert found["same_event"] and not any(found["same_event"])
