"""Fits the weights that tell leftover words of another language by what is around them.

    python -m dupdetect.training.left_words --data ../shared/corpora

Reads the native texts that :mod:`left_word_texts` names, makes leftovers in copies of them, and
learns from the candidates of both (see ``quality/machine_translation/left_loops.py``): a logistic
regression over hashed features of all languages together. Italian has no texts at hand: it gets
what is shared between languages. The levels of each degree of certainty are set by how often clean
texts that were not learnt from reach them. Writes ``data/quality/mt/left_words.npz``: weights of
one byte, levels, a card; no text leaves.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from dupdetect.quality.machine_translation import left_loops, left_model
from dupdetect.quality.machine_translation import word_loops as loops
from dupdetect.quality.machine_translation.lexicon import LANGUAGES
from dupdetect.quality.machine_translation.view import sticking
from dupdetect.quality.machine_translation.word_table import character_kinds, word_table
from dupdetect.quality.reading import encode
from dupdetect.training.left_word_texts import Made, Maker, Native, made, native_texts

#: Weights, and inverse regularisation.
BUCKETS, STRENGTH = 1 << 19, 1.0
#: Characters of a language's texts that are learnt from; few are learnt from up to ROUNDS times,
#: all twice, with other leftovers.
MOST, ROUNDS = 36_000_000, 3
#: Shares of the sentences of a text that get a leftover, and a foreign piece.
LEFTOVERS, QUOTATIONS = 0.35, 0.08
#: What all leftovers of a language weigh against its clean candidates.
POSITIVE = 0.25
#: A weight of fewer candidates is none, nor one of less than LEAST steps of a byte; a logit of 1 is
#: STEP of them.
MIN_COUNT, LEAST, STEP = 3, 2.0, 24.0
#: How many of a million words of trusted texts (French: news) may reach the first degree, and of
#: French news the others, before names and quotations are taken out. Of the other languages there
#: are too few trusted texts to set those by: they have the French ones, as Italian has, which
#: learnt from no text of its own. No first degree is below LOWEST.
FIRST, OTHERS, LOWEST = 45.0, (6.0, 1.0), 25
#: Parts in which texts are held out for the levels and the figures.
FOLDS = 4
BATCH = 200


@dataclass(frozen=True, slots=True)
class Candidates:
    """Features ``uint32[m, FEATURES]`` of candidates, ``label`` 1 for a leftover, and what
    each weighs."""

    features: NDArray[np.uint32]
    label: NDArray[np.int8]
    weight: NDArray[np.float64]


def describe(texts: Sequence[str], language: str) -> tuple[NDArray[Any], ...]:
    """``(text, start, end, features)`` of the candidates of texts."""
    base = np.zeros(len(texts) + 1, np.int64)
    np.cumsum([len(text) for text in texts], out=base[1:])
    codes = encode("".join(texts))
    kinds, lower = character_kinds()
    doc, start, end, key, low, form = loops.split_words(codes, base, kinds, lower)
    table, own = word_table(language), left_model.role_table(language)
    bits, _ = loops.look_up(
        codes, base, kinds, doc, start, end, key, form,
        table.keys, table.bits, table.first, table.second, table.member, *table.endings,
    )  # fmt: skip
    places, features = left_loops.describe_candidates(
        codes, base, kinds, left_model.gap_kinds(), sticking(), doc, start, end, low, bits,
        table.keys, table.bits, own.keys, own.own, own.alien, LANGUAGES.index(language),
        BUCKETS - 1,
    )  # fmt: skip
    text = np.searchsorted(doc, places, side="right") - 1
    return text, start[places], end[places], features


def clean(texts: Sequence[str], language: str) -> Candidates:
    """All candidates of clean texts."""
    batches = (texts[at : at + BATCH] for at in range(0, len(texts), BATCH))
    features = np.concatenate([describe(batch, language)[-1] for batch in batches])
    return Candidates(features, np.zeros(len(features), np.int8), np.ones(len(features)))


def changed(found: Iterator[Made], language: str) -> Candidates:
    """The candidates of what was put into texts."""
    rows, labels = [], []
    batch: list[Made] = []

    def flush() -> None:
        text, start, end, features = describe([made.text for made in batch], language)
        wanted = {(i, a): (b, made.foreign) for i, made in enumerate(batch) for a, b in made.places}
        inside = [[(a, b) for a, b in made.places] if made.foreign else [] for made in batch]
        keep, label = [], []
        for row, (i, a, b) in enumerate(
            zip(text.tolist(), start.tolist(), end.tolist(), strict=True)
        ):
            if batch[i].foreign:
                hit = any(low <= a and b <= high for low, high in inside[i])
            else:
                hit = wanted.get((i, a), (-1, False))[0] == b
            if hit:
                keep.append(row)
                label.append(0 if batch[i].foreign else 1)
        rows.append(features[keep])
        labels.append(np.array(label, np.int8))
        batch.clear()

    for one in found:
        batch.append(one)
        if len(batch) == BATCH:
            flush()
    if batch:
        flush()
    if not rows:
        rows, labels = [np.zeros((0, left_loops.FEATURES), np.uint32)], [np.zeros(0, np.int8)]
    features = np.concatenate(rows)
    return Candidates(features, np.concatenate(labels), np.ones(len(features)))


def matrix(features: NDArray[np.uint32]) -> Any:
    """The features as a sparse matrix of ones."""
    rows, columns = features.shape
    data = np.ones(features.size, np.float32)
    starts = np.arange(0, features.size + 1, columns)
    return sparse.csr_matrix(
        (data, features.ravel().astype(np.int32), starts), shape=(rows, BUCKETS)
    )


def balanced(found: Sequence[Candidates]) -> list[Candidates]:
    """Those of one language, leftovers weighing POSITIVE of what the clean ones do."""
    clean_ones = sum(int((one.label == 0).sum()) for one in found)
    left = sum(int((one.label == 1).sum()) for one in found)
    share = POSITIVE * clean_ones / left
    return [replace(one, weight=np.where(one.label == 1, share, 1.0)) for one in found]


def fit(found: Sequence[Candidates], strength: float) -> NDArray[np.float64]:
    """Weights; what is the same for all candidates is left to the levels."""
    features = np.concatenate([one.features for one in found])
    label = np.concatenate([one.label for one in found])
    model = LogisticRegression(C=strength, solver="lbfgs", max_iter=80)
    model.fit(matrix(features), label, np.concatenate([one.weight for one in found]))
    weights = model.coef_[0].copy()
    weights[np.bincount(features.ravel(), minlength=BUCKETS) < MIN_COUNT] = 0.0
    kept: NDArray[np.float64] = weights
    return kept


def stepped(weights: NDArray[np.float64]) -> NDArray[np.int8]:
    """The weights as bytes."""
    scaled = weights * STEP
    scaled[np.abs(scaled) < LEAST] = 0.0
    return np.clip(np.rint(scaled), -127, 127).astype(np.int8)


@dataclass(frozen=True, slots=True)
class Part:
    """Candidates of a part of a language's texts, the first ones of ``trusted`` texts, and how many
    words the texts have, all and trusted."""

    clean: Candidates
    changed: Candidates
    trusted: int
    words: tuple[int, int]


def parts(data: Path, seed: int) -> dict[str, list[Part]]:
    """The texts of each language in FOLDS parts."""
    rng = random.Random(seed)
    texts = {language: native_texts(data, language) for language in LANGUAGES}
    found: dict[str, list[Part]] = {}
    for language, own in texts.items():
        rng.shuffle(own)
        size = sum(len(one.text) for one in own)
        if not size:
            continue
        own = own[: int(len(own) * min(1.0, MOST / size)) or 1]
        pieces = [one.text for other in texts if other != language for one in texts[other][:800]]
        maker = Maker(language, pieces, rng)
        rounds = min(ROUNDS, max(2, MOST // size))
        found[language] = [
            _part(own[fold::FOLDS], language, maker, rounds) for fold in range(FOLDS)
        ]
    return found


def _part(texts: Sequence[Native], language: str, maker: Maker, rounds: int) -> Part:
    trusted = [one.text for one in texts if one.trusted]
    others = [one.text for one in texts if not one.trusted]
    first = clean(trusted, language)
    every = together([first, clean(others, language)]) if others else first
    put_in = made([*trusted, *others] * rounds, maker, leftovers=LEFTOVERS, quotations=QUOTATIONS)
    n_words = [sum(len(text.split()) for text in some) for some in (trusted, others)]
    return Part(every, changed(put_in, language), len(first.label), (sum(n_words), n_words[0]))


def together(found: Sequence[Candidates]) -> Candidates:
    """All of them, one after another."""
    return Candidates(
        np.concatenate([one.features for one in found]),
        np.concatenate([one.label for one in found]),
        np.concatenate([one.weight for one in found]),
    )


def joined(found: dict[str, list[Part]], without: int | None) -> list[Candidates]:
    """All candidates, those of a language balanced, without one part of each."""
    chosen = []
    for language_parts in found.values():
        kept = [part for i, part in enumerate(language_parts) if i != without]
        chosen += balanced([one for part in kept for one in (part.clean, part.changed)])
    return chosen


@dataclass(frozen=True, slots=True)
class Sums:
    """What the weights of candidates add up to, by weights that had not seen their texts."""

    clean: NDArray[np.int64]
    trusted: NDArray[np.int64]
    left: NDArray[np.int64]
    quoted: NDArray[np.int64]


def held_out(found: dict[str, list[Part]], strength: float) -> dict[str, Sums]:
    """The sums of each language, part by part."""
    sums: dict[str, list[Sums]] = {language: [] for language in found}
    for fold in range(FOLDS):
        weights = stepped(fit(joined(found, fold), strength))
        for language, language_parts in found.items():
            part = language_parts[fold]
            put_in = weights[part.changed.features].sum(axis=1, dtype=np.int64)
            left = part.changed.label == 1
            one = weights[part.clean.features].sum(axis=1, dtype=np.int64)
            sums[language].append(Sums(one, one[: part.trusted], put_in[left], put_in[~left]))
    return {
        language: Sums(
            np.concatenate([one.clean for one in folds]),
            np.concatenate([one.trusted for one in folds]),
            np.concatenate([one.left for one in folds]),
            np.concatenate([one.quoted for one in folds]),
        )
        for language, folds in sums.items()
    }


def level(sums: NDArray[np.int64], words: int, rate: float) -> int:
    """The sum that ``rate`` of a million words reach at most."""
    return int(np.sort(sums)[::-1][int(rate * words / 1e6)]) + 1


def reached(sums: NDArray[np.int64], levels: Sequence[int], of: float) -> list[float]:
    """How many of ``of`` reach each level."""
    return [round(float((sums >= level).sum()) / of, 4) for level in levels]


def train(data: Path, target: Path, seed: int = 1, strength: float = STRENGTH) -> dict[str, Any]:
    """Fits, chooses the levels, writes ``target``; the card."""
    found = parts(data, seed)
    sums = held_out(found, strength)
    words = {
        language: tuple(sum(part.words[i] for part in own) for i in (0, 1))
        for language, own in found.items()
    }
    others = [level(sums["fr"].trusted, words["fr"][1], rate) for rate in OTHERS]
    levels = {
        language: [max(LOWEST, level(own.trusted, words[language][1], FIRST)), *others]
        for language, own in sums.items()
    }
    # Trusted German and Spanish texts are so few that some English sentences among them decide.
    highest = levels["fr"][0]
    levels = {language: [min(first, highest), *others] for language, (first, *_) in levels.items()}
    levels["it"] = levels["fr"]
    weights = stepped(fit(joined(found, None), strength))
    told = {
        language: {
            "words": words[language][0],
            "of trusted texts": words[language][1],
            "clean candidates": int(own.clean.size),
            "candidates in a million trusted words that reach each degree": reached(
                own.trusted, levels[language], words[language][1] / 1e6
            ),
            "leftovers": int(own.left.size),
            "found of them": reached(own.left, levels[language], own.left.size),
            "quoted words": int(own.quoted.size),
            "taken of them": reached(own.quoted, levels[language], own.quoted.size),
        }
        for language, own in sums.items()
    }
    card = {
        "model": "logistic regression over hashed features of a word and its neighbours",
        "for": "untranslated_word: words that word lists alone cannot tell",
        "trained on": "leftovers made in every second article of OrangeSum (CC BY-SA 4.0), the"
        " training texts of public rewrite pairs, WMT 2022 and 2024, content lines of real pages;"
        " Italian has none of its own",
        "limits": "the leftovers are made, not found; figures on made ones say little of real"
        " ones. The Spanish and German texts hold real leftovers, which count as clean",
        "levels": levels,
        "figures": f"held out in {FOLDS} parts",
        "languages": told,
    }
    arrays: dict[str, Any] = {
        f"levels_{language}": np.array(cut, np.int64) for language, cut in levels.items()
    }
    np.savez_compressed(
        target,
        version=np.int64(left_model.FORMAT),
        weights=weights,
        card=np.array(json.dumps(card, ensure_ascii=False)),
        **arrays,
    )
    return card


def main() -> None:
    """Trains and prints the card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="../shared/corpora")
    parser.add_argument("--seed", type=int, default=1)
    default = Path(str(resources.files("dupdetect.data"))).joinpath(*left_model.NAME.split("/"))
    parser.add_argument("--out", type=Path, default=default)
    options = parser.parse_args()
    print(json.dumps(train(options.data, options.out, options.seed), indent=1))


if __name__ == "__main__":
    main()
