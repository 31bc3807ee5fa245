"""What surrounds a link, and the sentences of lines that are furniture already."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dupdetect.quality.reading import read_many
from dupdetect.quality.seo_link.candidates import candidates_many
from dupdetect.quality.seo_link.lexicon import seo_lexicon
from dupdetect.quality.seo_link.links import Surroundings, written_links
from dupdetect.quality.vocabulary import vocabulary
from dupdetect.records import Link

_LETTERS = st.text("abAB -Σİß", max_size=30)


@given(_LETTERS, st.text("ab -", min_size=1, max_size=4), st.data())
def test_a_piece_stands_around_a_span_as_if_the_span_were_a_space(
    text: str, piece: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    around = f"{text[:start]} {text[end:]}".lower()
    assert Surroundings(text).hold(piece, start, end) == (piece in around)


def test_links_of_the_page_to_its_own_site_are_left_out() -> None:
    text = "Lire aussi ce dossier et www.a.example/x"
    links = [
        Link(0, 4, "https://news.example/1", ""),
        Link(14, 21, "https://shop.example/1", "nofollow"),
        Link(25, 29, "https://shop.example/2", ""),  # inside a written one
    ]
    found = written_links(text, links, "https://news.example/page")
    assert [(link.form, link.href, link.rel) for link in found] == [
        ("html", "https://shop.example/1", "nofollow"),
        ("url", "www.a.example/x", ""),
    ]


def test_sentences_of_covered_lines_are_no_candidates_but_their_neighbours_are() -> None:
    offer = "Cliquez ici pour obtenir votre bonus sur casino-promo.example dès maintenant."
    texts = [f"Le maire a parlé.\n{offer}\n{offer}", offer]
    readings = read_many(texts, vocabulary("fr"))
    line = texts[0].index(offer)
    found = candidates_many(
        readings, seo_lexicon("fr"), urls=[None, None], links=[(), ()],
        covered=[[(line, line + len(offer))], []],
    )  # fmt: skip
    places = [(sentence.text, sentence.start) for sentence in found]
    assert places == [(0, line + len(offer) + 1), (1, 0)]
    everything = candidates_many(readings, seo_lexicon("fr"), urls=[None] * 2, links=[()] * 2)
    assert [(s.text, s.start) for s in everything] == [(0, line), *places]
