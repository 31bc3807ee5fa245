"""The estimators: scikit-learn's rules, and what they say of texts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sklearn.base import clone
from sklearn.cluster import AgglomerativeClustering
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import NotFittedError
from sklearn.metrics import adjusted_rand_score
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.utils import estimator_checks as checks

import dupdetect
from dupdetect.config import Config, ShingleConfig
from dupdetect.errors import ConfigError, TextError
from dupdetect.integrations.sklearn import (
    ContentFarmClassifier,
    MinHashTransformer,
    NearDuplicateClusterer,
)
from dupdetect.sketch import sketch_texts, to_datasketch

ESTIMATORS = (MinHashTransformer(), NearDuplicateClusterer(), ContentFarmClassifier())
#: Those of scikit-learn's checks that do not feed numbers to the estimator.
CHECKS = (
    checks.check_estimator_cloneable,
    checks.check_estimator_tags_renamed,
    checks.check_valid_tag_types,
    checks.check_estimator_repr,
    checks.check_no_attributes_set_in_init,
    checks.check_mixin_order,
    checks.check_do_not_raise_errors_in_init_or_set_params,
    checks.check_parameters_default_constructible,
    checks.check_get_params_invariance,
    checks.check_set_params,
)


@pytest.fixture(scope="module")
def articles(sample: Path) -> pd.DataFrame:
    lines = (sample / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    return pd.DataFrame([json.loads(line) for line in lines])


@pytest.fixture(scope="module")
def texts(articles: pd.DataFrame) -> list[str]:
    return [str(text) for text in articles["text"]]


@pytest.fixture(scope="module")
def farms(texts: list[str]) -> np.ndarray[Any, Any]:
    """Labels that the scores alone do not give away."""
    scores = [dupdetect.score(text).scores for text in texts]
    return np.array([score.seo_link > 0.5 or score.machine_translation > 0.5 for score in scores])


@pytest.fixture(scope="module")
def fitted(texts: list[str]) -> NearDuplicateClusterer:
    return NearDuplicateClusterer().fit(texts)


@checks.parametrize_with_checks(list(ESTIMATORS))
def test_scikit_learn_finds_nothing_wrong(estimator: Any, check: Any) -> None:
    check(estimator)


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda e: type(e).__name__)
@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.__name__)
def test_checks_that_scikit_learn_skips_for_texts(estimator: Any, check: Any) -> None:
    check(type(estimator).__name__, clone(estimator))


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda e: type(e).__name__)
@pytest.mark.parametrize(
    ("bad", "error", "message"),
    [
        ("one text", ValueError, "not one text"),
        (np.array([["a", "b"]]), ValueError, "one-dimensional"),
        (pd.DataFrame({"text": ["a"]}), ValueError, "one-dimensional"),
        (["a", None], ValueError, "1 missing"),
        (["a", float("nan")], ValueError, "1 missing"),
        (iter(["a"]), TypeError, "a sequence of texts, not list_iterator"),
        ({"a", "b"}, TypeError, "a sequence of texts, not set"),
        ({"a": "b"}, TypeError, "a sequence of texts, not dict"),
        (None, TypeError, "a sequence of texts, not NoneType"),
        ([1, 2], TypeError, "int64"),
        (["a", 2], TypeError, "not all text"),
        (["a\udc00"], TextError, "surrogate"),
    ],
)
def test_anything_but_texts_is_refused(
    estimator: Any, bad: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        clone(estimator).fit(bad)


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda e: type(e).__name__)
def test_fitting_returns_the_estimator_and_changes_no_parameter(
    estimator: Any, texts: list[str]
) -> None:
    own = clone(estimator)
    before = own.get_params()
    given = list(texts[:5])
    assert own.fit(given) is own
    assert own.get_params() == before and given == texts[:5]
    assert not hasattr(own, "n_features_in_")


@pytest.mark.parametrize(
    "container", [list, tuple, np.array, pd.Series, pa.array, lambda t: np.array(t, object)]
)
def test_texts_may_come_in_any_sequence(container: Any, texts: list[str]) -> None:
    expected = MinHashTransformer().transform(texts[:3])
    np.testing.assert_array_equal(MinHashTransformer().transform(container(texts[:3])), expected)


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda e: type(e).__name__)
def test_fitted_estimators_survive_joblib(estimator: Any, texts: list[str], tmp_path: Path) -> None:
    fitted = clone(estimator).fit(texts[:4])
    joblib.dump(fitted, tmp_path / "estimator")
    loaded = joblib.load(tmp_path / "estimator")
    assert loaded.get_params() == fitted.get_params()
    for name in ("transform", "predict_proba"):
        if hasattr(fitted, name):
            ours, theirs = (getattr(one, name)(texts[:4]) for one in (fitted, loaded))
            np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_array_equal(getattr(loaded, "labels_", 0), getattr(fitted, "labels_", 0))


class TestMinHash:
    def test_signatures_are_those_of_the_sketches(self, texts: list[str]) -> None:
        found = MinHashTransformer(permutations=64, bands=16, rows=4, seed=7).fit_transform(texts)
        config = Config(shingle=ShingleConfig(permutations=64, bands=16, rows=4, seed=7))
        sketches = sketch_texts(texts, config)
        assert found.shape == (len(texts), 64) and found.dtype == np.uint32
        np.testing.assert_array_equal(found, sketches.signatures)
        theirs = to_datasketch(found[0], config)
        assert theirs.jaccard(to_datasketch(sketches.signatures[0], config)) == 1.0

    def test_copies_share_band_keys_and_strangers_do_not(self, texts: list[str]) -> None:
        copy = texts[0].replace("\n", " ")
        keys = MinHashTransformer(output="bands").fit_transform([texts[0], copy, texts[-1]])
        assert keys.shape == (3, 42) and keys.dtype == np.uint64
        assert (keys[0] == keys[1]).all() and (keys[0] != keys[2]).all()

    def test_short_texts_are_marked(self) -> None:
        rows = MinHashTransformer().fit_transform(["", "two words"])
        assert (rows == 2**32 - 1).all()
        rows = MinHashTransformer(output="bands").fit_transform(["", "two words"])
        assert (rows == 2**64 - 1).all()

    def test_no_texts_give_no_rows(self) -> None:
        assert MinHashTransformer().fit_transform([]).shape == (0, 128)

    def test_columns_have_names(self, texts: list[str]) -> None:
        bands = MinHashTransformer(output="bands", bands=4, rows=2)
        assert bands.get_feature_names_out().tolist() == ["band0", "band1", "band2", "band3"]
        rows = bands.set_output(transform="pandas").fit_transform(pd.Series(texts[:2], [7, 8]))
        assert rows.columns.tolist() == ["band0", "band1", "band2", "band3"]
        assert rows.index.tolist() == [7, 8]

    @pytest.mark.parametrize("wrong", [{"output": "rows"}, {"bands": 43}, {"permutations": 0}])
    def test_wrong_parameters_are_found_in_fit(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(ConfigError, match=next(iter(wrong))):
            MinHashTransformer(**wrong).fit(["text"])

    @pytest.mark.filterwarnings("ignore:The number of unique classes")
    def test_it_is_a_step_of_a_pipeline(self, articles: pd.DataFrame, texts: list[str]) -> None:
        columns = ColumnTransformer([("signature", MinHashTransformer(), "text")])
        nearest = KNeighborsClassifier(1, metric="hamming", algorithm="brute")
        model = make_pipeline(columns, nearest).fit(articles, articles["id"])
        changed = articles.assign(text=articles["text"] + " Une phrase de plus, ajoutée à la fin.")
        expected = model.predict(articles)
        assert (model.predict(changed) == expected).mean() > 0.9


class TestClusterer:
    def test_labels_are_the_clusters_of_a_scan(
        self, fitted: NearDuplicateClusterer, texts: list[str], tmp_path: Path
    ) -> None:
        source = tmp_path / "texts.jsonl"
        lines = [json.dumps({"id": f"{at:03d}", "text": text}) for at, text in enumerate(texts)]
        source.write_text("\n".join(lines), encoding="utf-8")
        dupdetect.scan([source], out=tmp_path / "out")
        documents = pq.read_table(tmp_path / "out" / "documents.parquet").to_pandas()
        inside = documents["cluster"].notna().to_numpy()
        np.testing.assert_array_equal(fitted.labels_ >= 0, inside)
        assert adjusted_rand_score(fitted.labels_[inside], documents["cluster"][inside]) == 1.0
        alone = fitted.representatives_ == np.arange(len(texts))
        np.testing.assert_array_equal(alone, documents["is_representative"])

    def test_labels_count_from_zero_in_the_order_of_the_texts(
        self, fitted: NearDuplicateClusterer
    ) -> None:
        numbers = fitted.labels_[fitted.labels_ >= 0]
        assert list(dict.fromkeys(numbers.tolist())) == list(range(numbers.max() + 1))
        assert len(numbers) < len(fitted.labels_)

    def test_kinds_and_threshold_restrict_clusters(
        self, fitted: NearDuplicateClusterer, texts: list[str]
    ) -> None:
        exact = NearDuplicateClusterer(kinds=["exact"]).fit_predict(texts)
        assert 0 < (exact >= 0).sum() < (fitted.labels_ >= 0).sum()
        sure = NearDuplicateClusterer(threshold=0.99).fit_predict(texts)
        assert (sure >= 0).sum() < (fitted.labels_ >= 0).sum()
        with pytest.raises(ConfigError, match="threshold"):
            NearDuplicateClusterer(threshold=1.5).fit(texts[:1])

    def test_empty_and_short_texts_are_related_to_nothing(self, texts: list[str]) -> None:
        given = ["", "", "two words", "two words", texts[0], texts[0]]
        assert NearDuplicateClusterer().fit_predict(given).tolist() == [-1, -1, -1, -1, 0, 0]
        assert NearDuplicateClusterer().fit_predict([]).tolist() == []

    def test_it_ends_a_pipeline(self, texts: list[str]) -> None:
        model = make_pipeline(NearDuplicateClusterer(kinds=["exact"]))
        assert model.fit_predict([texts[0], texts[-1], texts[0]]).tolist() == [0, -1, 0]

    def test_signatures_feed_other_clusterers(self, texts: list[str]) -> None:
        model = make_pipeline(
            MinHashTransformer(),
            AgglomerativeClustering(
                n_clusters=None, metric="hamming", linkage="single", distance_threshold=0.5
            ),
        )
        found = model.fit_predict([texts[0], texts[-1], texts[0]])
        assert found[0] == found[2] != found[1]


class TestContentFarm:
    def test_probabilities_are_the_scores(self, texts: list[str]) -> None:
        found = ContentFarmClassifier().fit(texts).predict_proba(texts[:8])
        expected = [dupdetect.score(text).scores.content_farm for text in texts[:8]]
        np.testing.assert_allclose(found[:, 1], expected)
        np.testing.assert_allclose(found.sum(axis=1), 1.0)

    def test_labels_go_by_the_threshold(self, texts: list[str]) -> None:
        model = ContentFarmClassifier().fit(texts)
        farm = model.predict_proba(texts)[:, 1]
        for threshold in (0.0, 0.2, 0.9):
            model.set_params(threshold=threshold)
            np.testing.assert_array_equal(model.predict(texts), (farm >= threshold).astype(int))

    def test_the_positive_label_is_named(self, texts: list[str]) -> None:
        y = np.array(["farm", "press"] * 2)
        model = ContentFarmClassifier(positive="farm").fit(texts[:4], y)
        assert model.classes_.tolist() == ["farm", "press"]
        plain = ContentFarmClassifier().fit(texts).predict_proba(texts)
        np.testing.assert_array_equal(model.predict_proba(texts), plain[:, ::-1])
        expected = np.where(plain[:, 1] >= 0.5, "farm", "press")
        assert set(expected) == {"farm", "press"}
        np.testing.assert_array_equal(model.predict(texts), expected)
        with pytest.raises(ValueError, match="spam"):
            ContentFarmClassifier(positive="spam").fit(texts[:4], y)

    def test_calibrating_follows_the_labels(
        self, texts: list[str], farms: np.ndarray[Any, Any]
    ) -> None:
        model = ContentFarmClassifier(calibrate=True).fit(texts, farms)
        assert model.score(texts, farms) > 0.9
        upside_down = ContentFarmClassifier(calibrate=True).fit(texts, ~farms)
        np.testing.assert_allclose(
            upside_down.predict_proba(texts), model.predict_proba(texts)[:, ::-1], atol=1e-4
        )

    @pytest.mark.parametrize("calibrate", [False, True])
    def test_it_can_be_cross_validated(
        self, calibrate: bool, texts: list[str], farms: np.ndarray[Any, Any]
    ) -> None:
        model = make_pipeline(ContentFarmClassifier(calibrate=calibrate))
        scores = cross_val_score(model, texts, farms, cv=2, scoring="roc_auc")
        assert scores.shape == (2,) and scores.min() > 0.8

    def test_its_threshold_can_be_searched(
        self, texts: list[str], farms: np.ndarray[Any, Any]
    ) -> None:
        search = GridSearchCV(ContentFarmClassifier(), {"threshold": [0.0, 0.5]}, cv=2)
        assert search.fit(texts, farms).best_params_ == {"threshold": 0.5}

    def test_wrong_labels_and_parameters_are_refused(self, texts: list[str]) -> None:
        for y in ([0, 0], [0, 1, 2], [0.5, 1.5]):
            with pytest.raises(ValueError):
                ContentFarmClassifier().fit(texts[: len(y)], y)
        with pytest.raises(ValueError, match="2 texts and 3 labels"):
            ContentFarmClassifier().fit(texts[:2], [0, 1, 1])
        with pytest.raises(ValueError, match="needs labels"):
            ContentFarmClassifier(calibrate=True).fit(texts[:2])
        with pytest.raises(ConfigError, match="threshold"):
            ContentFarmClassifier(threshold=2.0).fit(texts[:2])
        with pytest.raises(ConfigError, match="threshold"):
            ContentFarmClassifier(threshold=None).fit(texts[:2])  # type: ignore[arg-type]

    def test_it_must_be_fitted(self) -> None:
        with pytest.raises(NotFittedError):
            ContentFarmClassifier().predict(["text"])
        with pytest.raises(NotFittedError):
            ContentFarmClassifier().fit(["text"]).set_params(calibrate=True).predict(["text"])
