"""Elements of a page whose text nobody sees, dropped before text is taken.

A farm hides words in its pages to make them look unlike their source. Hidden are elements with the
``hidden`` attribute, or whose inline style or the class or id that a plain rule of the page's own
``<style>`` names says so: ``display:none``, ``visibility:hidden``, ``opacity:0``, letters of no
size, transparent, in the colour of the background or (inline) white on a ground not said, boxes far
outside the window, clipped away or without size. ``aria-hidden`` is none: it hides from screen
readers what everybody else sees. External style sheets are not read, colours that meet only through
the cascade are not compared.

Scripts reveal some texts after loading. So a page keeps all its text when what is found without
them is less than a fifth of what is hidden (:func:`is_all`).
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache
from hashlib import blake2b
from itertools import islice
from typing import Any

#: What a page consists of is never dropped as a whole.
_WHOLE = frozenset({"html", "head", "body", "main", "style"})
_MARKED = "//*[@style or @hidden]"
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_ESCAPE = re.compile(r"\\([0-9a-fA-F]{1,6})\s?|\\(.)")
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)")
_PLAIN_RULE = re.compile(r"(?:[A-Za-z][A-Za-z0-9]*)?([.#])([A-Za-z_][A-Za-z0-9_-]*)")
#: What a rule that hides may hold. Each begins with a word: those are found at the speed of memory.
_MARKS = tuple(
    re.compile(mark)
    for mark in (
        r"display\s*:\s*none", r"visibility\s*:\s*[hc]", r"opacity\s*:\s*0?\.?0*\s*[;!}]",
        r"font-size\s*:\s*(?:0|[012]px)\s*[;!}]", r"text-indent\s*:\s*-", r"left\s*:\s*-?\d{3}",
        r"top\s*:\s*-\d{3}", r"clip\s*:", r"color\s*:\s*transparent", r"scale\(0",
        r"height\s*:\s*[01](?:px)?\s*[;!}]",
    )
)  # fmt: skip
_ZERO_ALPHA = re.compile(r"(?:rgba?|hsla?)\(.*[,/]\s*0*(?:\.0*)?%?\s*\)")
_WHITE = re.compile(r"#fff(?:fff)?|white|rgba?\((?:255[, ]+){2}255[^)]*\)")
#: A style, and the sheets of a page, are read up to so many characters.
_MAX_STYLE, _MAX_SHEETS = 4_000, 400_000
#: Hiding rules of a page that are looked for.
_MAX_RULES = 200
#: Sheets whose rules are remembered, a few kilobytes each.
_MAX_KNOWN = 1024
#: Pixels outside the window; a length in another unit is taken as so many pixels.
_FAR = 500.0
_PIXELS = {"em": 16.0, "rem": 16.0, "ex": 8.0, "ch": 8.0, "pt": 1.33, "%": 10.0, "vw": 10.0,
           "vh": 10.0, "cm": 37.8, "mm": 3.78, "in": 96.0}  # fmt: skip
#: Letters up to this many pixels, opacity up to this are nothing to the eye.
_SMALL_FONT, _FAINT = 2.0, 0.05
#: So few hidden characters are no page's text; so many times the text found are.
_FEW, _MOST = 500, 5

Style = Mapping[str, str]


def drop(tree: Any) -> int:
    """Takes hidden elements out of a resiliparse tree; how many characters they held."""
    sheet = hiding_rules(node.text for node in _select(tree, "style"))
    hidden, last = 0, None
    for node in _select(tree, ",".join(("[style]", "[hidden]", *sheet))):
        if node.tag in _WHOLE or node.parent is None or not is_hidden(node.getattr, sheet):
            continue
        if last is None or not last.contains(node):
            hidden += len(node.text)
            node.parent.remove_child(node)  # detached, not freed: inner ones may come later
            last = node
    return hidden


def drop_from_lxml(tree: Any) -> int:
    """The same for an lxml tree."""
    sheet = hiding_rules(node.text or "" for node in tree.iter("style"))
    found = [
        node
        for node in tree.xpath("//*[@style or @hidden or @class or @id]" if sheet else _MARKED)
        if node.tag not in _WHOLE and is_hidden(node.get, sheet)
    ]
    gone: set[Any] = set()  # with all they hold, so that nested ones cost nothing
    hidden = 0
    for node in found:
        if node not in gone and node.getparent() is not None:
            gone.update(node.iter())
            hidden += sum(map(len, node.itertext()))
            node.drop_tree()
    return hidden


def is_all(hidden: int, text: str) -> bool:
    """Whether so much was hidden beside the text found that scripts are meant to show it."""
    return hidden > _FEW and hidden > _MOST * len(text)


def is_hidden(attribute: Callable[[str], str | None], sheet: Mapping[str, Style]) -> bool:
    """Whether an element is hidden; ``sheet`` has the hiding rules by ``.class`` and ``#id``."""
    if attribute("hidden") is not None:
        return True
    style = attribute("style")
    own, unseen = _inline(style[:_MAX_STYLE]) if style else ({}, False)
    if unseen:
        return True
    if not sheet:
        return False
    names = [f".{name}" for name in (attribute("class") or "").split()]
    names.append(f"#{attribute('id')}")
    return any(hides({**sheet[name], **own}) for name in names if name in sheet)


@lru_cache(maxsize=1024)  # a page has few styles, a site has the same
def _inline(style: str) -> tuple[Style, bool]:
    """The declarations of a style attribute, and whether they hide its element."""
    own = declarations(style)
    return own, bool(own) and (hides(own) or _is_white(own))


def declarations(style: str) -> dict[str, str]:
    """Properties and values of a style in small letters, without comments and escapes."""
    style = _COMMENT.sub("", style[:_MAX_STYLE])
    if "\\" in style:
        style = _ESCAPE.sub(_unescaped, style)
    found: dict[str, str] = {}
    for part in style.lower().split(";"):
        name, colon, value = part.partition(":")
        if colon:
            found[name.strip()] = value.replace("!important", "").strip()
    return found


def hiding_rules(sheets: Iterable[str]) -> dict[str, Style]:
    """The rules of style sheets that hide, by ``.class`` or ``#id``.

    Only selectors of one class or id, with or without an element's name, outside of @-rules.
    """
    rules: dict[str, Style] = {}
    left = _MAX_SHEETS
    for sheet in sheets:
        rules.update(_known_sheets().rules(sheet[:left]))
        left -= min(left, len(sheet))
    return dict(islice(rules.items(), _MAX_RULES))


class _Sheets:
    """The hiding rules of the sheets seen last, by digest: pages of a site have the same sheets."""

    def __init__(self) -> None:
        self._rules: OrderedDict[bytes, dict[str, Style]] = OrderedDict()

    def rules(self, sheet: str) -> dict[str, Style]:
        digest = blake2b(sheet.encode("utf-8", "surrogatepass"), digest_size=16).digest()
        if digest in self._rules:
            self._rules.move_to_end(digest)
        else:
            self._rules[digest] = dict(islice(_hiding(sheet).items(), _MAX_RULES))
            if len(self._rules) > _MAX_KNOWN:
                self._rules.popitem(last=False)
        return self._rules[digest]


@cache
def _known_sheets() -> _Sheets:
    return _Sheets()


def _hiding(sheet: str) -> dict[str, Style]:
    sheet = _COMMENT.sub("", sheet) if "/*" in sheet else sheet
    low = sheet.lower()
    if len(low) != len(sheet):  # İ grows; class names keep their case
        low = sheet
    rules: dict[str, Style] = {}
    depth = counted = 0
    for end in sorted({low.find("}", at) for at in _marked(low)} - {-1}):
        begin = low.rfind("{", 0, end)
        depth += low.count("{", counted, begin) - low.count("}", counted, begin)
        counted = begin
        style = declarations(low[begin + 1 : end])
        if depth == 0 and begin >= 0 and hides(style):
            start = max(low.rfind(mark, 0, begin) for mark in "};{") + 1
            for selector in sheet[start:begin].split(","):
                match = _PLAIN_RULE.fullmatch(selector.strip())
                if match:
                    rules[match[1] + match[2]] = style
    return rules


def _marked(low: str) -> Iterable[int]:
    return (match.start() for mark in _MARKS for match in mark.finditer(low))


def hides(style: Style) -> bool:
    """Whether a style leaves nothing to see of an element's text."""
    get = style.get
    if get("display", "").startswith("none") or get("visibility", "") in ("hidden", "collapse"):
        return True
    opacity, size = _pixels(get("opacity")), _pixels(get("font-size"))
    if (opacity is not None and opacity <= _FAINT) or (size is not None and size <= _SMALL_FONT):
        return True
    return _unseen_colour(style) or _outside(style) or _no_room(style)


def _unseen_colour(style: Style) -> bool:
    colour = _colour(style.get("color", ""))
    if not colour:
        return False
    ground = style.get("background-color") or style.get("background") or ""
    return colour == "transparent" or colour == _colour(ground)


def _is_white(style: Style) -> bool:
    """White letters of one element whose ground is not said beside: the page's own is white.

    Dark boxes of the design get their letters from a style sheet, together with their ground.
    """
    said = style.keys() & {"background", "background-color", "background-image"}
    return not said and _colour(style.get("color", "")) == "#ffffff"


def _colour(value: str) -> str:
    """A colour, the ways to write white, black and transparent as one."""
    if value == "transparent" or _ZERO_ALPHA.fullmatch(value):
        return "transparent"
    value = " ".join(value.split())
    if _WHITE.fullmatch(value):
        return "#ffffff"
    if re.fullmatch(r"#[0-9a-f]{3}", value):
        return "#" + "".join(digit * 2 for digit in value[1:])
    return {"black": "#000000"}.get(value, value)


def _outside(style: Style) -> bool:
    if (_pixels(style.get("text-indent")) or 0.0) <= -_FAR:
        return True
    if style.get("position") not in ("absolute", "fixed"):
        return False
    away = (_pixels(style.get(side)) or 0.0 for side in ("left", "top", "right", "bottom"))
    return min(away) <= -_FAR or (_pixels(style.get("left")) or 0.0) >= 10 * _FAR


def _no_room(style: Style) -> bool:
    clip = style.get("clip", "").replace(" ", "").replace("px", "").replace(",", "")
    if clip in ("rect(0000)", "rect(1111)") or style.get("clip-path", "") == "inset(100%)":
        return True
    if style.get("transform", "").replace(" ", "") in ("scale(0)", "scale(0,0)"):
        return True
    if style.get("overflow") not in ("hidden", "clip"):
        return False
    sides = (_pixels(style.get(s)) for s in ("width", "height", "max-width", "max-height"))
    return any(side is not None and side <= 1.0 for side in sides)


def _pixels(value: str | None) -> float | None:
    """A length in pixels, None where there is none or it is computed."""
    match = _NUMBER.match(value) if value else None
    if value is None or match is None:
        return None
    return float(match[0]) * _PIXELS.get(value[match.end() :].strip(), 1.0)


def _unescaped(match: re.Match[str]) -> str:
    if match[2]:
        return match[2]
    code = int(match[1], 16)
    return chr(code) if 0 < code < 0xD800 else ""


def _select(tree: Any, selector: str) -> list[Any]:
    return list(tree.document.query_selector_all(selector).values())
