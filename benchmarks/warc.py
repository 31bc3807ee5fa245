"""A scan of WARC archives with HTML: pages a second as whole processes, and where the time goes.

Archives of ``--pages`` pages in ``--files`` files are made first (not measured). Texts are those of
``news_fr`` where the reference data are present, else generated; skeletons are written ones and, in
turn, those of real pages. The extractor is ``bulk``, as for any archive. Processor seconds per page
and stage tell what a quiet machine would do: other work on the machine only adds to the clock.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import sys
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from benchmarks import warc_pages as made
from benchmarks.judged import shared
from benchmarks.record import record
from benchmarks.scan import measure


def main(arguments: list[str]) -> int:
    """Makes the archives, scans them, prints and records."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks warc", description=__doc__)
    parser.add_argument("--pages", type=int, default=10_000)
    parser.add_argument("--files", type=int, default=4)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--no-record", action="store_true", help="only print")
    parser.add_argument("--keep", type=Path, help="make the archives here and leave them")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        place = options.keep or Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        corpus = make(place, pages=options.pages, files=options.files)
        found = {**corpus, **measure(corpus["names"], Path(folder) / "out", options.workers)}
    digest = found.pop("digest")
    del found["names"]
    print(json.dumps(found, indent=1))
    if not options.no_record:
        record("warc", found, digest=digest)
    return 0


def make(folder: Path, *, pages: int, files: int) -> dict[str, Any]:
    """Archives in ``folder``; their names, sizes, a digest and what they are made of."""
    data = shared()
    chance = random.Random(1)
    articles = _articles(data, pages, chance)
    real = made.skeletons(data / "corpora" / "news_pages.warc.gz") if data else []
    digest = hashlib.sha256()

    def markup() -> Iterator[tuple[str, str]]:
        for number, article in enumerate(articles):
            digest.update(made.as_json(article).encode())
            page = (
                made.borrowed(real[number // 2 % len(real)], article)
                if real and number % 2
                else made.written(article, chance)
            )
            yield f"https://site{number % 97}.example/{number}", page

    stream = markup()
    share = -(-pages // files)
    names, size = [], 0
    for number in range(files):
        path = folder / f"crawl-{number:03d}.warc.gz"
        size += made.write_archive(path, islice(stream, share))
        names.append(str(path))
    return {
        "names": names,
        "digest": digest.hexdigest(),
        "pages": pages,
        "files": files,
        "megabytes_html": round(size / 1e6, 1),
        "megabytes_stored": round(sum(os.path.getsize(name) for name in names) / 1e6, 1),
        "texts": "news_fr" if data else "generated",
        "skeletons": "written and real in turn" if real else "written",
    }


def _articles(data: Path | None, count: int, chance: random.Random) -> Iterator[made.Article]:
    if data is None:
        return made.generated(count, chance)
    columns = ["title", "text", "date"]
    table = pq.read_table(data / "corpora" / "news_fr.parquet", columns=columns)
    return made.read_articles(table.slice(0, count).to_pylist())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
