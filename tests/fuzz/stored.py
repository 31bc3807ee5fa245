"""The target of what an index stores: records, sketches, states and segments of strangers.

Checksums are made right again after each change, or nothing behind them would ever be reached.
"""

from __future__ import annotations

import functools
import struct
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np

from dupdetect.config import Config
from dupdetect.errors import IndexCorruptError, IndexMismatchError
from dupdetect.index import header, records, sketches
from dupdetect.index.stores.merging import merge_segments, write_recent
from dupdetect.index.stores.recent import Added, Recent, pack_block, unpack_block
from dupdetect.index.stores.segment import Segment
from dupdetect.index.stores.snapshot import Snapshot, Stored, unwrap, wrap
from dupdetect.index.stores.state import Part, State
from dupdetect.records import Document, Link
from dupdetect.sketch.batch import SketchBatch, sketch_texts
from dupdetect.verify import verify_pairs
from tests.fuzz.target import Target
from tests.fuzz.texts import sample_texts

CONFIG = Config()
_KEY = b"known"
_FIRST, _COUNT = 1, 40
_NOBODY = np.empty(0, np.uint8)
#: Bytes of a segment's header, its checksum the last eight.
_SEGMENT_HEAD = 8 * (5 + 3 + 3 * 8 + 1)
_EDIT = struct.Struct("<HBB")


def stored(data: bytes) -> None:
    """Whatever lies in an index: an error of ours, or an answer within bounds."""
    if not data:
        return
    parts: list[Callable[[bytes], None]] = [
        _record, _sketch, _state, _header, _block, _segment, _document,
    ]  # fmt: skip
    try:
        parts[data[0] % len(parts)](data[1:])
    except (IndexCorruptError, IndexMismatchError) as error:
        assert str(error)


def _record(data: bytes) -> None:
    head, body = bytearray(data[:19].ljust(19, b"\0")), data[19:]
    head[0] = records.VERSION
    seed = zlib.crc32(bytes(head[:3]) + bytes(head[7:]) + _KEY)
    head[3:7] = struct.pack("<I", zlib.crc32(body, seed))
    found = records.parse(_KEY, bytes(head) + body).document()
    found.text.encode()
    for link in found.links:
        assert isinstance(link.href, str)


def _sketch(data: bytes) -> None:
    """Lying sketches go on to the verifier, beside a good one."""
    batch = SketchBatch.concat([sketches.unpack([data], CONFIG), _good()])
    found = verify_pairs(
        batch, np.array([[0, 1], [1, 0], [0, 0]]), languages=["fr", "fr"], config=CONFIG
    )
    assert np.isfinite(found.score).all() and (found.score <= 1).all()
    verify_pairs(batch, np.array([[0, 1]]), languages=["de", "fr"], config=CONFIG)


def _state(data: bytes) -> None:
    state = State.decode(data)
    assert State.decode(state.encode()) == state


def _header(data: bytes) -> None:
    found = header.decode(data, path="x")
    config = header.adopt(found, CONFIG)
    header.check(found, config, path="x")


def _block(data: bytes) -> None:
    body = data[4:]
    documents = unpack_block(struct.pack("<II", zlib.crc32(body), min(len(data), 3)) + body)
    recent = Recent(1)
    recent.extend(documents)
    for view in range(3):
        recent.lookup(view, np.arange(9, dtype=np.uint64), limit=9, cap=4, dead=_NOBODY)
    snapshot = Snapshot(b"", State(next=recent.end), (), recent, _NOBODY)
    found = snapshot.records(list(range(-1, recent.end + 2)))
    whole = [unwrap(d.record).record if d.record else None for d in documents]
    assert found == [None, None, *whole, None, None]


def _segment(data: bytes) -> None:
    """A segment with some bytes changed; an edit is a place, a byte, whether it is the header's."""
    content = bytearray(_whole_segment())
    for at, change, in_header in _EDIT.iter_unpack(data[: len(data) // 4 * 4]):
        place = at % (_SEGMENT_HEAD - 8) if in_header & 1 else at * 7 % len(content)
        content[place] = change
    content[_SEGMENT_HEAD - 8 : _SEGMENT_HEAD] = struct.pack(
        "<Q", zlib.crc32(bytes(content[: _SEGMENT_HEAD - 8]))
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "0.segment"
        path.write_bytes(content)
        segment = Segment(path, size=len(content), first=_FIRST, count=_COUNT)
        part = Part(path.name, _FIRST, _COUNT, _COUNT, len(content), segment.lists)
        state = State(next=_FIRST + _COUNT, tail=_FIRST + _COUNT, parts=(part,))
        snapshot = Snapshot(b"", state, (segment,), Recent(_FIRST + _COUNT), _NOBODY)
        for use in (
            lambda: snapshot.find([b"d%d" % i for i in range(_COUNT)]),
            lambda: snapshot.lookup(1, np.arange(60, dtype=np.uint64) << np.uint64(33), cap=3),
            lambda: snapshot.records(list(range(_FIRST, _FIRST + _COUNT))),
            lambda: [snapshot.stored(number) for number in range(_FIRST, _FIRST + _COUNT)],
            segment.check,
            lambda: merge_segments(Path(folder) / "1.segment", [segment], dead=_NOBODY),
        ):
            try:
                use()
            except IndexCorruptError:
                continue


def _document(data: bytes) -> None:
    found = unwrap(data)
    assert len(found.key) + len(found.record) + 8 == len(data)


@functools.cache
def _good() -> SketchBatch:
    return sketches.unpack(sketches.pack(_sketches()), CONFIG)


def _sketches() -> SketchBatch:
    return sketch_texts([sample_texts()[0][:900]], CONFIG)


def _added(i: int) -> Added:
    from dupdetect.index.stores.snapshot import hash_ids

    keys = np.arange(i, i + 20, dtype=np.uint64) << np.uint64(33)
    record = wrap(Stored(b"d%d" % i, bytes([i]) * 50, 20, 20))
    return Added(record, np.concatenate([hash_ids([b"d%d" % i]), keys, keys]), (1, 20, 20))


@functools.cache
def _whole_segment() -> bytes:
    added = [_added(i) for i in range(_COUNT)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "0.segment"
        hashes = [[document.hashes(view) for document in added] for view in range(3)]
        write_recent(path, first=_FIRST, records=[d.record for d in added], hashes=hashes)
        return path.read_bytes()


def _seeds() -> list[bytes]:
    links = (Link(0, 3, "https://a.example/", "nofollow"),)
    document = Document(id="known", text=sample_texts()[0][:400], url="https://b/", links=links)
    sketch = sketches.pack(_sketches())[0]
    part = Part("ab.segment", 1, 4, 4, 4000, 300)
    seeds = [
        records.pack(document, sketch=sketch),
        sketch,
        State(next=9, tail=5, documents=8, parts=(part,)).encode(),
        header.encode(header.settings(CONFIG)),
        pack_block([_added(i) for i in range(3)])[4:],
        bytes([8, 0, 1, 1, 200, 3, 255, 0]),
        wrap(Stored(b"key", b"record", 2, 3)),
    ]
    return [bytes([kind]) + seed for kind, seed in enumerate(seeds)]


STORED = Target("index", stored, _seeds, ("dupdetect.index",))
