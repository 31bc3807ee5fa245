"""What two texts have in common word for word, and which names and numbers one of them alone has.

The verifier asks the same of a pair in numbers; this finds the places, for a person to look at.
Anchors and shingles are those of :mod:`dupdetect.sketch`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dupdetect.config import Config
from dupdetect.kernels.anchors import NAME, NUMBER
from dupdetect.kernels.tokens import CAPITAL, DIGIT, TokenArrays
from dupdetect.report.clean import visible
from dupdetect.sketch.batch import Anchors, anchors_of, shingles_of
from dupdetect.text.tokens import tokenize_texts

#: Kinds of anchors without the bit that marks quotations.
_KIND = 7
#: An anchor that is none in the alphabet asked for.
_ABSENT = 255
#: Characters that may join two parts of one name.
_HYPHENS = frozenset("-\u2010\u2011")
_JOINTS = _HYPHENS | frozenset(" \u00a0\u202f'’")


@dataclass(frozen=True, slots=True)
class Own:
    """A name or a number that the other text lacks: ``[start, end)`` in characters."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class Facts:
    """The names and numbers of one text: ``own`` in text order, and how many there are.

    ``total`` and ``shared`` count different names and numbers, not their mentions.
    """

    own: tuple[Own, ...] = ()
    total: int = 0
    shared: int = 0


@dataclass(frozen=True, slots=True)
class Contrast:
    """``facts`` and ``runs`` of the two texts.

    ``runs``: spans of three words and more that both sides of a passage hold.
    """

    facts: tuple[Facts, Facts] = (Facts(), Facts())
    runs: tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]] = ((), ())


def contrast(
    a: str,
    b: str,
    passages: Sequence[Mapping[str, Any]],
    *,
    across: bool,
    config: Config | None = None,
) -> Contrast:
    """Compare two texts; ``passages`` are mappings with the names of Passage.

    ``across``: the texts are in different languages, so that names are compared by their
    consonants and no runs of words are looked for.
    """
    config = config or Config()
    tokens = tokenize_texts([visible(a), visible(b)])
    anchors = anchors_of(tokens, config)
    words = [_words(tokens, document) for document in (0, 1)]
    keys = [_keys(anchors, document, across=across) for document in (0, 1)]
    facts = [
        _facts(tokens, anchors, keys[d], set(keys[1 - d]), words[d], frozenset(words[1 - d]), d, t)
        for d, t in ((0, a), (1, b))
    ]
    runs: list[tuple[tuple[int, int], ...]] = [(), ()]
    if not across and passages:
        runs = _runs(tokens, passages, config)
    return Contrast(facts=(facts[0], facts[1]), runs=(runs[0], runs[1]))


def _words(tokens: TokenArrays, document: int) -> list[bytes]:
    """The folded words of one document."""
    first, last = int(tokens.doc[document]), int(tokens.doc[document + 1])
    if first == last:
        return []
    joined = tokens.text[int(tokens.text_start[first]) : int(tokens.text_end[last - 1])].tobytes()
    return joined.split(b" ")


def _keys(anchors: Anchors, document: int, *, across: bool) -> list[int]:
    """Key of each anchor of a document, 0 where it has none in this alphabet."""
    doc, stem, skeleton, stem_zipf, skeleton_zipf, *_ = anchors
    rows = slice(int(doc[document]), int(doc[document + 1]))
    key, zipf = (skeleton, skeleton_zipf) if across else (stem, stem_zipf)
    return np.where(zipf[rows] == _ABSENT, 0, key[rows]).tolist()  # type: ignore[no-any-return]


def _facts(
    tokens: TokenArrays,
    anchors: Anchors,
    keys: list[int],
    others: set[int],
    words: list[bytes],
    other_words: frozenset[bytes],
    document: int,
    text: str,
) -> Facts:
    kinds, places = anchors[5], anchors[6]
    first_row, first = int(anchors[0][document]), int(tokens.doc[document])
    following = [*places[first_row + 1 : first_row + len(keys)].tolist(), len(words)]
    seen: dict[int, bool] = {}
    own: list[Own] = []
    for i, key in enumerate(keys):
        kind = int(kinds[first_row + i]) & _KIND
        if key == 0 or kind not in (NAME, NUMBER):
            continue
        token = int(places[first_row + i])
        if kind == NUMBER and not tokens.flags[first + token] & DIGIT:
            continue  # small numbers in letters come and go in any rewording
        # A name need not be an anchor on the other side, such as at the start of a sentence.
        known = key in others or (kind == NAME and words[token] in other_words)
        seen[key] = seen.get(key, False) or known
        if not known:
            low = high = token
            if kind == NUMBER:
                high = _last_of_number(tokens, first, token, following[i])
            else:
                low, high = _hyphenated(tokens, first, token, len(words), text)
            start, end = int(tokens.start[first + low]), int(tokens.end[first + high])
            own.append(Own(start, end, "number" if kind == NUMBER else "name"))
    return Facts(own=tuple(_joined(own, text)), total=len(seen), shared=sum(seen.values()))


def _last_of_number(tokens: TokenArrays, first: int, token: int, following: int) -> int:
    """The last token of a number such as 3 400 or 6.2 that begins at ``token``."""
    last = token
    while (
        last + 1 < following
        and tokens.flags[first + last + 1] & DIGIT
        and tokens.flags[first + last] & DIGIT
        and tokens.start[first + last + 1] == tokens.end[first + last] + 1
    ):
        last += 1
    return last


def _hyphenated(
    tokens: TokenArrays, first: int, token: int, count: int, text: str
) -> tuple[int, int]:
    """First and last token of the name around ``token``.

    In Saint-Cado the first part is too frequent to be an anchor.
    """

    def linked(left: int) -> bool:
        end, start = int(tokens.end[first + left]), int(tokens.start[first + left + 1])
        capitals = tokens.flags[first + left] & tokens.flags[first + left + 1] & CAPITAL
        return bool(capitals) and start == end + 1 and text[end] in _HYPHENS

    low = high = token
    while low > 0 and linked(low - 1):
        low -= 1
    while high + 1 < count and linked(high):
        high += 1
    return low, high


def _joined(own: list[Own], text: str) -> Iterator[Own]:
    """Names that stand side by side, as first name and last name do, as one."""
    held: Own | None = None
    for item in own:
        if held is not None and held.kind == item.kind == "name":
            gap = text[held.end : item.start]
            if item.start < held.end or (len(gap) == 1 and gap in _JOINTS):
                held = Own(held.start, max(held.end, item.end), "name")
                continue
        if held is not None:
            yield held
        held = item
    if held is not None:
        yield held


def _runs(
    tokens: TokenArrays, passages: Sequence[Mapping[str, Any]], config: Config
) -> list[tuple[tuple[int, int], ...]]:
    shingles, doc = shingles_of(tokens, config)
    size = config.shingle.size
    found: list[list[tuple[int, int]]] = [[], []]
    for passage in passages:
        sides = [_inside(tokens, doc, d, passage, size) for d in (0, 1)]
        values = [shingles[part] for part, _ in sides]
        for d in (0, 1):
            shared = np.isin(values[d], values[1 - d])
            found[d] += _spans(tokens, sides[d][1], shared, size)
    return [tuple(sorted(set(spans))) for spans in found]


def _inside(
    tokens: TokenArrays,
    doc: NDArray[np.int64],
    document: int,
    passage: Mapping[str, Any],
    size: int,
) -> tuple[slice, int]:
    """The shingles that lie inside a passage, and the token at which the first begins."""
    letter = "ab"[document]
    first, last = int(tokens.doc[document]), int(tokens.doc[document + 1])
    low = int(np.searchsorted(tokens.start[first:last], passage[f"{letter}_start"]))
    high = int(np.searchsorted(tokens.end[first:last], passage[f"{letter}_end"], side="right"))
    at = int(doc[document])
    return slice(at + low, at + max(high - size + 1, low)), first + low


def _spans(
    tokens: TokenArrays, first: int, shared: NDArray[np.bool_], size: int
) -> list[tuple[int, int]]:
    """Character spans of the words under runs of shared shingles."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], shared.astype(np.int8), [0]])))
    spans: list[tuple[int, int]] = []
    for begin, end in pairwise(edges.tolist()):
        if begin < len(shared) and shared[begin]:
            start = int(tokens.start[first + begin])
            stop = int(tokens.end[first + end + size - 2])
            if spans and spans[-1][1] >= start:
                start = spans.pop()[0]
            spans.append((start, stop))
    return spans
