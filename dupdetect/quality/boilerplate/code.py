"""Lines of program text that a page left in its article: JavaScript, JSON, CSS, server messages.

A line is code by its own form (a call that ends in a semicolon, an assignment to a property, a
rule of styles, members of an object), or stands next to such a line and looks like its continuation
((a lone bracket, one member, one property). Where a script follows running text in one line, the
piece of the line from there on is the code. Running text is none, whatever brackets, prices or
equals signs it holds, and neither is the code that an article is about: lines between fences, and
those of a text that talks of programming.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np

from dupdetect.kernels._jit import kernel
from dupdetect.quality.boilerplate.kernel import I64, U8, U32

RULE = "leftover_code"
#: A line that is code by itself, and one that is by its neighbours.
SURE, CONTINUED = 0.97, 0.9

#: Of a longer line (a minified script) the beginning is read.
_READ = 2000

_NAME = r"[A-Za-z_$][\w$]*"
_OBJECT = rf"{_NAME}(?:\.{_NAME}|\[[^\]\n]*\])+"
_BROWSER = (
    "window|document|navigator|location|console|jQuery|googletag|dataLayer|localStorage|_gaq|fbq"
    "|gtag|Math|JSON|adsbygoogle|module|process|this|self"
)
_VALUE = r"(?:\"|[{\[]|-?\d|true\b|false\b|null\b)"
_MEMBER = rf"\"[@$\w:-]+\"\s*:\s*{_VALUE}"
_STYLE = r"[a-z-]+\s*:\s*[^\s:;{}][^:;{}]*"

#: What no line of an article looks like.
_SURE = re.compile(
    r"|".join(
        (
            rf"\bfunction\s*(?:{_NAME})?\s*\([\w\s,$]*\)\s*\{{",
            r"(?:\)|\b\w+)\s*=>\s*\{|[!(=:,]\s*function\s*\(",
            rf"\b(?:{_BROWSER})(?:\.{_NAME}|\[[^\]\n]*\])+\s*(?:\|\||[=(;+])",
            rf"(?:^|[;{{}}]\s*)(?:var|let|const)\s+{_NAME}\s*(?:=(?!=)|;)",
            rf"=\s*new\s+{_NAME}(?:\.{_NAME})*\s*\(",
            r"\b(?:if|for|while|switch|catch)\s*\([^)]*\)+\s*\{|\btry\s*\{|\}\s*else\b",
            rf"^(?:await\s+|return\s+)?{_OBJECT}\(.*\)\s*;[\s}});]*$",
            rf"^{_NAME}\((?:[\"'{{\[].*)?\)\s*;[\s}});]*$",
            rf"^{_OBJECT}\s*[+|-]?=(?!=)\s*\S.*;\s*$",
            rf"^[{{\[]+\s*{_MEMBER}|{_MEMBER}[^\n]*?[,{{]\s*{_MEMBER}",
            r"^@(?:media|font-face|(?:-\w+-)?keyframes|supports)\b[^.!?]*\{|^@import\s+[\"'u]",
            r"<!\[CDATA\[|^(?://\s*)?\]\]>|^(?://|/\*)\s*<!|^/\*.*\*/$",
            r"^</?(?:script|style|noscript|iframe|ins|svg|path|amp-\w+)\b[^<>]*>",
            r"\b(?:Warning|Notice|Deprecated|Fatal error|Parse error)\s*:.*\bon line \d+",
            r"^(?:Uncaught )?(?:TypeError|ReferenceError|SyntaxError)\s*:",
        )
    )
)
#: Where a script may begin inside a line of running text.
_SCRIPT = re.compile(
    r"(?<![^\s.!?»”\"')])(?:"
    rf"window(?:\.{_NAME})+\s*=(?!=)|document(?:\.{_NAME})+\s*[(=]|\(\s*function\s*\(|"
    rf"(?:var|let|const)\s+{_NAME}\s*=\s*(?:[\[{{\"'(]|new\b|function\b|document\b|window\b)|"
    rf"(?:googletag|dataLayer|adsbygoogle|jQuery|_gaq)(?:\.{_NAME})*\s*[=(|]|"
    r"\{\s*\"@context\"\s*:|<script\b[^<>]*>)"
)
#: What says that the text before such a place is code too.
_SIGN = re.compile(r"[{}=;<]|\b(?:var|let|const|return|await)\s+$")
#: A selector of styles, and what stands in its brackets.
_RULE_OF_STYLE = re.compile(
    r"(?:^|[{}]\s*)([.#@*:a-zA-Z][\w\s.,#@*:>+~()\[\]=\"'%-]{0,300})\{([^{}]*)"
)
_SELECTED = re.compile(r"[\w\s,>]*[.#@][a-z]")
_STYLED = re.compile(
    r"\b(?:color|background|margin|padding|width|height|display|position|font|border|float|clear"
    r"|top|left|right|bottom|align|size|weight|overflow|index|opacity|content|visibility|cursor"
    r"|transform|transition|spacing|decoration|style|family)\s*:"
)
_PROPERTY = re.compile(rf"\s*(?:{_STYLE})?\s*")
#: What code goes on with: brackets alone, one member or property, a statement, an open bracket.
_GOES_ON = re.compile(
    rf"[{{}}()\[\];,\s]+|{_MEMBER}.*|\"[@$\w:-]+\"\s*:|{_STYLE};\s*\}}?|"
    rf"{_NAME}\s*:\s*(?:[\"'{{\[]|true\b|false\b|null\b|function\b|-?\d[\d.]*\s*,?$).*|"
    r"[.#@]?[\w-]+(?:[\s,>.:#]+[\w-]+)*\s*\{|[.#][\w-]+(?:[\s>.:#]+[\w-]+)*\s*,|"
    r".*[=(){}].*[{;]|[})\]].*[({\[,]|//.*|/\*.*|.*\*/|return\b.*;|\"[^\"]*\",|'[^']*',"
)
#: Text of the page inside code says nothing about the line.
_QUOTED = re.compile(
    r"\"(?:[^\"\\\n]|\\.)*(?:\"|$)"
    r"|(?<=[=(,:\[+{? ])'(?:[^'\\\n]|\\.)*'(?=\s?[;),:\]+}])|/\*.*?\*/|//.*"
)
#: So many words in a row are running text.
_PROSE = re.compile(r"(?:\b[^\W\d_]+(?:[-’'][^\W\d_]+)*,?\s\b){6}[^\W\d_]")
_FENCE = "```"
#: Two of these in the text: it is about programming.
_SUBJECT = re.compile(
    r"\b(?:javascript|typescript|css\d?|html\d?|json|php|python|sql|programmation|programming"
    r"|programmieren|programmazione|programación|développeurs?|developers?|entwickler\w*"
    r"|sviluppator[ei]|desarrollador(?:es)?|code source|source code|quellcode|codice sorgente"
    r"|código fuente|api|snippets?|syntaxe?|frameworks?)\b",
    re.IGNORECASE,
)


#: Characters below 128 with which a mark of code may end.
_SUSPECT = np.array([chr(code) in "{}=<:;/]0123456789" for code in range(128)])


@kernel
def code_marks(codes: U32, starts: I64, ends: I64) -> U8:
    """1 for each line that may be code by itself, ``uint8[n]``.

    Such a line holds ``{ } = <``, or one of ``": ); */ ]]``, "line 12" or "Error:".
    """
    n = starts.shape[0]
    out = np.zeros(n, np.uint8)
    for i in range(n):
        for j in range(starts[i], ends[i]):
            if _SUSPECT[min(codes[j], np.uint32(127))] and is_mark(codes, j, starts[i]):
                out[i] = 1
                break
    return out


@kernel
def is_mark(codes: U32, j: int, start: int) -> bool:
    """Whether a mark of code ends with character j of a line that begins at ``start``."""
    code = codes[j]
    before = codes[j - 1] if j > start else np.uint32(0)
    return bool(
        (code == 123 or code == 125 or code == 61 or code == 60)  # { } = <
        or (code == 58 and before == 34)  # ":
        or (code == 58 and before == 114 and j >= 3 and codes[j - 2] == 111
            and codes[j - 3] == 114)  # ror:
        or (code == 59 and before == 41)  # );
        or (code == 47 and before == 42)  # */
        or (code == 93 and before == 93)  # ]]
        or (48 <= code <= 57 and before == 32 and j >= 5 and codes[j - 2] == 101
            and codes[j - 3] == 110 and codes[j - 4] == 105)  # line 0
    )  # fmt: skip


def code_in(line: str) -> tuple[int, int] | None:
    """Start and end of the code of a line by its own form, most often the whole line; or None."""
    head = line[:_READ]
    begin = _SCRIPT.search(head)
    after_text = (
        begin is not None and begin.start() > 0 and not _SIGN.search(head, 0, begin.start())
    )
    sure = not after_text and (_SURE.search(head) is not None or _is_style_rule(head))
    if sure and not _prose(head):
        return 0, len(line)
    if begin is None:
        return None
    start = begin.start()
    prose = _prose(head[start:])
    if prose is None:
        return start, len(line)
    end = start + max(head.rfind(mark, start, start + prose.start()) - start + 1 for mark in ";})")
    return (start, end) if end >= begin.end() else None


def _is_style_rule(line: str) -> bool:
    """``.box a { color: red }``, or its beginning with a class or an id in it."""
    rule = _RULE_OF_STYLE.search(line) if "{" in line else None
    if rule is None:
        return False
    selector, inside = rule.groups()
    if not all(map(_PROPERTY.fullmatch, inside.split(";"))):
        return False
    return bool(_STYLED.search(inside) or _SELECTED.match(selector))


def _prose(line: str) -> re.Match[str] | None:
    """Running text of the line, outside quotation marks and comments."""
    return _PROSE.search(_QUOTED.sub(lambda match: " " * len(match.group()), line))


#: Start, end and probability of the code of a line.
Piece = tuple[int, int, float]


def code_lines(
    text: str, spans: Sequence[tuple[int, int]], marks: U8, texts: Iterable[tuple[int, int]]
) -> dict[int, Piece]:
    """The code of the lines ``spans``, by line.

    ``marks`` are those of :func:`code_marks`; ``texts`` the ranges of lines of the documents.
    """
    found: dict[int, Piece] = {}
    for low, high in texts:
        sure: dict[int, Piece] = {}
        for line in (np.flatnonzero(marks[low:high]) + low).tolist():
            start, end = spans[line]
            piece = code_in(text[start:end])
            if piece is not None:
                sure[line] = (start + piece[0], start + piece[1], SURE)
        if sure:
            own = _continued(text, spans, sure, low, high)
            if not _is_subject(text, spans, own, low, high):
                found |= own
    return found


def _continued(
    text: str, spans: Sequence[tuple[int, int]], sure: dict[int, Piece], low: int, high: int
) -> dict[int, Piece]:
    own = dict(sure)
    for line, (start, end, _) in sure.items():
        for step in (1, -1):
            at = line + step
            whole = end == spans[line][1] if step > 0 else start == spans[line][0]
            while whole and low <= at < high and at not in own and _goes_on(text, *spans[at]):
                own[at] = (*spans[at], CONTINUED)
                at += step
    return own


def _goes_on(text: str, start: int, end: int) -> bool:
    line = text[start : min(end, start + _READ)]
    return _GOES_ON.fullmatch(line) is not None and _prose(line) is None


def _is_subject(
    text: str, spans: Sequence[tuple[int, int]], own: dict[int, Piece], low: int, high: int
) -> bool:
    """Whether the document is about programming, or sets its code apart."""
    begin, stop = spans[low][0], spans[high - 1][1]
    if text.count(_FENCE, begin, stop) >= 2:
        return True
    words: set[str] = set()
    for line in range(low, high):
        if line not in own:
            words.update(word.lower() for word in _SUBJECT.findall(text, *spans[line]))
    return len(words) >= 2
