"""How well boilerplate lines and inserted links are found, per rule and language, with intervals.

Boilerplate: the labelled lines of real pages that weights were chosen on (dev), text alone and with
links, and French pages written for this (``artefacts/french_pages.txt``, and the older
``tests/quality/labelled_lines.txt``, which was worked with). Inserted links: sentences and
look-alikes written for this (``artefacts/seo_links.txt``), those of ``rewrites_fr``, clean French
news, real pages with their links. Content farm: reference pages and clean news, without matches.
Prints the figures beside those the project wants, appends them to ``results/scores.jsonl``; with
``--check`` it fails where one is below its floor. Machine translation has its own benchmark.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.floors import broken
from benchmarks.judged import shared
from benchmarks.machine_translation import FOLDER, Item, blocks, contexts, share_interval
from benchmarks.record import digest_of_texts, record
from dupdetect.config import Config, QualityConfig
from dupdetect.quality import assess
from dupdetect.records import Document, Finding, Link
from dupdetect.text.language import spoken

Bools = NDArray[np.bool_]
TESTS = Path(__file__).parent.parent / "tests" / "quality" / "labelled_lines.txt"
#: Pages have more lines of furniture than a result lists.
ALL = Config(quality=QualityConfig(max_findings=1_000_000))
#: What the project wants: at least or at most.
WANTED = {
    "boilerplate en dev, line F1": (">=", 0.93),
    "boilerplate fr written, line F1": (">=", 0.9),
    "boilerplate en dev, content lost": ("<=", 0.03),
    "seo_link sentences found": (">=", 0.9),
    "seo_link look-alikes found": ("<=", 0.06),
    "seo_link news_fr scored 0.5 and more": ("<=", 1 / 300),
    "content_farm reference pages above 0.5": (">=", 1.0),
    "content_farm news_fr below 0.2": (">=", 0.99),
}


def found_in(document: Document, language: str, kind: str) -> list[Finding]:
    """What is reported of a kind."""
    findings = assess(document, config=ALL, language=language).findings
    return [finding for finding in findings if finding.kind == kind]


def with_interval(values: Iterable[bool]) -> dict[str, float]:
    """Share, 95 % bootstrap interval, number."""
    flags = np.array(list(values), bool)
    low, high = share_interval(flags)
    return {"share": round(float(flags.mean()), 4), "low": low, "high": high, "n": len(flags)}


class Lines:
    """Labelled lines and what was found of them, page by page."""

    def __init__(self) -> None:
        self.pages: list[tuple[Bools, Bools]] = []
        self.rules: defaultdict[str, list[bool]] = defaultdict(list)

    def add(self, texts: Sequence[str], labels: Sequence[int], density: Any, language: str) -> None:
        """A page; labels 1 content, 0 furniture, -1 unsure."""
        starts = np.concatenate([[0], np.cumsum([len(text) + 1 for text in texts])[:-1]])
        links = tuple(
            Link(int(a), int(a) + max(1, round(len(t) * d)), "https://other.example/")
            for a, t, d in zip(starts, texts, density, strict=True)
            if d > 0
        )
        document = Document("page", "\n".join(texts), language=language, links=links)
        found = {f.start: f.rule for f in found_in(document, language, "boilerplate")}
        known = np.array(labels) >= 0
        hit = np.array([int(start) in found for start in starts])
        furniture = np.array(labels) == 0
        self.pages.append((hit[known], furniture[known]))
        for start, true in zip(starts[known].tolist(), furniture[known].tolist(), strict=True):
            if start in found:
                self.rules[found[start]].append(bool(true))

    def figures(self) -> dict[str, Any]:
        """F1 of furniture, share of content lost, with intervals over pages; precision by rule."""
        return {
            "pages": len(self.pages),
            "line F1": self._interval(_f1),
            "recall": self._interval(lambda hit, true: hit[true].mean()),
            "content lost": self._interval(lambda hit, true: hit[~true].mean()),
            "precision by rule": {
                rule: with_interval(values) for rule, values in sorted(self.rules.items())
            },
        }

    def _interval(self, figure: Callable[[Bools, Bools], Any]) -> list[float]:
        rng = np.random.default_rng(1)

        def of(chosen: Iterable[int]) -> float:
            hit, true = zip(*(self.pages[i] for i in chosen), strict=True)
            return float(figure(np.concatenate(hit), np.concatenate(true)))

        n = len(self.pages)
        low, high = np.quantile([of(rng.integers(0, n, n)) for _ in range(300)], (0.025, 0.975))
        return [round(value, 4) for value in (of(range(n)), float(low), float(high))]


def _f1(hit: Bools, true: Bools) -> float:
    return float(2 * (hit & true).sum() / max(1, hit.sum() + true.sum()))


def dev_pages(data: Path, *, language: str, links: bool) -> Lines:
    """Pages of ``boilerplate_lines_dev`` in one language, with or without their links."""
    table = pd.read_parquet(data / "corpora" / "boilerplate_lines_dev.parquet")
    lines = Lines()
    pages = [page for _, page in table[table.lang == language].groupby(["set", "doc"])]
    for page in pages:
        page = page.sort_values("line")
        texts = [" ".join(text.split()) for text in page.text]
        kept = [i for i, text in enumerate(texts) if text]
        labels = page.label.to_numpy()[kept]
        if (labels == 1).any():
            density = page.link_density.to_numpy()[kept] if links else np.zeros(len(kept))
            lines.add([texts[i] for i in kept], labels.tolist(), density, language)
    return lines


def written_pages(path: Path, languages: set[str]) -> Lines:
    """Pages of a file of ``+`` content and ``-`` furniture under ``== language`` lines."""
    lines = Lines()
    for block in path.read_text(encoding="utf-8").split("\n== ")[1:]:
        language, *rows = block.splitlines()
        kept = [row for row in rows if row[:2] in ("+ ", "- ")]
        if language in languages:
            labels = [int(row[0] == "+") for row in kept]
            lines.add([row[2:] for row in kept], labels, np.zeros(len(kept)), language)
    return lines


def sentences(place: str) -> dict[str, Any]:
    """Written sentences inside a paragraph or at the end: found by language, and look-alikes."""
    around, table = contexts(), defaultdict(list)
    named: list[str] = []
    for head, texts in blocks(FOLDER / "seo_links.txt"):
        for item in (Item(head[0], head[1], text) for text in texts):
            before, after = around[item.language]
            whole = f"{before} {item.text} {after}"
            if place == "end":
                whole = f"{before}\n\n{after}\n\n{item.text}"
            start = whole.index(item.text)
            hit = any(
                f.start < start + len(item.text) and start < f.end
                for f in found_in(Document("a", whole), item.language, "seo_link")
            )
            table[f"{item.label} {item.language}"].append(hit)
            table[f"{item.label} all"].append(hit)
            if hit != (item.label == "inserted"):
                named.append(f"{item.label} {item.language}: {item.text}")
    return {name: with_interval(values) for name, values in table.items()} | {"wrong": named}


def rewritten(data: Path) -> dict[str, float]:
    """The sentences inserted into ``rewrites_fr``."""
    table = pd.read_parquet(data / "corpora" / "rewrites_fr.parquet").dropna(subset="seo_sentence")
    hits = []
    for row in table.itertuples():
        at = row.text.find(row.seo_sentence)
        found = found_in(Document("a", row.text), row.lang, "seo_link")
        end = at + len(row.seo_sentence)
        hits.append(at >= 0 and any(f.start < end and at < f.end for f in found))
    return with_interval(hits)


def real_pages(data: Path) -> dict[str, float]:
    """Real news pages with their links: the share with an inserted link reported."""
    from dupdetect.training.seo_link import real_pages as pages

    scores = [
        assess(page, config=Config(), language=spoken(page.text, page.language)).scores.seo_link
        for page in pages(data / "corpora")
    ]
    return with_interval(score >= 0.5 for score in scores)


def news(data: Path, step: int) -> dict[str, dict[str, float]]:
    """Clean French news: shares of articles with high scores."""
    table = pd.read_parquet(data / "corpora" / "news_fr.parquet").iloc[::step]
    scores = [
        assess(Document(row.id, f"{row.title}\n\n{row.heading}\n\n{row.text}", title=row.title),
               config=Config(), language="fr").scores
        for row in table.itertuples()
    ]  # fmt: skip
    return {
        "seo_link 0.5 and more": with_interval(s.seo_link >= 0.5 for s in scores),
        "content_farm 0.2 and more": with_interval(s.content_farm >= 0.2 for s in scores),
        "boilerplate 0.1 and more": with_interval(s.boilerplate >= 0.1 for s in scores),
    }


def reference(data: Path) -> dict[str, float]:
    """``content_farm`` of the reference pages."""
    found = {}
    for path in sorted((data / "seeds").glob("*.txt")):
        document = Document(path.stem, path.read_text(encoding="utf-8"))
        score = assess(document, config=Config(), language=spoken(document.text, None)).scores
        found[path.name[:3]] = round(score.content_farm, 3)
    return found


def summary(figures: dict[str, Any]) -> dict[str, float]:
    """The figures that the project names."""
    seo, farm = figures["seo_link"], figures["content_farm"]
    lines, clean = figures["boilerplate"], figures["news_fr"]
    return {
        "boilerplate en dev, line F1": lines["en dev"]["line F1"][0],
        "boilerplate en dev, content lost": lines["en dev"]["content lost"][0],
        "boilerplate fr written, line F1": lines["fr written"]["line F1"][0],
        "seo_link sentences found": _both(seo, "inserted all"),
        "seo_link look-alikes found": _both(seo, "honest all"),
        "seo_link news_fr scored 0.5 and more": clean["seo_link 0.5 and more"]["share"],
        "content_farm reference pages above 0.5": float(np.mean([v > 0.5 for v in farm.values()])),
        "content_farm news_fr below 0.2": 1 - clean["content_farm 0.2 and more"]["share"],
    }


def _both(seo: dict[str, Any], name: str) -> float:
    """The mean over sentences inside a paragraph and at the end."""
    return float(np.mean([seo[place][name]["share"] for place in ("inside", "end")]))


def main(arguments: list[str]) -> int:
    """Measures, prints, records, checks."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks scores", description=__doc__)
    parser.add_argument("--step", type=int, default=1, help="take every nth clean article")
    parser.add_argument("--check", action="store_true", help="fail where a floor is broken")
    parser.add_argument("--dry", action="store_true", help="do not record")
    options = parser.parse_args(arguments)
    data = shared()
    if data is None:
        print("reference data absent (DUPDETECT_SHARED)", file=sys.stderr)
        return 0
    figures: dict[str, Any] = {
        "boilerplate": {
            "en dev": dev_pages(data, language="en", links=False).figures(),
            "en dev, links": dev_pages(data, language="en", links=True).figures(),
            "fr written": written_pages(FOLDER / "french_pages.txt", {"fr"}).figures(),
            "fr it es worked with": written_pages(TESTS, {"fr", "it", "es"}).figures(),
        },
        "seo_link": {
            "inside": sentences("inside"),
            "end": sentences("end"),
            "rewrites_fr": rewritten(data),
            "real pages with links": real_pages(data),
        },
        "news_fr": news(data, options.step),
        "content_farm": reference(data),
    }
    short = summary(figures)
    for name, value in short.items():
        sign, wanted = WANTED[name]
        print(f"{value:.4f}  wanted {sign} {wanted:.4f}  {name}")
    print(json.dumps(figures, ensure_ascii=False, indent=1))
    if not options.dry:
        texts = [
            (FOLDER / n).read_text(encoding="utf-8") for n in ("seo_links.txt", "french_pages.txt")
        ]
        record(
            "scores",
            {"step": options.step, "summary": short, **figures},
            digest=digest_of_texts(texts),
        )
    return broken(short, "scores") if options.check else 0
