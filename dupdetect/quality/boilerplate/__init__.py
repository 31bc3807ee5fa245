"""Page furniture in a text, line by line: menus, prompts, notes, leftovers.

A finding is a whole line, trimmed. Its score is the probability that the line is no content. Three
sources are put together: phrases known by function in five languages, the form of the line, and
trained weights that see the line among its neighbours (absent weights: the first two alone).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dupdetect.quality.boilerplate.context import ANY, LONE, START
from dupdetect.quality.boilerplate.kernel import PROSE, SEPARATORS, WORDS
from dupdetect.quality.boilerplate.lexicon import LONE_WORDS, Hit, judge_matches
from dupdetect.quality.boilerplate.lines import (
    F32,
    HEADLINE_WORDS,
    line_shapes,
    link_density,
    probabilities,
)
from dupdetect.quality.boilerplate.trails import trail
from dupdetect.quality.loops import NUMBER_KEY
from dupdetect.quality.model import LineModel, shipped_model
from dupdetect.quality.phrases import Known, numbered
from dupdetect.quality.reading import Reading
from dupdetect.records import Finding, Link

__all__ = ["FurnitureLine", "find", "furniture_lines", "line_hits", "share"]

#: Without weights: lines from this probability on are furniture.
_RULES_CUTOFF = 0.7
#: Functions whose phrases are also plain section names or headings: alone they prove little.
_HEADINGS = frozenset({"navigation"})
#: A short line has at most this many words.
_SHORT = 12
#: A line that begins like a prompt is one if it has at most this many words.
_PROMPT_WORDS = 9
#: A bar or trail of links has at most this many words.
_TRAIL_WORDS = 60


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
    """Share of the text's words that stand in the found lines, 0..1; a line has at least one."""
    sizes = np.maximum(reading.sizes, 1)
    total = int(sizes.sum())
    if not total or not findings:
        return 0.0
    lines = np.searchsorted(reading.starts, [finding.start for finding in findings])
    return float(sizes[lines].sum()) / total


def furniture_lines(
    reading: Reading,
    *,
    language: str,
    title: str | None = None,
    links: Sequence[Link] = (),
    weights: LineModel | None = None,
) -> list[FurnitureLine]:
    """As :func:`find`, with what the lexicon knew of each line."""
    if not reading.spans:
        return []
    model = weights or _shipped()
    hits = line_hits(reading)
    chances, shape, cutoff = _chances(reading, hits, language, links, model)
    asked = _worth_judging(hits, chances, shape)
    found: list[FurnitureLine] = []
    for i in asked:
        start, end = reading.spans[i]
        text, hit = reading.text[start:end], hits[i]
        if not any(character.isalnum() for character in text):
            continue
        rule, score = _judge(text, reading.words(i), hit, float(chances[i]), _at_edge(reading, i))
        if score >= cutoff and not _is_content(reading, i, hit, rule, title, shape):
            finding = Finding("boilerplate", rule, start, end, text, round(score, 4))
            found.append(FurnitureLine(finding, i, hit))
    return found


def _shipped() -> LineModel | None:
    model = shipped_model("boilerplate_lines")
    return model if isinstance(model, LineModel) else None


def line_hits(reading: Reading) -> list[Hit | None]:
    """What the lexicon knows of each line."""
    matches: dict[int, list[tuple[int, Known]]] = {}
    begin = reading.line.tolist()
    for word, _, known in reading.phrases("lone", "start", "inside"):
        line = bisect_right(begin, word) - 1
        matches.setdefault(line, []).append((word - begin[line], known))
    hits: list[Hit | None] = [None] * len(reading.spans)
    for line, found in matches.items():
        hits[line] = judge_matches(begin[line + 1] - begin[line], found)
    # A short line with numbers may be a known phrase without them ("12 commentaires").
    for word in np.flatnonzero(reading.key == np.uint64(NUMBER_KEY)).tolist():
        line = bisect_right(begin, word) - 1
        size = begin[line + 1] - begin[line]
        if size <= LONE_WORDS:
            words = numbered(reading.words(line))
            hits[line] = judge_matches(size, matches.get(line, []), words)
    return hits


def _chances(
    reading: Reading,
    hits: Sequence[Hit | None],
    language: str,
    links: Sequence[Link],
    model: LineModel | None,
) -> tuple[F32, F32, float]:
    if model is None:
        shape = line_shapes(reading.codes, reading.starts, reading.ends)
        sizes = reading.sizes.tolist()
        rules = [_by_phrase(hit, size) for hit, size in zip(hits, sizes, strict=True)]
        return np.array(rules, np.float32), shape, _RULES_CUTOFF
    chances, shape = probabilities(
        reading.codes, reading.starts, reading.ends, hits,
        language=language, density=link_density(reading.spans, links), model=model,
    )  # fmt: skip
    cutoff = model.cutoff if language in model.gram_languages else model.cutoff_shape
    return chances, shape, cutoff


def _by_phrase(hit: Hit | None, n_words: int) -> float:
    if hit is None:
        return 0.05
    if hit.bits & LONE or (hit.bits & START and n_words <= _SHORT):
        return 0.75
    return 0.5 if n_words <= 30 else 0.15


def _worth_judging(hits: Sequence[Hit | None], chances: F32, shape: F32) -> list[int]:
    asked = chances >= 0.3
    asked |= (shape[:, SEPARATORS] > 0) & (shape[:, WORDS] <= _TRAIL_WORDS)
    for i, hit in enumerate(hits):
        if hit is not None:
            asked[i] = True
    return [int(i) for i in np.flatnonzero(asked)]


def _at_edge(reading: Reading, index: int) -> bool:
    return index < 3 or index >= len(reading.spans) - 3


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


def _is_content(
    reading: Reading, index: int, hit: Hit | None, rule: str, title: str | None, shape: F32
) -> bool:
    """Whether an unknown line is the headline, short speech, or a piece of a broken sentence."""
    if hit is not None or rule == "breadcrumb":
        return False
    start, end = reading.spans[index]
    line = reading.text[start:end]
    if title and line.split() == title.split():
        return all(reading.text[a:b].split() != line.split() for a, b in reading.spans[:index])
    size = int(reading.sizes[index])
    if index == 0 and size > HEADLINE_WORDS:
        return True
    if line[0] in "\"»”'’.,;:" or line[-1] in '"«“,;(':
        return True
    between = _is_prose(shape, index - 1) or _is_prose(shape, index + 1)
    return between and line[-1] in ".!?…»”" and rule != "update_date"


def _is_prose(shape: F32, index: int) -> bool:
    return 0 <= index < len(shape) and bool(shape[index, PROSE])
