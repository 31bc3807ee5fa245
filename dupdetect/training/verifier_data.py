"""Labelled pairs for the verifier.

Reads the project's reference data (``--data``) and keeps families and components together.
``read_pairs.csv`` holds the labels, by reading, of 348 pairs of ``news_fr`` that earlier
verifiers called rewrites (ids only): mostly follow-ups and reports of like events.
"""

from __future__ import annotations

import csv
import random
import zlib
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

#: Labels that mean "one text derives from the other".
POSITIVE = frozenset({"rewrite", "spun", "llm", "condensed", "translation", "copy", "near_copy",
                      "partial"})  # fmt: skip
#: Labels that mean "no derivation", same event or not.
NEGATIVE = frozenset({"independent", "unrelated", "same_event", "same_topic", "template"})
#: Labels of pairs that were read: what ``derives`` is a rewrite, all others are none.
READ = Path(__file__).with_name("read_pairs.csv")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts, their label, where they come from and which pairs must stay together."""

    a: str
    b: str
    label: str
    source: str
    lang_a: str
    lang_b: str
    split: str
    group: str
    augmented: bool = False

    @property
    def bucket(self) -> int:
        """The fold this pair's group falls into; a group is never split."""
        return zlib.crc32(self.group.encode()) % 16

    @property
    def positive(self) -> bool:
        """Whether one text derives from the other or both from one."""
        return self.label in POSITIVE


def news(data: Path) -> dict[str, str]:
    """Documents of ``news_fr`` by id: title, blank line, heading, blank line, text."""
    table = pq.read_table(data / "corpora" / "news_fr.parquet")
    columns = [table[name].to_pylist() for name in ("id", "title", "heading", "text")]
    return {
        row[0]: "\n\n".join(part for part in row[1:] if part) for row in zip(*columns, strict=True)
    }


def labelled_pairs(data: Path) -> list[Pair]:
    """All labelled pairs of the reference data, without augmentation."""
    corpora = data / "corpora"
    articles = news(data)
    pairs: list[Pair] = []
    families: dict[str, dict[str, dict[str, str]]] = {}
    for row in pq.read_table(corpora / "rewrites_fr.parquet").to_pylist():
        families.setdefault(row["family"], {})[row["kind"]] = row
        pairs.append(
            Pair(articles[row["source_id"]], row["text"], row["kind"], "rewrites_fr", "fr",
                 row["lang"], "train", "rewrites" + row["family"])
        )  # fmt: skip
    for family, rows in families.items():
        if "translation" in rows and "independent" in rows:
            one, other = rows["translation"], rows["independent"]
            pairs.append(
                Pair(other["text"], one["text"], "independent", "rewrites_fr", "fr", one["lang"],
                     "train", "rewrites" + family)
            )  # fmt: skip
    for row in pq.read_table(corpora / "natural_pairs_fr.parquet").to_pylist():
        pairs.append(
            Pair(articles[row["a_id"]], articles[row["b_id"]], row["label"], "natural_fr", "fr",
                 "fr", "train", "natural" + row["a_id"])
        )  # fmt: skip
    for row in pq.read_table(corpora / "rewrite_pairs.parquet").to_pylist():
        if row["label"] in POSITIVE | NEGATIVE:
            pairs.append(
                Pair(row["a"], row["b"], row["label"], row["dataset"], row["lang"], row["lang"],
                     row["split"], row["dataset"] + str(row["component"]))
            )  # fmt: skip
    return pairs


def translation_pairs(data: Path, limit: int = 400) -> list[Pair]:
    """Human translations of news (WMT) as positives, and strangers of the same set as negatives."""
    pairs: list[Pair] = []
    for name in ("translations_wmt22.parquet", "translations_wmt24.parquet"):
        sources: dict[tuple[str, str], dict[str, str]] = {}
        references: list[dict[str, str]] = []
        for row in pq.read_table(data / "corpora" / name).to_pylist():
            if len(row["text"]) < 600:
                continue
            if row["side"] == "src":
                sources[row["pair"], row["doc"]] = row
            elif row["side"] == "ref":
                references.append(row)
        rng = random.Random(1)
        rng.shuffle(references)
        for i, row in enumerate(references[:limit]):
            source = sources.get((row["pair"], row["doc"]))
            stranger = references[(i * 7 + 3) % len(references)]
            if source is None or source["lang"] == row["lang"]:
                continue
            common = (source["lang"], row["lang"], "train", "wmt" + row["doc"])
            pairs.append(Pair(source["text"], row["text"], "translation", "wmt", *common))
            if stranger["doc"] != row["doc"] and stranger["lang"] == row["lang"]:
                pairs.append(Pair(source["text"], stranger["text"], "unrelated", "wmt", *common))
    return pairs


def read_pairs(data: Path) -> list[Pair]:
    """Pairs of ``news_fr`` that looked like rewrites, with what a reader called them.

    Articles that stand in several pairs keep these together in one group.
    """
    articles = news(data)
    rows = list(csv.DictReader(READ.read_text(encoding="utf-8").splitlines()))
    leader: dict[str, str] = {}

    def group(id: str) -> str:
        while leader.setdefault(id, id) != id:
            id = leader[id]
        return id

    for row in rows:
        leader[group(row["a"])] = group(row["b"])
    return [
        Pair(articles[row["a"]], articles[row["b"]],
             "rewrite" if row["label"] == "derives" else row["label"],
             "read", "fr", "fr", "train", "read" + group(row["a"]))
        for row in rows
    ]  # fmt: skip
