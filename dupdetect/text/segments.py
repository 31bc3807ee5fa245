"""Lines and sentences of a text, as character spans.

Spans are trimmed (no surrounding white space or invisible characters), never empty, sorted and
disjoint. Nothing is decided about what a line or sentence says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

#: Invisible characters that hold no place of their own: zero-width spaces, joiners, BOM, marks.
INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"
#: What ``str.splitlines`` splits at, less the separators FS, GS, RS that no web text uses.
BREAKS = "\n\r\x0b\x0c\x85\u2028\u2029"
_LINE = re.compile(f"[^\\s{INVISIBLE}][^{BREAKS}]*")
_TRAILING = re.compile(f"[\\s{INVISIBLE}]+\\Z")

_CLOSERS = "\"'’”»›“)\\]"
_OPENERS = "\"'«“„‹(\\[–—\\-"
#: A run of terminators, then quotes or brackets that close (French sets a space before them), then
#: white space and no small letter; or, where typing lost the space, a capital glued to the stop.
_BOUNDARY = re.compile(
    f"[.!?…。！？]++(?:[ \u00a0\u202f]?[»”]|[{_CLOSERS}])*+"
    f"(?:[\\s{INVISIBLE}]++(?![{_OPENERS}\\s]*[a-zß-öø-ÿ])|(?=[A-ZÀ-ÖØ-Þ«“]))"
)
_WORD = re.compile(r"[^\s(«“\"'’]*\Z")
_NEXT = re.compile(f"[\\s{INVISIBLE}{_OPENERS}]*")
_ORDINAL_FOLLOWER = re.compile(
    r"(?:Jan|Feb|Mär|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez|Jahrh|Jh|Liga|Bundesliga|Spieltag|Platz"
    r"|Minute|Runde|Etage|Klasse|Stock|Geburtstag)"
)

#: Words that carry a full stop and go on (fr, en, de, it, es), folded to lower case.
_ABBREVIATIONS_TEXT = (
    "mm mme mmes mlle mr mrs ms dr drs pr prof me mgr st ste sr sra srta jr vs cf env ex hab "
    "fig art av bd boul chap vol éd ed tél tel max min resp réf ref n° no nos nr núm num pp "
    "pag pág p.ex ca bzw usw ggf evtl inkl zzgl str abs bspw sog hr hrn fr dipl geb gest mio "
    "mrd ing sig sigg dott dott.ssa avv on ecc dña ud uds ee uu gen gén col lt sgt capt cpt "
    "rep sen gov rev hon inc ltd corp bros approx dept est jan feb febr janv févr avr juil "
    "sept oct okt nov dec déc dez z.b d.h u.a o.ä i.d.r v.a e.g i.e u.s u.k p.m a.m"
)
ABBREVIATIONS = frozenset(_ABBREVIATIONS_TEXT.split())


def lines(text: str) -> list[tuple[int, int]]:
    """Spans of the lines of ``text`` that hold anything visible, without surrounding space."""
    spans: list[tuple[int, int]] = []
    for match in _LINE.finditer(text):
        start, end = match.span()
        last = text[end - 1]
        if last.isspace() or last in INVISIBLE:
            trailing = _TRAILING.search(text, start, end)
            end = trailing.start() if trailing else end
        spans.append((start, end))
    return spans


def sentences(text: str) -> list[tuple[int, int]]:
    """Spans of the sentences of ``text``; a line break always ends one.

    A full stop after an abbreviation or an initial, inside a number or an address, an ellipsis
    followed by a small letter, and a question inside a quotation that goes on, end nothing.
    """
    spans: list[tuple[int, int]] = []
    for start, end in lines(text):
        spans.extend(sentences_of_line(text, start, end))
    return spans


def sentences_of_line(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Spans of the sentences between two offsets that hold no line break."""
    begin = start
    for match in _BOUNDARY.finditer(text, start, end):
        if match.end() >= end or not _ends_sentence(text, begin, match):
            continue
        stop = match.end()
        while text[stop - 1].isspace() or text[stop - 1] in INVISIBLE:
            stop -= 1
        yield begin, stop
        begin = match.end()
    if begin < end:
        yield begin, end


def _ends_sentence(text: str, begin: int, match: re.Match[str]) -> bool:
    mark = match.start()
    if text[mark] != "." or text[mark + 1 : mark + 2] == ".":
        return True
    found = _WORD.search(text, max(begin, mark - 24), mark)
    word = found.group() if found else ""
    after = match.end()
    if after == mark + 1:  # no space after the full stop: only between two plain words
        return len(word) >= 3 and word.isalpha() and word.islower() and _is_word(text, after)
    if len(word) > 6 or word.lower() not in ABBREVIATIONS:
        following = _NEXT.match(text, after)
        position = following.end() if following else after
        if len(word) == 1 and word.isalpha():
            return word.islower() and begin < mark - 3 and text[position + 1 : position + 2] != "."
        if len(word) <= 2 and word.isdigit():
            return not _ORDINAL_FOLLOWER.match(text, position)
        return True
    return False


def _is_word(text: str, position: int) -> bool:
    follower = text[position + 1 : position + 2]
    return text[position] in "«“" or follower.islower() or follower in (" ", "'", "’")
