"""Which pairs, documents, clusters and domains a report shows: a fixed number, whatever the scan.

Everything is decided from numbers and row order, so that the same tables give the same choice.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc

from dupdetect.records import MATCH_KINDS
from dupdetect.report.tables import ScanTables

Rows = np.ndarray[Any, np.dtype[np.int64]]
Floats = np.ndarray[Any, np.dtype[np.float64]]

#: Pairs shown of each kind, most telling first; what a kind leaves unused goes to the others.
PAIR_QUOTA = {"rewrite": 12, "translation": 8, "partial": 8, "near_duplicate": 8, "exact": 4}
#: One document stands in at most this many of the shown pairs, so that no cluster fills the list.
MAX_PER_DOCUMENT = 3
#: Documents shown: the worst by the combined score, then the worst by each of its three parts.
WORST = {"content_farm": 24, "machine_translation": 8, "seo_link": 8, "boilerplate": 8}
#: A document whose scores are all below this is never shown as suspicious.
SUSPICIOUS = 0.3
MAX_CLUSTERS = 60
MAX_DOMAINS = 200
#: Rows looked at for each kind of pair, a bound on the work.
_POOL = 2000


@dataclass(frozen=True, slots=True)
class Shown:
    """Row numbers of what the report shows, in the order in which it does."""

    pairs: tuple[int, ...]
    documents: tuple[int, ...]


def choose(tables: ScanTables) -> Shown:
    """The pairs and documents that are shown with their texts."""
    return Shown(pairs=top_pairs(tables), documents=worst_documents(tables))


def select_shown(directory: Path) -> list[str]:
    """Ids of the documents whose texts the report shows, at most 128, each once.

    Raises ScanError when ``directory`` holds no tables. The scan writes the texts of these ids to
    ``texts.parquet`` (columns id, text) before :func:`dupdetect.report.render_report` is called.
    """
    tables = ScanTables(directory)
    shown = choose(tables)
    ids: dict[str, None] = {}
    for row in tables.rows("matches", shown.pairs, ["a", "b"]):
        ids |= {row["a"]: None, row["b"]: None}
    for row in tables.rows("documents", shown.documents, ["id"]):
        ids[row["id"]] = None
    return list(ids)


def top_pairs(tables: ScanTables, quota: dict[str, int] | None = None) -> tuple[int, ...]:
    """Rows of ``matches``: the best of each kind by score, kinds in the order of the quota."""
    quota = PAIR_QUOTA if quota is None else quota
    total = sum(quota.values())
    kinds = tables.codes("matches", "kind", MATCH_KINDS)
    scores = tables.numbers("matches", "score")
    pools = {}
    for kind in quota:
        rows = np.flatnonzero(kinds == MATCH_KINDS.index(kind))
        pools[kind] = top(scores, rows, _POOL)
    ends = _ends(tables, np.concatenate([np.empty(0, np.int64), *pools.values()]))
    uses: Counter[str] = Counter()
    chosen: dict[str, list[int]] = {kind: [] for kind in quota}
    for spare in (False, True):
        for kind, pool in pools.items():
            for row in pool.tolist():
                full = len(chosen[kind]) >= quota[kind] and not spare
                if full or sum(map(len, chosen.values())) >= total:
                    break
                a, b = ends[row]
                if row in chosen[kind] or max(uses[a], uses[b]) >= MAX_PER_DOCUMENT:
                    continue
                uses.update((a, b))
                chosen[kind].append(row)
    return tuple(row for rows in chosen.values() for row in rows)


def _ends(tables: ScanTables, rows: Rows) -> dict[int, tuple[str, str]]:
    fetched = tables.rows("matches", rows, ["a", "b"])
    return {int(row): (ends["a"], ends["b"]) for row, ends in zip(rows, fetched, strict=True)}


def worst_documents(tables: ScanTables) -> tuple[int, ...]:
    """Rows of ``documents``: the worst by each score, each row once, by the combined score."""
    chosen: dict[int, None] = {}
    for column, count in WORST.items():
        values = tables.numbers("documents", column)
        rows = np.flatnonzero(values >= SUSPICIOUS)
        fresh = top(values, rows, 2 * sum(WORST.values())).tolist()
        chosen |= dict.fromkeys([row for row in fresh if row not in chosen][:count])
    return tuple(chosen)


def top_clusters(tables: ScanTables, count: int = MAX_CLUSTERS) -> tuple[int, ...]:
    """Rows of ``clusters``: large and suspicious first.

    The rank is log2(size) + 4 * mean content-farm score of the members: a pair scored 0.9 stands
    with a clean cluster of two dozen (a chosen balance, not a measured one).
    """
    size = tables.numbers("clusters", "size")
    if not len(size):
        return ()
    names = tables.column("documents", "cluster").combine_chunks().dictionary_encode()
    codes = np.asarray(pc.fill_null(names.indices, -1).to_numpy(zero_copy_only=False), np.int64)
    farm = np.nan_to_num(tables.numbers("documents", "content_farm"))
    inside = codes >= 0
    length = len(names.dictionary)
    sums = np.bincount(codes[inside], weights=farm[inside], minlength=length)
    counts = np.bincount(codes[inside], minlength=length)
    mean = np.append(sums / np.maximum(counts, 1), 0.0)
    where = pc.index_in(tables.column("clusters", "cluster"), value_set=names.dictionary)
    position = np.asarray(pc.fill_null(where, length).to_numpy(), np.int64)
    rank = np.log2(np.maximum(np.nan_to_num(size), 1.0)) + 4.0 * mean[position]
    return tuple(top(rank, np.arange(len(rank)), count).tolist())


def top_domains(tables: ScanTables, count: int = MAX_DOMAINS) -> tuple[int, ...]:
    """Rows of ``domains``: most copied documents first, then most documents."""
    documents = np.nan_to_num(tables.numbers("domains", "documents"))
    copies = np.nan_to_num(tables.numbers("domains", "copies"))
    rank = documents * copies + documents / (documents.max(initial=0.0) + 1.0)
    return tuple(top(rank, np.arange(len(rank)), count).tolist())


def count_copies(tables: ScanTables) -> int:
    """Documents that are not the representative of their cluster."""
    flags = tables.column("documents", "is_representative")
    return int(pc.sum(pc.invert(flags)).as_py() or 0)


def top(values: Floats, rows: Rows, count: int) -> Rows:
    """At most ``count`` of ``rows`` by falling value, ties by row number; NaN last."""
    keys = -np.nan_to_num(values[rows], nan=-np.inf)
    if len(rows) > count:
        limit = np.partition(keys, count - 1)[count - 1]
        below, ties = np.flatnonzero(keys < limit), np.flatnonzero(keys == limit)
        near = np.concatenate([below, ties[: count - len(below)]])
        rows, keys = rows[near], keys[near]
    return np.asarray(rows[np.lexsort((rows, keys))], dtype=np.int64)
