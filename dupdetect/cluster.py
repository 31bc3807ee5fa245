"""Clusters that do not chain: a representative, and members that each match it.

"Related" is not transitive: a page that merges two stories, or a template's hub, is a bridge
between them, and following bridges ends in one cluster of everything. So representatives are chosen
first, the likeliest sources, no two of which match each other; then every other document joins the
representative that it matches best. Bridges are chosen last, and a document that matches another
representative never joins one: a bridge joins one side, or stays alone, and merges nothing.

Documents are numbers 0..n-1 here, matches are arrays; all ties are broken by document number, so
the outcome depends on nothing but the matches and their documents.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dupdetect import schemas
from dupdetect.kernels.bridges import groups_around
from dupdetect.kernels.group import decode_pairs, encode_pairs, sorted_unique
from dupdetect.records import DIRECTIONS, MATCH_KINDS, Cluster

I64 = NDArray[np.int64]

_A_FROM_B, _B_FROM_A = DIRECTIONS.index("a_from_b"), DIRECTIONS.index("b_from_a")
#: Two documents that have this Jaccard similarity to a third are related to each other: Jaccard
#: distance is a metric, so theirs is at least 1 - 2 (1 - 0.6) = 0.2.
CLOSE = 0.6
#: What stands for the day of publication of undated documents: after all days.
UNDATED = "9999-99-99"
#: Sources that the domains table names for each domain, most copied first.
MAX_SOURCES = 20


@dataclass(frozen=True, slots=True)
class Matches:
    """k matches of any kind but none: ``pairs`` int64[k, 2], a before b; ``kind`` and ``direction``
    uint8[k], codes of records.MATCH_KINDS and DIRECTIONS; ``score``, ``jaccard`` float32[k].
    """

    pairs: I64
    kind: NDArray[np.uint8]
    score: NDArray[np.float32]
    jaccard: NDArray[np.float32]
    direction: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.pairs)


def copies_of(matches: Matches, n_docs: int) -> I64:
    """For each document, the number of its best match whose direction calls it the copy; else -1.

    Best is the highest score, then the lowest match number.
    """
    copy = np.full(len(matches), -1, np.int64)
    copy[matches.direction == _A_FROM_B] = matches.pairs[matches.direction == _A_FROM_B, 0]
    copy[matches.direction == _B_FROM_A] = matches.pairs[matches.direction == _B_FROM_A, 1]
    known = np.flatnonzero(copy >= 0)
    order = known[np.lexsort((-known, matches.score[known]))]
    best = np.full(n_docs, -1, np.int64)
    best[copy[order]] = order
    return best


def days(published: Sequence[str | None]) -> NDArray[np.str_]:
    """Days of publication as ``YYYY-MM-DD``; UNDATED where there is none."""
    return np.array([(date or UNDATED)[:10] for date in published], dtype="U10")


def heads(
    matches: Matches,
    *,
    published: Sequence[str | None],
    artefacts: NDArray[Any],
    n_words: NDArray[Any],
) -> I64:
    """The representative of each document, itself or one that it matches: the whole rule."""
    bridge = bridges(matches, published=published)
    rank = strength(
        matches, published=published, artefacts=artefacts, n_words=n_words, bridge=bridge
    )
    return representatives(matches, rank, bridge)


def bridges(
    matches: Matches,
    *,
    published: Sequence[str | None],
    degree: I64 | None = None,
    wanted: I64 | None = None,
) -> NDArray[np.bool_]:
    """Which documents (``wanted``: numbers, default all) are bridges.

    A bridge matches two groups of documents, or more, that nothing but it relates: once it is left
    out, its neighbours fall into parts without a match between them, of which at least two have
    several documents; or none has, and at least two have matches elsewhere (``degree``: matches of
    each document, by default those given). Neighbours that are CLOSE to it are related for certain
    and make one part. Not a bridge but the source of both groups is a document that was published
    on a day before all of its neighbours that are not CLOSE.
    """
    n_docs = len(published)
    start, neighbour, number = _adjacency(matches.pairs, n_docs)
    close = matches.jaccard[number] >= CLOSE
    which = np.arange(n_docs) if wanted is None else wanted
    count = np.diff(start) if degree is None else degree
    found: NDArray[np.bool_] = groups_around(start, neighbour, close, count, which) > 1
    day = days(published)
    for at in np.flatnonzero(found & (day[which] != UNDATED)).tolist():
        document = which[at]
        around = slice(start[document], start[document + 1])
        others = day[neighbour[around][~close[around]]]
        found[at] = not ((day[document] < others) & (others != UNDATED)).all()
    return found


def strength(
    matches: Matches,
    *,
    published: Sequence[str | None],
    artefacts: NDArray[Any],
    n_words: NDArray[Any],
    bridge: NDArray[np.bool_],
) -> I64:
    """Ranks documents as likely sources, 0 for the likeliest; each rank once.

    In this order: no bridge; the earliest day of publication (undated last), more documents that
    derive from it than it derives from, fewer ``artefacts`` (any score, by steps of 0.1), more
    words, order. Of two that match, the one with more words is the one that contains more of the
    other.
    """
    n_docs = len(published)
    day = days(published)
    votes = np.zeros(n_docs, np.int64)
    for code, source, copy in ((_A_FROM_B, 1, 0), (_B_FROM_A, 0, 1)):
        pairs = matches.pairs[matches.direction == code]
        np.add.at(votes, pairs[:, source], 1)
        np.add.at(votes, pairs[:, copy], -1)
    steps = np.floor(np.asarray(artefacts, np.float64) * 10)
    words = -np.asarray(n_words, np.int64)
    order = np.lexsort((np.arange(n_docs), words, steps, -votes, day, bridge))
    rank = np.empty(n_docs, np.int64)
    rank[order] = np.arange(n_docs)
    return rank


def representatives(matches: Matches, rank: I64, bridge: NDArray[np.bool_]) -> I64:
    """The representative of each document: itself, or one that it matches directly.

    Documents are taken in order of ``rank``; one that matches no representative so far becomes one.
    Then every other document goes to its best representative: one that is no bridge if there is
    one, then by score, Jaccard and rank.
    """
    n_docs = len(rank)
    start, neighbour, _ = _adjacency(matches.pairs, n_docs)
    covered = np.zeros(n_docs, bool)
    chosen = np.ones(n_docs, bool)
    linked = sorted_unique(matches.pairs)
    for document in linked[np.argsort(rank[linked])].tolist():
        if covered[document]:
            chosen[document] = False
        else:
            covered[neighbour[start[document] : start[document + 1]]] = True
    result = np.arange(n_docs)
    a, b = matches.pairs[:, 0], matches.pairs[:, 1]
    swap = chosen[a]
    member, head = np.where(swap, b, a), np.where(swap, a, b)
    usable = np.flatnonzero(chosen[head])
    member, head = member[usable], head[usable]
    best_last = np.lexsort(
        (-rank[head], matches.jaccard[usable], matches.score[usable], ~bridge[head])
    )
    result[member[best_last]] = head[best_last]
    return result


def missing_pairs(matches: Matches, heads: I64, evaluated: NDArray[np.uint64]) -> I64:
    """Pairs worth verifying so that clusters are whole: a representative with the documents that
    match one of its members but were never compared with it (a capped bucket hides such pairs).

    ``evaluated`` are the pair codes compared so far, sorted. At most two pairs per match.
    """
    a, b = matches.pairs[:, 0], matches.pairs[:, 1]
    head = np.concatenate([heads[a], heads[b]])
    other = np.concatenate([b, a])
    codes = sorted_unique(encode_pairs(head, other)[head != other])
    if len(evaluated):
        place = np.minimum(np.searchsorted(evaluated, codes), len(evaluated) - 1)
        codes = codes[evaluated[place] != codes]
    return decode_pairs(codes)


def clusters(ids: Sequence[str], heads: I64, matches: Matches) -> list[Cluster]:
    """Clusters of two and more in the order of their representatives; members in document order.

    The cluster's id is a hash of its representative's id, the same in every scan. ``kinds`` are
    those of the members' matches with the representative.
    """
    a, b = matches.pairs[:, 0], matches.pairs[:, 1]
    kinds: dict[int, set[int]] = {}
    for head, kind in ((a, matches.kind), (b, matches.kind)):
        other = b if head is a else a
        inside = heads[other] == head
        for number, code in zip(head[inside].tolist(), kind[inside].tolist(), strict=True):
            kinds.setdefault(number, set()).add(code)
    order = np.argsort(heads, kind="stable")
    first = np.flatnonzero(np.diff(heads[order], prepend=-1))
    found = []
    for members in np.split(order, first[1:]) if len(order) else []:
        if len(members) < 2:
            continue
        head_number = int(heads[members[0]])
        found.append(
            Cluster(
                id=cluster_id(ids[head_number]),
                representative=ids[head_number],
                members=tuple(ids[member] for member in members.tolist()),
                kinds=tuple(MATCH_KINDS[code] for code in sorted(kinds[head_number])),
            )
        )
    return found


def cluster_id(representative: str) -> str:
    """``c`` and 16 hexadecimal digits of a hash of the representative's id."""
    data = representative.encode("utf-8", "surrogatepass")
    return "c" + blake2b(data, digest_size=8).hexdigest()


def domains_table(
    domains: Sequence[str | None],
    *,
    heads: I64,
    copy_match: I64,
    matches: Matches,
    scores: dict[str, NDArray[Any]],
) -> pa.Table:
    """The table schemas.DOMAINS, sorted by domain; documents without a domain are left out.

    ``copies`` is the share of documents that are members but not representatives, or that a match's
    direction calls the copy; each score is the mean over the domain's documents; ``sources`` are
    the other domains that its copies come from: that of the representative, else that of the match.
    """
    n_docs = len(domains)
    names = pa.array(domains, pa.string()).dictionary_encode()
    code = names.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    if n_docs and len(names.dictionary) and "" in domains:
        code[code == names.dictionary.index("").as_py()] = -1
    source = np.where(heads != np.arange(n_docs), heads, -1)
    loose = np.flatnonzero((source < 0) & (copy_match >= 0))
    source[loose] = matches.pairs[copy_match[loose]].sum(axis=1) - loose
    known = np.flatnonzero(code >= 0)
    width = len(names.dictionary)
    documents = np.bincount(code[known], minlength=width)
    copied = np.bincount(code[known[source[known] >= 0]], minlength=width)
    keep = np.flatnonzero(documents)
    totals = np.maximum(documents, 1)
    columns: dict[str, Any] = {
        "domain": names.dictionary.take(pa.array(keep)),
        "documents": documents[keep].astype(np.int32),
        "copies": (copied / totals)[keep].astype(np.float32),
    }
    for name, values in scores.items():
        sums = np.bincount(code[known], weights=np.asarray(values)[known], minlength=width)
        columns[name] = (sums / totals)[keep].astype(np.float32)
    labels = names.dictionary.to_pylist()
    origins = _sources(code, source, labels)
    columns["sources"] = [origins.get(number, []) for number in keep.tolist()]
    table = pa.table(columns, schema=schemas.DOMAINS)
    return table.sort_by("domain")


def _sources(code: I64, source: I64, labels: Sequence[str]) -> dict[int, list[dict[str, Any]]]:
    copies = np.flatnonzero((source >= 0) & (code >= 0))
    copies = copies[code[source[copies]] >= 0]
    to, origin = code[copies], code[source[copies]]
    away = to != origin
    pairs, counts = np.unique(
        np.stack([to[away], origin[away]], axis=1), axis=0, return_counts=True
    )
    found: dict[int, list[dict[str, Any]]] = {}
    rows = zip(pairs.tolist(), counts.tolist(), strict=True)
    for (domain, other), count in sorted(rows, key=lambda row: (-row[1], labels[row[0][1]])):
        listed = found.setdefault(domain, [])
        if len(listed) < MAX_SOURCES:
            listed.append({"domain": labels[other], "documents": count})
    return found


def _adjacency(pairs: I64, n_docs: int) -> tuple[I64, I64, I64]:
    """Start of each document's neighbours, these (ascending), and the number of the match."""
    ends = np.concatenate([pairs, pairs[:, ::-1]])
    order = np.lexsort((ends[:, 1], ends[:, 0]))
    start = np.zeros(n_docs + 1, np.int64)
    np.cumsum(np.bincount(ends[:, 0], minlength=n_docs), out=start[1:])
    return start, ends[order, 1], order % max(1, len(pairs))
