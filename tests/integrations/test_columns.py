"""Columns in, columns out: plain, and with polars, datasets, pandas and Arrow where installed."""

from __future__ import annotations

import json
import math
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from dupdetect import Detector, Document, Index
from dupdetect.errors import IndexError_, TextError
from dupdetect.integrations.columns import (
    MATCH_COLUMNS,
    SCORE_COLUMNS,
    match_columns,
    score_columns,
)

SCORES = ("boilerplate", "machine_translation", "seo_link", "content_farm")


@pytest.fixture(scope="module")
def batch(sample: Path) -> dict[str, list[Any]]:
    """Six articles as columns: an original, its copy, a rewrite of another one, and so on."""
    lines = (sample / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    articles = {one["id"]: one for one in map(json.loads, lines)}
    ids = ("fr-train", "fr-loutre", "fr-train-copie", "fr-port", "fr-port-spun", "en-bridge")
    names = ("id", "url", "title", "language", "published", "text")
    return {name: [articles[id][name] for id in ids] for name in names}


def test_scores_are_those_of_each_document(batch: dict[str, list[Any]]) -> None:
    found = score_columns(batch, url="url", title="title", language="language")
    assert list(found) == list(SCORE_COLUMNS)
    for row in range(len(batch["id"])):
        own = {name: batch[name][row] for name in ("text", "url", "title", "language")}
        verdict = Detector().score(Document(id="x", **own))
        for name in SCORES:
            assert found[name][row] == getattr(verdict.scores, name)
        assert found["n_words"][row] == verdict.n_words
        assert found["n_findings"][row] == len(verdict.findings)


def test_a_batch_finds_what_stands_before_in_it(batch: dict[str, list[Any]]) -> None:
    with Index.open(None) as index:
        found = match_columns(batch, index=index, published="published", add=True)
        assert list(found) == list(MATCH_COLUMNS)
        assert found["match"] == ["", "", "fr-train", "", "fr-port", ""]
        assert found["match_kind"][2] == "exact" and found["match_kind"][4] == "rewrite"
        assert found["match_kind"][0] == "none" and found["n_matches"] == [0, 0, 1, 0, 1, 0]
        assert found["match_score"][2] > 0.9 > found["match_score"][0] == 0.0
        assert sorted(index) == sorted(batch["id"])


def test_without_add_rows_only_ask(batch: dict[str, list[Any]]) -> None:
    with Index.open(None) as index:
        index.add(Document(id="known", text=batch["text"][0]))
        found = match_columns(batch, index=index)
        assert found["match"] == ["known", "", "known", "", "", ""]
        assert list(index) == ["known"]
        nameless = match_columns({"text": batch["text"][:1]}, index=index, id=None)
        assert nameless["match"] == ["known"]


def test_a_path_is_opened_for_each_batch(tmp_path: Path, batch: dict[str, list[Any]]) -> None:
    path = tmp_path / "known.index"
    with pytest.raises(IndexError_):
        match_columns(batch, index=path)
    first = {name: values[:2] for name, values in batch.items()}
    rest = {name: values[2:] for name, values in batch.items()}
    assert match_columns(first, index=path, add=True)["match"] == ["", ""]
    assert match_columns(rest, index=str(path))["match"] == ["fr-train", "", "", ""]
    assert match_columns(first, index=path)["match"] == ["", ""]


def test_arrays_come_back_as_arrays_of_one_type(batch: dict[str, list[Any]]) -> None:
    arrays = {name: np.array(values, dtype=object) for name, values in batch.items()}
    plain, found = score_columns(batch), score_columns(arrays, prefix="dup_")
    assert list(found) == [f"dup_{name}" for name in SCORE_COLUMNS]
    assert {found[f"dup_{name}"].dtype for name in SCORES} == {np.dtype(np.float32)}
    assert found["dup_n_words"].dtype == np.int32
    np.testing.assert_allclose(found["dup_content_farm"], plain["content_farm"], rtol=1e-6)
    with Index.open(None) as index:
        matches = match_columns(arrays, index=index, add=True)
    assert matches["match_score"].dtype == np.float32 and matches["match"].shape == (6,)


@pytest.mark.parametrize("missing", [None, math.nan, pd.NA, pd.NaT])
def test_a_missing_text_is_a_row_of_nothing(missing: Any, batch: dict[str, list[Any]]) -> None:
    holes = {"id": ["a", "b"], "text": [missing, batch["text"][0]]}
    found = score_columns(holes)
    assert all(math.isnan(found[name][0]) and found[name][1] >= 0 for name in SCORES)
    assert found["n_words"][0] == 0 < found["n_words"][1]
    with Index.open(None) as index:
        assert match_columns(holes, index=index, add=True)["match_kind"] == ["none", "none"]
        assert list(index) == ["b"]


def test_an_empty_batch_gives_empty_columns() -> None:
    assert score_columns({"text": []}) == {name: [] for name in SCORE_COLUMNS}
    assert score_columns({"text": np.array([], dtype=object)})["seo_link"].dtype == np.float32
    with Index.open(None) as index:
        assert match_columns({"id": [], "text": []}, index=index)["match"] == []


def test_what_cannot_be_scored_says_so(batch: dict[str, list[Any]]) -> None:
    with pytest.raises(KeyError, match="body"):
        score_columns(batch, text="body")
    with pytest.raises(ValueError, match="lengths"):
        score_columns({"text": ["a", "b"], "url": ["u"]}, url="url")
    with pytest.raises(TypeError, match="int"):
        score_columns({"text": [5]})
    with pytest.raises(TextError):
        score_columns({"text": ["\ud800"]})
    with Index.open(None) as index:
        with pytest.raises(ValueError, match="without an id"):
            match_columns({"id": ["a", None], "text": ["x", "y"]}, index=index, add=True)
        assert len(index) == 0


def test_pandas_and_arrow_are_batches(batch: dict[str, list[Any]]) -> None:
    expected = score_columns(batch)
    assert score_columns(pd.DataFrame(batch)) == expected
    assert score_columns(pa.table(batch)) == expected
    table = pa.table({**batch, **expected})
    assert table.num_rows == 6


def test_polars_frames_eager_and_lazy(batch: dict[str, list[Any]]) -> None:
    pl = pytest.importorskip("polars")
    frame = pl.DataFrame(batch)
    eager = frame.hstack(pl.DataFrame(score_columns(frame)))
    lazy = frame.lazy().map_batches(
        lambda part: part.hstack(pl.DataFrame(score_columns(part))), schema=eager.schema
    )
    assert lazy.collect().equals(eager)
    none = frame.clear()  # a part may be empty, after a filter: its columns are of the same types
    with Index.open(None) as index:
        for columns in (score_columns, partial(match_columns, index=index)):
            some, nothing = (pl.DataFrame(columns(part)) for part in (frame, none))
            assert nothing.schema == some.schema
            arrow = [pa.table(columns(part.to_arrow())).schema for part in (frame, none)]
            assert arrow[0] == arrow[1]
    assert eager["n_words"].to_list() == score_columns(batch)["n_words"]
    struct = pl.Struct({name: eager.schema[name] for name in SCORE_COLUMNS})
    expression = pl.col("text").map_batches(
        lambda texts: pl.DataFrame(score_columns({"text": texts})).to_struct(),
        return_dtype=struct,
    )
    unnested = frame.select(expression.alias("found")).unnest("found")
    assert unnested.equals(eager.select(list(SCORE_COLUMNS)))


@pytest.mark.parametrize("size", [1, 4])
def test_datasets_map_batched(
    size: int, tmp_path: Path, batch: dict[str, list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    datasets = pytest.importorskip("datasets")
    dataset = datasets.Dataset.from_dict(batch)
    matching = partial(match_columns, index=str(tmp_path / "known.index"), add=True)
    done = dataset.map(score_columns, batched=True, batch_size=size).map(
        matching, batched=True, batch_size=size
    )
    assert set(done.column_names) == {*batch, *SCORE_COLUMNS, *MATCH_COLUMNS}
    assert list(done["match"]) == ["", "", "fr-train", "", "fr-port", ""]
    assert list(done["n_words"]) == score_columns(batch)["n_words"]


def test_a_batch_of_arrays_as_ray_hands_them(batch: dict[str, list[Any]]) -> None:
    """Ray Data gives and takes dictionaries of numpy arrays; what is returned replaces a batch."""
    arrays = {name: np.array(values, dtype=object) for name, values in batch.items()}
    returned = {**arrays, **score_columns(arrays)}
    assert all(isinstance(values, np.ndarray) and len(values) == 6 for values in returned.values())
