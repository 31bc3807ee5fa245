"""Fits the ``style`` weights: machine translation against native text and human translation.

    python -m dupdetect.training.style --data ../shared/corpora

Reads ``translations_wmt22.parquet`` and ``translations_wmt24.parquet`` (columns pair, doc, lang,
side, who, text): machine translations are the positives; human translations of the same documents,
sources written in the language, ``news_fr.parquet`` and English news of ``rewrite_pairs.parquet``
the negatives. Every figure is of systems AND documents that the weights
had not seen. Languages without native text at hand get no weights. Writes ``data/style.npz``; with
``--languages`` those of the others stay as they are.
"""

from __future__ import annotations

import argparse
import json
import re
import warnings
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sparse
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from dupdetect.quality.machine_translation import style, style_kernel

F64 = NDArray[np.float64]
LANGUAGES = ("fr", "en", "de")
BUCKETS, KINDS = 1 << 18, style_kernel.WORDS + style_kernel.PAIRS
FOLDS, SYSTEM_GROUPS = 4, 6
#: Inverse regularisation, and what each sort of negative weighs against the positives' 1.
STRENGTH = 30.0
BALANCE = {"human": 1.0, "native": 1.5, "news": 0.5}


@dataclass(frozen=True, slots=True)
class Fitting:
    """How the weights of a language are fitted.

    ``strength``: inverse regularisation; ``balance`` as BALANCE; ``by_length``: a text weighs by
    the root of its words, up to LONG; ``halves``: weight of the halves of long texts, learnt from
    beside the whole ones, 0 for without (where native texts are few, each tells more that way).
    """

    strength: float = STRENGTH
    balance: Mapping[str, float] = field(default_factory=lambda: dict(BALANCE))
    by_length: bool = False
    halves: float = 0.0


#: Chosen among some twenty by the held-out figures of French, each of which moves by 0.005 with
#: another division into folds.
FITTINGS = {
    "fr": Fitting(10.0, {"human": 1.0, "native": 2.5, "news": 0.4}, by_length=True, halves=0.5)
}
LONG = 300
NEWS = 2500
#: English articles by people among the pairs (the German ones are translations).
ENGLISH = ("ecbplus", "seesaw")
#: Buckets that fewer texts hold get no weight: they say nothing of other texts.
MIN_TEXTS = 3
_SENTENCE_END = re.compile(r"[.!?»\"]\s")
#: A finding may be made for at most this share of held-out negatives of each sort.
ALARMS = {"human": 0.05, "native": 0.02, "news": 0.005}


@dataclass(frozen=True, slots=True)
class Corpus:
    """Texts of one language: sort (``mt``, ``human``, ``native``, ``news``), system, fold.

    ``halves`` are the rows of halves of long texts, ``whole`` the texts that they are cut from.
    """

    texts: list[str]
    sort: NDArray[np.str_]
    system: NDArray[np.str_]
    fold: NDArray[np.int64]
    words: NDArray[np.int64]
    x: Any
    fitting: Fitting
    halves: Any
    whole: NDArray[np.int64]

    @property
    def y(self) -> NDArray[np.int64]:
        """1 for machine translation."""
        label: NDArray[np.int64] = (self.sort == "mt").astype(np.int64)
        return label


def load(data: Path, language: str) -> Corpus:
    """All texts of a language, a document and its translations in one fold."""
    tables = [pd.read_parquet(data / f"translations_wmt{year}.parquet") for year in (22, 24)]
    table = pd.concat(tables)
    table = table[table.lang == language]
    sorts = table.side.map({"hyp": "mt", "ref": "human", "src": "native"})
    rows = [
        (text, sort, who, f"{pair}|{doc}")
        for text, sort, who, pair, doc in zip(
            table.text, sorts, table.who, table.pair, table.doc, strict=True
        )
    ]
    rows += [(text, "news", "", f"news|{i}") for i, text in enumerate(news(data, language))]
    x, words = matrix([row[0] for row in rows])
    fitting = FITTINGS.get(language, Fitting())
    cut = [
        (half, i)
        for i, (text, sort, *_) in enumerate(rows)
        if fitting.halves and (sort != "news" or i % 3 == 0)
        for half in halves(text)
    ]
    return Corpus(
        [row[0] for row in rows],
        np.array([row[1] for row in rows]),
        np.array([row[2] for row in rows]),
        np.array([zlib.crc32(row[3].encode()) % FOLDS for row in rows]),
        words,
        x,
        fitting,
        matrix([half for half, _ in cut])[0] if cut else None,
        np.array([i for _, i in cut], np.int64),
    )


def halves(text: str) -> list[str]:
    """A text of 120 words and more, cut at the end of the sentence nearest to its middle."""
    if len(text.split()) < 2 * style.MIN_WORDS:
        return []
    middle = len(text) // 2
    ends = [match.end() for match in _SENTENCE_END.finditer(text)] or [middle]
    at = min(ends, key=lambda end: abs(end - middle))
    return [text[:at], text[at:]]


def news(data: Path, language: str) -> list[str]:
    """Articles by people: French and English news."""
    if language == "fr":
        table = pd.read_parquet(data / "news_fr.parquet").sample(NEWS, random_state=0)
        return [f"{a}\n\n{b}" for a, b in zip(table.heading, table.text, strict=True)]
    table = pd.read_parquet(data / "rewrite_pairs.parquet")
    table = table[(table.lang == language) & table.dataset.isin(ENGLISH)]
    texts = sorted({text for text in table.a if len(text) > 400})
    order = np.random.default_rng(0).permutation(len(texts))[:NEWS]
    return [texts[i] for i in order]


def matrix(texts: list[str]) -> tuple[Any, NDArray[np.int64]]:
    """Rows as the kernel counts them, and the number of words of each."""
    indices, values, ends, words = [], [], [0], []
    table = style_kernel.fold_table()
    for text in texts:
        found, _, n_words = style_kernel.grams(style.encode(text), table, BUCKETS - 1, KINDS)
        bucket, count = np.unique(found, return_counts=True)
        indices.append(bucket.astype(np.int32))
        values.append(np.sqrt(count / max(1, found.size)))
        ends.append(ends[-1] + bucket.size)
        words.append(n_words)
    parts = (np.concatenate(values), np.concatenate(indices), np.array(ends))
    return sparse.csr_matrix(parts, shape=(len(texts), BUCKETS)), np.array(words)


def fit(corpus: Corpus, rows: NDArray[np.bool_]) -> LogisticRegression:
    """Weights from some of the texts, each sort of negative brought to its balance."""
    rows = rows & (corpus.words >= 15)
    weight = np.ones(len(corpus.texts))
    positives = (rows & (corpus.sort == "mt")).sum()
    fitting = corpus.fitting
    for sort, share in fitting.balance.items():
        own = corpus.sort == sort
        weight[own] = share * positives / max(1, (rows & own).sum())
    if fitting.by_length:
        weight *= np.sqrt(np.minimum(corpus.words, LONG)) / np.sqrt(LONG / 3)
    x, label, weights = corpus.x[rows], corpus.y[rows], weight[rows]
    if fitting.halves:
        cut = rows[corpus.whole]
        x = sparse.vstack([x, corpus.halves[cut]]).tocsr()
        label = np.concatenate([label, corpus.y[corpus.whole[cut]]])
        weights = np.concatenate([weights, fitting.halves * weight[corpus.whole[cut]]])
    model = LogisticRegression(C=fitting.strength, solver="liblinear", max_iter=60, random_state=0)
    return model.fit(x, label, sample_weight=weights)


def held_out(corpus: Corpus) -> dict[str, F64]:
    """Logits per group of systems: of its translations and of all negatives, all unseen."""
    systems = np.array(sorted(set(corpus.system[corpus.sort == "mt"])))
    out = {}
    for group in range(min(SYSTEM_GROUPS, systems.size)):
        own = np.isin(corpus.system, systems[group::SYSTEM_GROUPS]) & (corpus.sort == "mt")
        logits = np.full(len(corpus.texts), np.nan)
        for fold in range(FOLDS):
            inside = corpus.fold == fold
            model = fit(corpus, ~inside & ~own)
            tested = inside & (own | (corpus.sort != "mt"))
            logits[tested] = model.decision_function(corpus.x[tested])
        out[" ".join(systems[group::SYSTEM_GROUPS])] = logits
    return out


def auc(positive: F64, negative: F64) -> float:
    """Area under the ROC curve."""
    ordered = np.sort(negative)
    below = np.searchsorted(ordered, positive, "left") + np.searchsorted(ordered, positive, "right")
    return float(below.mean() / 2.0 / negative.size)


def with_interval(positive: F64, negative: F64, rounds: int = 300) -> list[float]:
    """AUC and its 95 % bootstrap interval over texts."""
    rng = np.random.default_rng(1)
    values = [
        auc(rng.choice(positive, positive.size), rng.choice(negative, negative.size))
        for _ in range(rounds)
    ]
    low, high = np.quantile(values, (0.025, 0.975))
    return [round(float(v), 3) for v in (auc(positive, negative), low, high)]


def sorts(corpus: Corpus) -> list[str]:
    """The sorts of negatives that the corpus has."""
    return [sort for sort in BALANCE if (corpus.sort == sort).any()]


def figures(corpus: Corpus, logits: dict[str, F64]) -> dict[str, Any]:
    """AUC against each sort, per system and for all, texts of ``style.MIN_WORDS`` and more."""
    long = corpus.words >= style.MIN_WORDS
    table: dict[str, Any] = {"texts": {s: int((long & (corpus.sort == s)).sum()) for s in
                                       ("mt", *BALANCE)}}  # fmt: skip
    for sort in sorts(corpus):
        rows: dict[str, list[float]] = {}
        for group, values in logits.items():
            negative = values[long & (corpus.sort == sort)]
            for system in group.split():
                positive = values[long & (corpus.system == system) & (corpus.sort == "mt")]
                rows[system] = with_interval(positive, negative)
        mean = [float(np.mean([row[i] for row in rows.values()])) for i in range(3)]
        lowest = min(rows, key=lambda system: rows[system][0])
        table[f"auc_against_{sort}"] = {
            "mean": [round(value, 3) for value in mean],
            "lowest": {lowest: rows[lowest]},
            "systems": {system: row[0] for system, row in rows.items()},
        }
    return table


def calibrate(corpus: Corpus, logits: dict[str, F64]) -> tuple[float, float]:
    """Slope and shift that make held-out logits probabilities, at even odds of the two sides."""
    long = corpus.words >= style.MIN_WORDS
    values = np.concatenate([v[long] for v in logits.values()])
    sort = np.concatenate([corpus.sort[long] for _ in logits])
    kept = ~np.isnan(values)
    values, sort = values[kept], sort[kept]
    own = {s: BALANCE[s] for s in sorts(corpus)}
    share = {s: b / sum(own.values()) for s, b in own.items()} | {"mt": 1.0}
    weight = np.array([share[s] / (sort == s).sum() for s in sort])
    weight *= weight.size / weight.sum()
    model = LogisticRegression(C=1e6).fit(values[:, None], sort == "mt", sample_weight=weight)
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def cutoff(corpus: Corpus, logits: dict[str, F64], slope: float, shift: float) -> float:
    """The probability that few enough held-out negatives of each sort reach."""
    long = corpus.words >= style.MIN_WORDS
    mean = np.nanmean(np.array(list(logits.values())), axis=0)
    highest = max(
        float(np.quantile(mean[long & (corpus.sort == sort)], 1.0 - share))
        for sort, share in ALARMS.items()
        if sort in sorts(corpus)
    )
    return float(1.0 / (1.0 + np.exp(-(slope * highest + shift))))


def train(data: Path, language: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Arrays and figures of one language."""
    corpus = load(data, language)
    logits = held_out(corpus)
    slope, shift = calibrate(corpus, logits)
    limit = cutoff(corpus, logits, slope, shift)
    long = corpus.words >= style.MIN_WORDS
    found = np.concatenate([v[long & (corpus.sort == "mt")] for v in logits.values()])
    found = 1.0 / (1.0 + np.exp(-(slope * found[~np.isnan(found)] + shift)))
    model = fit(corpus, np.ones(len(corpus.texts), bool))
    known = np.asarray((corpus.x > 0).sum(axis=0)).ravel() >= MIN_TEXTS
    line = [float(model.intercept_[0]) + shift / slope, slope, KINDS, limit]
    table = figures(corpus, logits)
    table["findings_in_held_out_translations"] = round(float((found >= limit).mean()), 3)
    table["cutoff"] = round(limit, 4)
    return {
        f"{language}_weights": np.where(known, model.coef_[0], 0.0).astype(np.float16),
        f"{language}_line": np.array(line),
    }, table


def kept(path: Path, languages: Sequence[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Arrays and figures in the file, of the languages that are not trained anew."""
    others = [language for language in LANGUAGES if language not in languages]
    if not others:
        return {}, {}
    with np.load(path, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files if name[:2] in others}
        tables = json.loads(str(stored["card"]))["languages"]
    return arrays, {language: tables[language] for language in others}


def main() -> None:
    """Trains all languages, writes the weights with their card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    default = Path(__file__).parent.parent / "data" / "style.npz"
    parser.add_argument("--out", type=Path, default=default)
    parser.add_argument("--languages", nargs="+", choices=LANGUAGES, default=LANGUAGES)
    options = parser.parse_args()
    warnings.filterwarnings("ignore", module="sklearn")
    arrays, tables = kept(options.out, options.languages)
    card: dict[str, Any] = {
        "what": "probability that a text is a machine translation, from its n-grams alone",
        "trained_on": "WMT22 and WMT24 translations; negatives: human translations of the same "
        "documents, sources written in the language, news (fr), rewrite_pairs (en)",
        "held_out": f"systems (in {SYSTEM_GROUPS} groups) and documents ({FOLDS} folds) at once; "
        f"texts of {style.MIN_WORDS} words and more; AUC with 95 % bootstrap interval",
        "alarms": f"a finding is made for at most these shares of held-out negatives: {ALARMS}",
        "limits": "News, shops, talk and forums of 2022-2024. Against human translation weak. "
        "Spanish has no native text in the data, Italian no translations: no weights.",
        "languages": tables,
    }
    for language in options.languages:
        found, tables[language] = train(options.data, language)
        arrays |= found
        table = tables[language]
        print(language, json.dumps(table), flush=True)
    np.savez_compressed(
        options.out, version=style.FORMAT, languages=" ".join(LANGUAGES), card=json.dumps(card),
        **arrays,
    )  # fmt: skip


if __name__ == "__main__":
    main()
