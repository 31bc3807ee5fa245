"""Targets that take text: the tokeniser kernels with all sketches, and the pair verifier."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np

from dupdetect.config import Config
from dupdetect.records import Document, Match
from dupdetect.sketch.batch import SketchBatch, sketch_texts
from dupdetect.text import reference
from dupdetect.text.tokens import tokenize_texts
from tests.fuzz.target import Target

_SAMPLE = Path(__file__).parents[2] / "corpora" / "sample"
#: Between the texts of one input.
BREAK = "\x1e"
CONFIG = Config()
#: Longer texts are not compared with the plain-Python twin, which is slow.
_REFERENCE_CHARS = 2000


def texts_of(data: bytes) -> list[str]:
    """Whatever the bytes, texts that UTF-8 can hold."""
    return data.decode("utf-8", "replace").split(BREAK)


def sketch(data: bytes) -> None:
    """Tokens are those of the plain-Python twin; a text's sketch does not depend on its batch."""
    texts = texts_of(data)[:8]
    tokens = tokenize_texts(texts)
    words = tokens.text.tobytes()
    for d, text in enumerate(texts):
        rows = range(int(tokens.doc[d]), int(tokens.doc[d + 1]))
        starts, ends = tokens.start[rows.start : rows.stop], tokens.end[rows.start : rows.stop]
        assert (starts < ends).all() and (starts[1:] >= ends[:-1]).all()
        assert not len(rows) or (starts[0] >= 0 and ends[-1] <= len(text))
        if len(text) > _REFERENCE_CHARS:
            continue
        found = [
            (words[tokens.text_start[i] : tokens.text_end[i]].decode(), int(tokens.start[i]),
             int(tokens.end[i]), int(tokens.flags[i]))
            for i in rows
        ]  # fmt: skip
        assert found == [tuple(token) for token in reference.tokenize(text)]
    together = sketch_texts(texts, CONFIG)
    alone = SketchBatch.concat([sketch_texts([text], CONFIG) for text in texts])
    ours, theirs = together.to_arrays(), alone.to_arrays()
    for name, array in ours.items():
        assert np.array_equal(array, theirs[name]), name


def pair(data: bytes) -> None:
    """Two texts compared, and compared the other way round."""
    from dupdetect.detector import compare

    first, *rest = texts_of(data)
    second = BREAK.join(rest)
    ahead = compare(first, second, config=CONFIG)
    back = compare(second, first, config=CONFIG)
    _whole(ahead, first, second)
    _whole(back, second, first)
    assert (ahead.kind, ahead.score, ahead.jaccard) == (back.kind, back.score, back.jaccard)
    assert ahead.containment_a == back.containment_b
    assert ahead.containment_b == back.containment_a
    turned = {"a_from_b": "b_from_a", "b_from_a": "a_from_b", "unknown": "unknown"}
    assert ahead.direction == turned[back.direction]
    same = compare(Document(id="a", text=first), Document(id="b", text=first), config=CONFIG)
    enough = int(tokenize_texts([first]).doc[1]) >= CONFIG.shingle.min_tokens
    assert same.kind == ("exact" if enough else "none"), same.kind


def _whole(match: Match, a: str, b: str) -> None:
    numbers = (match.score, match.jaccard, match.containment_a, match.containment_b)
    assert all(0.0 <= number <= 1.0 for number in numbers), numbers
    for passage in match.passages:
        assert 0 <= passage.a_start < passage.a_end <= len(a)
        assert 0 <= passage.b_start < passage.b_end <= len(b)
        assert 0.0 <= passage.similarity <= 1.0
    assert all(x.a_end <= y.a_start for x, y in itertools.pairwise(match.passages))


def sample_texts() -> list[str]:
    """Articles of the sample corpus."""
    lines = (_SAMPLE / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["text"] for line in lines]


def _sketch_seeds() -> list[bytes]:
    texts = [text[:600] for text in sample_texts()[:12]]
    texts += [
        "Straße «ﬃ» İstanbul, 3,5 %… 10.000 \u200bcaf\u0301e\u00ad.",
        "中文のテキスト。ไทย ລາວ",
    ]
    joined = [BREAK.join(texts[i : i + 3]) for i in range(0, len(texts), 3)]
    return [text.encode() for text in [*texts, *joined, "", "a", "\n\n\n"]]


def _pair_seeds() -> list[bytes]:
    texts = [text[:1500] for text in sample_texts()]
    pairs = [texts[0], texts[0]], [texts[1], texts[2]], [texts[3], texts[3][200:] + texts[4][:300]]
    return [
        BREAK.join(two).encode()
        for two in [*pairs, *zip(texts[5:25:2], texts[6:26:2], strict=True)]
    ]


SKETCH = Target("tokens", sketch, _sketch_seeds, ("dupdetect.text", "dupdetect.sketch"))
PAIR = Target("pairs", pair, _pair_seeds, ("dupdetect.verify", "dupdetect.text.language"))
