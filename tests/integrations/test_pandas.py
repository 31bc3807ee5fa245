"""``df.dupdetect``: the answers of a scan, row by row of the frame."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import dupdetect
from dupdetect import schemas
from dupdetect.errors import ConfigError, TextError
from dupdetect.integrations.pandas import DupdetectAccessor, FrameScan
from dupdetect.integrations.relations import SCORES


@pytest.fixture(scope="module")
def frame(sample: Path) -> pd.DataFrame:
    lines = (sample / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    return pd.DataFrame([json.loads(line) for line in lines]).set_index("id")


@pytest.fixture(scope="module")
def scanned(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("scan") / "out"
    dupdetect.scan([sample / "articles.jsonl"], out=out)
    return out


@pytest.fixture(scope="module")
def found(frame: pd.DataFrame) -> FrameScan:
    return DupdetectAccessor(frame).scan()


def test_scores_are_those_of_a_scan(frame: pd.DataFrame, found: FrameScan, scanned: Path) -> None:
    documents = pq.read_table(scanned / "documents.parquet").to_pandas().set_index("id")
    scores = found.score()
    pd.testing.assert_index_equal(scores.index, frame.index)
    pd.testing.assert_frame_equal(scores, documents.loc[frame.index, list(SCORES)])
    assert scores["content_farm"].max() > 0.5


def test_matches_are_those_of_a_scan(found: FrameScan, scanned: Path) -> None:
    matches = found.matches()
    assert list(matches.columns) == schemas.MATCHES.names
    own = pa.Table.from_pandas(matches, schema=schemas.MATCHES, preserve_index=False)
    expected = pq.read_table(scanned / "matches.parquet")
    assert expected.num_rows > 10
    pairs = [("a", "ascending"), ("b", "ascending")]
    assert own.sort_by(pairs).to_pylist() == expected.sort_by(pairs).to_pylist()


def test_no_report_is_made_to_be_thrown_away(
    frame: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a report was asked for")

    monkeypatch.setattr("dupdetect.engines.local.render_report", refuse)
    monkeypatch.setattr("dupdetect.engines.local.select_shown", refuse)
    assert len(DupdetectAccessor(frame[:3]).score()) == 3


def test_deduplicating_keeps_the_representatives_of_a_scan(
    frame: pd.DataFrame, found: FrameScan, scanned: Path
) -> None:
    documents = pq.read_table(scanned / "documents.parquet").to_pandas().set_index("id")
    expected = frame[documents.loc[frame.index, "is_representative"]]
    assert 0 < len(expected) < len(frame)
    pd.testing.assert_frame_equal(found.deduplicate(), expected)


def test_clusters_are_those_of_a_scan(found: FrameScan, scanned: Path) -> None:
    numbers = found.clusters()
    together = {frozenset(part.index) for _, part in numbers[numbers >= 0].groupby(numbers)}
    rows = pq.read_table(scanned / "clusters.parquet").to_pylist()
    assert together == {frozenset(row["members"]) for row in rows}
    assert numbers[numbers >= 0].drop_duplicates().tolist() == list(range(len(rows)))


def test_kinds_restrict_what_is_a_duplicate(frame: pd.DataFrame, found: FrameScan) -> None:
    same = found.deduplicate(kinds=["exact"])
    assert len(found.deduplicate()) < len(same) < len(frame)
    exact = found.matches().query("kind == 'exact'")
    lost = set(frame.index) - set(same.index)
    assert lost <= set(exact["a"]) | set(exact["b"])
    with pytest.raises(ConfigError, match="not similar"):
        found.deduplicate(kinds=["exact", "similar"])


def test_the_accessor_answers_as_its_scan(frame: pd.DataFrame, found: FrameScan) -> None:
    body = frame.rename(columns={"text": "body"})
    pd.testing.assert_frame_equal(body.dupdetect.score(text="body"), found.score())
    pd.testing.assert_frame_equal(body.dupdetect.matches(text="body"), found.matches())
    expected = found.deduplicate(kinds=["exact"]).index
    pd.testing.assert_index_equal(
        body.dupdetect.deduplicate(text="body", kinds=["exact"]).index, expected
    )


def test_worker_processes_give_the_same(frame: pd.DataFrame, found: FrameScan) -> None:
    # More than one batch of documents, or no process would be started.
    short = pd.DataFrame({"text": [f"Note {number}" for number in range(600)]})
    short.index = pd.Index([f"note-{number}" for number in range(600)], name="id")
    result = DupdetectAccessor(pd.concat([short, frame])).scan(workers=2)
    pd.testing.assert_frame_equal(result.score()[600:], found.score())
    pd.testing.assert_frame_equal(result.matches(), found.matches())


def test_what_else_is_known_counts(frame: pd.DataFrame) -> None:
    two = frame.loc[[*frame.index[:1]] * 2].reset_index(drop=True)
    two["seen"] = pd.to_datetime(["2025-03-02", "2025-03-01"])
    kept = two.drop(columns="published").dupdetect.deduplicate(published="seen")
    assert kept.index.tolist() == [1]


def test_rows_without_a_text_have_no_scores_and_stay(frame: pd.DataFrame) -> None:
    text = frame["text"].iloc[0]
    texts = [None, text, np.nan, "", " \n", text, pd.NA]
    result = DupdetectAccessor(pd.DataFrame({"text": texts}, index=list("abcdefg"))).scan()
    scores = result.score()
    assert scores.index.tolist() == list("abcdefg")
    assert scores.isna().sum(axis=1).tolist() == [4, 0, 4, 4, 4, 0, 4]
    assert result.matches()[["a", "b", "kind"]].to_numpy().tolist() == [["b", "f", "exact"]]
    assert result.deduplicate().index.tolist() == list("abcdeg")
    assert result.skipped == {"null_text": 3, "empty_text": 2}


@pytest.mark.parametrize(
    "dtype", ["string", "string[python]", pd.ArrowDtype(pa.string()), "category"]
)
def test_any_type_of_string_column_will_do(frame: pd.DataFrame, dtype: object) -> None:
    texts = frame["text"].iloc[:3]
    rows = pd.DataFrame({"text": [*texts, None]}).astype({"text": dtype})
    scores = rows.dupdetect.score()
    assert scores.notna().all(axis=1).tolist() == [True, True, True, False]
    expected = pd.DataFrame({"text": list(texts)}).dupdetect.score()
    pd.testing.assert_frame_equal(scores[:3], expected)


@pytest.mark.parametrize("empty", [[], [None, None], ["", "  "]])
def test_frames_without_any_text(empty: list[object]) -> None:
    rows = pd.DataFrame({"text": empty})
    result = DupdetectAccessor(rows).scan()
    assert result.score().shape == (len(empty), 4)
    assert result.score().isna().all(axis=None)
    assert list(result.matches().columns) == schemas.MATCHES.names and result.matches().empty
    pd.testing.assert_frame_equal(result.deduplicate(), rows)
    assert result.clusters().tolist() == [-1] * len(empty)


def test_repeated_labels_name_no_pairs_but_keep_their_rows(frame: pd.DataFrame) -> None:
    first, second = frame["text"].iloc[0], frame["text"].iloc[-1]
    rows = pd.DataFrame({"text": [first, second, first]}, index=["x", "x", "x"])
    result = DupdetectAccessor(rows).scan()
    assert len(result.score()) == 3
    assert result.deduplicate()["text"].tolist() == [first, second]
    with pytest.raises(ValueError, match=r"repeats labels \(first: 'x'\)"):
        result.matches()


def test_labels_of_any_type_name_pairs(frame: pd.DataFrame) -> None:
    texts = [frame["text"].iloc[0]] * 2
    dates = pd.to_datetime(["2025-01-02", "2025-01-01"])
    row = pd.DataFrame({"text": texts}, index=dates).dupdetect.matches().iloc[0]
    assert (row["a"], row["b"]) == (dates[0], dates[1])
    several = pd.MultiIndex.from_tuples([("p", 1), ("q", 2)])
    row = pd.DataFrame({"text": texts}, index=several).dupdetect.matches().iloc[0]
    assert (row["a"], row["b"]) == (("p", 1), ("q", 2))


def test_bad_columns_are_named() -> None:
    with pytest.raises(KeyError, match="text"):
        pd.DataFrame({"body": ["a"]}).dupdetect.score()
    with pytest.raises(TypeError, match=r"column 'text'.*int64"):
        pd.DataFrame({"text": [1, 2]}).dupdetect.score()
    with pytest.raises(TypeError, match="column 'text'"):
        pd.DataFrame({"text": ["a", 2]}, dtype=object).dupdetect.score()
    with pytest.raises(TextError, match=r"column 'text'.*surrogate"):
        pd.DataFrame({"text": pd.Series(["a\ud800"], dtype=object)}).dupdetect.score()
    with pytest.raises(TextError, match=r"column 'title'.*surrogate"):
        pd.DataFrame(
            {"text": ["a"], "title": pd.Series(["\ud800"], dtype=object)}
        ).dupdetect.score()
    with pytest.raises(ValueError, match="several columns"):
        pd.DataFrame([["a", "b"]], columns=["text", "text"]).dupdetect.score()
