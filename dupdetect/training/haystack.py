"""Hard negatives from a haystack: articles of one topic that were written weeks apart.

Labelled pairs are few, and a scan verifies twenty candidates per document: what it takes for a
rewrite must be rarer than one in a thousand. Articles that share anchors but were published at
least three weeks apart, and share hardly a verbatim run, tell of different events or of different
stages of one. They are called independent without being read; the dates are used for nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from dupdetect.config import Config
from dupdetect.kernels.group import decode_pairs, lists_of_documents, postings, shared_pairs
from dupdetect.quality.sketching import sketch_articles
from dupdetect.sketch.batch import SketchBatch
from dupdetect.training.verifier_data import Pair, news
from dupdetect.verify.features import features
from dupdetect.verify.measure import measures

#: Days between the publication of two articles; a longest verbatim share; how many are taken.
APART_DAYS, MOST_RUN = 21, 0.12
HARDEST, RANDOM = 2_000, 2_000
_BATCH = 2_048


@dataclass(frozen=True, slots=True)
class Haystack:
    """The articles of ``news_fr`` and the planted translations behind them, sketched."""

    ids: list[str]
    texts: list[str]
    days: NDArray[np.datetime64]
    planted: list[dict[str, str]]
    batch: SketchBatch
    pairs: NDArray[np.int64]


def haystack(data: Path, config: Config) -> Haystack:
    """Reads, sketches and pairs up what the negatives are taken from (about a minute)."""
    articles = news(data)
    table = pq.read_table(data / "corpora" / "news_fr.parquet", columns=["id", "date"]).to_pydict()
    dates = dict(zip(table["id"], table["date"], strict=True))
    rows = pq.read_table(data / "corpora" / "rewrites_fr.parquet").to_pylist()
    planted = [row for row in rows if row["kind"] == "translation"]
    texts = [*articles.values(), *(row["text"] for row in planted)]
    batch = sketch_all(texts, config)
    return Haystack(
        ids=list(articles),
        texts=texts,
        days=np.array([dates[id] or "NaT" for id in articles], "datetime64[D]"),
        planted=planted,
        batch=batch,
        pairs=anchor_candidates(batch, config),
    )


def distant_pairs(hay: Haystack, config: Config, *, seed: int = 3) -> list[Pair]:
    """Pairs of articles that look most alike, and as many at random, of all distant ones."""
    days = hay.days
    pairs = hay.pairs[(hay.pairs < len(hay.ids)).all(axis=1)]
    gap = np.abs((days[pairs[:, 0]] - days[pairs[:, 1]]).astype(np.int64))
    known = ~(np.isnat(days[pairs[:, 0]]) | np.isnat(days[pairs[:, 1]]))
    pairs = pairs[known & (gap >= APART_DAYS)]
    size = config.shingle.size
    values = features(measures(hay.batch, pairs, across=False, parted=False, shingle_size=size))
    likeness = values["align_c"] + values["mutual_c"] + values["mutual_s"] + values["fact_c"]
    likeness[values["run"] > MOST_RUN] = -1.0
    order = np.argsort(-likeness, kind="stable")[: int((likeness >= 0).sum())]
    others = np.random.default_rng(seed).permutation(order[HARDEST:])[:RANDOM]
    return [
        Pair(hay.texts[a], hay.texts[b], "same_topic", "distant", "fr", "fr", "train",
             "distant" + hay.ids[a])
        for a, b in pairs[np.concatenate([order[:HARDEST], others])]
    ]  # fmt: skip


def foreign_pairs(hay: Haystack, config: Config) -> list[Pair]:
    """Translations against the articles that look like their source but are not.

    Left out are the source and articles that share a verbatim run with it (its copies).
    """
    numbers = {id: number for number, id in enumerate(hay.ids)}
    pairs = hay.pairs[(hay.pairs[:, 0] < len(hay.ids)) & (hay.pairs[:, 1] >= len(hay.ids))]
    rows = [hay.planted[b - len(hay.ids)] for b in pairs[:, 1]]
    sources = np.array([numbers[row["source_id"]] for row in rows])
    against = np.stack([pairs[:, 0], sources], axis=1)
    size = config.shingle.size
    values = features(measures(hay.batch, against, across=False, parted=False, shingle_size=size))
    kept = (against[:, 0] != against[:, 1]) & (values["run"] <= MOST_RUN)
    return [
        Pair(hay.texts[a], row["text"], "same_topic", "foreign", "fr", row["lang"], "train",
             "rewrites" + row["family"])
        for (a, _), row, keep in zip(pairs, rows, kept, strict=True)
        if keep
    ]  # fmt: skip


def sketch_all(texts: list[str], config: Config) -> SketchBatch:
    """Sketches of many texts, made a batch at a time."""
    return SketchBatch.concat(
        [sketch_articles(texts[at : at + _BATCH], config) for at in range(0, len(texts), _BATCH)]
    )


def anchor_candidates(batch: SketchBatch, config: Config) -> NDArray[np.int64]:
    """Pairs int64[k, 2] that the anchor view alone makes candidates of, as a scan does."""
    anchor = config.anchor
    owners = np.repeat(np.arange(len(batch), dtype=np.int32), np.diff(batch.key_doc))
    inverted = postings(batch.keys, owners, max_bucket=anchor.max_bucket)
    found = shared_pairs(
        inverted,
        lists_of_documents(inverted, len(batch)),
        (0, len(batch)),
        min_shared=anchor.min_shared,
        max_candidates=anchor.max_candidates,
    )
    return decode_pairs(found.pairs)
