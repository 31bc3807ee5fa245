"""From the spool, the matches and the clusters to the tables of a scan's folder."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from dupdetect import cluster, schemas
from dupdetect.engines.judging import Judged
from dupdetect.engines.spool import Shard, Spool
from dupdetect.records import DIRECTIONS, MATCH_KINDS, Cluster
from dupdetect.writers import write_batches, write_table

I64 = NDArray[np.int64]

SCORES = ("boilerplate", "machine_translation", "seo_link", "content_farm")
#: What :func:`write_texts` writes.
TEXTS = pa.schema([("id", pa.string()), ("text", pa.string()), ("parts", pa.string())])
#: Findings that are held in memory and sorted at a time.
FINDINGS_AT_ONCE = 1 << 19
#: Columns of all documents that are held in memory at once; their texts stay in the spool.
_KNOWN = [name for name in schemas.DOCUMENTS.names if name not in ("cluster", "is_representative")]


@dataclass(frozen=True, slots=True)
class Documents:
    """What is known of all documents, in the order of the input; ``ids`` are unique.

    ``findings``: those made when all were known (spool.FINDINGS, ``row`` is the document).
    """

    table: pa.Table
    ids: list[str]
    duplicate_ids: int
    findings: pa.Table | None = None

    @classmethod
    def of(cls, spool: Spool) -> Documents:
        """The documents of a spool; an id that was seen before gets ``~2``, ``~3``, ..."""
        table = spool.documents(_KNOWN)
        ids, repeated = unique_ids(table["id"].to_pylist())
        return cls(table, ids, repeated)

    def numbers(self, column: str) -> NDArray[Any]:
        """A numeric column."""
        return np.asarray(self.table[column].to_numpy())

    def __len__(self) -> int:
        return len(self.ids)


def unique_ids(ids: Sequence[str]) -> tuple[list[str], int]:
    """Ids in their order, later ones of the same name with ``~2`` and so on; how many those are.

    A number that makes another document's own id is passed over.
    """
    own = set(ids)
    numbering = Numbering(own)
    return [numbering.name(id) for id in ids], len(ids) - len(own)


class Numbering:
    """Makes ids unique, one after the other; ``own`` are the ids that documents have."""

    def __init__(self, own: Collection[str]) -> None:
        self._own = own
        self._uses: dict[str, int] = {}

    def name(self, id: str) -> str:
        """The id, from its second use on with a number that makes no other document's own id."""
        uses = self._uses.get(id, 0) + 1
        name = id
        while uses > 1 and (name := f"{id}~{uses}") in self._own:
            uses += 1
        self._uses[id] = uses
        return name


@dataclass(frozen=True, slots=True)
class Clustering:
    """``heads`` int64[n]: the representative of each document; clusters of two and more."""

    heads: I64
    clusters: list[Cluster]


def clustering(documents: Documents, judged: Judged) -> Clustering:
    """Clusters of the documents by their matches."""
    # Artefacts are the worst of the three scores.
    worst = np.max([documents.numbers(name) for name in SCORES[:3]], axis=0, initial=0.0)
    heads = cluster.heads(
        judged.matches,
        published=documents.table["published"].to_pylist(),
        artefacts=worst,
        n_words=documents.numbers("n_words"),
    )
    return Clustering(heads, cluster.clusters(documents.ids, heads, judged.matches))


def write_tables(
    folder: Path, spool: Spool, documents: Documents, judged: Judged, groups: Clustering
) -> dict[str, int]:
    """Writes the five tables into ``folder``; the rows of each."""
    order = np.asarray(pc.sort_indices(pa.array(documents.ids, pa.string())))
    rank = np.empty(len(documents), np.int64)
    rank[order] = np.arange(len(documents))
    write_table(folder / "documents.parquet", _documents(documents, groups).take(pa.array(order)))
    _write_matches(folder / "matches.parquet", documents, judged, rank)
    findings = _write_findings(folder / "findings.parquet", spool, documents, rank)
    write_table(folder / "clusters.parquet", _clusters(groups.clusters), sort=("cluster",))
    domains = cluster.domains_table(
        documents.table["domain"].to_pylist(),
        heads=groups.heads,
        copy_match=cluster.copies_of(judged.matches, len(documents)),
        matches=judged.matches,
        scores={name: documents.numbers(name) for name in SCORES},
    )
    write_table(folder / "domains.parquet", domains)
    return {
        "documents": len(documents),
        "matches": len(judged),
        "findings": findings,
        "clusters": len(groups.clusters),
        "domains": domains.num_rows,
    }


def _documents(documents: Documents, groups: Clustering) -> pa.Table:
    """Documents outside any cluster have none, and represent themselves."""
    inside: dict[str, str] = {}
    for group in groups.clusters:
        inside |= dict.fromkeys(group.members, group.id)
    columns = {name: documents.table[name] for name in _KNOWN}
    columns["id"] = pa.array(documents.ids, pa.string())
    columns["cluster"] = pa.array([inside.get(id) for id in documents.ids], pa.string())
    columns["is_representative"] = pa.array(groups.heads == np.arange(len(documents)))
    return pa.table({name: columns[name] for name in schemas.DOCUMENTS.names}).cast(
        schemas.DOCUMENTS
    )


def _write_matches(path: Path, documents: Documents, judged: Judged, rank: I64) -> None:
    """Sorted by the ids of a and b; a is the one that comes first in the input."""
    matches = judged.matches
    pairs = rank[matches.pairs]
    order = np.lexsort((pairs[:, 1], pairs[:, 0]))
    ids = pa.array(documents.ids, pa.string())
    columns = {
        "a": ids.take(pa.array(matches.pairs[order, 0])),
        "b": ids.take(pa.array(matches.pairs[order, 1])),
        "kind": _names(matches.kind[order], MATCH_KINDS),
        "score": matches.score[order],
        "jaccard": matches.jaccard[order],
        "containment_a": judged.containment_a[order],
        "containment_b": judged.containment_b[order],
        "direction": _names(matches.direction[order], DIRECTIONS),
        "passages": judged.passages.take(pa.array(order)),
    }
    write_table(path, pa.table(columns, schema=schemas.MATCHES))


def _names(codes: NDArray[np.uint8], names: Sequence[str]) -> pa.Array:
    return pa.array(names, pa.string()).take(pa.array(codes))


def _write_findings(path: Path, spool: Spool, documents: Documents, rank: I64) -> int:
    """Sorted by id, then by place in the text, a block of ids at a time; returns the rows."""
    found = _Found(spool, documents, rank)
    size = max(1, len(documents) // max(1, -(-len(found) // FINDINGS_AT_ONCE)))
    blocks = (found.of_places(low, low + size) for low in range(0, max(1, len(documents)), size))
    return write_batches(path, blocks, schema=schemas.FINDINGS)


class _Found:
    """All findings by the place of their document in the order of ids.

    In memory are two numbers a finding, so that a block of ids costs what is in it, and not a look
    at the findings of all shards.
    """

    def __init__(self, spool: Spool, documents: Documents, rank: I64) -> None:
        self._spool = spool
        self._documents = documents
        # Places in ascending order, and the row of each.
        self._index: list[tuple[NDArray[np.int32], NDArray[np.int32]]] = []
        for number in range(len(spool.shards) + (documents.findings is not None)):
            start, part, shard = self._part(number)
            place = rank[part["row"].to_numpy() + start]
            order = np.argsort(place, kind="stable")
            self._index.append((place[order].astype(np.int32), order.astype(np.int32)))
            if shard is not None:
                shard.release()

    def __len__(self) -> int:
        return sum(len(rows) for _, rows in self._index)

    def of_places(self, low: int, high: int) -> pa.Table:
        """Those of the documents that stand at ``low`` to ``high`` (exclusive), sorted."""
        parts = [schemas.FINDINGS.empty_table()]
        for number, (places, rows) in enumerate(self._index):
            begin, end = np.searchsorted(places, (low, high))
            if begin < end:
                start, part, shard = self._part(number)
                wanted = part.take(pa.array(np.sort(rows[begin:end])))
                parts.append(_findings(start, wanted, self._documents))
                if shard is not None:
                    shard.release()
        keys = [(name, "ascending") for name in ("id", "start", "end", "kind", "rule", "score")]
        table = pa.concat_tables(parts)
        return table.take(pc.sort_indices(table, sort_keys=keys))

    def _part(self, number: int) -> tuple[int, pa.Table, Shard | None]:
        """The findings of a shard and the number of its first document, then those made later."""
        if number < len(self._spool.shards):
            shard = self._spool.shards[number]
            return int(self._spool.start[number]), shard.findings, shard
        return 0, self._documents.findings, None


def _findings(start: int, part: pa.Table, documents: Documents) -> pa.Table:
    rows = part["row"].to_numpy() + start
    ids = pa.array([documents.ids[row] for row in rows.tolist()], pa.string())
    columns = {name: part[name] for name in schemas.FINDINGS.names if name != "id"}
    return pa.table({"id": ids, **columns}, schema=schemas.FINDINGS)


def _clusters(clusters: Sequence[Cluster]) -> pa.Table:
    columns = {
        "cluster": [group.id for group in clusters],
        "size": [len(group.members) for group in clusters],
        "representative": [group.representative for group in clusters],
        "members": [list(group.members) for group in clusters],
        "kinds": [list(group.kinds) for group in clusters],
    }
    return pa.table(columns, schema=schemas.CLUSTERS)


def write_texts(path: Path, spool: Spool, documents: Documents, ids: Sequence[str]) -> None:
    """The texts of the documents ``ids``, sorted by id, for the report.

    ``parts``: what ``content_farm`` is made of before matches, as a JSON object.
    """
    wanted = set(ids)
    rows = np.array([row for row, id in enumerate(documents.ids) if id in wanted], np.int64)
    table = pa.table(
        {
            "id": pa.array([documents.ids[row] for row in rows.tolist()], pa.string()),
            "text": pa.array(spool.texts(rows), pa.string()),
            "parts": spool.documents(["parts"])["parts"].take(pa.array(rows)).combine_chunks(),
        },
        schema=TEXTS,
    )
    write_table(path, table, sort=("id",))
