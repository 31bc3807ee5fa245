"""What leaving furniture out of the anchors changes: rewrites found, templates confused.

Articles are set into the furniture of real pages of the dev split (``boilerplate_lines_dev``; a
page's lines before and after its content) and compared with and without masking. Rewrites: pairs of
the English dev split and of ``rewrites_fr``, each side in a page of another site; the French are
pairs that the shipped weights have seen, so only the difference counts. Templates: two articles on
different things in one site's furniture, reported as a rewrite or a copy. Shingles see furniture as
they see all text, so what pages share word for word is told either way. Little furniture (what
extraction leaves) and much (raw pages) are measured apart. Appends one line to
``results/masking.jsonl``.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from benchmarks.judged import shared
from benchmarks.machine_translation import share_interval
from benchmarks.record import digest_of_file, record
from dupdetect.config import Config
from dupdetect.quality.sketching import sketch_articles
from dupdetect.records import MATCH_KINDS
from dupdetect.sketch.batch import SketchBatch, sketch_texts
from dupdetect.training.verifier_data import labelled_pairs
from dupdetect.verify import verify_pairs

REWRITES = ("spun", "llm", "condensed", "rewrite")
#: Lines of furniture that a page must have before its content and after it, and is given at most.
LEAST = 3
MOST = {"little": 5, "much": 60}
#: Pairs of each kind.
PAIRS = 400


@dataclass(frozen=True, slots=True)
class Frame:
    """The furniture of a page: what stands before its content, what stands after it."""

    before: str
    after: str

    def around(self, text: str) -> str:
        """A text as the content of such a page."""
        return f"{self.before}\n{text}\n{self.after}"


def frames(data: Path, most: int) -> list[Frame]:
    """The furniture of pages that have enough on both sides, one of each site, at most so many
    lines of it next to the content on each side."""
    pages: dict[str, list[dict[str, Any]]] = {}
    for row in pq.read_table(data / "corpora" / "boilerplate_lines_dev.parquet").to_pylist():
        pages.setdefault(row["doc"], []).append(row)
    found: dict[str, Frame] = {}
    for name, rows in sorted(pages.items()):
        content = [i for i, row in enumerate(rows) if row["label"] == 1]
        if not content:
            continue
        before = [row["text"] for row in rows[: content[0]] if row["label"] == 0][-most:]
        after = [row["text"] for row in rows[content[-1] + 1 :] if row["label"] == 0][:most]
        if min(len(before), len(after)) >= LEAST:
            found.setdefault(name.split("_")[0], Frame("\n".join(before), "\n".join(after)))
    return list(found.values())


def reported(
    left: Sequence[str], right: Sequence[str], languages: Sequence[str], *, masked: bool
) -> list[str]:
    """The kind of match of each pair of texts."""
    config = Config()
    make: Callable[[Sequence[str], Config], SketchBatch] = (
        sketch_articles if masked else sketch_texts
    )
    batch = make([*left, *right], config)
    numbers = np.arange(len(left))
    pairs = np.stack([numbers, numbers + len(left)], axis=1)
    found = verify_pairs(batch, pairs, languages=[*languages, *languages], config=config)
    return [MATCH_KINDS[kind] for kind in found.kind]


def rewrites(data: Path, rng: random.Random) -> list[tuple[str, str, str]]:
    """Pairs of an article and its rewrite, with their language."""
    pairs = [
        pair
        for pair in labelled_pairs(data)
        if pair.label in REWRITES
        and pair.lang_a == pair.lang_b
        and (pair.source == "rewrites_fr" or (pair.split == "dev" and pair.lang_a == "en"))
    ]
    rng.shuffle(pairs)
    return [(pair.a, pair.b, pair.lang_a) for pair in pairs[:PAIRS]]


def shares(kinds: Sequence[str]) -> dict[str, Any]:
    """Shares of rewrites and copies among matches, with 95 % intervals."""
    rewrite = np.array([kind in ("rewrite", "translation") for kind in kinds])
    copy = np.array([kind not in ("none", "rewrite", "translation") for kind in kinds])
    return {
        "as rewrites": [round(float(rewrite.mean()), 4), *share_interval(rewrite)],
        "as copies": [round(float(copy.mean()), 4), *share_interval(copy)],
        "at all": [round(float((rewrite | copy).mean()), 4), *share_interval(rewrite | copy)],
    }


def main(arguments: list[str]) -> int:
    """Measures, prints, records."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks masking", description=__doc__)
    parser.add_argument("--dry", action="store_true", help="do not record")
    options = parser.parse_args(arguments)
    data = shared()
    if data is None:
        print("reference data absent (DUPDETECT_SHARED): nothing measured", file=sys.stderr)
        return 0
    pairs = rewrites(data, random.Random(0))
    left, right, languages = (list(column) for column in zip(*pairs, strict=True))
    sets: dict[str, tuple[list[str], list[str]]] = {"rewrites alone": (left, right)}
    # The rewrite of another article in the same language, in the furniture of the first one's site.
    by_language = sorted(range(len(pairs)), key=lambda i: languages[i])
    stranger = dict(zip(by_language, by_language[1:] + by_language[:1], strict=True))
    for amount, most in MOST.items():
        rng, own = random.Random(1), frames(data, most)
        sites = [rng.sample(own, 2) for _ in pairs]
        framed = [site.around(text) for (site, _), text in zip(sites, left, strict=True)]
        other = [site.around(text) for (_, site), text in zip(sites, right, strict=True)]
        twins = [site.around(right[stranger[i]]) for i, (site, _) in enumerate(sites)]
        sets[f"rewrites in {amount} furniture"] = (framed, other)
        sets[f"strangers in one site's furniture, {amount} of it"] = (framed, twins)
    figures: dict[str, Any] = {"pairs": len(pairs)}
    for name, texts in sets.items():
        figures[name] = {
            "masked" if masked else "unmasked": shares(reported(*texts, languages, masked=masked))
            for masked in (False, True)
        }
        print(name, json.dumps(figures[name]), flush=True)
    if not options.dry:
        digest = digest_of_file(data / "corpora" / "boilerplate_lines_dev.parquet")
        record("masking", figures, digest=digest)
    return 0
