"""Versions of an embedded index: which state there is, how it is written, flushed and merged.

See :mod:`dupdetect.index.stores.lmdb` for the layout.
"""

from __future__ import annotations

import contextlib
import fcntl
import secrets
import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from dupdetect.errors import IndexCorruptError, IndexError_, IndexMismatchError
from dupdetect.index.stores.environment import MAP_SIZE, Environment
from dupdetect.index.stores.meanwhile import Meanwhile
from dupdetect.index.stores.merging import IN_PASSING, merge_segments, plan, write_recent
from dupdetect.index.stores.recent import Added, Recent, pack_block, unpack_block
from dupdetect.index.stores.rings import Held
from dupdetect.index.stores.segment import Segment
from dupdetect.index.stores.sites import Sites
from dupdetect.index.stores.snapshot import ANCHORS, BANDS, IDS, Snapshot
from dupdetect.index.stores.state import Part, State

T = TypeVar("T")
#: Of a document that is added: its place among those, a site, and the trace that it leaves there.
Left = tuple[int, bytes, bytes]
U64 = NDArray[np.uint64]
U8 = NDArray[np.uint8]

#: Recent documents that become a segment: about 40 MB of lists in each process.
RECENT = 4096
HEADER, _STATE = b"header", b"state"
_TABLES = {"meta", "tail", "dead"}
#: Times that a reader looks again when segments vanish while it opens them.
_ATTEMPTS = 20
_NOBODY = np.empty(0, np.uint8)


class Versions:
    """One index folder as a process sees and changes it; safe for threads.

    ``recent``: documents that make a segment. Raises as ``Environment`` does, and
    IndexMismatchError for an index of an earlier layout.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        create: bool = True,
        readonly: bool = False,
        map_size: int = MAP_SIZE,
        recent: int = RECENT,
    ) -> None:
        self.path = Path(path)
        self._unit = recent
        self._writing = threading.RLock()
        self._loading = threading.Lock()
        self._meanwhile = Meanwhile()
        self._staged: Snapshot | None = None
        self._env = Environment(self.path, create=create, readonly=readonly, map_size=map_size)
        try:
            found = set(self._env.tables())
            if "records" in found:
                raise IndexMismatchError(
                    f"{self.path}: built by dupdetect 0.1, whose layout is no longer read: create "
                    "a new index and add the documents to it"
                )
            if not found >= _TABLES and not (create and not readonly and self._begun(found)):
                raise IndexCorruptError(f"{self.path}: an LMDB folder, but not an index")
            self._meta = self._env.table("meta")
            self._tail = self._env.table("tail", numbered=True)
            self._dead = self._env.table("dead", numbered=True)
            self._sites = Sites(self._env, found)
            # Segments are opened now, so that damage is said at once; recent documents are read
            # when they are first needed.
            self._known = Snapshot(None, State(), (), Recent(1), _NOBODY)
            opened = self._attempt(
                lambda txn: self._segments(State.decode(txn.get(_STATE, db=self._meta)))
            )
            self._known = Snapshot(None, State(), opened, Recent(1), _NOBODY)
            self._seen: tuple[int, Snapshot] = (-1, self._known)
        except BaseException:
            self._env.close()
            raise

    def _begun(self, found: set[str]) -> bool:
        """Whether there is nothing but what making an index begins with: who made it was killed."""
        if not found <= _TABLES:
            return False
        tables = [self._env.table(name, numbered=name != "meta") for name in sorted(found)]
        with self._env.reading() as txn:
            return all(txn.stat(table)["entries"] == 0 for table in tables)

    def _snapshot(self) -> Snapshot:
        """The newest state; inside a batch of this thread, the batch's."""
        if self._env.batching():
            return self._attempt(self._current)
        transaction, snapshot = self._seen
        # Asking for the number of the last transaction costs a tenth of beginning one.
        if transaction == self._env.last_transaction():
            return snapshot

        def read(txn: Any) -> Snapshot:
            current = self._current(txn)
            self._seen = (txn.id(), current)
            return current

        return self._attempt(read)

    def _attempt(self, read: Callable[[Any], T]) -> T:
        """Reads, again when segments were merged away meanwhile and other files named."""
        for _ in range(_ATTEMPTS):
            with self._env.reading() as txn, contextlib.suppress(FileNotFoundError):
                return read(txn)
        raise self._missing()

    def _latest(self, txn: Any) -> Snapshot:
        """The state as it is while this process alone may write."""
        try:
            return self._current(txn)
        except FileNotFoundError:
            raise self._missing() from None

    def _missing(self) -> IndexCorruptError:
        return IndexCorruptError(
            f"{self.path}: a segment is missing; restore it or build the index again"
        )

    def _current(self, txn: Any) -> Snapshot:
        raw = txn.get(_STATE, db=self._meta)
        staged, known = self._staged, self._known
        if staged is not None and staged.raw == raw:
            return staged
        if known.raw == raw:
            return known
        with self._loading:
            return self._load(txn, raw)

    def _load(self, txn: Any, raw: bytes | None) -> Snapshot:
        state, known = State.decode(raw), self._known
        if state.version <= known.state.version:
            return known  # another thread has read a newer one
        recent, after = known.recent, known.state.next
        if recent.first != state.tail or recent.end > after:
            # What it has beyond is another thread's, whose batch is open, or of a write undone.
            recent, after = Recent(state.tail), state.tail
        segments = self._segments(state)
        for block in _values(txn, self._tail, after):
            recent.extend(unpack_block(block))
        if recent.end != state.next:
            raise IndexCorruptError(f"{self.path}: recent documents are missing")
        lists = list(_values(txn, self._dead, max(state.dead_first, known.state.dead_next)))
        numbers = np.frombuffer(b"".join(lists), "<u4").astype(np.int64)
        if len(numbers) and int(numbers.max()) >= state.next:
            raise IndexCorruptError(f"{self.path}: the lists of removed documents are damaged")
        loaded = Snapshot(raw, state, segments, recent, known.killed(numbers.tolist()))
        if self._env.batching():
            self._staged = loaded
        else:
            self._known = loaded
        return loaded

    def _segments(self, state: State) -> tuple[Segment, ...]:
        """All segments of a state, those that are open already as they are."""
        opened = {segment.path.name: segment for segment in self._known.segments}
        return tuple(opened.get(part.file) or _segment(self.path, part) for part in state.parts)

    def _write(self, operation: Any) -> Any:
        before = self._known.state.tail
        result = self._written_by(operation)
        self._maintain_after(before)
        return result

    def _maintain_after(self, tail: int) -> None:
        """Merges what is due if there are other segments than when the tail began there."""
        if not self._env.batching() and self._known.state.tail != tail:
            self._meanwhile.do(self._maintain)

    def _written_by(self, operation: Any) -> Any:
        """What the operation answers, when it is durable or, in a batch, done."""
        with self._writing:
            batching = self._env.batching()
            try:
                result = self._env.write(operation)
            except BaseException:
                if not batching:
                    self._staged = None
                raise
            if not batching:
                self._publish()
        return result

    def _publish(self) -> None:
        if self._staged is not None:
            self._known, self._staged = self._staged, None

    def _change(
        self, txn: Any, keys: Sequence[bytes], fresh: Sequence[Added], left: Sequence[Left] = ()
    ) -> int:
        """Removes the documents of ``keys`` and adds ``fresh``; how many were removed.

        ``left``: which of the fresh ones leave a trace where.
        """
        first, removed = self._changed(txn, keys, fresh)
        if left:
            self._sites.leave(
                txn, [(site, Held(first + i, trace)) for i, site, trace in left],
                living=self._latest(txn).lives if removed else None,
            )  # fmt: skip
        return removed

    def _changed(self, txn: Any, keys: Sequence[bytes], fresh: Sequence[Added]) -> tuple[int, int]:
        """The number of the first fresh document, and how many were removed."""
        snapshot = self._latest(txn)
        state, recent = snapshot.state, snapshot.recent
        recent.cut(state.next)  # what a write that was undone has left
        ids = np.concatenate([document.hashes(IDS) for document in fresh]) if fresh else None
        old = [number for number in snapshot.find(keys, ids) if number]
        if not old and not fresh:
            return state.next, 0
        if state.next + len(fresh) >= 1 << 32:
            raise IndexError_(f"{self.path}: the index is full (2^32 documents)")
        gone = [stored for stored in map(snapshot.stored, old) if stored is not None]
        if len(fresh) >= self._unit:
            # Enough for a segment of their own: they are written once, and no lists are made.
            self._flush_all(txn)
            snapshot = self._latest(txn)
            state, recent = snapshot.state, snapshot.recent
        first = state.next
        state = state.advanced(
            next=first + len(fresh),
            dead_next=state.dead_next + bool(old),
            documents=state.documents + len(fresh) - len(old),
            bands=state.bands + _total(fresh, BANDS) - sum(stored.bands for stored in gone),
            anchors=state.anchors + _total(fresh, ANCHORS) - sum(s.anchors for s in gone),
        )
        if old:
            txn.put(_number(state.dead_next - 1), np.array(old, "<u4").tobytes(), db=self._dead)
        dead = snapshot.killed(old)
        if len(fresh) >= self._unit:
            state, segment = self._written(state, fresh, len(fresh))
            self._stage(txn, state, (*snapshot.segments, segment), Recent(state.next), dead)
            return first, len(old)
        if fresh:
            txn.put(_number(first), pack_block(fresh), db=self._tail)
            recent.extend(fresh)
        self._stage(txn, state, snapshot.segments, recent, dead)
        if state.next - state.tail >= self._unit:
            self._flush_all(txn)
        return first, len(old)

    def _flush_all(self, txn: Any) -> None:
        """Makes a segment of the recent documents."""
        snapshot = self._latest(txn)
        state, recent = snapshot.state, snapshot.recent
        documents = recent.documents(state.next)
        if not documents:
            return
        living = [not snapshot.is_dead(number) for number in range(state.tail, state.next)]
        none = Added(b"", np.empty(0, np.uint64), (0, 0, 0))
        kept = [d if alive else none for d, alive in zip(documents, living, strict=True)]
        state, segment = self._written(state, kept, sum(living))
        txn.drop(self._tail, delete=False)
        self._stage(txn, state, (*snapshot.segments, segment), Recent(state.next), snapshot.dead)

    def _written(
        self, state: State, documents: Sequence[Added], living: int
    ) -> tuple[State, Segment]:
        """Writes the documents from ``state.tail`` on as a segment; the state that names it."""
        file = f"{secrets.token_hex(8)}.segment"
        size = write_recent(
            self.path / file,
            first=state.tail,
            records=[document.record for document in documents],
            hashes=[[document.hashes(view) for document in documents] for view in range(3)],
        )
        segment = Segment(self.path / file, size=size, first=state.tail, count=len(documents))
        part = Part(file, state.tail, len(documents), living, size, segment.lists)
        return state.advanced(tail=state.next, parts=(*state.parts, part)), segment

    def _stage(
        self, txn: Any, state: State, segments: tuple[Segment, ...], recent: Recent, dead: U8
    ) -> None:
        raw = state.encode()
        txn.put(_STATE, raw, db=self._meta)
        self._staged = self._known.followed(raw, state, segments, recent, dead)

    def _maintain(self, ratio: int = IN_PASSING) -> None:
        """Merges segments while some are due (see :func:`plan`), unless another process does."""
        while plan(self._known.state.parts, ratio=ratio) < len(self._known.state.parts):
            # What was written is safe; if there is no room to merge it, that can be done later.
            with contextlib.suppress(OSError), self._merge_lock(wait=False) as mine:
                if not mine:
                    return
                parts = self._snapshot().state.parts
                if (begin := plan(parts, ratio=ratio)) < len(parts):
                    self._merge(begin, len(parts))
                continue
            return

    def _merge(self, begin: int, end: int) -> None:
        """Makes one segment of several; the merge lock is held."""
        snapshot = self._snapshot()
        parts = snapshot.state.parts[begin:end]
        inputs = [_segment(self.path, part, sequential=True) for part in parts]
        file = f"{secrets.token_hex(8)}.segment"
        size, documents = merge_segments(self.path / file, inputs, dead=snapshot.dead)
        count = sum(part.count for part in parts)
        merged = Segment(self.path / file, size=size, first=parts[0].first, count=count)
        part = Part(file, merged.first, count, documents, size, merged.lists)

        def swap(txn: Any) -> None:
            now = self._latest(txn)
            now.recent.cut(now.state.next)
            found = now.state.parts
            if found[begin:end] != parts:
                raise IndexError_(f"{self.path}: segments changed while they were merged")
            state = now.state.advanced(parts=(*found[:begin], part, *found[end:]))
            state = self._forget_dead(txn, state, part, snapshot)
            segments = (*now.segments[:begin], merged, *now.segments[end:])
            self._stage(txn, state, segments, now.recent, now.dead)

        with self._writing:
            try:
                self._env.write(swap)
            except BaseException:
                self._staged = None
                (self.path / file).unlink(missing_ok=True)
                raise
            self._publish()
        self._sweep()

    def _forget_dead(self, txn: Any, state: State, part: Part, merged: Snapshot) -> State:
        """Lists of the dead without those that a merge has left out."""
        listed = np.frombuffer(b"".join(_values(txn, self._dead, 0)), "<u4").astype(np.int64)
        inside = (listed >= part.first) & (listed < part.first + part.count)
        kept = [n for n, gone in zip(listed.tolist(), inside, strict=True)
                if not gone or not merged.is_dead(n)]  # fmt: skip
        if len(kept) == len(listed):
            return state
        txn.drop(self._dead, delete=False)
        txn.put(_number(state.dead_next), np.array(kept, "<u4").tobytes(), db=self._dead)
        return state.advanced(dead_first=state.dead_next, dead_next=state.dead_next + 1)

    def _sweep(self) -> None:
        """Deletes files that no state names; the merge lock is held, and taken: the write lock."""

        def remove(txn: Any) -> None:
            named = {part.file for part in self._latest(txn).state.parts}
            for pattern in ("*.segment", "*.tmp"):
                for path in self.path.glob(pattern):
                    if path.name not in named:
                        path.unlink(missing_ok=True)

        with self._writing:
            self._env.write(remove)

    @contextmanager
    def _merge_lock(self, *, wait: bool) -> Iterator[bool]:
        """Lets one process merge at a time; whether it is this one."""
        with (self.path / "merge.lock").open("ab") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            except BlockingIOError:
                yield False
                return
            yield True


def _segment(folder: Path, part: Part, *, sequential: bool = False) -> Segment:
    return Segment(
        folder / part.file, size=part.size, first=part.first, count=part.count,
        sequential=sequential,
    )  # fmt: skip


def _values(txn: Any, table: Any, first: int) -> Iterator[bytes]:
    with txn.cursor(table) as cursor:
        if cursor.set_range(_number(first)):
            yield from (bytes(value) for value in cursor.iternext(keys=False))


def _total(documents: Sequence[Added], view: int) -> int:
    return sum(document.lengths[view] for document in documents)


def _number(value: int) -> bytes:
    return struct.pack("=I", value)
