"""What each group of the rewrite model's features is worth.

The model is fitted again without one group (or with what the shipped one leaves out), on folds, and
rewrites are compared with hard French negatives, and with SEESAW on the English dev split. Appends
one line to ``results/ablation.jsonl``.
"""

from __future__ import annotations

import argparse
import json
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.figures import auc, recall_at
from benchmarks.judged import shared
from benchmarks.quality import FILES, hard_french, seesaw_dev
from benchmarks.record import digest_of_file, record
from dupdetect.config import Config
from dupdetect.training.blend import fit_blend
from dupdetect.training.verifier import (
    FOLDS,
    PENALTY,
    Material,
    materials,
    measure_texts,
    weights_of,
)
from dupdetect.training.verifier_data import Pair, labelled_pairs
from dupdetect.verify.features import (
    COPY_FEATURES,
    REWRITE_FEATURES,
    features,
    matrix,
    word_features,
)

#: Group → the features in it, by what stands before ``_c``, ``_s`` or nothing.
GROUPS = {
    "numbers and names": ("number", "name", "fact", "log_number", "log_name", "log_fact"),
    "novelty": ("new_number", "new_name", "new_fact"),
    "sentence alignment": ("align", "aligned", "mutual", "dense", "log_partners"),
    "order of sentences": ("order", "log_chain"),
    "neighbours": (
        "beside", "log_beside", "near", "log_near",
        "fact_beside", "log_fact_beside", "fact_near", "log_fact_near",
    ),
    "length": ("log_weight", "length_ratio"),
}  # fmt: skip


def without(group: str) -> tuple[str, ...]:
    """The model's features less those of a group."""
    stems = GROUPS[group]
    return tuple(
        name
        for name in REWRITE_FEATURES
        if name not in stems and name.removesuffix("_c").removesuffix("_s") not in stems
    )


def variants() -> dict[str, tuple[tuple[str, ...], bool]]:
    """Name → features, and whether the trees take part."""
    words = ("cover_c", "cover_s", "word_c", "word_s", "own_c", "own_s", "log_shared")
    return {
        "all": (REWRITE_FEATURES, True),
        "no trees": (REWRITE_FEATURES, False),
        **{f"no {group}": (without(group), True) for group in GROUPS},
        "with shared words": (REWRITE_FEATURES + words, True),
        "with shared runs": (REWRITE_FEATURES + COPY_FEATURES[:3], True),
    }


def decisions(
    material: Material,
    pairs: list[Pair],
    measured: NDArray[np.float64],
    names: tuple[str, ...],
    *,
    trees: bool,
) -> NDArray[np.float64]:
    """Log-odds of the pairs by models that have not seen their fold."""
    x = matrix(_known(material.measures), names)
    y = np.array([pair.positive for pair in material.pairs])
    weights = weights_of(material.pairs)
    folds = np.array([pair.bucket % FOLDS for pair in material.pairs])
    known: dict[str, Any] = {"penalty": PENALTY["rewrite"], "names": names if trees else None}
    asked = matrix(_known(measured), names)
    own = np.array([pair.bucket % FOLDS if pair.split == "train" else -1 for pair in pairs])
    out = np.empty(len(pairs))
    for fold in range(-1, FOLDS):
        if (own == fold).any():
            kept = folds != fold
            out[own == fold] = fit_blend(x[kept], y[kept], weights[kept], **known).decide(
                asked[own == fold]
            )
    return out


def _known(measured: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    return features(measured) | word_features(measured)


def figures(pairs: list[Pair], score: NDArray[np.float64]) -> dict[str, float]:
    """AUC of each kind of rewrite, and recall at 2 % (French) or 1 % (English) false alarms."""

    def of(wanted: Any) -> NDArray[np.float64]:
        return score[[wanted(pair) for pair in pairs]]

    out: dict[str, float] = {}
    negatives = of(hard_french)
    for kind in ("spun", "llm", "condensed"):
        found = of(lambda p, kind=kind: p.source == "rewrites_fr" and p.label == kind)
        out[f"{kind} auc"] = round(auc(found, negatives), 4)
        out[f"{kind} recall at 2 %"] = round(recall_at(found, negatives, 0.02), 3)
    english = of(lambda p: p.split == "dev" and p.lang_a == "en" and p.label == "rewrite")
    out["en auc (dev)"] = round(auc(english, of(seesaw_dev)), 4)
    out["en recall at 1 % (dev)"] = round(recall_at(english, of(seesaw_dev), 0.01), 3)
    return out


def main(arguments: list[str]) -> int:
    """Measures, prints, records."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks ablation", description=__doc__)
    parser.parse_args(arguments)
    data: Path | None = shared()
    if data is None:
        print("reference data absent (DUPDETECT_SHARED): nothing measured", file=sys.stderr)
        return 0
    warnings.filterwarnings("ignore", module="sklearn")
    pairs = [
        pair
        for pair in labelled_pairs(data)
        if pair.lang_a == pair.lang_b and (pair.split == "dev" or pair.source != "orangesum")
    ]
    measured = measure_texts(pairs, across=False, parted=False, config=Config())
    material = materials(data)["rewrite"]
    rows = []
    for name, (names, trees) in variants().items():
        score = decisions(material, pairs, measured, names, trees=trees)
        rows.append({"variant": name, "features": len(names), **figures(pairs, score)})
        print(json.dumps(rows[-1]), flush=True)
    digest = " ".join(digest_of_file(data / "corpora" / f"{f}.parquet")[:12] for f in FILES)
    record("ablation", {"variants": rows}, digest=digest)
    return 0
