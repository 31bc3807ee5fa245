"""Looks at packed sketches beside plain Python that reads the same bytes."""

from __future__ import annotations

import struct
from itertools import count

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dupdetect.index.stores.base import placed
from dupdetect.kernels.likely import Least
from dupdetect.kernels.looks import alike, look, worth
from dupdetect.kernels.views import anchor_weight

EVERY = Least(shingles=1.0, same=-1.0, alone=0.5, across=0.0)
LEAST = Least(shingles=0.4, same=0.36, alone=0.32, across=0.1)
FR, DE = (int.from_bytes(code, "little") for code in (b"fr", b"de"))

keys = st.integers(1, 40).map(lambda n: n * 2654435761 % 2**32) | st.integers(0, 3)
small = st.integers(0, 5) | st.sampled_from([127, 128, 300, 1 << 20])
anchors = st.tuples(small, st.integers(1, 3), st.booleans(), small, st.integers(0, 3), keys, keys,
                    st.integers(0, 255), st.integers(0, 255))  # fmt: skip
sketches = st.tuples(
    st.lists(small, max_size=20), st.lists(anchors, max_size=40), st.lists(keys, max_size=30)
)
documents = st.tuples(
    st.lists(keys.filter(bool), max_size=30, unique=True),
    *[st.lists(st.tuples(keys, st.integers(0, 255)), max_size=40)] * 2,
)


def varint(value: int) -> bytes:
    out = b""
    while value >= 128:
        out, value = out + bytes([value & 127 | 128]), value >> 7
    return out + bytes([value])


def packed(sketch) -> bytes:
    edges, anchors, shingles = sketch
    out = b"".join(map(varint, (400, 20, len(shingles), len(anchors), len(edges), *edges)))
    for step, kind, quote, sentences, alphabets, stem, skeleton, z1, z2 in anchors:
        out += varint(step)
        out += bytes([kind | 4 * quote | alphabets << 3 | min(sentences, 7) << 5])
        out += varint(sentences - 7) if sentences >= 7 else b""
        if alphabets & 1:
            out += struct.pack("<IB", stem, z1)
        if alphabets & 2 and not (alphabets & 1 and kind == 1):
            out += struct.pack("<IB", skeleton, z2)
    return out + struct.pack(f"<{len(shingles)}I", *shingles)


def record(sketch: bytes, code: bytes = b"fr", meta: bytes = b"[]") -> bytes:
    head = struct.pack("<B2sIIII", 2, code, 0, len(meta), len(sketch), 0)
    return head + meta + sketch


class Reader:
    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, n: int) -> bytes:
        if self.at + n > len(self.data):
            raise ValueError
        self.at += n
        return self.data[self.at - n : self.at]

    def number(self) -> int:
        value = 0
        for i in range(5):
            byte = self.take(1)[0]
            value |= (byte & 127) << 7 * i
            if byte < 128:
                return value
        raise ValueError


def read(sketch: bytes, bit: int) -> tuple[dict[int, float], list[int]]:
    """Weights of the anchors in an alphabet and the shingles; ValueError if malformed."""
    reader = Reader(sketch)
    _, _, n_shingles, n_anchors, n_edges = (reader.number() for _ in range(5))
    for _ in range(n_edges):
        reader.number()
    weights: dict[int, float] = {}
    for _ in range(n_anchors):
        reader.number()
        byte = reader.take(1)[0]
        if byte >> 5 == 7:
            reader.number()
        found = [reader.take(5)] if byte & 8 else []
        if byte & 16 and not (byte & 8 and byte & 3 == 1):
            found.append(reader.take(5))
        if byte & bit:
            key, zipf = struct.unpack("<IB", found[0 if bit == 8 else -1])
            if key:
                weights.setdefault(key, anchor_weight(zipf))
    rest = sketch[reader.at :]
    if len(rest) != 4 * n_shingles:
        raise ValueError
    return weights, list(struct.unpack(f"<{n_shingles}I", rest))


def slowly(document, sketch: bytes, across: bool, least: Least) -> tuple[float, float, float]:
    shingles, *views = document
    own: dict[int, float] = {}
    for key, zipf in views[across]:
        if key:
            own[key] = min(own.get(key, 9.0), anchor_weight(zipf))
    if not sketch:
        return 0.0, 0.0, 0.0
    try:
        theirs, their_shingles = read(sketch, 16 if across else 8)
    except ValueError:
        return 0.0, 1.0, 1.0
    shared = sum(min(weight, own[key]) for key, weight in theirs.items() if key in own)
    anchors = shared / (min(sum(theirs.values()), sum(own.values())) + 1.0)
    shorter, share = min(len(shingles), len(their_shingles)), 0.0
    if shorter and not across:
        share = min(sum(key in shingles for key in their_shingles) / shorter, 1.0)
    return float(across), anchors, share


def arrays(document):
    shingles, *views = document
    out = [np.array(sorted(shingles), np.uint32)]
    for view in views:
        known = sorted((key, zipf) for key, zipf in view if key)
        out += [
            np.array([key for key, _ in known], np.uint32),
            np.array([anchor_weight(zipf) for _, zipf in known], np.float32),
        ]
    return out


@settings(deadline=None, max_examples=300)
@given(documents, st.lists(st.tuples(sketches, st.booleans()), max_size=6))
def test_as_plain_python_finds_it(document, others):
    sketched = [packed(sketch) for sketch, _ in others]
    foreign = [across for _, across in others]
    places = placed(
        [b"id%d" % i for i in range(len(others))],
        [record(s, b"de" if f else b"fr") for s, f in zip(sketched, foreign, strict=True)],
    )
    args = *arrays(document), FR
    exact = look(*args, EVERY, places.record, places.end)
    wanted = [slowly(document, s, f, EVERY) for s, f in zip(sketched, foreign, strict=True)]
    assert np.allclose(exact, np.array(wanted).reshape(-1, 3), atol=1e-6)
    found = alike(*args, LEAST, places.record, places.end).tolist()
    assert found == worth(exact, LEAST).tolist()


@settings(deadline=None, max_examples=300)
@given(documents, sketches, st.data())
def test_malformed_sketches_are_told(document, sketch, data):
    whole = bytearray(packed(sketch))
    for _ in range(data.draw(st.integers(0, 3))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(whole[: data.draw(st.integers(0, len(whole)))])
    joined = record(cut, b"de")
    places = placed([b"id"], [joined])
    for language, across in ((DE, False), (0, False), (FR, True)):
        found = look(*arrays(document), language, EVERY, places.record, places.end)
        assert np.allclose(found[0], slowly(document, cut, across, EVERY), atol=1e-6)


def test_records_that_are_gone_short_or_claim_too_much():
    document = [5, 7], [(9, 3)], [(9, 3)]
    good = record(packed(([], [], [5, 7])))
    much = bytearray(good)
    much[11:15] = struct.pack("<I", len(good))
    places = placed(
        [b"a", b"b", b"c", None, b"e"], [good, good[:10], bytes(much), None, record(b"")]
    )
    found = look(*arrays(document), FR, EVERY, places.record, places.end)
    assert found[:, 1:].tolist() == [[0, 1], [1, 1], [1, 1], [0, 0], [0, 0]]


def test_long_sketches_and_many_of_them():
    numbers = count(1)
    sketch = (
        list(range(120, 136)) * 3,
        [(n % 140, 1 + n % 3, False, n % 9, n % 4, next(numbers), next(numbers), n % 200, 9)
         for n in range(3000)],
        list(range(2000)),
    )  # fmt: skip
    document = list(range(1, 1500)), [(key, 9) for key in range(1, 4000, 3)], []
    sketched = [packed(sketch), packed(([], [], [])), packed((sketch[0], sketch[1][:700], []))]
    places = placed([b"x"] * 3, [record(s) for s in sketched])
    found = look(*arrays(document), FR, EVERY, places.record, places.end)
    assert np.allclose(found, [slowly(document, s, False, EVERY) for s in sketched], atol=1e-6)
