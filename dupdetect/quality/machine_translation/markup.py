"""``leftover_markup``: marks of the machinery that moved the text.

Tags of translation plug-ins ("#!trpst#"), placeholders of message catalogues ("%1$s", "{0}"), HTML
entities and tags, escapes ("\\u00e9"), wiki brackets, sub-word marks of translation models, and
mojibake ("Ã©"). An article about code or encodings shows them too and is let off (see ``subject``),
and lines that are code are skipped.

Scores: marks of translation tools 0.95; placeholders 0.85; entities of apostrophes and quotation
marks, which translators escape, 0.8; other entities, tags, mojibake 0.6: extraction alone leaves
those. None of the patterns occurs in 35,326 clean French articles.
"""

from __future__ import annotations

import re

from dupdetect.quality.machine_translation.marks import MARKUP, MISREAD, bit_of
from dupdetect.quality.machine_translation.subject import discusses_markup
from dupdetect.quality.machine_translation.view import View
from dupdetect.records import Finding

RULE = "leftover_markup"
_TOOL, _PLACEHOLDER, _ESCAPED, _PLAIN, _ABOUT = 0.95, 0.85, 0.8, 0.6, 0.25

_ENTITY_QUOTES = "apos|quot|#0?39|#x27|#x2019|#821[67]|#171|#187|[lr]aquo|[lr]squo|[lr]dquo"
_ENTITY_OTHER = (
    "nbsp|amp|lt|gt|[a-zA-Z](?:acute|grave|circ|uml|cedil|tilde)|euro|hellip|[mn]dash"
    "|#\\d{2,5}|#x[0-9a-fA-F]{2,5}"
)
_SHORTCODES = r"vc_\w+|caption|embed|gallery|et_pb_\w+|b|i|u|url|quote|img|/?h\d|color|size"
_FIELDS = "insert|insérer|nom|name|prénom|date|titre|title|ville|city|lien|your|votre|ihr|nombre"
_MT_TAGS = "unk|s|pad|mask|ph|bpt|ept|it|g|x|tag|ent|mrk|seg|tuv?|msgid|msgstr"
_HTML_TAGS = (
    "b|i|u|em|strong|br|p|div|span|a|h[1-6]|li|ul|ol|td|tr|table|font|su[pb]|img|blockquote"
)
_TRP = r"(?:/?trp-gettext[^#\n]{0,60}(?:#!trpen#)?)?"
#: What a byte from 80 to BF turns into, read as Latin-1 or Windows-1252 (à ends in a space).
_BYTE = (
    "[\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a"
    "\u20ac\u2122]"
)
#: Characters of two to four bytes read one by one: é, ’, an emoji, Cyrillic words.
_MISREAD = (
    rf"(?:[ÃÂÅÄ]{_BYTE}|Ã(?= )|Â(?= [%€!?;:»])|â(?:€{_BYTE}?|{_BYTE}{_BYTE})|ðŸ{_BYTE}{{0,2}}"
    rf"|(?:[ÐÑ]{_BYTE}){{2,}})"
)
_MOJIBAKE = re.compile(rf"{_MISREAD}(?:{_MISREAD}|\w)*")

#: What must be in the text (one of ``MARKUP``) → pattern → score. The first column keeps clean
#: text cheap.
_SOURCES: tuple[tuple[str, str, float], ...] = (
    ("#!trp", rf"#!trp(?:st|en)#(?:[^#\n]{{0,80}}#!trp(?:st|en)#)*{_TRP}", _TOOL),
    ("trp-gettext", r"</?trp-gettext[^>\n]*>|(?<![#/])\btrp-gettext\b", _TOOL),
    ("[:", r"\[:(?:[a-z]{2})?\]", _TOOL),
    ("<!--", r"<!--\s?:?/?[\w: -]{0,40}-->", _TOOL),
    ("notranslate", r"</?\w+ [^>\n]*notranslate[^>\n]*>|\bnotranslate\b", _TOOL),
    ("▁", r"\w*▁\w+", _TOOL),
    ("@@", r"\b\w+@@ \w+(?:@@ \w+)*|@@\w+@@", _TOOL),
    ("@-@", r"\w+ ?@-@ ?\w+", _TOOL),
    ("<", rf"</?(?:{_MT_TAGS})\b(?: [^<>\n]{{0,60}})?/?>", _TOOL),
    (">>", r">>[a-z]{2,3}(?:_[A-Z]\w+)?<<", _TOOL),
    ("⟦", r"⟦[^⟧\n]{0,40}⟧", _TOOL),
    # "%d bloggers like this" is what a popular blog plug-in leaves on any page, translated or not.
    (
        "%",
        r"%(?<![\w%]%)(?<!\d\s%)(?:\d\$)?(?:l?[sduif@]|\.\d?f)(?![\w%])(?! bloggers? like)",
        _PLACEHOLDER,
    ),
    ("%", r"%(?:\(\w+\)[sd]|(?<!\w%)[a-z]+_?[a-z]+%(?!\w))", _PLACEHOLDER),
    ("{", r"\{\{\s?[\w.|: -]{1,40}\s?\}\}|\$?\{[\w.-]{1,30}\}|\{(?<!\w\{)\}", _PLACEHOLDER),
    ("[[", r"\[\[[^\[\]\n]{1,80}\]\]", _PLACEHOLDER),
    ("[%", r"\[%[^%\n]{1,40}%\]", _PLACEHOLDER),
    ("[", rf"\[/?(?:{_SHORTCODES})\b[^\]\n]{{0,80}}\]", _PLACEHOLDER),
    ("__", r"(?<![\w/])__[A-Za-z]{1,12}_?\d{0,3}__(?!\w)", _PLACEHOLDER),
    ("$", r"(?<!\w)\$(?:[a-z]+_[a-z_]+|[A-Z]{3,}_[A-Z_]+)\b", _PLACEHOLDER),
    ("##", r"##[A-Za-z_]{2,20}##", _PLACEHOLDER),
    ("{%", r"\{%[^%\n]{1,40}%\}", _PLACEHOLDER),
    ("<?", r"<\?(?:php|=)[^>\n]{0,60}(?:\?>)?", _PLACEHOLDER),
    ("[", rf"\[(?:{_FIELDS})(?:[ _-][^\]\n]{{0,30}})?\]", _PLACEHOLDER),
    ("Lorem ipsum", r"Lorem ipsum(?: dolor(?: sit amet)?)?", _PLAIN),
    ("[object", r"\[object Object\]", _PLACEHOLDER),
    ("&", rf"\w*&\s?(?:{_ENTITY_QUOTES})\s?;\w*", _ESCAPED),
    ("&", r"\w*&(?:nbsp|apos|quot|[lr]squo|[lr]aquo|eacute|egrave|agrave)\b(?!;)", _PLAIN),
    ("&", rf"\w*&\s?(?:amp;)?(?:{_ENTITY_OTHER})\s?;\w*", _PLAIN),
    ("\\u", r"\w*(?:\\u[0-9a-fA-F]{4})+\w*", _PLACEHOLDER),
    ("\\n", r"(?<![\w\\:])\\n(?![\w\\])|(?<=[.!?»\"])\\n", _PLAIN),
    ("\\'", r"\w+\\'\w+", _PLAIN),
    ("\\’", r"\w+\\’\w+", _PLAIN),
    ("\\x", r"\w*\\x[0-9a-f]{2}\w*", _PLAIN),
    ("<", rf"</?(?:{_HTML_TAGS})\b[^<>\n]{{0,120}}>", _PLAIN),
    ("ï»¿", r"ï»¿", _PLAIN),
    ("\ufffd", r"\w*\ufffd+\w*", _PLAIN),
)
#: What comes before an ampersand belongs to the find; it is looked for from there, for a pattern
#: that begins with a word costs at every letter of a text.
_WORD_BEFORE = r"\w*&"
_RULES = tuple(
    (
        bit_of(mark), re.compile(pattern.removeprefix(r"\w*") if grows else pattern), score, grows,
    )
    for mark, pattern, score in _SOURCES
    for grows in (pattern.startswith(_WORD_BEFORE),)
)  # fmt: skip
_MISREAD_BITS = bit_of(*MISREAD)
_ANY = bit_of(*MARKUP, *MISREAD)

#: A line with these is code or an address list.
_CODE = re.compile(
    r"^\s*(?:\$ |>>> |#include|import \w+$|def \w+\(|var |let |const |function\b"
    r"|printf?\(|SELECT |@\w+\()|[;{]\s*$|\);|==|=>|</\w+>.*</\w+>"
    r"|\b\w+\(\"[^\"]*\"\)|\w+ = [\"'\[{]|\w+=\"[^\"]*\" \w+=\""
)
_FENCE = "```"


def find(view: View) -> list[Finding]:
    """Leftover marks outside code."""
    text, marks = view.text, view.marks
    if not marks & _ANY:
        return []
    hits: list[tuple[int, int, float]] = []
    for bit, pattern, score, grows in _RULES:
        if not marks & bit:
            continue
        found = [match.span() for match in pattern.finditer(text)]
        hits += [(*span, score) for span in (_grown(text, found) if grows else found)]
    if marks & _MISREAD_BITS:
        hits += _misread(text)
    if not hits:
        return []
    hits = [hit for hit in sorted(hits) if not _in_code(text, hit[0])]
    about = discusses_markup(text, [(start, end) for start, end, _ in hits])
    findings: list[Finding] = []
    for start, end, score in hits:
        if start < end and (not findings or start >= findings[-1].end):
            findings.append(view.finding(RULE, start, end, score * (_ABOUT if about else 1.0)))
    return findings


def _grown(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans with the letters and digits before each that belong to no other one."""
    grown, last = [], 0
    for start, end in spans:
        while start > last and (text[start - 1].isalnum() or text[start - 1] == "_"):
            start -= 1
        grown.append((start, end))
        last = end
    return grown


def _misread(text: str) -> list[tuple[int, int, float]]:
    """Words with misread bytes, whole."""
    hits = []
    for match in _MOJIBAKE.finditer(text):
        start = match.start()
        while start and text[start - 1].isalnum():
            start -= 1
        hits.append((start, match.end(), _PLAIN))
    return hits


def _in_code(text: str, start: int) -> bool:
    """Whether the line is code, or stands between fences."""
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", start)
    line = text[line_start : line_end if line_end >= 0 else len(text)]
    if _CODE.search(line):
        return True
    if text.count("`", line_start, start) % 2:
        return True
    return text.count(_FENCE, 0, start) % 2 == 1
