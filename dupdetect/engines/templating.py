"""Lines that a domain's documents share: known only when all documents have been read.

Documents that are copies of each other repeat whole articles, so a line counts once for each
cluster. Domains are taken in parts, so that the lines of one part fit into memory; nothing is
computed where no document has a URL.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from dupdetect.engines.spool import FINDINGS, Spool
from dupdetect.quality.boilerplate import templates

I64 = NDArray[np.int64]
#: Bytes of lines, with what sorting them takes beside, that are held at once.
PART_BYTES = 256 << 20
_PER_LINE = 64


@dataclass(frozen=True, slots=True)
class TemplateLines:
    """Lines that are templates and were not furniture by themselves, by document.

    ``row`` int64[n] ascending, ``lines`` of dtype templates.LINE.
    """

    row: I64
    lines: NDArray[np.void]


def template_lines(
    spool: Spool, domain: pa.ChunkedArray, heads: I64, *, part_bytes: int = PART_BYTES
) -> TemplateLines:
    """All template lines of a scan; ``heads`` are the representatives of the documents."""
    codes = pc.fill_null(pc.dictionary_encode(domain.combine_chunks()).indices, -1).to_numpy()
    if not (codes >= 0).any():
        return TemplateLines(np.empty(0, np.int64), np.empty(0, templates.LINE))
    total = sum(column.nbytes for _, column in _columns(spool)) // templates.LINE.itemsize
    parts = max(1, -(-total * _PER_LINE // part_bytes))
    found = [
        _of_part(spool, codes, np.flatnonzero((codes >= 0) & (codes % parts == part)), heads)
        for part in range(parts)
    ]
    row = np.concatenate([some.row for some in found])
    order = np.argsort(row, kind="stable")
    return TemplateLines(row[order], np.concatenate([some.lines for some in found])[order])


def _columns(spool: Spool) -> Iterator[tuple[int, pa.ChunkedArray]]:
    """The lines of each shard, with the number of its first document."""
    for shard, start in zip(spool.shards, spool.start.tolist(), strict=False):
        yield start, shard.documents["lines"]


def _of_part(spool: Spool, codes: NDArray[Any], rows: I64, heads: I64) -> TemplateLines:
    row, lines = _gather(spool, rows)
    domain, head = codes[row].astype(np.int64), heads[row]
    shared = _shared(lines["key"], domain, head, _sizes(codes[rows], heads[rows]))
    wanted = shared & (lines["found"] == 0)
    return TemplateLines(row[wanted], lines[wanted])


def _gather(spool: Spool, rows: I64) -> tuple[I64, NDArray[np.void]]:
    """The lines of some documents, and the document of each."""
    owners, parts = [np.empty(0, np.int64)], [np.empty(0, templates.LINE)]
    for start, column in _columns(spool):
        low, high = np.searchsorted(rows, (start, start + len(column)))
        for row in rows[low:high].tolist():
            lines = np.frombuffer(column[row - start].as_buffer(), templates.LINE)
            owners.append(np.full(len(lines), row, np.int64))
            parts.append(lines)
    return np.concatenate(owners), np.concatenate(parts)


def _sizes(domain: NDArray[Any], head: I64) -> dict[int, int]:
    """Different documents of each domain."""
    pairs = np.unique(np.stack([domain.astype(np.int64), head], axis=1), axis=0)
    names, counts = np.unique(pairs[:, 0], return_counts=True)
    return dict(zip(names.tolist(), counts.tolist(), strict=True))


def _shared(key: Any, domain: I64, head: I64, sizes: dict[int, int]) -> NDArray[np.bool_]:
    """Which lines enough of their domain's different documents hold."""
    if not len(key):
        return np.zeros(0, bool)
    order = np.lexsort((head, key, domain))
    k, d, h = key[order], domain[order], head[order]
    new_line = np.concatenate([[True], (k[1:] != k[:-1]) | (d[1:] != d[:-1])])
    new_head = new_line | np.concatenate([[True], h[1:] != h[:-1]])
    first = np.flatnonzero(new_line)
    counts = np.add.reduceat(new_head.astype(np.int64), first)
    enough = np.array(
        [
            templates.is_template(count, sizes[name])
            for count, name in zip(counts.tolist(), d[first].tolist(), strict=True)
        ]
    )
    out = np.zeros(len(key), bool)
    out[order] = np.repeat(enough, np.diff(np.append(first, len(key))))
    return out


def findings_of(spool: Spool, found: TemplateLines) -> pa.Table:
    """The lines as findings: FINDINGS, with the number of the document for ``row``."""
    rows, at = np.unique(found.row, return_inverse=True)
    texts = spool.texts(rows)
    made = [
        templates.finding(texts[place], int(line["start"]), int(line["end"]))
        for place, line in zip(at.tolist(), found.lines, strict=True)
    ]
    columns: dict[str, Any] = {"row": found.row.tolist()}
    for name in FINDINGS.names[1:]:
        columns[name] = [getattr(finding, name) for finding in made]
    return pa.table(columns, schema=FINDINGS)


def shares(spool: Spool, share: NDArray[np.float32], found: TemplateLines) -> NDArray[np.float32]:
    """The share of furniture of every document with the template lines counted in."""
    out = share.copy()
    rows, at = np.unique(found.row, return_inverse=True)
    words = np.bincount(at, weights=np.maximum(found.lines["words"], 1), minlength=len(rows))
    totals = spool.documents(["line_words"])["line_words"].take(pa.array(rows)).to_pylist()
    for row, more, total in zip(rows.tolist(), words.tolist(), totals, strict=True):
        out[row] = templates.raised(float(out[row]), int(more), total)
    return out
