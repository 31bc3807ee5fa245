"""Which words are disguised, and what a text is without its disguises."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dupdetect.text.disguise import disguised_words, is_suspect, to_one_script, undisguised, ways_of
from dupdetect.text.language import detect

FRENCH = (
    "Le conseil municipal a décidé mardi soir de construire un nouveau pont sur la rivière, malgré "
    "les protestations des habitants du quartier, qui craignent le bruit des camions. "
)


@pytest.mark.parametrize(
    ("word", "ways"),
    [
        ("prés\u200bident", ["invisible"]),
        ("prés\u2060\u200dident", ["invisible"]),
        ("pr\ufeffésident", ["invisible"]),
        ("p\u00adrésident", ["soft_hyphen"]),
        ("présiden\u00adt", ["soft_hyphen"]),
        ("prs\u00adident", ["soft_hyphen"]),
        ("le\u00ads", ["soft_hyphen"]),
        ("рrésident", ["foreign_letter"]),
        ("Мaсrοn", ["foreign_letter"]),
        ("Mосква", ["foreign_letter"]),
        ("ｐｒｅｓident", ["styled"]),
        ("𝐌𝐚𝐜𝐫𝐨𝐧", ["styled"]),
        ("p\u0336rési\u0338dent", ["overlay"]),
        ("рré\u200bsident", ["invisible", "foreign_letter"]),
    ],
)
def test_disguised(word: str, ways: list[str]) -> None:
    assert list(ways_of(word)) == ways
    assert [(text, way) for *text, way in disguised_words(f"Le {word}, dit-il.")] == [
        ([3, 3 + len(word)], way) for way in ways
    ]


@pytest.mark.parametrize(
    "text",
    [
        "président élève œuvre Straße",
        "e\u0301le\u0300ve Tiếng Vie\u0323\u0302t",
        "Донаудампф оно сор Ελλάδα ονο",
        "TNFα IFNγ αSyn 5 µm 5 μm 3 kΩ ΔT λmax",
        "Donau\u00addampf\u00adschiff re\u00ad\u00adconnaissance Auf\u200clage Schilf\u200cinsel",
        "می\u200cخواهم کتاب\u200cها क्\u200dष श्री\u200c",
        "สวัสดี\u200bครับ ខ្មែរ\u200bភាសា",
        "👨\u200d👩\u200d👧 ❤\ufe0f\u200d🔥",
        "s\u0336t\u0336r\u0336i\u0336k\u0336e\u0336",
        "𝑠𝑖𝑛(𝑥) = 𝑓(𝑥) ℝ ℓ ∀x∈A",
        "https://a.example/\u200bpath un\u200b mot \u200bvide\u00ad",
    ],
)
def test_honest_uses(text: str) -> None:
    assert list(disguised_words(text)) == []


@given(st.text(st.characters(max_codepoint=0x24F), max_size=60))
def test_latin_texts_without_invisible_characters_are_not_suspect(text: str) -> None:
    assert is_suspect(text) == ("\u00ad" in text)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_any_text_is_read(text: str) -> None:
    for start, end, _ in disguised_words(text):
        assert 0 <= start < end <= len(text)
        assert is_suspect(text)
    undisguised(text)


@given(st.text(st.characters(exclude_categories=["Cs"], max_codepoint=0x36F), max_size=60))
def test_what_is_not_suspect_stays(text: str) -> None:
    assert is_suspect(text) or undisguised(text) == text


def test_one_script() -> None:
    assert to_one_script("Мaсrοn") == "Macron"
    assert to_one_script("Mосква") == "Москва"
    assert to_one_script("µm") == "µm"
    assert to_one_script("TNFα") == "TNFa"


def test_without_disguises() -> None:
    assert (
        undisguised("Le рré\u200bsі\u00addent 𝐌𝐚𝐜𝐫𝐨𝐧 p\u0336arle.") == "Le président Macron parle."
    )
    assert undisguised("l\u0323e\u0307 p\u0336ont\u0323") == "le pont"
    assert undisguised("می\u200cخواهم") == "می\u200cخواهم"


@pytest.mark.parametrize(
    ("plain", "disguised"),
    [
        ("aeopcxyij", "аеорсхуіј"),
        ("oviapu", "ονιαρυ"),
        ("aeiou", "a\u0336e\u0336i\u0336o\u0336u\u0336"),
    ],
)
def test_a_disguise_does_not_change_the_language(plain: str, disguised: str) -> None:
    width = len(disguised) // len(plain)
    table = {ord(c): disguised[i * width : (i + 1) * width] for i, c in enumerate(plain)}
    assert detect((FRENCH * 3).translate(table)) == detect(FRENCH * 3) == "fr"
