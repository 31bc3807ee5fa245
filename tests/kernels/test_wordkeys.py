"""Keys of many words at once are those of each word."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dupdetect.kernels.stems import hash_bytes, skeleton_key, stem_key
from dupdetect.kernels.symbols import BEFORE, BEHIND, spell
from dupdetect.kernels.tokens import FURNITURE, SPACELESS
from dupdetect.kernels.wordkeys import make_room, word_keys
from dupdetect.text.tokens import tokenize_texts

LETTERS = "aeiouyjhtscwvkqpzxlæøœłñabcé\u05d0日яक"
TRICKY = st.text(st.sampled_from(LETTERS), min_size=1, max_size=24)
ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
#: More words than one round takes.
TEXTS = st.tuples(st.lists(st.one_of(TRICKY, ANY), max_size=20), st.integers(1, 40)).map(
    lambda drawn: " ".join(drawn[0] * drawn[1])
)
WITHOUT = SPACELESS | FURNITURE


@given(st.lists(TEXTS, min_size=1, max_size=3), st.sets(st.integers(0, 300)))
def test_keys_are_those_of_each_word(texts: list[str], furniture: set[int]) -> None:
    tokens = tokenize_texts(texts)
    for i in furniture:
        if i < tokens.flags.size:
            tokens.flags[i] |= FURNITURE
    room = make_room(tokens.flags.size, tokens.text.size)
    for first, last in zip(tokens.doc[:-1].tolist(), tokens.doc[1:].tolist(), strict=True):
        places = tokens.flags, WITHOUT, tokens.text, tokens.text_start, tokens.text_end
        n = word_keys(*places, first, last, room)
        wanted = [i for i in range(first, last) if not tokens.flags[i] & WITHOUT]
        assert (room.keys.token[:n] + first).tolist() == wanted
        for c, i in enumerate(wanted):
            word = tokens.text, int(tokens.text_start[i]), int(tokens.text_end[i])
            assert room.keys.stem[c] == stem_key(*word)
            assert room.keys.skeleton[c] == skeleton_key(*word)
            assert room.keys.whole[c] == hash_bytes(*word)


def symbols_of(text: str) -> list[int]:
    raw = text.encode()
    symbols = np.zeros(len(raw), np.uint8)
    spell(np.frombuffer(b" " * BEFORE + raw + b" " * BEHIND, np.uint8), symbols, len(raw))
    return symbols.tolist()


@given(st.lists(TRICKY, max_size=5))
def test_symbols_of_a_word_do_not_depend_on_its_neighbours(words: list[str]) -> None:
    together = symbols_of(" ".join(words))
    assert together == [s for word in words for s in [*symbols_of(word), 0]][:-1]


def test_combinations_are_one_symbol() -> None:
    k, s, f, v, t = (ord(letter) for letter in "ksfvt")
    assert symbols_of("tsch") == [k, 0, 0, 0]
    assert symbols_of("tch") == [k, 0, 0]
    assert symbols_of("sch") == [s, 0, 0]
    assert symbols_of("ph") == [f, 0]
    assert symbols_of("w wa aw av") == [0, 0, v, 1, 0, 1, 0, 0, 1, 0]
    assert symbols_of("atia ti tia") == [1, s, 1, 1, 0, t, 1, 0, t, 1, 1]
    assert symbols_of("łæ") == [ord("l"), 0, 1, 0]
