"""The measures of pairs are those of the twin, in either order, in any batch."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dupdetect.config import AnchorConfig, Config, ShingleConfig
from dupdetect.kernels.align import longest_chain
from dupdetect.kernels.measures import MAX_SENTENCES, MEASURES
from dupdetect.sketch.batch import sketch_texts
from dupdetect.text import measures_reference as twin
from dupdetect.verify.measure import measures

CLAUSES = st.sampled_from(
    [
        "Le maire Vaucelin a visité Skerrowick",
        "« Nous perdons 1 500 emplois », dit Lormeau",
        "la stratosphère se réchauffe de 2,5 degrés",
        "Vaucelin, Vaucelin et encore Vaucelin",
        "Six ingénieurs de Bandolieres ont quitté Lormeau en 2019",
        "Skerrowick the harbour was closed on Monday",
        "oui",
        "東京",
    ]
)
ENDS = st.sampled_from([". ", "\n", ", ", " et "])
ARTICLES = st.lists(st.tuples(CLAUSES, ENDS), max_size=12).map(
    lambda parts: "".join(clause + end for clause, end in parts)
)
TEXTS = st.one_of(ARTICLES, st.text(st.characters(exclude_categories=["Cs"]), max_size=60))

#: Sides swap with the documents; what has no side stays.
SWAPPED = [
    MEASURES.index(name[:-1] + {"x": "y", "y": "x"}[name[-1]] if name[-2] == "_" else name)
    for name in MEASURES
]


def measured(
    texts: list[str],
    *,
    across: bool = False,
    parted: bool = True,
    size: int = 3,
    max_zipf: float = 4.9,
) -> np.ndarray:
    """Measures of all ordered pairs of the texts."""
    shingle = ShingleConfig(size=size, permutations=6, bands=2)
    config = Config(shingle=shingle, anchor=AnchorConfig(max_zipf=max_zipf))
    batch = sketch_texts(texts, config)
    pairs = np.array([[i, j] for i in range(len(texts)) for j in range(len(texts))])
    return measures(batch, pairs, across=across, parted=parted, shingle_size=size)


def named(row: np.ndarray) -> dict[str, float]:
    return dict(zip(MEASURES, row.tolist(), strict=True))


@given(
    TEXTS, TEXTS, st.booleans(), st.booleans(), st.integers(1, 4), st.sampled_from([3.0, 4.9, 8.0])
)
def test_measures_are_those_of_the_twin(
    a: str, b: str, across: bool, parted: bool, size: int, max_zipf: float
) -> None:
    found = measured([a, b], across=across, parted=parted, size=size, max_zipf=max_zipf)
    texts = [
        twin.read(text, max_zipf=round(max_zipf * 20), across=across, size=size) for text in (a, b)
    ]
    pairs = [(x, y) for x in texts for y in texts]
    for row, (x, y) in zip(found, pairs, strict=True):
        assert named(row) == pytest.approx(twin.measures(x, y, size, parted=parted), abs=1e-9)


@given(ARTICLES, ARTICLES)
def test_swapping_the_documents_swaps_the_sides(a: str, b: str) -> None:
    _, ab, ba, _ = measured([a, b])
    assert np.allclose(ab[SWAPPED], ba, rtol=1e-12, atol=0)
    exact = [name != "mutual_x" and name != "mutual_y" for name in MEASURES]
    assert (ab[SWAPPED][exact] == ba[exact]).all()


@given(ARTICLES, ARTICLES, ARTICLES)
def test_other_pairs_of_a_batch_change_nothing(a: str, b: str, c: str) -> None:
    alone = measured([a, b])
    among = measured([a, b, c])[[0, 1, 3, 4]]
    assert (alone == among).all()


@given(st.lists(st.integers(0, 6), max_size=14))
def test_longest_chain(values: list[int]) -> None:
    assert longest_chain(np.array(values, np.int32), len(values)) == twin.longest_chain(values)


def test_a_text_covers_itself() -> None:
    text = (
        "Le maire Vaucelin a visité Skerrowick. Six ingénieurs de Bandolieres étaient là en 2019."
    )
    row = named(measured([text])[0])
    assert row["shared"] == row["weight_x"] == row["weight_y"] > 0
    assert row["exact"] == row["run_x"] == 1.0
    assert row["own_x"] == row["align_x"] == row["mutual_x"] == 0.0  # all stands in the shared run


def test_sentences_are_aligned_by_what_stands_outside_shared_runs() -> None:
    source = (
        "Le maire Vaucelin a visité Skerrowick lundi. Six ingénieurs de Bandolieres observaient."
    )
    reworded = (
        "Lundi, Vaucelin, premier édile, vu à Skerrowick. Bandolieres : 6 ingénieurs présents."
    )
    row = named(measured([source, reworded])[1])
    assert row["run_x"] == row["longest"] == 0.0
    assert row["align_x"] > 0.6 < row["mutual_x"]
    assert row["order_x"] == 1.0 and row["partners_x"] == 2.0


def test_a_text_that_repeats_one_word_is_exact_too() -> None:
    row = named(measured(["ha " * 20])[0])
    assert row["shingles_shared"] == 1.0
    assert row["exact"] == 1.0


def test_quoted_anchors_are_not_a_texts_own() -> None:
    quoted = "Il dit « Vaucelin aime Skerrowick et Bandolieres » hier soir."
    plain = "Il dit que Vaucelin aime Skerrowick et Bandolieres hier soir."
    both = measured([quoted, plain, "Bandolieres hier, Skerrowick ensuite ; Vaucelin aime."])
    assert named(both[2])["own_x"] < 0.5 * named(both[2])["weight_x"]
    assert named(both[5])["own_x"] == named(both[5])["weight_x"] > 0.0


def test_paragraphs_about_other_things_count_for_nothing() -> None:
    source = "Le maire Vaucelin a visité Skerrowick. Six ingénieurs de Bandolieres sont là en 2019."
    other = "Le volcan Popocatepetl gronde à Puebla. La sirène d'Atlixco a retenti 45 fois."
    mixed = "\n".join(["Vu à Skerrowick : Vaucelin.", other, "2019 : ingénieurs, Bandolieres."])
    clean = mixed.replace(other + "\n", "")
    with_others, without = (named(measured([source, text])[1]) for text in (mixed, clean))
    assert with_others["kept_y"] < 0.6 and without["kept_y"] == 1.0
    for name in ("weight_y", "fact_y", "align_y", "aligned_x", "partners_y", "shared"):
        assert with_others[name] == without[name] > 0.0


def test_order_tells_a_shuffled_text_from_one_in_order() -> None:
    names = ["Vaucelin", "Skerrowick", "Bandolieres", "Lormeau", "Kirrwiller", "Oberschaeffolsheim"]
    lines = [f"Le bourg {name} a perdu {37 * (at + 3)} ouvriers." for at, name in enumerate(names)]
    other = [f"À {name} : {37 * (at + 3)} départs." for at, name in enumerate(names)]
    same, reverse = measured(["\n".join(lines), "\n".join(other), "\n".join(reversed(other))])[1:3]
    assert (named(same)["order_x"], named(same)["chain_x"]) == (1.0, 6.0)
    assert named(reverse)["chain_x"] == 1.0
    assert named(reverse)["align_x"] == named(same)["align_x"] > 0.7


def test_more_sentences_than_the_matrix_has_rows() -> None:
    names = [f"Vaucelin{chr(97 + at % 26)}{chr(97 + at // 26)}" for at in range(400)]
    one = "\n".join(f"{name} rit {at}." for at, name in enumerate(names))
    other = "\n".join(f"{at} : {name}." for at, name in enumerate(names))
    row = named(measured([one, other])[1])
    assert row["sentences_x"] == 400 > MAX_SENTENCES
    assert row["partners_x"] <= MAX_SENTENCES
    assert row["align_x"] > 0.95


def test_a_word_in_every_sentence_aligns_nothing() -> None:
    """More places than MAX_REPEATS: the key counts as shared and is left out of the matrix."""
    a = "\n".join(f"Vaucelin {word}" for word in ["mange"] * 9)
    row = named(measured([a])[0])
    assert row["shared"] > 0
    assert row["align_x"] == 0.0


def test_anchors_of_a_copy_keep_their_neighbours_when_sections_move() -> None:
    parts = [
        "Vaucelin gagne Skerrowick avec 417 voix.",
        "Bandolieres perd Trimoule et Oberlieuse.",
        "Quentorin reste à Zarvanec pour 8650 euros.",
    ]
    source = " ".join(parts)
    moved = " ".join(
        part.replace("gagne", "remporte").replace("perd", "cède").replace("reste", "demeure")
        for part in reversed(parts)
    )
    other = "Vaucelin, Trimoule. Zarvanec : 417. Quentorin, Bandolieres. Oberlieuse 8650 Skerrowick"
    copy = named(measured([source, moved])[1])
    report = named(measured([source, other])[1])
    assert copy["places"] > 5 and report["places"] > 5
    assert copy["beside"] > report["beside"] and copy["fact_beside"] > report["fact_beside"]
    assert copy["near"] == copy["places"] - 1  # all stand within a few words
