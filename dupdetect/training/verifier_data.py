"""Labelled pairs for the verifier, and what a content farm does to a text before it is compared.

Reads the project's reference data (``DUPDETECT_SHARED`` or ``--data``), keeps families and
components together, and augments copies and independent reports alike, so that no habit of one
data set (length, boilerplate, order) tells the classes apart.
"""

from __future__ import annotations

import random
import re
import zlib
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow.parquet as pq

#: Labels that mean "one text derives from the other".
POSITIVE = frozenset({"rewrite", "spun", "llm", "condensed", "translation", "copy", "near_copy",
                      "partial"})  # fmt: skip
#: Labels that mean "no derivation", same event or not.
NEGATIVE = frozenset({"independent", "unrelated", "same_event", "same_topic", "template"})

_BOILERPLATE = (
    "Partager sur les réseaux sociaux", "Inscrivez-vous à notre lettre d'information",
    "Lire aussi : nos autres articles sur le sujet", "Tous droits réservés", "Retour à l'accueil",
    "Share this story", "Sign up for our daily briefing", "Read more", "All rights reserved",
    "Suivez-nous pour ne rien manquer de l'actualité", "Copyright et mentions légales",
)  # fmt: skip


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


def disguised(pairs: list[Pair]) -> list[Pair]:
    """The pairs, each in its disguises, long ones made of several, and those disguised too."""
    long = lengthen(pairs)
    return pairs + augment(pairs) + long + augment(long[::2])


def augment(pairs: list[Pair], seed: int = 7) -> list[Pair]:
    """Each pair in up to four disguises; labels stay."""
    rng = random.Random(seed)
    out: list[Pair] = []
    for pair in pairs:
        for disguise in (_cut, _drop, _reorder, _wrap):
            text = disguise(pair.b, rng)
            if text != pair.b and len(text) > 300:
                out.append(replace(pair, b=text, augmented=True))
    rewrites = [p for p in pairs if p.label in ("spun", "llm", "condensed", "rewrite")]
    for pair in rewrites:
        other = rng.choice(rewrites)
        if other.lang_b == pair.lang_b and other.group != pair.group:
            merged = _interleave(pair.b, other.b, rng)
            out.append(replace(pair, b=merged, augmented=True))
    return out


def lengthen(pairs: list[Pair], seed: int = 5) -> list[Pair]:
    """Two or three pairs of one kind joined into one pair of long texts.

    Most labelled texts are short; without these a model learns that many new facts mean
    independence, which only holds at one length. Partners come from the same fold.
    """
    rng = random.Random(seed)
    shelves: dict[tuple[bool, str, str, int], list[Pair]] = {}
    for pair in pairs:
        if pair.label != "unrelated":
            key = (pair.positive, pair.lang_a, pair.lang_b, pair.bucket)
            shelves.setdefault(key, []).append(pair)
    out: list[Pair] = []
    for shelf in shelves.values():
        for pair in shelf:
            others = [p for p in rng.sample(shelf, min(6, len(shelf))) if p.group != pair.group]
            chosen = [pair, *others[: rng.choice((1, 2, 2))]]
            if len(chosen) > 1 and len(pair.a) < 4000:
                a = "\n\n".join(p.a for p in chosen)
                b = "\n\n".join(p.b for p in chosen)
                out.append(replace(pair, a=a, b=b, augmented=True))
    return out


def partial_copies(pairs: list[Pair], seed: int = 11) -> list[Pair]:
    """Independent and unrelated texts into which a block of the other was pasted word for word."""
    rng = random.Random(seed)
    out: list[Pair] = []
    for pair in pairs:
        if pair.label not in ("independent", "unrelated") or pair.lang_a != pair.lang_b:
            continue
        own, taken = _paragraphs(pair.b), _paragraphs(pair.a)
        if len(own) < 3 or len(taken) < 3:
            continue
        share = rng.uniform(0.3, 0.7)
        budget = share / (1.0 - share) * sum(map(len, own))
        start = rng.randrange(len(taken))
        block: list[str] = []
        for part in taken[start:] + taken[:start]:
            if sum(map(len, block)) + len(part) / 2 > budget:
                break
            block.append(part)
        at = rng.randrange(len(own) + 1)
        if sum(map(len, block)) > 0.35 * budget:
            text = " ".join(own[:at] + block + own[at:])
            out.append(replace(pair, b=text, label="partial", augmented=True))
    return out


def _paragraphs(text: str) -> list[str]:
    parts = [part for part in re.split(r"\n+", text) if part.strip()]
    if len(parts) < 4:
        parts = [part for part in re.split(r"(?<=[.!?])\s+", text) if part.strip()]
    return parts


def _cut(text: str, rng: random.Random) -> str:
    parts = _paragraphs(text)
    size = max(2, round(len(parts) * rng.uniform(0.34, 0.6)))
    start = rng.randrange(max(1, len(parts) - size + 1))
    return "\n".join(parts[start : start + size])


def _drop(text: str, rng: random.Random) -> str:
    parts = _paragraphs(text)
    return "\n".join(part for part in parts if rng.random() > 0.3)


def _reorder(text: str, rng: random.Random) -> str:
    parts = _paragraphs(text)
    rng.shuffle(parts)
    return "\n".join(parts)


def _wrap(text: str, rng: random.Random) -> str:
    parts = _paragraphs(text)
    lines = rng.sample(_BOILERPLATE, 4)
    return "\n".join([*lines[:1], *parts, *lines[1:]])


def _interleave(text: str, other: str, rng: random.Random) -> str:
    first, second = _paragraphs(text), _paragraphs(other)
    merged: list[str] = []
    while first or second:
        source = first if first and (not second or rng.random() < 0.5) else second
        merged.append(source.pop(0))
    return "\n".join(merged)
