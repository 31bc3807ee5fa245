"""Sketches of texts less the furniture of their pages.

Menus, share prompts and leftover code are no part of an article: with their words for anchors, two
pages of one site or one player's script look like texts on one subject.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cached_property
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from dupdetect.config import Config
from dupdetect.extract.dates import iso_date
from dupdetect.quality.boilerplate import Spans, masks
from dupdetect.quality.boilerplate.alone import lines_and_mask_one, mask_one
from dupdetect.quality.boilerplate.templates import page_of
from dupdetect.records import Document, checked
from dupdetect.sketch.batch import SketchBatch, sketch_texts
from dupdetect.sketch.one import known_of, sketch_alone
from dupdetect.sketch.traces import Lines, PageLines, latest
from dupdetect.text.language import spoken

#: Documents that are sketched at once: some megabytes of arrays.
BATCH = 256
#: Threads that sketch, and parts that they make while others are written: enough for the time that
#: a transaction takes.
_THREADS, _AHEAD = 2, 8
#: Documents that are taken at a time from what is no sequence: some transactions' worth.
_TAKEN = 64 * BATCH
#: A date that is kept as it is written: most are, and to read one takes ten times as long.
_ISO = re.compile(
    r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
    r"(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?\Z"
)
Sketched = tuple[list[Document], SketchBatch, Lines]


def sketch_articles(
    texts: Sequence[str], config: Config, masked: Sequence[Spans] | None = None
) -> SketchBatch:
    """:func:`~dupdetect.sketch.batch.sketch_texts` with each text's furniture left out of view.

    ``masked``: the spans of each text that assessing it has told (``Assessment.masked``).
    """
    spans = [mask_one(text) for text in texts] if masked is None else masked
    return sketch_texts(texts, config, masks(spans))


def sketch_pages(
    texts: Sequence[str], config: Config, wanted: Sequence[int]
) -> tuple[SketchBatch, dict[int, PageLines]]:
    """:func:`sketch_articles`, and the lines by which sites know the texts of these numbers."""
    if not wanted:
        return sketch_articles(texts, config), {}
    asked, lines, masked = set(wanted), {}, []
    for i, text in enumerate(texts):
        if i in asked:
            spans, lines[i] = mask_page(text)
        else:
            spans = mask_one(text)
        masked.append(spans)
    return sketch_articles(texts, config, masked), lines


def mask_page(text: str) -> tuple[Spans, PageLines]:
    """What is left out of a text, and the lines by which its site knows it."""
    look, spans = lines_and_mask_one(text)
    return spans, page_of(look.key, look.line, look.starts, spans)


class OneText:
    """Packed sketches (``sketch.one``) of single articles. The last one is kept: who crawls asks
    for a page, then adds it."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._last: tuple[str, NDArray[np.uint8]] | None = None

    @cached_property
    def _known(self) -> NDArray[np.uint8]:
        return known_of(self._config)

    def sketch(self, text: str, masked: Spans | None = None) -> NDArray[np.uint8]:
        """The sketch of a text; ``masked``: what ``mask_one`` leaves out of it, if that is known.

        Raises TextError for lone surrogates.
        """
        last = self._last
        if last is None or last[0] is not text:
            spans = mask_one(text) if masked is None else masked
            last = self._last = text, self.without(text, spans)
        return last[1]

    def without(self, text: str, masked: Spans) -> NDArray[np.uint8]:
        """The sketch of a text less these spans."""
        return sketch_alone(text, self._known, masked)


def sketch_ahead(documents: Iterable[Document], config: Config, *, most: int) -> Iterator[Sketched]:
    """Documents to be added to an index, in parts; while one is written the next are being made.

    Each part: the documents with their languages, their sketches, and the lines of those that are
    among the last ``most`` documents of their site. What is no sequence is taken some thousands at
    a time. Raises TypeError for what is no document, of a sequence before the first part.
    """
    if not isinstance(documents, Sequence):
        waiting = iter(documents)
        while taken := list(islice(waiting, _TAKEN)):
            yield from sketch_ahead(taken, config, most=most)
        return
    for document in documents:
        checked(document)
    numbers = latest(documents, most)
    parts = []
    for at in range(0, len(documents), BATCH):
        low, high = bisect_left(numbers, at), bisect_left(numbers, at + BATCH)
        own = [number - at for number in numbers[low:high]]
        parts.append((documents[at : at + BATCH], config, own))
    if len(parts) == 1:
        yield _sketched(*parts[0])
        return
    with ThreadPoolExecutor(_THREADS) as ahead:
        rest = iter(parts)
        coming = deque(ahead.submit(_sketched, *part) for part in islice(rest, _AHEAD))
        while coming:
            ready = coming.popleft().result()
            coming.extend(ahead.submit(_sketched, *part) for part in islice(rest, 1))
            yield ready


def with_language(document: Document) -> Document:
    """The document with its language, detected where it is not given, and a date that can be
    compared with others (as readers make it), or none."""
    language = spoken(document.text, document.language)
    published = document.published
    if published and not _ISO.match(published):
        published = iso_date(published)
    if document.language == language and document.published == published:
        return document
    return replace(document, language=language, published=published)


def _sketched(documents: Sequence[Document], config: Config, numbers: Sequence[int]) -> Sketched:
    own = [with_language(document) for document in documents]
    return own, *sketch_pages([document.text for document in own], config, numbers)
