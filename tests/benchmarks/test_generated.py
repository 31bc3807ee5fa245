"""The generated corpus is what its plan says, each time."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq

from benchmarks.generated import Plan, write
from benchmarks.peers import jaccards


def test_planted_pairs_are_the_less_alike_the_more_was_changed(tmp_path: Path) -> None:
    planted = write(tmp_path / "a.parquet", Plan(200, words=200, copies=0.2))
    texts = pq.read_table(tmp_path / "a.parquet")["text"]
    assert len(texts) == 200 and len(planted) == 40
    exact = jaccards(texts, [(a, b) for a, b, _ in planted])
    by_share: dict[float, list[float]] = {}
    for a, b, share in planted:
        by_share.setdefault(share, []).append(exact[min(a, b), max(a, b)])
    means = [sum(values) / len(values) for _, values in sorted(by_share.items())]
    assert means == sorted(means, reverse=True) and means[0] > 0.8 and 0.1 < means[-1] < 0.35


def test_a_skewed_corpus_and_the_same_bytes_again(tmp_path: Path) -> None:
    plan = Plan(100, words=80, copied=20, templated=30, phrases=False)
    for name in ("a.parquet", "b.parquet"):
        write(tmp_path / name, plan)
    texts = pq.read_table(tmp_path / "a.parquet")["text"].to_pylist()
    assert texts == pq.read_table(tmp_path / "b.parquet")["text"].to_pylist()
    assert Counter(texts).most_common(1)[0][1] == 20
    beginnings = Counter(" ".join(text.split()[:30]) for text in texts)
    assert beginnings.most_common(2)[0][1] == 30
