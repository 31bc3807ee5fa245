"""The designs that compete with ours, against plain Python on small data."""

from __future__ import annotations

from collections import Counter
from itertools import accumulate
from pathlib import Path
from random import Random

import numpy as np
import pyarrow.json
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import candidates
from benchmarks.candidates import designs, haystack, measure, probe, rarest, sketch, weighted_bands
from dupdetect.kernels.views import anchor_weight

#: Documents as lists of anchors; an anchor's rarity hangs on its key, 255 means none.
DOCUMENTS = st.lists(st.lists(st.integers(0, 30), max_size=12), min_size=1, max_size=8)


def rarity(key: int) -> int:
    return 255 if key % 7 == 0 else key * 37 % 100


def flat(documents: list[list[int]]) -> tuple[np.ndarray, np.ndarray]:
    bounds = list(accumulate(map(len, documents), initial=0))
    return np.array(bounds, np.int64), np.array([k for d in documents for k in d], np.int64)


def anchors(documents: list[list[int]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    doc, keys = flat(documents)
    zipf = np.array([rarity(key) for key in keys.tolist()], np.uint8)
    return doc, keys.astype(np.uint32), zipf


@settings(deadline=None)
@given(DOCUMENTS, st.integers(1, 5))
def test_rarest_takes_the_rarest_different_anchors(documents: list[list[int]], keep: int) -> None:
    doc, keys = rarest(*anchors(documents), keep)
    for number, document in enumerate(documents):
        usable = sorted((rarity(k), k) for k in set(document) if rarity(k) != 255)
        wanted = [key for _, key in usable[:keep]]
        assert keys[doc[number] : doc[number + 1]].tolist() == wanted
    assert doc[-1] == len(keys)


@settings(deadline=None)
@given(
    DOCUMENTS,
    st.integers(1, 4),
    st.integers(1, 3),
    st.integers(1, 4),
    st.randoms(use_true_random=False),
)
def test_probe_counts_shared_keys_over_short_lists(
    documents: list[list[int]], cap: int, least: int, most: int, rng: Random
) -> None:
    sets = [sorted(set(document)) for document in documents]
    key_doc, keys = flat(sets)
    n = len(sets)
    owners = np.repeat(np.arange(n, dtype=np.int32), np.diff(key_doc))
    order = np.argsort(keys, kind="stable")
    lists, list_start = np.unique(keys[order], return_index=True)
    list_start = np.append(list_start, len(keys)).astype(np.int64)
    sources = np.array([rng.randrange(-1, n) for _ in range(n)])
    found = probe(
        key_doc, keys.astype(np.uint64), lists.astype(np.uint64), list_start, owners[order],
        cap, least, most, n, np.arange(n), sources,
    )  # fmt: skip

    length = Counter(key for document in sets for key in document)
    short = [{key for key in document if length[key] <= cap} for document in sets]
    for q in range(n):
        shared = [len(short[q] & short[other]) if other != q else 0 for other in range(n)]
        ranked = sorted((-count, other) for other, count in enumerate(shared) if count >= least)
        kept = {other for _, other in ranked[:most]}
        assert found[0][q] == len(kept)
        assert found[1][q] == sum(length[key] for key in short[q])
        assert found[2][q] == (sources[q] in kept)


def test_bands_agree_as_often_as_the_weights_of_the_anchors_do() -> None:
    usable = sorted((key for key in range(1, 120) if rarity(key) != 255), key=rarity)
    rare, common, more = usable[:25], usable[-50:-25], usable[-25:]
    first, second = rare + common, rare + more
    documents = [[*first, 7, 14], second, first[::-1], first[:7]]
    doc, bands = weighted_bands(*anchors(documents), 2000, 1)
    assert np.diff(doc).tolist() == [2000, 2000, 2000, 0]  # too few anchors for a band
    a, b, again = bands.reshape(3, 2000)
    assert (a == again).all()
    weights = [sum(anchor_weight(rarity(key)) for key in keys) for keys in (rare, common, more)]
    assert (a == b).mean() == pytest.approx(weights[0] / sum(weights), abs=0.04)
    assert (a == b).mean() > 1 / 3 + 0.1  # unweighted, a third of the anchors is shared


def test_bands_of_more_rows_agree_less() -> None:
    documents = [list(range(1, 60)), list(range(20, 90))]
    share = []
    for rows in (1, 2, 3):
        _, bands = weighted_bands(*anchors(documents), 500, rows)
        share.append((bands[:500] == bands[500:]).mean())
    assert share[0] ** 2 == pytest.approx(share[1], abs=0.06)
    assert share[0] > share[1] > share[2]


def test_the_haystack_begins_with_the_articles_and_goes_on_with_their_sentences() -> None:
    articles = [
        ". ".join(f"Article {a} says in its sentence {s} something of its own" for s in range(9))
        for a in range(3)
    ]
    assert list(haystack(articles, 2)) == articles[:2]
    texts = list(haystack(articles, 10))
    assert len(texts) == 10
    assert texts[:3] == articles
    assert texts == list(haystack(articles, 10))
    known = {sentence for text in articles for sentence in text.split(". ")}
    for text in texts[3:]:
        assert 8 <= len(text.split(". ")) <= 20
        assert set(text.split(". ")) <= known


def test_every_design_finds_a_copy_and_tells_its_price(
    sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = pyarrow.json.read_json(sample / "articles.jsonl")["text"].to_pylist()
    longest = sorted(set(texts), key=len)[-5:]
    planted = [{"kind": kind} for kind in candidates.KINDS]
    sources = np.array([texts.index(text) for text in longest])
    monkeypatch.setattr(candidates, "PROBES", 3)
    monkeypatch.setattr(candidates, "BATCH", 4)
    found, n_docs = sketch(iter([*texts, *longest]), designs())
    assert n_docs == len(texts) + 5
    for name, design in designs().items():
        row = measure(name, design, found[name], n_docs, planted, sources)
        assert [row[f"recall {kind}"] for kind in candidates.KINDS] == [1.0] * 5, name
        assert row["documents"] == n_docs
        assert row["bytes"] > 0
        assert 0 <= row["candidates"] <= row["candidates_p99"] < n_docs
