"""Records: frozen, without a dictionary, and as the interface writes them."""

from __future__ import annotations

import dataclasses
import inspect
import json
from typing import Any, get_args

import pytest

from dupdetect import records
from dupdetect.records import (
    DIRECTIONS,
    MATCH_KINDS,
    Direction,
    Document,
    Finding,
    Match,
    MatchKind,
    Page,
    Passage,
    Scores,
    Verdict,
)
from dupdetect.schemas import FINDINGS, MATCHES, PASSAGE

CLASSES = [
    value
    for _, value in inspect.getmembers(records, inspect.isclass)
    if value.__module__ == records.__name__
]
PASSAGE_1 = Passage(0, 10, 5, 15, 0.123456)
MATCH = Match("x", "y", "partial", 0.98765, 0.1, 0.2, 0.3, "a_from_b", (PASSAGE_1,))
FINDING = Finding("seo_link", "sponsored", 2, 6, "abcd", 0.55556)


@pytest.mark.parametrize("record", CLASSES)
def test_records_are_frozen_and_slotted(record: type[Any]) -> None:
    assert dataclasses.is_dataclass(record)
    assert record.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert "__slots__" in vars(record)


def test_a_record_cannot_be_changed() -> None:
    document = Document(id="a", text="b")
    with pytest.raises(dataclasses.FrozenInstanceError):
        document.text = "c"  # type: ignore[misc]
    assert not hasattr(document, "__dict__")


def test_a_page_holds_bytes_and_a_document_text() -> None:
    assert {item.name for item in dataclasses.fields(Page)}.isdisjoint({"text"})
    assert {item.name for item in dataclasses.fields(Document)}.isdisjoint({"content"})
    assert Document(id="a", text="b") == Document(id="a", text="b")
    assert len({Document(id="a", text="b"), Document(id="a", text="b")}) == 1


def test_codes_of_kinds_and_directions_never_move() -> None:
    """They stand in arrays and files: a new kind goes to the end."""
    assert MATCH_KINDS[:6] == (
        "none", "exact", "near_duplicate", "partial", "rewrite", "translation",
    )  # fmt: skip
    assert DIRECTIONS[:3] == ("unknown", "a_from_b", "b_from_a")
    assert set(MATCH_KINDS) == set(get_args(MatchKind))
    assert set(DIRECTIONS) == set(get_args(Direction))


def test_a_match_is_written_as_the_interface_says() -> None:
    assert MATCH.to_dict() == {
        "a": "x", "b": "y", "kind": "partial", "score": 0.9877, "jaccard": 0.1,
        "containment_a": 0.2, "containment_b": 0.3, "direction": "a_from_b",
        "passages": [{"a_start": 0, "a_end": 10, "b_start": 5, "b_end": 15, "similarity": 0.1235}],
    }  # fmt: skip
    assert list(MATCH.to_dict()) == MATCHES.names
    assert list(PASSAGE_1.to_dict()) == [PASSAGE.field(i).name for i in range(PASSAGE.num_fields)]


def test_a_verdict_is_written_as_the_interface_says() -> None:
    document = Document(id="x", text="des abcd", url="https://a.example/", title="T")
    verdict = Verdict(document, "fr", 2, Scores(0.11111, 0.2, 0.3, 0.4), (FINDING,), (MATCH,))
    written = verdict.to_dict()
    assert list(written) == [
        "id", "url", "title", "language", "n_words", "scores", "findings", "matches",
    ]  # fmt: skip
    assert written["scores"] == {
        "boilerplate": 0.1111, "machine_translation": 0.2, "seo_link": 0.3, "content_farm": 0.4,
    }  # fmt: skip
    assert written["findings"] == [
        {"kind": "seo_link", "rule": "sponsored", "start": 2, "end": 6, "quote": "abcd",
         "score": 0.5556}
    ]  # fmt: skip
    assert list(written["findings"][0]) == [name for name in FINDINGS.names if name != "id"]
    assert written["matches"] == [MATCH.to_dict()]
    assert json.loads(json.dumps(written)) == written


def test_nothing_known_is_nothing_claimed() -> None:
    document = Document(id="x", text="")
    assert (document.url, document.title, document.language, document.published) == (None,) * 4
    assert Scores() == Scores(0.0, 0.0, 0.0, 0.0)
    match = Match("x", "y", "none", 0.0)
    assert (match.direction, match.passages, match.jaccard) == ("unknown", (), 0.0)
