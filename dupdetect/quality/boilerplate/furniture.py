"""Which lines of a text are furniture: what lexicon, form, weights and neighbours say together."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from dupdetect.quality.boilerplate.code import RULE, code_lines, code_marks
from dupdetect.quality.boilerplate.context import ANY, LONE, START
from dupdetect.quality.boilerplate.kernel import (
    I32,
    I64,
    PROSE,
    SEPARATORS,
    U8,
    WORDS,
    phrase_places,
)
from dupdetect.quality.boilerplate.lexicon import Hit, judge_matches
from dupdetect.quality.boilerplate.limits import HEADLINE_WORDS, LONE_WORDS, TRAIL_WORDS
from dupdetect.quality.boilerplate.lines import (
    F32,
    LineForms,
    line_forms,
    link_density,
    probabilities,
)
from dupdetect.quality.boilerplate.trails import trail
from dupdetect.quality.marks import PhraseBook
from dupdetect.quality.model import LineModel, shipped_model
from dupdetect.quality.phrases import WORD, Known, numbered
from dupdetect.quality.reading import Reading, Readings
from dupdetect.records import Finding, Link

#: Without weights: lines from this probability on are furniture.
_RULES_CUTOFF = 0.7
#: Lines of this chance are held against the rules of form.
WORTH_JUDGING = 0.3
#: Functions whose phrases are also plain section names or headings: alone they prove little.
_HEADINGS = frozenset({"navigation"})
_FURNITURE_KINDS = frozenset(("lone", "start", "inside"))
#: A short line has at most this many words.
_SHORT = 12
#: A line that begins like a prompt is one if it has at most this many words.
_PROMPT_WORDS = 9


@dataclass(frozen=True, slots=True)
class FurnitureLine:
    """A finding with the line it is, and what the lexicon knew of it (None: form alone)."""

    finding: Finding
    line: int
    hit: Hit | None


def find(
    reading: Reading,
    *,
    language: str,
    title: str | None = None,
    links: Sequence[Link] = (),
    weights: LineModel | None = None,
) -> list[Finding]:
    """The lines of a text that are furniture, in order, each as one finding.

    ``weights`` default to those shipped; ``links`` are the document's, where the page was HTML.
    """
    found = furniture_lines(reading, language=language, title=title, links=links, weights=weights)
    return [line.finding for line in found]


def share(reading: Reading, findings: Sequence[Finding]) -> float:
    """Share of the text's words that stand in the findings, 0..1; a line has at least one."""
    total = int(np.maximum(reading.sizes, 1).sum())
    if not total or not findings:
        return 0.0
    bounds = [(finding.start, finding.end) for finding in findings]
    places = np.searchsorted(reading.word_start, np.array(bounds))
    return float(np.maximum(places[:, 1] - places[:, 0], 1).sum()) / total


def furniture_lines(
    reading: Reading,
    *,
    language: str,
    title: str | None = None,
    links: Sequence[Link] = (),
    weights: LineModel | None = None,
) -> list[FurnitureLine]:
    """As :func:`find`, with what the lexicon knew of each line."""
    return furniture_lines_many(
        Readings.of(reading), language=language, titles=[title], links=[links], weights=weights
    )[0]


def furniture_lines_many(
    readings: Readings,
    *,
    language: str,
    titles: Sequence[str | None] = (),
    links: Sequence[Sequence[Link]] = (),
    weights: LineModel | None = None,
    looks: Looks | None = None,
) -> list[list[FurnitureLine]]:
    """:func:`furniture_lines` of many texts of one language; no ``titles`` or ``links``: none.

    ``looks`` are :func:`look`'s, where somebody has asked before.
    """
    reading, model = readings.whole, weights or shipped_lines()
    found: list[list[FurnitureLine]] = [[] for _ in readings.texts]
    if not reading.spans:
        return found
    hits, code, forms = looks or look(readings)
    density, shape = _density(readings, links), forms.shape
    chances, cutoff = _chances(readings, hits, forms, language, density, model)
    asked = sorted({*_worth_judging(hits, chances, shape), *code})
    base, begin = readings.base.tolist(), readings.lines.tolist()
    for i in asked:
        text = bisect_right(begin, i) - 1
        title = titles[text] if titles else None
        page = Page(
            reading.text, reading.spans, reading.sizes, shape, begin[text], begin[text + 1], title
        )
        judged = code.get(i) or judge_line(page, i, hits[i], float(chances[i]), cutoff)
        if judged is not None:
            rule, start, end, score = judged
            quote, shift = reading.text[start:end], base[text]
            finding = Finding("boilerplate", rule, start - shift, end - shift, quote, score)
            found[text].append(FurnitureLine(finding, i - begin[text], hits[i]))
    return found


#: Rule, start, end and probability of a finding.
Judged = tuple[str, int, int, float]


class Looks(NamedTuple):
    """What lines show whoever asks, in whatever language: what the lexicon knows of each, which are
    code, what they look like."""

    hits: list[Hit | None]
    code: dict[int, Judged]
    forms: LineForms


def look(readings: Readings) -> Looks:
    """What the lines of texts show."""
    reading = readings.whole
    hits = line_hits(reading)
    forms = line_forms(reading.codes, reading.starts, reading.ends, hits)
    return Looks(hits, _code(readings), forms)


@dataclass(frozen=True, slots=True)
class Page:
    """One of the texts that make ``text``: its lines are ``first`` to ``stop`` (exclusive) of all
    ``spans``; ``sizes`` are their words, ``shape`` their forms (see ``LineForms``)."""

    text: str
    spans: Sequence[tuple[int, int]]
    sizes: I64
    shape: F32
    first: int
    stop: int
    title: str | None = None

    def line(self, index: int) -> str:
        start, end = self.spans[index]
        return self.text[start:end]

    def words(self, index: int) -> list[str]:
        """In lower case."""
        return WORD.findall(self.line(index).lower())

    def at_edge(self, index: int) -> bool:
        return index < self.first + 3 or index >= self.stop - 3


def judge_line(
    page: Page, index: int, hit: Hit | None, chance: float, cutoff: float
) -> Judged | None:
    """What a line is found for, None for content."""
    text = page.line(index)
    if not any(character.isalnum() for character in text):
        return None
    rule, score = _judge(text, page.words(index), hit, chance, page.at_edge(index))
    if score < cutoff or _is_content(page, index, hit, rule):
        return None
    return rule, *page.spans[index], round(score, 4)


def _code(readings: Readings) -> dict[int, Judged]:
    reading = readings.whole
    marks = code_marks(reading.codes, reading.starts, reading.ends)
    texts = np.unique(np.searchsorted(readings.lines, np.flatnonzero(marks), "right") - 1)
    ranges = zip(readings.lines[texts].tolist(), readings.lines[texts + 1].tolist(), strict=True)
    return code_of(reading.text, reading.spans, marks, ranges)


def code_of(
    text: str, spans: Sequence[tuple[int, int]], marks: U8, texts: Iterable[tuple[int, int]]
) -> dict[int, Judged]:
    """The program text of lines; see :func:`dupdetect.quality.boilerplate.code.code_lines`."""
    pieces = code_lines(text, spans, marks, texts)
    return {line: (RULE, *piece) for line, piece in pieces.items()}


def _density(readings: Readings, links: Sequence[Sequence[Link]]) -> F32:
    out = np.full(len(readings.whole.spans), -1.0, np.float32)
    begin = readings.lines.tolist()
    for text, own in enumerate(links):
        if own:
            low, high, shift = begin[text], begin[text + 1], int(readings.base[text])
            spans = [(start - shift, end - shift) for start, end in readings.whole.spans[low:high]]
            out[low:high] = link_density(spans, own)
    return out


def shipped_lines() -> LineModel | None:
    """The weights that come with the package; None where they do not."""
    model = shipped_model("boilerplate_lines")
    return model if isinstance(model, LineModel) else None


def line_hits(reading: Reading) -> list[Hit | None]:
    """What the lexicon knows of each line."""
    lines, places, numbers = phrase_places(
        reading.line, reading.phrase_word, reading.key, LONE_WORDS
    )
    return hits_of(
        reading.book, reading.phrase, lines, places, numbers, reading.sizes, reading.words
    )


def hits_of(
    book: PhraseBook[Known], phrases: I32 | I64, lines: I64, places: I64, numbers: I64, sizes: I64,
    words: Callable[[int], list[str]],
) -> list[Hit | None]:  # fmt: skip
    """:func:`line_hits` of what :func:`kernel.phrase_places` tells of the ``phrases`` found.

    ``sizes``: words of each line; ``words``: which they are, asked where it matters.
    """
    matches: dict[int, list[tuple[int, Known]]] = {}
    for number, line, at in zip(phrases.tolist(), lines.tolist(), places.tolist(), strict=True):
        for known in book.meanings[number]:
            if known.kind in _FURNITURE_KINDS:
                matches.setdefault(line, []).append((at, known))
    hits: list[Hit | None] = [None] * len(sizes)
    for line, found in matches.items():
        hits[line] = judge_matches(int(sizes[line]), found)
    # A short line with numbers may be a known phrase without them ("12 commentaires").
    for line in numbers.tolist():
        said = numbered(words(line))
        hits[line] = judge_matches(len(said), matches.get(line, []), said)
    return hits


def _chances(
    readings: Readings,
    hits: Sequence[Hit | None],
    forms: LineForms,
    language: str,
    density: F32,
    model: LineModel | None,
) -> tuple[F32, float]:
    reading = readings.whole
    if model is None:
        sizes = reading.sizes.tolist()
        rules = [_by_phrase(hit, size) for hit, size in zip(hits, sizes, strict=True)]
        return np.array(rules, np.float32), _RULES_CUTOFF
    chances = probabilities(
        reading.codes, reading.starts, reading.ends, hits, forms,
        language=language, density=density, model=model, texts=readings.lines,
    )  # fmt: skip
    return chances, model.cutoff if language in model.gram_languages else model.cutoff_shape


def _by_phrase(hit: Hit | None, n_words: int) -> float:
    if hit is None:
        return 0.05
    if hit.bits & LONE or (hit.bits & START and n_words <= _SHORT):
        return 0.75
    return 0.5 if n_words <= 30 else 0.15


def _worth_judging(hits: Sequence[Hit | None], chances: F32, shape: F32) -> list[int]:
    asked = chances >= WORTH_JUDGING
    asked |= (shape[:, SEPARATORS] > 0) & (shape[:, WORDS] <= TRAIL_WORDS)
    asked |= np.array([hit is not None for hit in hits], np.bool_)
    worth: list[int] = np.flatnonzero(asked).tolist()
    return worth


def _judge(
    line: str, words: list[str], hit: Hit | None, chance: float, at_edge: bool
) -> tuple[str, float]:
    """The rule that names the line and the probability that it is furniture."""
    found = trail(line, words)
    if found is not None and found.score >= 0.9:
        return found.rule, max(found.score, chance)
    if hit is None:
        if found is not None and chance >= 0.3:
            return found.rule, max(found.score, chance)
        return _rule_by_form(words), chance
    if hit.bits & LONE and hit.function in _HEADINGS:
        return hit.function, max(chance, 0.9 if at_edge else 0.5)
    if hit.bits & LONE:
        # A lone prompt is furniture wherever it stands; one that ends a sentence may be speech.
        return hit.function, max(chance, 0.6 if line.endswith((".", "…")) else 0.93)
    if hit.bits & (START | ANY) == START | ANY and len(words) <= 25:
        return hit.function, max(chance, 0.9)
    # "Publié le", "Rédigé par", "Il vous reste": beginnings of two words and little more.
    if hit.bits & START and hit.known >= 2 and len(words) <= _PROMPT_WORDS and line[-1] not in "?!":
        return hit.function, max(chance, 0.6 if hit.function in _HEADINGS else 0.85)
    return hit.function, chance


def _rule_by_form(words: list[str]) -> str:
    digits = sum(word[0].isdigit() for word in words)
    if digits and digits * 2 >= len(words):
        return "update_date"
    if "©" in words:
        return "copyright"
    return "navigation" if len(words) <= _SHORT else "leftover"


def _is_content(page: Page, index: int, hit: Hit | None, rule: str) -> bool:
    """Whether an unknown line is the headline, short speech, or a piece of a broken sentence."""
    if hit is not None or rule == "breadcrumb":
        return False
    line, title = page.line(index), page.title
    if title and line.split() == title.split():
        return all(page.line(i).split() != line.split() for i in range(page.first, index))
    if index == page.first and int(page.sizes[index]) > HEADLINE_WORDS:
        return True
    if line[0] in "\"»”'’.,;:" or line[-1] in '"«“,;(':
        return True
    before = index > page.first and bool(page.shape[index - 1, PROSE])
    after = index + 1 < page.stop and bool(page.shape[index + 1, PROSE])
    return (before or after) and line[-1] in ".!?…»”" and rule != "update_date"
