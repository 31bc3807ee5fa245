"""Verdicts on documents of an index are those on the same sketches in one batch."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from dupdetect.config import Config
from dupdetect.errors import IndexCorruptError
from dupdetect.index import sketches as packed
from dupdetect.index.likely import Likely
from dupdetect.index.records import pack
from dupdetect.index.stores.base import placed
from dupdetect.records import Document
from dupdetect.sketch.batch import SketchBatch, sketch_texts
from dupdetect.sketch.one import known_of, sketch_alone
from dupdetect.verify import verify_known, verify_pairs
from dupdetect.verify.known import models_of, verify_one

CONFIG = Config()
FIELDS = ("kind", "score", "jaccard", "containment_a", "containment_b", "direction")
LANGUAGES = ["fr", "fr", "de", None, "en", "ceb", "und"]


@pytest.fixture(scope="module")
def known(sample: Path) -> tuple[SketchBatch, list[Document], list[bytes]]:
    lines = (sample / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [json.loads(line)["text"] for line in lines][:12]
    # Halves among halves of others: parts are looked at too.
    texts += [a[: len(a) // 2] + b[len(b) // 2 :] for a, b in zip(texts, texts[3:], strict=False)]
    documents = [
        Document(
            id=str(i), text=text, language=LANGUAGES[i % 7],
            published=f"2020-01-{1 + i:02d}" if i % 3 else None,
        )
        for i, text in enumerate(texts)
    ]  # fmt: skip
    batch = sketch_texts(texts, CONFIG)
    return batch, documents, packed.pack(batch)


def laid(documents: list[Document], sketches: list[bytes]) -> Likely:
    records = [pack(d, sketch=sketch) for d, sketch in zip(documents, sketches, strict=True)]
    return Likely(placed([document.id.encode() for document in documents], records))


@pytest.mark.parametrize("rows", [[0], [4], [2, 7, 2], list(range(12))])
def test_as_in_one_batch(
    known: tuple[SketchBatch, list[Document], list[bytes]], rows: list[int]
) -> None:
    batch, documents, sketches = known
    pairs = np.array([(row, other) for row in rows for other in range(len(documents))])
    others = pairs[:, 1].tolist()
    known = laid([documents[other] for other in others], [sketches[other] for other in others])
    found = verify_known(batch, pairs[:, 0].copy(), documents, known, CONFIG)
    wanted = verify_pairs(
        packed.unpack(sketches, CONFIG, keys=False), pairs, config=CONFIG,
        languages=[document.language or "und" for document in documents],
        dates=[document.published for document in documents],
    )  # fmt: skip
    assert len(np.unique(wanted.kind)) > 1
    for name in FIELDS:
        assert getattr(found, name).tolist() == getattr(wanted, name).tolist(), name


def test_one_text_as_in_a_batch(known: tuple[SketchBatch, list[Document], list[bytes]]) -> None:
    batch, documents, sketches = known
    settings, models, asked = known_of(CONFIG), models_of(CONFIG), 0
    for row, document in enumerate(documents):
        sketch = sketch_alone(document.text, settings)
        wanted = verify_known(
            batch, np.full(len(documents), row), documents, laid(documents, sketches), CONFIG
        )
        found = verify_one(sketch, document, laid(documents, sketches), models)
        assert found is not None
        for name in FIELDS:
            assert getattr(found, name).tolist() == getattr(wanted, name).tolist(), name
            assert getattr(found, name).dtype == getattr(wanted, name).dtype, name
        apart = np.flatnonzero(wanted.kind == 0).tolist()
        asked += len(apart)
        others = laid([documents[i] for i in apart], [sketches[i] for i in apart])
        assert verify_one(sketch, document, others, models) is None
    assert asked


def test_a_sketch_that_cannot_be_is_an_error(
    known: tuple[SketchBatch, list[Document], list[bytes]],
) -> None:
    batch, documents, sketches = known
    sketch = sketch_alone(documents[0].text, known_of(CONFIG))
    broken = laid(documents[:3], [*sketches[:2], sketches[2][:-1]])
    with pytest.raises(IndexCorruptError):
        verify_one(sketch, documents[0], broken, models_of(CONFIG))
    with pytest.raises(IndexCorruptError):
        verify_known(batch, np.zeros(3, np.int64), documents, broken, CONFIG)


def test_no_records_no_verdicts(known: tuple[SketchBatch, list[Document], list[bytes]]) -> None:
    batch, documents, _ = known
    found = verify_known(batch, np.zeros(0, np.int64), documents, laid([], []), CONFIG)
    assert found.kind.shape == found.direction.shape == (0,)
