"""A number has one key in all its forms, and other numbers have others."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dupdetect.kernels.numbers import number_at, small_number_key
from dupdetect.text import anchors_reference as twin
from dupdetect.text import reference, stems_reference
from dupdetect.text.tokens import tokenize_texts

PIECES = st.one_of(
    st.sampled_from(["0", "1", "007", "12", "99", "100", "999", "000", "2024", "1 9", "x", "Ⅻ"]),
    st.sampled_from(["20e", "10h30", "123456789012345", "1234567890123456", "१२", "٣", "½", "²"]),
    st.integers(0, 10**7).map(str),
)  # fmt: skip
GLUE = st.sampled_from(
    ["", " ", "\u00a0", "\u202f", ".", ",", "'", "’", ":", "-", "  ", ". ", "\n"]
)
NUMBERS = st.lists(st.tuples(PIECES, GLUE), max_size=8).map(
    lambda pairs: "".join(piece + glue for piece, glue in pairs)
)
TEXTS = st.one_of(NUMBERS, st.text(st.characters(exclude_categories=["Cs"]), max_size=20))


def numbers(text: str) -> list[tuple[int, int, int]]:
    """Key, tokens taken and Zipf of the number at each token; key 0 where there is none."""
    t = tokenize_texts([text])
    last = t.start.size
    found = [
        number_at(i, last, t.text, t.text_start, t.text_end, t.start, t.end) for i in range(last)
    ]
    return [(int(key), int(taken), int(zipf)) for key, taken, zipf in found]


def key(text: str) -> int:
    """The key of a text that is one number and nothing else."""
    found = numbers(text)
    assert found[0][1] == len(found), "the number does not take all tokens"
    assert found[0][0] != 0
    return found[0][0]


@given(TEXTS)
def test_numbers_are_those_of_the_twin(text: str) -> None:
    tokens = reference.tokenize(text)
    expected = []
    for at in range(len(tokens)):
        number = twin.number_at(tokens, at)
        expected.append(
            (0, 1, 0)
            if number is None
            else (stems_reference.number_key(number.canonical), number.taken, number.zipf)
        )
    assert numbers(text) == expected


@given(st.integers(1000, 10**12 - 1), st.sampled_from(list(" \u00a0\u202f\u2009.,'’\u066c")))
def test_thousands_may_be_grouped_by_any_separator(value: int, separator: str) -> None:
    assert key(f"{value:,}".replace(",", separator)) == key(str(value))


@pytest.mark.parametrize(
    "forms",
    [
        ["10 000", "10.000", "10,000", "10\u00a0000", "10\u202f000", "10'000", "10000", "١٠٠٠٠"],
        ["12,5", "12.5", "12:5", "12·5"],
        ["10h30", "10:30", "10.30"],
        ["20", "20e", "20ème", "20th", "020"],
        ["0", "00", "000"],
    ],
)
def test_forms_of_one_number_share_a_key(forms: list[str]) -> None:
    assert len({key(form) for form in forms}) == 1


@pytest.mark.parametrize(
    "others", [["10000", "1000", "100000", "10", "12.5", "125", "1.25", "2024", "2025", "10.30"]]
)
def test_other_numbers_have_other_keys(others: list[str]) -> None:
    assert len({key(form) for form in others}) == len(others)


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("10  000", 1),  # two spaces: two numbers
        ("2024 100", 1),  # a year and a number
        ("1, 200", 1),
        ("10\n000", 2),  # a line break is one character
        ("3 août", 1),
        ("10 000 000", 3),
        ("10 000 30", 2),  # no decimals behind thousands
        ("12 १२", 2),  # digits of any script are digits
        ("12 Ⅻ", 1),
    ],
)
def test_how_far_a_number_reaches(text: str, taken: int) -> None:
    assert numbers(text)[0][1] == taken


def test_what_is_not_written_in_digits_or_too_long_is_no_number() -> None:
    assert [found[0] for found in numbers("mot Ⅻ 1234567890123456")] == [0, 0, 0]


@given(st.integers(0, 999_999))
def test_small_numbers_have_the_key_of_their_digits(value: int) -> None:
    assert int(small_number_key(value)) == key(str(value))


def test_rare_forms_weigh_more_than_common_ones() -> None:
    zipf = {text: numbers(text)[0][2] for text in ("7", "42", "350", "1999", "7351", "12,5")}
    ranked = ["7", "42", "350", "12,5", "7351"]
    assert np.all(np.diff([zipf[text] for text in ranked]) < 0)
    assert zipf["1999"] > zipf["7351"]  # years are everywhere
    assert numbers("1 999")[0][2] == zipf["7351"]  # grouped: no year
