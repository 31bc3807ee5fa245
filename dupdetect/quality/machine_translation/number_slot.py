"""``number_slot``: numbers that a translation engine took out and did not put back.

Such engines replace every number by a slot (XNUMX is the best known), translate, and refill the
slots from left to right. A number of four digits or more comes back as two slots, so one of them
stays ("50 XNUMX soldats") or takes the next number of the sentence ("2,367 41.67 ms"), and times
and dates get each other's parts ("15.14h11 le lundi XNUMX novembre").

Scores: a slot in running text 0.97 (none in 35,326 clean French articles); an impossible time or
date 0.7; two numbers in a row that make none 0.4, more beside a slot. A text about the phenomenon
gets a fifth of that. A mask in brackets ("#NUMBER#", "[NUM]") gets 0.45: it also makes texts
anonymous.
"""

from __future__ import annotations

import re

import numpy as np

from dupdetect.quality.machine_translation.lexicon import tables
from dupdetect.quality.machine_translation.marks import SLOTS, bit_of
from dupdetect.quality.machine_translation.subject import discusses_translation, is_mention
from dupdetect.quality.machine_translation.view import View
from dupdetect.quality.machine_translation.word_loops import MONTH
from dupdetect.records import Finding

RULE = "number_slot"
_SLOT, _MALFORMED, _SHIFTED, _SHIFTED_BESIDE_SLOT = 0.97, 0.7, 0.4, 0.8
#: "#NUMBER#" and the like: who makes a text anonymous writes them too.
_MASK = 0.45
_ABOUT = 0.2

_HAS_SLOT = bit_of(*SLOTS)
_SP = r"[ \u00a0\u202f\u2009]"
_SLOT_WORD = r"\w*(?:X{1,2}NUM(?:BER)?X{1,2}|Z{1,2}NUMZ{1,2}|xnumx|Xnumx|XDATEX|XTIMEX)\w*"
_FILLED = re.compile(_SLOT_WORD)
_BRACKETED = (
    r"(?:[\[{<⟨⟦(]{1,2}|[@#$%_]{1,2})/?\s?NUM(?:BER)?[_ ]?\d{0,3}\s?(?:[\]}>⟩⟧)]{1,2}|[@#$%_]{1,2})"
)
_SLOTS = re.compile(
    rf"(?:\d+[.,:/-])*(?:\w+-)?(?:{_SLOT_WORD}|{_BRACKETED})(?:[-:.,/’']\w*(?:X?NUMX|xnumx)\w*|[:.,/-]\d+)*"
)
_NUMBER_BEFORE = re.compile(rf"(?:[$€£]{_SP}?|\d[\d.,]*{_SP})+$")
_WORDS_BEFORE = re.compile(r"(?:\b[^\W\d_]{1,12} ){1,2}$")
_AFTER = re.compile(rf"{_SP}?(?:[%‰€$£]|°{_SP}?[CF]?\b)|{_SP}[^\W\d_][\w'’-]*")

_MONTHS = tables(RULE)["months"]["*"]
_DAYS = (
    "lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|monday|tuesday|wednesday|thursday|friday"
    "|saturday|sunday|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|lunedì|martedì"
    "|mercoledì|giovedì|venerdì|sabato|domenica|lunes|martes|miércoles|jueves|viernes|sábado|domingo"
)
_DATE_LEAD = re.compile(
    rf"\b(?:le|du|au|dès|il|dal|del|el|al|am|vom|den|zum|on|the){_SP}(?:(?:{_DAYS}),?{_SP})?$",
    re.IGNORECASE,
)
_DATE_GAP = re.compile(rf"\.?{_SP}(?:de{_SP})?")
_IMPOSSIBLE_DAY = re.compile(r"3[2-9]|[4-9]\d|\d{3,4}|\d{1,3}[.,]\d{1,3}")
_GROUPED_YEAR = re.compile(rf"{_SP}(?:1[.,]9|2[.,]0)\d\d(?=[.,;:!?)»]|\n|$)")

_TIME = re.compile(r"\d{1,2}[.:]\d{2}h\d{0,2}|\d{1,2}h\d{2}h\d{0,2}|(?:19|20)\d{2}h\d{2}")
_PAIR = re.compile(
    rf"\d{{1,3}}(?:[.,]\d{{3}})+{_SP}\d+(?:[.,]\d+)?|\d{{1,3}}{_SP}\d{{3}}{_SP}\d{{1,2}}(?:[.,]\d+)?"
    rf"|\d{{1,3}}{_SP}\d{{1,2}}[.,]\d{{2,}}|\d{{2,3}}{_SP}(?!19|20)\d{{4,}}"
)
_AFTER_PAIR = re.compile(rf"{_SP}?(?:[%°€$£]|(?!(?:er|e|h|x)\b)[a-zà-ÿµ])")
_BEFORE_PAIR = re.compile(r"(?:^|[.!?\n][ ]?|[a-zà-ÿ’',(«] ?)$")
_BRIDGE = re.compile(rf"[\s,]*(?:(?:le|la|du|de|à|the|at|on|am|um|alle|las|{_DAYS})[\s,]*){{0,4}}$")
#: A line of more than 40 characters with more digits than this share is a table row.
_TABLE_DIGITS = 0.25

_Hit = tuple[int, int, float]


def find(view: View) -> list[Finding]:
    """Slots, impossible times and dates, shifted fillings; neighbours make one finding."""
    text = view.text
    hits = _slots(view) if view.marks & _HAS_SLOT else []
    if view.numbers:
        hits += _numbers(view, _SHIFTED_BESIDE_SLOT if hits else _SHIFTED)
    if view.has_odd_dates:
        hits += _dates(view)
    return [view.finding(RULE, *hit) for hit in _merge(text, sorted(hits))] if hits else []


def _slots(view: View) -> list[_Hit]:
    text = view.text
    matches = [match.span() for match in _SLOTS.finditer(text)]
    if not matches:
        return []
    about = _ABOUT if discusses_translation(text, matches) else 1.0
    hits = []
    for start, end in matches:
        score = about * (_SLOT if _FILLED.search(text, start, end) else _MASK)
        span = (start, end) if is_mention(text, start, end) else _widen(view, start, end)
        hits.append((*span, score))
    return hits


def _widen(view: View, start: int, end: int) -> tuple[int, int]:
    """Take in the number before a slot and the word it counts, or the words of its date."""
    text = view.text
    function = view.lexicon.function if view.lexicon else frozenset()
    before = _NUMBER_BEFORE.search(text, max(0, start - 24), start)
    if before:
        start = before.start()
    after = _AFTER.match(text, end, end + 40)
    if after and after.group().strip().lower() not in function:
        end = after.end()
        if before is None and after.group().strip().lower() in _MONTHS:
            lead = _WORDS_BEFORE.search(text, max(0, start - 26), start)
            start = lead.start() if lead else start
    return start, end


def _numbers(view: View, pair_score: float) -> list[_Hit]:
    """What long runs of digits are; in a run stands what may be inside a number or a time, or
    between two of them."""
    hits: list[_Hit] = []
    for start, end in view.numbers:
        run = view.text[start:end]
        if "h" in run and _TIME.fullmatch(run):
            hits.append((start, end, _MALFORMED))
        elif _PAIR.fullmatch(run) and _is_shifted(view.text, start, end):
            hits.append((start, end, pair_score))
    return hits


def _is_shifted(text: str, start: int, end: int) -> bool:
    """Whether two numbers stand in running text and count something, outside tables."""
    if not _AFTER_PAIR.match(text, end) or not _BEFORE_PAIR.search(text, max(0, start - 2), start):
        return False
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", end)
    line = text[line_start : line_end if line_end >= 0 else len(text)]
    digits = sum(character.isdigit() for character in line)
    return len(line) <= 40 or digits <= _TABLE_DIGITS * len(line)


def _dates(view: View) -> list[_Hit]:
    """Days above 31 ("du 2024 novembre") and years with a separator ("novembre 2.024.")."""
    hits: list[_Hit] = []
    text = view.text
    places = np.flatnonzero(view.forms & np.uint32(MONTH)).tolist()
    for month in {view.words[index] for index in places}:
        start = text.find(month)
        while start >= 0:
            end = start + len(month)
            if text[end : end + 1].isalnum():
                start = text.find(month, end)
                continue
            year = _GROUPED_YEAR.match(text, end)
            if year:
                hits.append((start, year.end(), _MALFORMED))
            day = _day_before(text, start)
            if day is not None:
                hits.append((day, end, _MALFORMED))
            start = text.find(month, end)
    return hits


def _day_before(text: str, month: int) -> int | None:
    """Where the date begins whose impossible day stands before the month at ``month``."""
    if month < 4 or not any(map(str.isdigit, text[month - 5 : month])):
        return None
    head = text[max(0, month - 40) : month]
    words = head.split()
    if words and words[-1] == "de":
        words.pop()
    if not words or not _IMPOSSIBLE_DAY.fullmatch(words[-1].rstrip(".")):
        return None
    at = head.rfind(words[-1])
    lead = _DATE_LEAD.search(head, 0, at)
    return None if lead is None else month - len(head) + lead.start()


def _merge(text: str, hits: list[_Hit]) -> list[_Hit]:
    merged: list[_Hit] = []
    for start, end, score in hits:
        if merged and (start <= merged[-1][1] or _BRIDGE.match(text[merged[-1][1] : start])):
            first, last, best = merged[-1]
            merged[-1] = (first, max(end, last), max(score, best))
        else:
            merged.append((start, end, score))
    return merged
