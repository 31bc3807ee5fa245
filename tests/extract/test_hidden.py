"""Text that nobody sees is dropped by both extractors, text that somebody sees is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dupdetect.config import ExtractConfig
from dupdetect.extract import Mode, bulk, extract, hidden
from dupdetect.records import Page

MODES: tuple[Mode, ...] = ("accurate", "bulk")
SENTENCE = "Le conseil municipal a décidé mardi de construire un nouveau pont sur la rivière. "
SECRET = "zibeline zircon zinnia zouave zeppelin"


def page(inside: str, sheet: str = "") -> str:
    return (
        f"<!doctype html><html><head><title>Pont</title><style>{sheet}</style></head><body>"
        f"<article><h1>Un nouveau pont</h1><p>{SENTENCE * 4}</p><p>{SENTENCE * 2}{inside}"
        f"{SENTENCE}</p><p>{SENTENCE * 3}</p></article></body></html>"
    )


def text(markup: str, mode: Mode) -> str:
    return extract(Page(id="p", content=markup.encode()), config=ExtractConfig(), mode=mode).text


HIDING = (
    'style="display:none"', 'style="DISPLAY : None !important"', "hidden", 'hidden="hidden"',
    'style="visibility: hidden"', 'style="visibility:collapse"', 'style="opacity:0"',
    'style="opacity: 0.01"', 'style="font-size:0"', 'style="font-size: 1px"',
    'style="color:transparent"', 'style="color: #FFF"', 'style="color:white"',
    'style="color: rgba(0, 0, 0, 0)"',
    'style="color:#fff;background:#FFFFFF"', 'style="background:white; color:rgb(255,255,255)"',
    'style="color:#333; background:#333333"', 'style="position:absolute;left:-9999px"',
    'style="position:fixed; top:-100em"', 'style="text-indent:-999em"',
    'style="position:absolute; clip: rect(0, 0, 0, 0)"', 'style="clip-path:inset(100%)"',
    'style="height:0;overflow:hidden"', 'style="max-height: 1px; overflow: hidden"',
    'style="transform: scale(0)"', 'style="dis/* */play:none"', r'style="d\69splay:none"',
    'style="display&#58;none"', 'class="a gone"', 'id="gone"',
)  # fmt: skip
SHEET = "p { margin: 0 } @media print { .seen { display: none } } .gone, #gone{ display:none }"


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("attribute", HIDING)
def test_hidden_text_is_no_text(attribute: str, mode: Mode) -> None:
    plain = text(page("", SHEET), mode)
    assert SENTENCE.strip() in plain
    found = text(page(f"<span {attribute}>{SECRET}</span>", SHEET), mode)
    assert SECRET not in found
    assert found.split() == plain.split()


SHOWING = (
    'style="display:inline"', 'style="opacity:0.5"', 'style="opacity:1"', 'style="font-size:0.8em"',
    'style="font-size:12px"', 'style="color:#fff;background:#000"', 'style="color:red"',
    'style="position:relative;left:-2px"', 'style="text-indent:-2em"',
    'style="width:0;overflow:visible"', 'style="height:300px;overflow:auto"',
    'style="background:transparent"', 'class="seen"', 'aria-hidden="false"', 'style=""',
    'style="transform: scale(1)"', 'style="content:\'display:none\'"',
)  # fmt: skip


@pytest.mark.parametrize("attribute", SHOWING)
def test_seen_text_stays(attribute: str) -> None:
    assert SECRET in text(page(f"<span {attribute}>{SECRET}</span>", SHEET), "bulk")
    tree = bulk.parse(page(f"<span {attribute}>{SECRET}</span>", SHEET))
    assert hidden.drop(tree) == 0


@pytest.mark.parametrize("mode", MODES)
def test_what_follows_a_hidden_element_stays(mode: Mode) -> None:
    found = text(page(f"avant <i hidden>{SECRET}</i> après "), mode)
    assert "avant après" in found


@pytest.mark.parametrize("mode", MODES)
def test_an_article_that_a_script_reveals_is_kept(mode: Mode) -> None:
    prose = "".join(f"<p>{SENTENCE * 4}</p>" for _ in range(6))
    markup = (
        f'<html><body><nav><a href="/">Accueil</a></nav><article style="opacity:0">{prose}'
        "</article></body></html>"
    )
    assert SENTENCE.strip() in text(markup, mode)


def test_hiding_around_the_hidden_does_not_make_it_look_like_an_article() -> None:
    foreign = f"{SECRET} " * 30
    nested = "<div hidden>" * 20 + foreign + "</div>" * 20
    assert SECRET not in text(page(nested), "bulk")


def test_rules_of_sheets() -> None:
    sheet = """
      /* .no { display:none } */ @import url(x.css);
      .yes, p.also , #id { DISPLAY:none } .a .b { display:none } .c:hover { display: none }
      @media (max-width: 1px) { .media { display: none } } .after { opacity: 0 }
      .font { font-size: 0px } .left{position:absolute;left:-9999px} .shown{display:block}
      .broken { display: none
    """
    found = hidden.hiding_rules([sheet])
    assert sorted(found) == ["#id", ".after", ".also", ".font", ".left", ".yes"]


@given(st.text(st.sampled_from("{}.a#b;:@/*display:none ,\\69\"'<>İ"), max_size=120))
def test_any_sheet_and_any_style_are_read(text: str) -> None:
    for name in hidden.hiding_rules([text]):
        bulk.parse("<p>a").document.query_selector_all(name)
    hidden.hides(hidden.declarations(text))
