"""Fits the lines of ``content_farm``: farm pages made for it, against press articles and pages.

    dupdetect scan ../shared/corpora/news_fr.parquet --text-column title,heading,text -o news
    python -m dupdetect.training.content_farm --data ../shared/corpora --scan news

Positives: :mod:`farm_pages`, half of them with what comparing them with their source says.
Negatives: half of ``news_fr``, once without and once with the matches of the scan, and pages of
``boilerplate_lines_train`` as an extractor leaves them. The model is a noisy or whose parts rise
with their evidence; its likelihood is concave. The other half of ``news_fr`` and farm pages of
other families are what the card's figures are of. Writes ``data/quality/content_farm.json``.
"""

from __future__ import annotations

import argparse
import json
import random
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize

from dupdetect.config import Config
from dupdetect.detector import compare
from dupdetect.quality import assess, assess_many, content_farm
from dupdetect.quality.content_farm import Evidence, Lines
from dupdetect.records import Document, Match
from dupdetect.training.boilerplate import extracted, load
from dupdetect.training.farm_pages import CHANCES, farm_page

F64 = NDArray[np.float64]
#: Evidence at which a line may bend.
POINTS: dict[str, tuple[float, ...]] = {
    "seo_link": (0.0, 0.5, 0.8, 0.9, 1.0),
    "machine_translation": (0.0, 0.15, 0.3, 0.45, 0.6, 0.8, 1.0),
    "stock_phrases": (0, 1, 2, 3, 4, 6, 8, 12),
    "foreign_furniture": (0, 1, 2, 3),
    "leftovers": (0, 1, 2, 3, 4),
    "repeated_lines": (0, 1),
    "repeated_runs": (0.0, 0.1, 0.2, 0.4),
    # Verbatim copies (exact, near_duplicate, partial) get no line: agencies' texts are as common
    # among serious papers, and nothing at hand says how much more common they are among farms.
    "copy_rewrite": (0.5, 0.7, 0.85, 0.95, 1.0),
    "copy_translation": (0.5, 0.7, 0.85, 0.95, 1.0),
}
#: How likely a page is a farm's before anything is known: what weights the two sides.
PRIOR = 0.1
#: Share of the honest documents that are pages as extractors leave them; the rest is clean press.
PAGES_SHARE = 0.2
#: No line goes higher: nothing alone is surer than 1 - exp(-2.5) = 0.92, matches than 0.65.
HIGHEST, HIGHEST_COPY = 2.5, 1.05
#: Where the press at hand shows next to nothing, the likeliest height is the highest: what one
#: foreign line and a few stock phrases may say by themselves is bounded step by step instead.
STEPS: dict[str, tuple[float, ...]] = {
    "foreign_furniture": (0.6, 0.6, 0.6),
    "stock_phrases": (0.1, 0.3, 0.5, 0.3, 0.4, 0.4, 0.4),
}
PAGES = 1500


@dataclass(frozen=True, slots=True)
class Case:
    """What is seen of a document and its matches; whether it was made as a farm's, is a page as an
    extractor leaves it, is held out."""

    seen: Evidence
    matches: tuple[Match, ...]
    name: str
    farm: bool
    page: bool
    held: bool


def farms(data: Path, rng: random.Random) -> list[Case]:
    """Pages made from French rewrites; a family is held out whole."""
    rewrites = pd.read_parquet(data / "rewrites_fr.parquet")
    rewrites = rewrites[(rewrites.lang == "fr") & (rewrites.kind != "independent")]
    news = pd.read_parquet(data / "news_fr.parquet").set_index("id")
    sources = {id: article(news.loc[id]) for id in set(rewrites.source_id)}
    rows = rewrites.to_dict("records")
    found = []
    for _ in range(PAGES):
        row = rng.choice(rows)
        page = farm_page(row["text"], row["source_id"], rng)
        matches: tuple[Match, ...] = ()
        if rng.random() < 0.5:
            made = Document("page", page.text, language="fr")
            matches = (compare(Document("source", sources[page.source], language="fr"), made),)
        held = zlib.crc32(str(row["family"]).encode()) % 4 == 0
        found.append(Case(observed(page.text, "fr"), matches, "page", True, True, held))
    return found


def article(row: Any) -> str:
    """The text of a row of ``news_fr``."""
    return f"{row.title}\n\n{row.heading}\n\n{row.text}"


def observed(text: str, language: str, title: str | None = None) -> Evidence:
    """What the parts rest on."""
    document = Document("page", text, title=title, language=language)
    return assess(document, config=Config(), language=language).seen


def of_articles(news: pd.DataFrame) -> Iterator[Evidence]:
    """What is seen of French articles, in order."""
    for at in range(0, len(news), 512):
        rows = list(news[at : at + 512].itertuples())
        articles = [Document(row.id, article(row), title=row.title, language="fr") for row in rows]
        for found in assess_many(articles, config=Config(), languages=["fr"] * len(rows)):
            yield found.seen


def press(data: Path, scan: Path) -> list[Case]:
    """French articles without and with their matches; every other one is held out."""
    news = pd.read_parquet(data / "news_fr.parquet").sample(frac=1, random_state=1)
    known: dict[str, list[Match]] = {}
    for row in pd.read_parquet(scan / "matches.parquet").itertuples():
        match = Match(row.a, row.b, row.kind, row.score, direction=row.direction)
        for id in {row.a, row.b}:
            known.setdefault(id, []).append(match)
    cases = []
    for number, (row, seen) in enumerate(zip(news.itertuples(), of_articles(news), strict=True)):
        held = number % 2 == 1
        cases.append(Case(seen, (), row.id, False, False, held))
        cases.append(Case(seen, tuple(known.get(row.id, ())), row.id, False, False, held))
    return cases


def honest_pages(data: Path) -> list[Case]:
    """Pages of newspapers as an extractor leaves them: content and some furniture."""
    rng = np.random.default_rng(2)
    cases = []
    for page in load(data / "boilerplate_lines_train.parquet"):
        if not page.key.startswith("fundus|"):
            continue  # the other sets hold pages made for tests, shops and blogs that sell
        for rate in (0.02, 0.05, 0.1, 0.2):
            kept = extracted(page, rng, rate)
            text = "\n\n".join(page.texts[i] for i in kept)
            seen = observed(text, page.language[:2])
            held = zlib.crc32(page.key.encode()) % 2 == 1
            cases.append(Case(seen, (), page.key, False, True, held))
    return cases


def steps(points: Sequence[float], value: float) -> F64:
    """How far a value has gone through each span between points, each 0..1."""
    p = np.array(points, np.float64)
    out: F64 = np.clip((value - p[:-1]) / np.diff(p), 0.0, 1.0)
    return out


def design(cases: Sequence[Case]) -> F64:
    """A row per case: steps of every line, so that heights are sums of increments."""
    rows = []
    for case in cases:
        seen = dict(pair for several in case.seen.lines().values() for pair in several)
        row = []
        for name, points in POINTS.items():
            if name.startswith("copy_"):
                row.append(_copies(case, name, points))
            else:
                row.append(steps(points, seen[name]))
        rows.append(np.concatenate(row))
    return np.array(rows)


def _copies(case: Case, name: str, points: Sequence[float]) -> F64:
    best = np.zeros(len(points) - 1)
    for match in case.matches:
        if f"copy_{match.kind}" == name and case.name in (match.a, match.b):
            copies = "a_from_b" if match.a == case.name else "b_from_a"
            share = {copies: 1.0, "unknown": 0.5}.get(match.direction, 0.0)
            best = np.maximum(best, share * steps(points, match.score))
    return best


def fit(x: F64, farm: NDArray[np.bool_], weight: F64) -> F64:
    """Increments of the lines: the likeliest, none negative, none above its limit."""
    limit = [step for name in POINTS for step in _limits(name)]

    def loss(theta: F64) -> tuple[float, F64]:
        height = np.maximum(x @ theta, 1e-4)
        says = -np.expm1(-height)
        value = -(weight * np.where(farm, np.log(says), -height)).sum()
        slope = weight * np.where(farm, -np.exp(-height) / says, 1.0)
        return float(value + 1e-3 * theta @ theta), x.T @ slope + 2e-3 * theta

    start = np.full(x.shape[1], 0.1)
    found = minimize(loss, start, jac=True, method="L-BFGS-B",
                     bounds=[(0.0, top) for top in limit])  # fmt: skip
    result: F64 = found.x
    return result


def _limits(name: str) -> Sequence[float]:
    top = HIGHEST_COPY if name.startswith("copy_") else HIGHEST
    return STEPS.get(name, (top,) * (len(POINTS[name]) - 1))


def to_lines(theta: F64) -> dict[str, tuple[list[float], list[float]]]:
    """Points and heights of each line."""
    lines, at = {}, 0
    for name, points in POINTS.items():
        top = HIGHEST_COPY if name.startswith("copy_") else HIGHEST
        steps_up = theta[at : at + len(points) - 1]
        at += len(points) - 1
        heights = np.minimum(np.concatenate([[0.0], np.cumsum(steps_up)]), top)
        lines[name] = (list(map(float, points)), [round(float(h), 4) for h in heights])
    return lines


def score(case: Case, lines: Lines) -> float:
    """The combined score under some lines."""
    made_of = content_farm.parts(case.seen, lines=lines)
    made_of["copy"] = content_farm.copy_part(case.matches, case.name, lines=lines)
    return content_farm.combine(made_of)


def weights(cases: Sequence[Case]) -> F64:
    """Weights of farms and the two kinds of others by PRIOR and PAGES_SHARE; their mean is 1."""
    farm = np.array([case.farm for case in cases])
    page = np.array([case.page for case in cases]) & ~farm
    weight = np.ones(len(cases))
    for side, share in (
        (farm, PRIOR), (page, (1 - PRIOR) * PAGES_SHARE),
        (~farm & ~page, (1 - PRIOR) * (1 - PAGES_SHARE)),
    ):  # fmt: skip
        weight[side] = share / side.sum()
    out: F64 = weight * len(cases)
    return out


def figures(scores: F64) -> dict[str, float]:
    """Shares of some documents at or above the marks that the project names."""
    return {
        "documents": len(scores),
        ">= 0.2": round(float((scores >= 0.2).mean()), 4),
        ">= 0.5": round(float((scores >= 0.5).mean()), 4),
    }


def calibration(cases: Sequence[Case], scores: F64) -> list[list[float]]:
    """Mean score, share of farms at PRIOR, and number of cases, by fifths of the unit."""
    weight, farm = weights(cases), np.array([case.farm for case in cases])
    rows = []
    for low in (0.0, 0.05, 0.2, 0.4, 0.6, 0.8):
        high = {0.0: 0.05, 0.05: 0.2}.get(low, low + 0.2)
        inside = (scores >= low) & (scores < high + (high >= 1.0))
        if inside.any():
            w = weight[inside]
            rows.append([
                round(float(np.average(scores[inside], weights=w)), 3),
                round(float(np.average(farm[inside], weights=w)), 3), int(inside.sum()),
            ])  # fmt: skip
    return rows


def report(cases: Iterable[Case], lines: Lines) -> dict[str, Any]:
    """Figures of some cases."""
    kept = list(cases)
    scores = np.array([score(case, lines) for case in kept])
    french = np.array([not case.page for case in kept])
    matched = np.array([bool(case.matches) for case in kept])
    farm = np.array([case.farm for case in kept])
    return {
        "news_fr without matches": figures(scores[french][::2]),
        "news_fr with matches": figures(scores[french][1::2]),
        "honest pages with furniture": figures(scores[~french & ~farm]),
        "farm pages without matches": figures(scores[farm & ~matched]),
        "farm pages with matches": figures(scores[farm & matched]),
        "score, share of farms, cases": calibration(kept, scores),
    }


def fitted(cases: Sequence[Case]) -> dict[str, Any]:
    """Lines from the cases that are not held out, and the card."""
    own = [case for case in cases if not case.held]
    farm = np.array([case.farm for case in own])
    lines = to_lines(fit(design(own), farm, weights(own)))
    card = {
        "what": f"probability that a page is a content farm's, at a prior of {PRIOR}",
        "calibrated_on": f"{int(farm.sum())} pages made from French rewrites with marks of farms "
        f"({', '.join(CHANCES)}), against half of the articles of news_fr, without and with "
        "their matches, and half of the newspapers' pages of boilerplate_lines_train (fundus; en, "
        "de) as extractors leave them",
        "held_out": report((case for case in cases if case.held), lines),
        "train": report(own, lines),
        "limits": "No labelled pages of real farms were at hand: how often each mark comes is an "
        "assumption (training/farm_pages.py), and so is the prior; on a crawl with other shares "
        "scores are too high or too low by the same odds. What one foreign line and a few stock "
        "phrases say is bounded by hand. Verbatim copies count nothing by themselves. Rewrites "
        "and translations count as much as the press's own rewrite reports let them; a listed "
        "domain is taken at the user's word (0.7). Fitted on French; the lines are the same in "
        "other languages.",
    }
    return {"lines": lines, "card": card}


def main() -> None:
    """Collects, fits, measures, writes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--scan", type=Path, required=True, help="a scan of news_fr")
    default = Path(__file__).parent.parent / "data" / "quality" / "content_farm.json"
    parser.add_argument("--out", type=Path, default=default)
    options = parser.parse_args()
    cases = farms(options.data, random.Random(0))
    cases += honest_pages(options.data) + press(options.data, options.scan)
    text = json.dumps(fitted(cases), indent=1) + "\n"
    options.out.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
