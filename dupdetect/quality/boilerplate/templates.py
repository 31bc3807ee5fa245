"""Lines that a domain repeats from page to page: what a text leaves of itself to count them by.

Short lines only, each as one record with a key of its words (numbers are all alike: "3 comments"
is "5 comments"). A line that stands in three and more different documents of a domain is taken for
its template: of such lines of real news sites 99.6 % are labelled furniture (6,900 lines of
``boilerplate_lines``; two documents: 99.5 %, but those may be two versions of one article).

A scan counts all documents of a domain; an index knows what its latest pages have left
(:mod:`dupdetect.sketch.traces`) and counts three others. Measured (``benchmarks/site_lines.py``):
on 106 raw pages of 17 newspapers, of whose 18,900 lines of furniture 91.7 % are found alone, it
finds 290 more (18.6 % of what was left; recall 93.3 %), and with them 14 lines labelled content,
all headings of a series and titles of other articles on one site: precision 95.4 % (93.1 to 97.7).
In 35,326 articles of ``news_fr``, one after the other as the pages of one site, it finds one line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dupdetect.quality.boilerplate.masking import Spans
from dupdetect.quality.boilerplate.page_loops import KEY_WORDS, line_keys, page_lines
from dupdetect.quality.reading import Reading, Readings
from dupdetect.records import Finding
from dupdetect.sketch.traces import LONGEST, MOST_LINES, PageLines

#: Longer lines are paragraphs.
MAX_WORDS = KEY_WORDS
#: Different documents that must hold a line, and the share of the domain's that they must be (in
#: a thousand articles three may well say the same short sentence).
LEAST, LEAST_SHARE = 3, 0.01
#: What a finding of a template line is given.
SCORE = 0.95
RULE = "template"
_FIRST = np.zeros(1, np.int64)
#: Spaces too many that a title may be written with.
_LOOSE = 20
#: A line: key, place in the text, words, whether it was found to be furniture by itself (or is the
#: title), so that it is none of the lines that a template adds.
LINE = np.dtype(
    [("key", "<u8"), ("start", "<i4"), ("end", "<i4"), ("words", "<u2"), ("found", "u1")]
)


@dataclass(frozen=True, slots=True)
class TextLines:
    """The short lines of a text (``records`` of dtype LINE), and the words of all its lines.

    A line has at least one word, as in :func:`dupdetect.quality.boilerplate.share`.
    """

    records: NDArray[np.void]
    words: int


def text_lines(reading: Reading, found: Sequence[int], title: str | None = None) -> TextLines:
    """The lines of a text; ``found`` are the numbers of those that are furniture already.

    The document's ``title`` is no template wherever its site lists it: its line is passed over
    like those, and tells of other documents all the same.
    """
    chosen = np.flatnonzero((reading.sizes > 0) & (reading.sizes <= MAX_WORDS))
    sizes = reading.sizes[chosen]
    records = np.zeros(len(chosen), LINE)
    records["key"] = line_keys(reading.key, reading.line)[chosen]
    records["start"], records["end"] = reading.starts[chosen], reading.ends[chosen]
    records["words"] = sizes
    records["found"] = np.isin(chosen, np.asarray(found, np.int64))
    if title:
        records["found"] |= _are_title(reading.text, records, title.split())
    return TextLines(records, int(np.maximum(reading.sizes, 1).sum()))


def _are_title(text: str, records: NDArray[np.void], title: list[str]) -> NDArray[np.bool_]:
    """Which lines are the words of a title, whatever white space stands between them."""
    same = np.zeros(len(records), np.bool_)
    size, least = records["end"] - records["start"], len(" ".join(title))
    for at in np.flatnonzero((size >= least) & (size <= least + _LOOSE)) if title else ():
        start, end = records["start"][at], records["end"][at]
        same[at] = text[start:end].split() == title
    return same


def pages_of(
    readings: Readings, hidden: Sequence[Spans], wanted: Sequence[int]
) -> dict[int, PageLines]:
    """The lines by which the sites of some texts know them; ``hidden`` is what is masked of each.

    Lines that are masked come last, and none of them tells copies: they are furniture anyway.
    """
    if not len(wanted):
        return {}
    whole, numbers = readings.whole, np.asarray(wanted, np.int64)
    spans = [int(readings.base[i]) + start for i in wanted for start, _ in hidden[i]]
    keys, counts, longest = page_lines(
        whole.key, whole.line, readings.lines[numbers], readings.lines[numbers + 1],
        _marks(whole.starts, spans), MAX_WORDS, MOST_LINES, LONGEST,
    )  # fmt: skip
    return {
        number: PageLines(own[:n], top)
        for number, own, n, top in zip(wanted, keys, counts.tolist(), longest, strict=True)
    }


def page_of(
    word: NDArray[np.uint64], line: NDArray[np.int64], starts: NDArray[np.int64], hidden: Spans
) -> PageLines:
    """:func:`pages_of` of one text: its words, the first word of each line, where lines start."""
    marks = _marks(starts, [start for start, _ in hidden])
    last = np.array([len(starts)], np.int64)
    keys, counts, longest = page_lines(
        word, line, _FIRST, last, marks, MAX_WORDS, MOST_LINES, LONGEST
    )
    return PageLines(keys[0, : counts[0]], longest[0])


def _marks(starts: NDArray[np.int64], spans: Sequence[int]) -> NDArray[np.uint8]:
    """Which lines begin with what is hidden; other spans begin inside of a line."""
    marks = np.zeros(len(starts), np.uint8)
    if len(spans):
        begin = np.array(spans, np.int64)
        at = np.searchsorted(starts, begin, "right") - 1
        marks[at[starts[at] == begin]] = 1
    return marks


def site_keys(lines: TextLines) -> NDArray[np.uint32]:
    """The keys of a text's lines as they stand in :class:`PageLines`."""
    return (lines.records["key"] >> np.uint64(40)).astype(np.uint32)


def is_template(documents: int, of_domain: int) -> bool:
    """Whether a line that so many of a domain's different documents hold is its template."""
    return documents >= max(LEAST, LEAST_SHARE * of_domain)


def raised(share: float, words: int, of_words: int) -> np.float32:
    """The share of furniture when so many more words of a text are found to be some."""
    return np.float32(min(1.0, float(share) + words / max(1, of_words)))


def finding(text: str, start: int, end: int) -> Finding:
    """The finding of a template line."""
    return Finding("boilerplate", RULE, start, end, text[start:end], SCORE)
