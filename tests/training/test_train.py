"""Training on a user's data: what is written, what is refused, and that it is used."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dupdetect.cli import main
from dupdetect.config import Config, QualityConfig
from dupdetect.detector import score
from dupdetect.engines import scan
from dupdetect.errors import ConfigError, InputError, ModelError
from dupdetect.quality.resources import pin, resources
from dupdetect.training.labelled import read_labelled
from dupdetect.training.retrain import card_path, train

WORDS = ("rivière", "moulin", "conseil", "barrage", "truite", "récolte", "village", "fromage",
         "clocher", "marché", "sentier", "berger", "tunnel", "usine", "orage")  # fmt: skip
OFFERS = (
    "Profitez de nos offres sur {}.example dès maintenant.",
    "Vous cherchez un crédit ? Cliquez ici : https://{}.example/credit.",
    "Notre partenaire {}.example vous propose un devis gratuit.",
)
NEWS = ("Selon {}.example, le maire a démissionné lundi.",
        "Le rapport est en ligne sur le site www.{}.gouv.fr.")  # fmt: skip


def rows_of(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


def prose(rng: random.Random, sentences: int = 4) -> str:
    made = [f"{' '.join(rng.choices(WORDS, k=9)).capitalize()}." for _ in range(sentences)]
    return " ".join(made)


def articles(path: Path, n: int = 120) -> Path:
    rng = random.Random(0)
    rows = []
    for i in range(n):
        sentence = rng.choice(OFFERS if i % 2 else NEWS).format(rng.choice(WORDS))
        text = f"{prose(rng)} {sentence} {prose(rng)}"
        inserted = sentence if i % 2 else None
        rows.append({"text": text, "inserted": inserted, "lang": "fr", "site": f"s{i % 12}"})
    return rows_of(path, rows)


def pages(path: Path, n: int = 16) -> Path:
    rng = random.Random(1)
    rows = []
    for i in range(n):
        body = [(prose(rng, 3), "content") for _ in range(14)]
        menu = [(" ".join(rng.choices(WORDS, k=2)).title(), "boilerplate") for _ in range(14)]
        for text, label in [*menu[:9], *body, *menu[9:]]:
            rows.append({"doc": f"p{i}", "text": text, "label": label, "language": "fr"})
    return rows_of(path, rows)


def translations(path: Path, n: int = 160) -> Path:
    rng = random.Random(2)
    rows = []
    for i in range(n):
        own = WORDS[:11] if i % 2 else WORDS[5:]
        text = " ".join(rng.choices(own, k=90)).capitalize() + "."
        label = "machine" if i % 2 else "human"
        rows.append({"text": text, "label": label, "language": "fr", "family": f"f{i // 4}"})
    return rows_of(path, rows)


DATA = {"seo_link": articles, "boilerplate": pages, "machine_translation": translations}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A model of each score."""
    folder = tmp_path_factory.mktemp("models")
    found = {}
    for name, write in DATA.items():
        found[name] = folder / f"{name}.npz"
        train(name, [write(folder / f"{name}.jsonl")], out=found[name], folds=3)
    return found


def using(*paths: Path) -> Config:
    return Config(quality=QualityConfig(models=tuple(map(str, paths))))


@pytest.mark.parametrize("name", sorted(DATA))
def test_a_model_and_its_card_are_plain_data(trained: dict[str, Path], name: str) -> None:
    with np.load(trained[name], allow_pickle=False) as arrays:
        assert str(arrays["score"]) == name
        inside = json.loads(str(arrays["card"]))
    card = json.loads(card_path(trained[name]).read_text(encoding="utf-8"))
    assert card == inside
    assert len(card["data"]["sha256"]) == 64
    assert card["data"]["files"][0]["rows"] > 0
    assert {"what", "limits", "versions", "figures"} <= card.keys()


def test_figures_are_held_out_by_group(trained: dict[str, Path]) -> None:
    card = json.loads(card_path(trained["seo_link"]).read_text(encoding="utf-8"))
    assert (card["data"]["grouped_by"], card["data"]["groups"]) == ("site", 12)
    value, low, high = card["held_out"]["auc_of_judged"]
    assert 0.8 < low <= value <= high <= 1.0
    assert card["calibration"]["bins"]


def test_labels_that_say_nothing_give_no_figure_above_chance(tmp_path: Path) -> None:
    rng = random.Random(3)
    rows = [
        json.loads(line) for line in translations(tmp_path / "a.jsonl").read_text().splitlines()
    ]
    for row in rows:
        row["label"] = rng.choice((0, 1))
    with pytest.raises(InputError, match="nothing was learnt"):
        train("machine_translation", [rows_of(tmp_path / "b.jsonl", rows)], out=tmp_path / "m.npz")


def test_the_same_data_give_the_same_model(trained: dict[str, Path], tmp_path: Path) -> None:
    again = tmp_path / "again.npz"
    train("seo_link", [articles(tmp_path / "seo_link.jsonl")], out=again, folds=3)
    assert again.read_bytes() == trained["seo_link"].read_bytes()


def test_own_models_replace_the_shipped_ones(trained: dict[str, Path]) -> None:
    found = resources(using(*trained.values()).quality)
    assert found.boilerplate is not None
    assert found.boilerplate.gram_languages == frozenset()
    assert found.seo_link is not None
    assert found.style is not None
    assert {"fr", "en", "de"} <= found.style.keys()


def test_scores_are_those_of_the_own_model(trained: dict[str, Path]) -> None:
    rng = random.Random(4)
    text = f"{prose(rng)} {OFFERS[1].format('moulin')} {prose(rng)}"
    shipped, own = score(text), score(text, config=using(trained["seo_link"]))
    assert own.scores.seo_link != shipped.scores.seo_link
    assert own.scores.seo_link > 0.5


def test_a_scan_says_which_model_it_used(trained: dict[str, Path], tmp_path: Path) -> None:
    source = rows_of(tmp_path / "in.jsonl", [{"id": "a", "text": prose(random.Random(5), 9)}])
    out = scan([source], out=tmp_path / "out", config=using(trained["seo_link"])).out
    run = json.loads((out / "run.json").read_text(encoding="utf-8"))
    model = run["models"]["seo_link"]
    assert model["file"] == str(trained["seo_link"])
    assert len(model["sha256"]) == 64
    assert run["models"]["boilerplate"]["file"] is None
    other = scan([source], out=tmp_path / "other").out
    assert json.loads((other / "run.json").read_text())["config_digest"] != run["config_digest"]


def test_a_model_that_changed_since_the_run_began_is_refused(
    trained: dict[str, Path], tmp_path: Path
) -> None:
    path = tmp_path / "m.npz"
    path.write_bytes(trained["seo_link"].read_bytes())
    pinned = pin(using(path))
    path.write_bytes(trained["boilerplate"].read_bytes())
    resources(pinned.quality)  # what was read stays
    fresh = Config(
        quality=QualityConfig(models=(pinned.quality.models[0].replace("m.npz", "n.npz"),))
    )
    (tmp_path / "n.npz").write_bytes(path.read_bytes())
    with pytest.raises(ConfigError, match="has changed"):
        resources(fresh.quality)


def damaged(path: Path, out: Path, **changes: Any) -> Path:
    """A copy of a model with some arrays changed (None: left out)."""
    with np.load(path, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    arrays.update(changes)
    np.savez(out, **{name: value for name, value in arrays.items() if value is not None})
    return out


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("seo_link", {"score": None}),
        ("seo_link", {"score": "other"}),
        ("seo_link", {"score": "boilerplate"}),
        ("seo_link", {"names": np.array(["a", "b"])}),
        ("seo_link", {"weights": np.zeros(3, np.float32)}),
        ("seo_link", {"weights": np.full(200, np.nan, np.float32), "names": None}),
        ("seo_link", {"intercept": np.inf}),
        ("seo_link", {"cutoff": 2.0}),
        ("seo_link", {"version": 99}),
        ("seo_link", {"card": "[" * 100_000}),
        ("seo_link", {"card": "[]"}),
        ("boilerplate", {"n_features": 5}),
        ("boilerplate", {"right": np.zeros(4, np.int32)}),
        ("boilerplate", {"roots": np.array([-1], np.int32)}),
        ("boilerplate", {"roots": np.array([10**9], np.int64)}),
        ("boilerplate", {"grams": np.zeros(3, np.int8)}),
        ("boilerplate", {"threshold": None}),
        ("machine_translation", {"fr_weights": np.zeros(3, np.float16)}),
        ("machine_translation", {"fr_line": np.zeros(2)}),
        ("machine_translation", {"fr_line": np.array([0.0, 1.0, 99.0, 0.5])}),
        ("machine_translation", {"languages": "fr xx"}),
    ],
)
def test_what_does_not_fit_is_refused(
    trained: dict[str, Path], tmp_path: Path, name: str, changes: dict[str, Any]
) -> None:
    bad = damaged(trained[name], tmp_path / "bad.npz", **changes)
    with pytest.raises(ModelError, match=r"bad\.npz"):
        score("Un texte.", config=using(bad))


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04broken"])
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.npz"
    path.write_bytes(content)
    with pytest.raises(ModelError, match="not a usable model"):
        score("Un texte.", config=using(path))


def test_pickled_objects_are_refused(trained: dict[str, Path], tmp_path: Path) -> None:
    bad = damaged(trained["seo_link"], tmp_path / "bad.npz", score=np.array([{}], dtype=object))
    with pytest.raises(ModelError):
        score("Un texte.", config=using(bad))


def test_a_bomb_is_refused_before_it_is_unpacked(trained: dict[str, Path], tmp_path: Path) -> None:
    path = tmp_path / "bomb.npz"
    np.savez_compressed(path, score="seo_link", weights=np.zeros(80 << 20, np.uint8))
    assert path.stat().st_size < 1 << 20
    with pytest.raises(ModelError, match="MiB"):
        score("Un texte.", config=using(path))


def test_two_models_of_one_score_are_one_too_many(trained: dict[str, Path], tmp_path: Path) -> None:
    other = tmp_path / "other.npz"
    other.write_bytes(trained["seo_link"].read_bytes())
    with pytest.raises(ConfigError, match="second model"):
        score("Un texte.", config=using(trained["seo_link"], other))


@pytest.mark.parametrize(
    ("name", "row", "message"),
    [
        ("seo_link", {"text": "a"}, "no column 'inserted'"),
        ("seo_link", {"text": 3, "inserted": None}, "text is no string"),
        ("seo_link", {"text": "a", "inserted": 3}, "inserted must be"),
        ("boilerplate", {"doc": "a", "text": "a", "label": "menu"}, "label must be"),
        ("machine_translation", {"text": "a", "label": -1}, "label must be"),
    ],
)
def test_rows_that_are_not_usable_are_named(
    tmp_path: Path, name: str, row: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message) as told:
        read_labelled(name, [rows_of(tmp_path / "a.jsonl", [row])])
    assert "row 1" in str(told.value)


def test_a_sentence_that_is_not_in_its_text_is_refused(tmp_path: Path) -> None:
    data = rows_of(tmp_path / "a.jsonl", [{"text": "Un texte.", "inserted": "Autre chose."}])
    with pytest.raises(InputError, match="does not stand"):
        train("seo_link", [data], out=tmp_path / "m.npz")


@pytest.mark.parametrize("name", sorted(DATA))
def test_too_little_is_refused(tmp_path: Path, name: str) -> None:
    data = DATA[name](tmp_path / "a.jsonl", 4)
    with pytest.raises(InputError, match=r"needed|cross-validation"):
        train(name, [data], out=tmp_path / "m.npz")
    assert not (tmp_path / "m.npz").exists()


def test_the_command_writes_and_tells(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data, out = articles(tmp_path / "a.jsonl"), tmp_path / "own.npz"
    arguments = ["train", "seo_link", str(data), "-o", str(out), "--group", "site", "--folds", "2"]
    main(arguments, standalone_mode=False)
    card = json.loads(capsys.readouterr().out)
    assert (card["score"], card["folds"], card["data"]["grouped_by"]) == ("seo_link", 2, "site")
    source = tmp_path / "a.txt"
    source.write_text(prose(random.Random(6)), encoding="utf-8")
    with pytest.raises(SystemExit) as done:
        main(["score", str(source), "--model", str(out), "--json"], standalone_mode=False)
    assert done.value.code == 0
    assert "scores" in json.loads(capsys.readouterr().out)


def test_a_missing_group_column_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no column 'team'"):
        train("seo_link", [articles(tmp_path / "a.jsonl")], out=tmp_path / "m.npz", group="team")
