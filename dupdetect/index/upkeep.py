"""What is done with a whole index: checked against itself, carried over into another one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache, partial
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from dupdetect.config import Config
from dupdetect.errors import IndexCorruptError
from dupdetect.index import sketches
from dupdetect.index.foreign import signature_bands
from dupdetect.index.records import Record, parse
from dupdetect.index.stores.base import Entry, Store, View
from dupdetect.sketch.batch import SketchBatch
from dupdetect.sketch.traces import id_hash, site_of, whose

#: Documents that are read at a time.
CHUNK = 256
#: Sites whose traces are kept at hand while an index is copied.
_SITES = 1024
#: Longest list that is read to see whether a document is in it.
_CAP = 256
#: Problems after which reading stops.
_MOST = 100
#: Looks at a document that its keys do not lead to: others may have written meanwhile.
_LOOKS = 3
#: A document: its key, its record as it is stored, and the parts of that.
Known = tuple[bytes, bytes, Record]


def posting_keys(batch: SketchBatch, row: int) -> dict[View, NDArray[np.uint64]]:
    """Keys under which a row is listed: none for a text too short for a signature."""
    if not batch.has_signature[row]:
        return {"bands": np.empty(0, np.uint64), "anchors": np.empty(0, np.uint64)}
    keys = batch.keys[batch.key_doc[row] : batch.key_doc[row + 1]]
    return {"bands": np.unique(batch.bands[row]), "anchors": np.unique(keys)}


def records_of(store: Store) -> Iterator[list[tuple[bytes, bytes]]]:
    """All documents, some at a time: key and record."""
    keys = iter(store)
    while chunk := list(islice(keys, CHUNK)):
        found = zip(chunk, store.get(chunk), strict=True)
        yield [(key, record) for key, record in found if record is not None]


def problems_of(store: Store, config: Config) -> list[str]:
    """What is wrong: in the store, in a record, or a document that its keys do not lead to.

    Others may write meanwhile.
    """
    problems = [*store.check(), *islice(_misplaced(store), _MOST)]
    for chunk in records_of(store):
        parsed: list[Known] = []
        for key, record in chunk:
            try:
                found = parse(key, record)
                found.document()
                if found.sketch:
                    sketches.unpack([found.sketch], config, keys=False)
                    parsed.append((key, record, found))
            except IndexCorruptError as error:
                problems.append(f"document {key.decode(errors='replace')}: {error}")
        if parsed:
            problems += _unlisted(store, config, parsed)
        if len(problems) > _MOST:
            return [*problems[:_MOST], "more problems follow"]
    return problems


def copy_into(target: Store, source: Store, config: Config) -> int:
    """Adds all documents of ``source``; those with an id that ``target`` has replace its own."""
    total = 0
    traces = lru_cache(_SITES)(partial(_traces, source))
    for chunk in records_of(source):
        parsed = [parse(*pair) for pair in chunk]
        batch = sketches.unpack([found.sketch or sketches.NOTHING for found in parsed], config)
        entries = []
        for row, (key, record) in enumerate(chunk):
            listed = posting_keys(batch, row)
            if len(parsed[row].signature):
                listed["bands"] = signature_bands(parsed[row].signature, config)
            site = site_of(parsed[row].known().url)
            trace = traces(site).get(id_hash(parsed[row].id), b"") if site else b""
            left = (site, trace) if trace else ()
            entries.append(Entry(key, record, listed["bands"], listed["anchors"], *left))
        target.put(entries)
        total += len(entries)
    return total


def _traces(store: Store, site: bytes) -> dict[bytes, bytes]:
    """The traces at a site by the hashes of the documents' ids."""
    return {whose(held.trace): held.trace for held in store.traces(site)}


def _misplaced(store: Store) -> Iterator[str]:
    """Traces that are not those of the documents that are said to have left them."""
    for site in store.sites():
        try:
            held = store.traces(site)
            names = store.names([one.number for one in held])
            for one, key in zip(held, names, strict=True):
                name = None if key is None else key.decode("utf-8", "surrogatepass")
                if name is not None and id_hash(name) != whose(one.trace):
                    yield f"document {name}: a trace that is not its own"
        except IndexCorruptError as error:
            yield str(error)


def _unlisted(store: Store, config: Config, parsed: list[Known]) -> list[str]:
    batch = sketches.unpack([found.sketch for _, _, found in parsed], config)
    problems = []
    for row, (key, record, _) in enumerate(parsed):
        for view, keys in posting_keys(batch, row).items():
            if not _listed_or_changed(store, view, keys, key, record):
                name = key.decode(errors="replace")
                problems.append(f"document {name}: not under all of its {view} keys")
    return problems


def _listed_or_changed(
    store: Store, view: View, keys: NDArray[np.uint64], key: bytes, record: bytes
) -> bool:
    """Whether a document is where its keys lead, or is not what it was any more."""
    return any(
        _listed(store, view, keys, key) or store.get([key]) != [record] for _ in range(_LOOKS)
    )


def _listed(store: Store, view: View, keys: NDArray[np.uint64], key: bytes) -> bool:
    """Whether some document of this key is in every list that is short enough to be read."""
    found = store.lookup(view, keys, cap=_CAP)
    whole = found.sizes <= _CAP
    inside = np.repeat(whole, np.diff(found.start))
    numbers, counts = np.unique(found.numbers[inside], return_counts=True)
    everywhere = numbers[counts == int(whole.sum())]
    return not whole.any() or key in store.names(everywhere.tolist())
