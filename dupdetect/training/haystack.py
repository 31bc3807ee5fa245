"""Hard negatives from a haystack: articles of one topic that were written weeks apart.

Labelled pairs are few, and a scan verifies twenty candidates per document: what it takes for a
rewrite must be rarer than one in a thousand. Articles that share anchors but were published at
least three weeks apart, and share hardly a verbatim run, tell of different events or of different
stages of one. They are called independent without being read; the dates are used for nothing else.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from dupdetect.config import Config
from dupdetect.kernels.group import decode_pairs, lists_of_documents, postings, shared_pairs
from dupdetect.sketch.batch import SketchBatch, sketch_texts
from dupdetect.training.verifier_data import Pair, news
from dupdetect.verify.features import features
from dupdetect.verify.measure import measures

#: Days between the publication of two articles; a longest verbatim share; how many are taken.
APART_DAYS, MOST_RUN = 21, 0.12
HARDEST, RANDOM = 2_000, 2_000
_BATCH = 2_048


def distant_pairs(data: Path, config: Config, *, seed: int = 3) -> list[Pair]:
    """Pairs of ``news_fr`` that look most alike, and as many at random, of all distant ones."""
    articles = news(data)
    ids, texts = list(articles), list(articles.values())
    table = pq.read_table(data / "corpora" / "news_fr.parquet", columns=["id", "date"]).to_pydict()
    dates = dict(zip(table["id"], table["date"], strict=True))
    days = np.array([dates[id] or "NaT" for id in ids], "datetime64[D]")
    batch = SketchBatch.concat(
        [sketch_texts(texts[at : at + _BATCH], config) for at in range(0, len(texts), _BATCH)]
    )
    pairs = anchor_candidates(batch, config)
    gap = np.abs((days[pairs[:, 0]] - days[pairs[:, 1]]).astype(np.int64))
    known = ~(np.isnat(days[pairs[:, 0]]) | np.isnat(days[pairs[:, 1]]))
    pairs = pairs[known & (gap >= APART_DAYS)]
    values = features(measures(batch, pairs, across=False, shingle_size=config.shingle.size))
    likeness = values["align_c"] + values["mutual_c"] + values["mutual_s"] + values["fact_c"]
    likeness[values["run"] > MOST_RUN] = -1.0
    order = np.argsort(-likeness, kind="stable")[: int((likeness >= 0).sum())]
    rng = np.random.default_rng(seed)
    others = rng.permutation(order[HARDEST:])[:RANDOM]
    return [
        Pair(texts[a], texts[b], "same_topic", "distant", "fr", "fr", "train", "distant" + ids[a])
        for a, b in pairs[np.concatenate([order[:HARDEST], others])]
    ]


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
