"""``train``: one of the scores fitted again, on labelled data of a user.

    from dupdetect.training.retrain import train
    card = train("seo_link", ["articles.jsonl"], out="mine.npz")
    dupdetect.score(document, config=Config(quality=QualityConfig(models=("mine.npz",))))

Columns: :mod:`dupdetect.training.labelled`. The model is a ``.npz`` of plain arrays; its card is in
it, and beside it as JSON.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from dupdetect._version import __version__
from dupdetect.errors import InputError
from dupdetect.quality.model import FORMAT
from dupdetect.training import own_lines, own_sentences, own_style
from dupdetect.training.labelled import Labelled, read_labelled

Trainer = Callable[..., tuple[dict[str, Any], dict[str, Any]]]
#: The scores that can be trained.
TRAINERS: Mapping[str, Trainer] = {
    "boilerplate": own_lines.train,
    "machine_translation": own_style.train,
    "seo_link": own_sentences.train,
}


def train(
    score: str,
    sources: Sequence[str | Path],
    *,
    out: str | Path,
    group: str | None = None,
    folds: int = 5,
) -> dict[str, Any]:
    """Trains a score on labelled files, writes model and card, gives the card.

    ``score``: boilerplate, machine_translation (its ``style``) or seo_link. ``group``: the column
    whose rows are never parted in cross-validation; by default the first of
    ``labelled.GROUPS`` that is there. ``folds`` of it at most, 2 to 20. The same files give the
    same model. Raises InputError where the data cannot be used, ValueError for other arguments.
    """
    if score not in TRAINERS:
        raise ValueError(f"no score {score!r} to train; there are {', '.join(TRAINERS)}")
    if not 2 <= folds <= 20:
        raise ValueError("folds must be in 2..20")
    if not sources:
        raise ValueError("no files to train on")
    labelled = read_labelled(score, sources, group=group)
    if not labelled.rows:
        raise InputError("no rows", source=str(sources[0]))
    arrays, card = TRAINERS[score](labelled, folds=folds)
    card = {"score": score, **card, **_about(labelled)}
    arrays |= {"score": score, "version": FORMAT, "card": json.dumps(card, ensure_ascii=False)}
    _write(Path(out), arrays, card)
    return card


def card_path(out: str | Path) -> Path:
    """Where the card of a model lies: ``mine.npz`` → ``mine.card.json``."""
    return Path(out).with_suffix(".card.json")


def _about(labelled: Labelled) -> dict[str, Any]:
    return {
        "data": {
            "sha256": labelled.digest(),
            "files": list(labelled.files),
            "grouped_by": labelled.grouped_by,
            "groups": len({row["group"] for row in labelled.rows}),
        },
        "figures": "held out by group; [value, low, high] with a 95 % bootstrap interval over "
        "groups; calibrated by Platt's curve over held-out scores",
        "versions": {
            "dupdetect": __version__,
            **{name: metadata.version(name) for name in ("numpy", "scikit-learn")},
        },
    }


def _write(out: Path, arrays: Mapping[str, Any], card: Mapping[str, Any]) -> None:
    """Both files, each whole or not at all."""
    out.parent.mkdir(parents=True, exist_ok=True)
    part = out.with_name(f"{out.name}.part-{os.getpid()}")
    with part.open("wb") as file:
        np.savez_compressed(file, **arrays)
    os.replace(part, out)
    text = json.dumps(card, indent=1, ensure_ascii=False) + "\n"
    card_path(out).write_text(text, encoding="utf-8")
