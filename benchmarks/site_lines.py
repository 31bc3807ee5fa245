"""Lines that a site repeats, told by an index: what they are, what it costs to know them.

Pages: those of ``boilerplate_lines_train`` and ``_dev`` whose newspaper is known and has four and
more of them, raw, every line with its label; each is scored by an index that holds the others of
its site, with models that have seen the train pages (so that "found alone" is the best case, and
what the site adds the worst). Press: articles of ``news_fr`` in the order of their dates, as the
pages of one site: clean text, so what is found is wrong or a refrain of the editors. Cost: adding
articles (of one site, of a hundred, of a site for each) that leave their lines and that do not, in
turn; bytes of the index. Appends a line each to ``results/site_lines.jsonl``.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pyarrow.parquet as pq

from benchmarks.index import on_disk
from benchmarks.judged import shared
from benchmarks.machine_translation import share_interval
from benchmarks.record import digest_of_file, record
from dupdetect.config import Config, QualityConfig
from dupdetect.detector import Detector, Index
from dupdetect.quality.boilerplate import templates
from dupdetect.records import Document, Verdict

#: Pages of a site from which on one can be told by three others.
LEAST_PAGES = templates.LEAST + 1
LABELS = {0: "furniture", 1: "content", -1: "unsure"}
#: Articles of the press that are read, and that are added for the cost.
ARTICLES, ADDED = 5_000, 4_096
#: Articles that are added one by one.
SINGLE = 300
Labels = dict[int, str]


def main(arguments: list[str]) -> int:
    """Measures, prints and records."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks site_lines", description=__doc__)
    parser.add_argument("--only", choices=("pages", "press", "cost"))
    parser.add_argument("--articles", type=int, default=ARTICLES)
    parser.add_argument("--rounds", type=int, default=5, help="of adding, of each kind")
    parser.add_argument("--show", action="store_true", help="print the lines that are content")
    parser.add_argument("--no-record", action="store_true", help="only print")
    options = parser.parse_args(arguments)
    data = shared()
    if data is None:
        print("reference data absent (DUPDETECT_SHARED): nothing measured", file=sys.stderr)
        return 0
    corpora = data / "corpora"
    show = print if options.show else _nothing
    measures: dict[str, tuple[str, Callable[[], dict[str, Any]]]] = {
        "pages": ("boilerplate_lines_dev", lambda: of_pages(labelled(corpora), show)),
        "press": ("news_fr", lambda: of_press(articles(corpora)[: options.articles], show)),
        "cost": ("news_fr", lambda: cost(articles(corpora)[:ADDED], options.rounds)),
    }
    for name, (file, measure) in measures.items():
        if options.only in (None, name):
            line = {"what": name, **measure()}
            print(json.dumps(line), flush=True)
            if not options.no_record:
                record("site_lines", line, digest=digest_of_file(corpora / f"{file}.parquet"))
    return 0


def labelled(corpora: Path) -> dict[str, list[tuple[Document, Labels]]]:
    """Raw pages by newspaper, with the label of the line that begins at each place."""
    rows: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for part in ("train", "dev"):
        columns = ["set", "doc", "line", "text", "label"]
        table = pq.read_table(corpora / f"boilerplate_lines_{part}.parquet", columns=columns)
        for row in table.to_pylist():
            if row["set"].startswith("fundus"):
                rows[part, row["doc"]].append(row)
    sites = defaultdict(list)
    for (_, name), lines in rows.items():
        site = re.split(r"_\d", name.rpartition("/")[2])[0]
        parts, labels, at = [], {}, 0
        for row in sorted(lines, key=lambda row: row["line"]):
            if text := " ".join(row["text"].split()):
                parts.append(text)
                labels[at] = LABELS[row["label"]]
                at += len(text) + 1
        url = f"https://www.{site.lower()}.example/{name}"
        sites[site].append((Document(id=name, text="\n".join(parts), url=url), labels))
    return {site: pages for site, pages in sites.items() if len(pages) >= LEAST_PAGES}


def of_pages(
    sites: dict[str, list[tuple[Document, Labels]]], show: Callable[..., None]
) -> dict[str, Any]:
    """What the other pages of its site say of a page."""
    lines, alone, more = Counter[str](), Counter[str](), Counter[str]()
    config = Config(quality=QualityConfig(max_findings=100_000))
    for pages in sites.values():
        with Index.open(config=config) as index:
            index.add_many([page for page, _ in pages])
            detector = Detector(index=index)
            for page, labels in pages:
                lines.update(labels.values())
                for finding in detector.score(page).findings:
                    if finding.kind == "boilerplate" and finding.start in labels:
                        label = labels[finding.start]
                        (more if finding.rule == templates.RULE else alone)[label] += 1
                        if finding.rule == templates.RULE and label == "content":
                            show(page.id, finding.quote)
    sure = more["furniture"] + more["content"]
    left = lines["furniture"] - alone["furniture"]
    return {
        "sites": len(sites),
        "pages": sum(map(len, sites.values())),
        "lines": dict(lines),
        "found_alone": dict(alone),
        "found_by_site": dict(more),
        "precision": round(more["furniture"] / max(1, sure), 4),
        "precision_interval": share_interval(np.arange(sure) < more["furniture"]),
        "recall_alone": round(alone["furniture"] / lines["furniture"], 4),
        "recall_with_site": round((alone + more)["furniture"] / lines["furniture"], 4),
        "of_what_was_left": round(more["furniture"] / max(1, left), 4),
    }


def articles(corpora: Path) -> list[Document]:
    """Articles of the press, oldest first, without URLs."""
    rows = pq.read_table(corpora / "news_fr.parquet").to_pylist()
    rows.sort(key=lambda row: (row["date"] or "", row["id"]))
    return [
        Document(
            id=row["id"], text="\n\n".join([row["title"], row["heading"], row["text"]]),
            title=row["title"], language="fr", published=row["date"],
        )
        for row in rows
    ]  # fmt: skip


def of_press(pages: Sequence[Document], show: Callable[..., None]) -> dict[str, Any]:
    """What is found in clean articles that one site publishes one after the other."""
    touched, quotes = 0, Counter[str]()
    with Index.open() as index:
        detector = Detector(index=index)
        for verdict in map(detector.process, with_urls(pages, lambda _: "presse")):
            found = _templates(verdict)
            touched += bool(found)
            quotes.update(found)
    for quote, times in quotes.most_common(200):
        show(times, quote)
    return {
        "articles": len(pages),
        "articles_with_findings": touched,
        "findings": quotes.total(),
        "different_lines": len(quotes),
        "share": round(touched / len(pages), 5),
    }


def cost(pages: Sequence[Document], rounds: int) -> dict[str, Any]:
    """What adding takes with lines left by that without, and the bytes that they take."""

    def of_sites(sites: int) -> dict[str, Any]:
        return _cost(with_urls(pages, lambda number: f"presse{number % sites}"), rounds)

    kinds = {f"{sites} sites": of_sites(sites) for sites in (1, 100, len(pages))}
    return {"documents": len(pages), "rounds": rounds, "kinds": kinds}


def _cost(pages: Sequence[Document], rounds: int) -> dict[str, Any]:
    none = mock.patch("dupdetect.quality.sketching.latest", lambda *_: [])
    taken: dict[str, list[tuple[float, ...]]] = defaultdict(list)
    size: dict[str, int] = {}
    for _ in range(rounds + 1):  # the first one warms up
        for kind, way in (("without", none), ("with", nullcontext())):
            with tempfile.TemporaryDirectory() as folder, way:
                path = Path(folder) / "index"
                with Index.open(path, keep_text=False) as index:
                    bulk = _seconds(partial(index.add_many, pages))
                    size[kind] = on_disk(path)
                    one = [replace(page, id=f"+{page.id}") for page in pages[:SINGLE]]
                    taken[kind].append((*bulk, *_seconds(partial(_each, index.add, one))))
    # The least of some rounds: others use this machine too.
    base, own = (np.min(taken[kind][1:], axis=0) for kind in ("without", "with"))
    names = ("add_many_processor", "add_many_wall", "add_processor", "add_wall")
    return {
        "add_many_us": round(base[1] / len(pages) * 1e6),
        "add_us": round(base[3] / SINGLE * 1e6),
        "ratios": dict(zip(names, (own / base).round(3).tolist(), strict=True)),
        "bytes_per_document": {kind: round(n / len(pages)) for kind, n in size.items()},
    }


def with_urls(pages: Iterable[Document], site: Callable[[int], str]) -> list[Document]:
    """The pages with addresses."""
    return [
        replace(page, url=f"https://www.{site(number)}.example/{page.id}")
        for number, page in enumerate(pages)
    ]


def _templates(verdict: Verdict) -> list[str]:
    return [finding.quote for finding in verdict.findings if finding.rule == templates.RULE]


def _seconds(work: Callable[[], object]) -> tuple[float, float]:
    """Processor time of all threads, since others use the machine too, and wall time."""
    begun = time.process_time(), time.perf_counter()
    work()
    return time.process_time() - begun[0], time.perf_counter() - begun[1]


def _each(work: Callable[[Document], object], pages: Iterable[Document]) -> None:
    for page in pages:
        work(page)


def _nothing(*_: object) -> None:
    """Shows nothing."""
