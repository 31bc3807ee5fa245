"""Tokens: what they are, their offsets and flags; and the kernel equals its plain-Python twin."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dupdetect.errors import TextError
from dupdetect.kernels import tokens as flag
from dupdetect.kernels.tokens import TokenArrays, tokenize
from dupdetect.text import reference
from dupdetect.text.reference import Token
from dupdetect.text.tokens import fold_table, tokenize_texts

TRICKY = (
    "aàéÉœßZÀ09½²ªŀ .,;:!?…-–'’\"«»“”„‹›‘()[]\n\r\t\0\x0b\x85\u2028\u2029\u00a0\u202f\u3000"
    "\u0301\u0345\u00ad\u200b\u200d\ufeff\u20e3™"
    "асеоНждοανΑΒΣσµΩհօԱᎪᏴєїйάᴀɑＡ\x07"
    "東京。！？「」カガｶﾞーกำไទမလາ한\u1112ᅵاَلﷺﷻאבअि٣😀🇫𝐀𝟘\U000e0041\U0010ffff"
)
PIECES = st.sampled_from(
    ["Dupont", "M", "Dr", "ONU", "le", "il", "10", "000", "l'été", " ", " ", " ", ". ", ".", "! ",
     "… ", '"', "« ", " »", "“", "”", "„", "\n", ", ", ".” ", '." ', "(", ") ", "J. ", "3. 5",
     "mасrоn", "peи", "реu", "тeст", "Οργανο",
     "cœur", "élève", "東京", "。", "abcdefgh", "abcdefghijklmnopq"]
)  # fmt: skip
CHARACTERS = st.one_of(st.sampled_from(TRICKY), st.characters(exclude_categories=["Cs"]))
TEXTS = st.one_of(
    st.text(CHARACTERS, max_size=40),
    st.lists(PIECES, max_size=25).map("".join),
    st.lists(st.one_of(PIECES, CHARACTERS), max_size=25).map("".join),
)


def unpack(arrays: TokenArrays) -> list[list[Token]]:
    text = arrays.text.tobytes()
    return [
        [
            Token(
                text[arrays.text_start[i] : arrays.text_end[i]].decode(),
                int(arrays.start[i]),
                int(arrays.end[i]),
                int(arrays.flags[i]),
            )
            for i in range(first, last)
        ]
        for first, last in pairwise(arrays.doc)
    ]


def words(text: str) -> list[str]:
    return [token.folded for token in unpack(tokenize_texts([text]))[0]]


def flagged(text: str, bit: int) -> list[str]:
    tokens = unpack(tokenize_texts([text]))[0]
    return [text[token.start : token.end] for token in tokens if token.flags & bit]


@given(st.lists(TEXTS, max_size=6))
@example(["a" * 8, "é" * 4, "", "1234567", "ABCDEFGHI" * 3])
@example(["ﷺ" * 30, "½" * 30, "한" * 30])
def test_kernel_equals_its_twin(texts: list[str]) -> None:
    arrays = tokenize_texts(texts)
    assert unpack(arrays) == [reference.tokenize(text) for text in texts]


@given(st.text(st.sampled_from("acemnrATHасемнгАТНαενσΑΤΗհօᎪ1é\u0301\u200b "), max_size=30))
def test_kernel_equals_its_twin_on_words_of_several_scripts(text: str) -> None:
    assert unpack(tokenize_texts([text])) == [reference.tokenize(text)]


@pytest.mark.parametrize(
    ("disguised", "plain"),
    [
        ("Маcrοn", "macron"),  # Cyrillic М and а, Greek ο
        ("ΑΒRIL", "abril"),
        ("сеtte реine", "cette peine"),
        ("élесtiοn", "election"),
        ("ո\u200bοv\u00adeмbre", "novembre"),
        ("Ꭺvril", "avril"),
        ("Mocквa Рoссия", "москва россия"),  # a Russian word with Latin letters
        ("Aθήνa", "αθηνα"),
        ("ᴍᴀᴄʀᴏɴ", "macron"),
        ("co\x01pie", "copie"),
    ],
)
def test_a_disguised_word_gets_its_script_back(disguised: str, plain: str) -> None:
    assert words(disguised) == plain.split()


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("оно сор ее", "оно сор ее"),  # wholly Cyrillic, though every letter has a double
        ("ΑΒΝ ονο", "αβν ονο"),
        ("cope ACE", "cope ace"),
        ("5 µm 3 Ω 20 °C", "5 μm 3 ω 20 c"),
        ("ժամ հօ", "ժամ հօ"),
        ("Яндекс 2й", "яндекс 2и"),
    ],
)
def test_a_word_in_one_script_stays(text: str, folded: str) -> None:
    assert " ".join(words(text)) == folded


#: But the micro sign, which folds to a Greek letter and so may make a disguise of a word.
LATIN = st.characters(categories=["L", "N"], max_codepoint=0x24F, exclude_characters="µ")


@given(st.text(LATIN, max_size=12))
def test_latin_words_are_folded_letter_by_letter(word: str) -> None:
    assert "".join(words(word)) == reference.fold(word)


@given(st.lists(TEXTS, max_size=6))
def test_text_is_the_tokens_joined_by_one_space(texts: list[str]) -> None:
    arrays = tokenize_texts(texts)
    joined = [" ".join(token.folded for token in tokens) for tokens in unpack(arrays)]
    assert arrays.text.tobytes() == "".join(joined).encode()


@given(TEXTS, TEXTS, TEXTS)
def test_a_text_does_not_depend_on_its_neighbours(before: str, text: str, after: str) -> None:
    assert unpack(tokenize_texts([before, text, after]))[1] == unpack(tokenize_texts([text]))[0]


@given(st.binary(max_size=60), st.integers(0, 60))
def test_broken_utf8_stays_inside_its_text(data: bytes, cut: int) -> None:
    buffer = np.frombuffer(data, np.uint8)
    cut = min(cut, len(data))
    both = tokenize(buffer, np.array([0, cut, len(data)]), fold_table())
    alone = tokenize(buffer[:cut].copy(), np.array([0, cut]), fold_table())
    assert both.doc[1] == alone.doc[1]
    assert np.array_equal(both.start[: both.doc[1]], alone.start)
    assert np.all(both.end > both.start)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n\0.", []),
        ("L’été d'Anne-Marie", ["l", "ete", "d", "anne", "marie"]),
        ("co\u00adopé\u200bration", ["cooperation"]),
        ("e\u0301te\u0301", ["ete"]),
        ("10\u00a0000 10.000", ["10", "000", "10", "000"]),
        ("東京tower。ไทย", ["東", "京", "tower", "ไ", "ท", "ย"]),
        ("한국어", ["한국어"]),
        ("2½ (⑴)", ["2", "12", "1"]),
        ("שלום عليكم", ["שלום", "عليكم"]),
        ("a😀b\0c", ["a", "b", "c"]),
    ],
)
def test_tokens(text: str, expected: list[str]) -> None:
    assert words(text) == [unicodedata.normalize("NFKD", word) for word in expected]


def test_offsets_are_str_indices_and_cover_marks() -> None:
    text = "😀 E\u0301t\u00ade\u0301, 東"
    tokens = unpack(tokenize_texts([text]))[0]
    assert [text[token.start : token.end] for token in tokens] == ["E\u0301t\u00ade\u0301", "東"]


def test_shape_flags() -> None:
    text = "Paris ONU iPhone 3D 4x A 2020 été É 東 McDonald"
    assert flagged(text, flag.CAPITAL) == ["Paris", "ONU", "3D", "A", "É", "McDonald"]
    assert flagged(text, flag.ALLCAPS) == ["ONU"]
    assert flagged(text, flag.DIGIT) == ["3D", "4x", "2020"]
    assert "2020" not in flagged(text, flag.LETTER)
    assert flagged(text, flag.SPACELESS) == ["東"]


def test_lines() -> None:
    assert flagged("un deux\ntrois\r\nquatre\u2028« cinq six", flag.LINE_START) == [
        "un", "trois", "quatre", "cinq",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("Il part. Elle reste.", ["Il", "Elle"]),
        ("Il part. elle reste", ["Il"]),
        ("Il part.Elle reste", ["Il"]),
        ("Oui ! Non ? Si… Bon", ["Oui", "Non", "Si", "Bon"]),
        ("« Je pars. » Puis rien", ["Je", "Puis"]),
        ("Il dit : “Non.” Elle sort", ["Il", "Elle"]),
        ("„Nein.“ Dann ging er", ["Nein", "Dann"]),
        ('Il crie. "assez" dit-elle', ["Il", "assez"]),
        ("Fin. « oui » dit-il", ["Fin", "oui"]),
        ("M. Dupont et Mme. Durand", ["M", "Durand"]),
        ("J. K. Rowling écrit", ["J"]),
        ("Est-ce A? Oui", ["Est", "Oui"]),
        ("Il a 10.000 euros. 35 autres", ["Il", "35"]),
        ("point 3. 5 euros", ["point"]),
        ("10 €. 35 autres", ["10", "35"]),
        ("fin des années 70. Puis", ["fin", "Puis"]),
        ("etc., Paris", ["etc"]),
        ("東京。大阪！x", ["東", "大", "x"]),
        ("titre sans point\nsuite", ["titre", "suite"]),
    ],
)
def test_sentences(text: str, starts: list[str]) -> None:
    assert flagged(text, flag.SENTENCE_START) == starts


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("a «\u00a0b c\u00a0» d", ["b", "c"]),
        ("a “b” c „d“ e", ["b", "d"]),
        ('a "b" c', ["b"]),
        ("a « b\nc » d", []),
        ("a « b “c” d » e", ["b", "c", "d"]),
        ("a « b", []),
        ("a » b", []),
        ('a " b\nc " d " e', ["d"]),
    ],
)
def test_quotes(text: str, inside: list[str]) -> None:
    assert flagged(text, flag.IN_QUOTE) == inside


@pytest.mark.parametrize("text", ["x\ud800", "\udfff", "a\ude00\ud83d"])
def test_lone_surrogates_are_refused_naming_the_text(text: str) -> None:
    with pytest.raises(TextError, match=r"text 1 .*lone surrogate U\+D.* at character"):
        tokenize_texts(["fine", text])


def test_broken_utf8_in_arrow_is_refused() -> None:
    raw = pa.array([b"ok", b"\xff\xfe"], pa.binary())
    strings = pa.Array.from_buffers(pa.string(), 2, raw.buffers())
    with pytest.raises(TextError, match="UTF-8"):
        tokenize_texts(strings)


@given(st.lists(st.one_of(st.none(), TEXTS), max_size=6), st.integers(0, 3))
def test_arrow_columns_give_what_lists_give(texts: list[str | None], skip: int) -> None:
    plain = [text or "" for text in texts]
    expected = unpack(tokenize_texts(plain[skip:]))
    expected_twice = unpack(tokenize_texts((plain + plain)[skip:]))
    for kind in (pa.string(), pa.large_string()):
        array = pa.array(texts, kind)
        assert unpack(tokenize_texts(array[skip:])) == expected
        assert unpack(tokenize_texts(pa.chunked_array([array, array])[skip:])) == expected_twice


def test_outputs_of_many_tokens_and_long_foldings_find_room() -> None:
    texts = ["a " * 5000, "ﷺ " * 3000, "東" * 5000, "½" * 5000]
    counts = np.diff(tokenize_texts(texts).doc)
    assert counts.tolist() == [5000, 3000, 5000, 5000]
