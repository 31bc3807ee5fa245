"""The page on crawlers keeps its word: its code runs, its tables are complete."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

PAGE = (Path(__file__).parent.parent.parent / "docs" / "crawlers.md").read_text(encoding="utf-8")


def block(name: str) -> str:
    """The code block marked ``<!-- run: name -->``."""
    found = re.search(rf"<!-- run: {name} -->\n```\w*\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None, f"no block {name}"
    return found[1]


def table(heading: str) -> list[str]:
    """First cells of the first table after a heading, without their code marks."""
    rows = re.findall(r"^\| `([^`]+)`", PAGE.split(f"\n## {heading}", 1)[1], re.MULTILINE)
    return list(rows)


@pytest.fixture(scope="module")
def articles(sample: Path) -> dict[str, dict[str, Any]]:
    lines = (sample / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    return {one["id"]: one for one in map(json.loads, lines)}


def test_the_three_lines_of_settings_hold() -> None:
    pytest.importorskip("scrapy")
    from scrapy.settings import Settings
    from scrapy.utils.misc import load_object

    from dupdetect.integrations.scrapy import Addon, Options

    values: dict[str, Any] = {}
    exec(block("settings"), values)
    assert len(block("settings").splitlines()) == 3
    assert [load_object(path) for path in values["ADDONS"]] == [Addon]
    own = {name: value for name, value in values.items() if name.startswith("DUPDETECT_")}
    assert Options.from_settings(Settings(own)) == Options(
        index="crawl.index", drop={"exact": 0.9, "near_duplicate": 0.9}
    )


def test_every_setting_is_in_the_table_with_its_default() -> None:
    pytest.importorskip("scrapy")
    from dupdetect.integrations.scrapy import Options

    rows = re.findall(r"^\| `(DUPDETECT_\w+)` \| (\S+) \|", PAGE, re.MULTILINE)
    shown = {name: default.strip("`") for name, default in rows}
    assert shown.pop("DUPDETECT_PRIORITY") == "300"
    options = Options()
    expected = {f"DUPDETECT_{item.name.upper()}": getattr(options, item.name) for item in
                fields(Options)}  # fmt: skip
    assert set(shown) == set(expected)
    for name, default in shown.items():
        value = None if default == "none" else json.loads(default.replace("True", "true"))
        assert value == expected[name]


def test_every_rule_is_named() -> None:
    pytest.importorskip("scrapy")
    from dupdetect.integrations.scrapy.options import RULES

    text = PAGE.split("**Rules.**", 1)[1].split("least score", 1)[0]
    assert set(re.findall(r"`(\w+)`", text)) == RULES


def test_the_asyncio_recipe_finds_copies(
    tmp_path: Path, articles: dict[str, dict[str, Any]]
) -> None:
    recipe: dict[str, Any] = {}
    exec(block("asyncio"), recipe)
    texts = {one["url"]: one["text"] for one in articles.values()}
    names = ("fr-train", "fr-train-copie", "fr-loutre", "en-bridge", "fr-port")
    urls = [articles[name]["url"] for name in names]

    async def fetch(url: str) -> str:
        await asyncio.sleep(0)
        if url == "down":
            raise OSError("no answer")
        return str(texts[url])

    verdicts = asyncio.run(recipe["crawl"](urls, fetch, tmp_path / "crawl.index"))
    assert set(verdicts) == set(urls)
    found = {(m.a, m.b, m.kind) for verdict in verdicts.values() for m in verdict.matches}
    assert len(found) == 1
    assert {*urls[:2], "exact"} == set(*found)
    again = asyncio.run(recipe["crawl"](["down", *urls[:1]], fetch, tmp_path / "crawl.index"))
    assert isinstance(again["down"], OSError)
    assert [match.b for match in again[urls[0]].matches] == [urls[1]]


def test_the_datasets_recipe_runs(
    tmp_path: Path, articles: dict[str, dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    datasets = pytest.importorskip("datasets")
    monkeypatch.chdir(tmp_path)
    rows = [articles[name] for name in ("fr-train", "fr-train-copie", "fr-port")]
    names = {"dataset": datasets.Dataset.from_list(rows)}
    exec(block("datasets"), names)
    assert list(names["dataset"]["match_kind"]) == ["none", "exact", "none"]


def test_the_polars_recipe_runs(articles: dict[str, dict[str, Any]]) -> None:
    pl = pytest.importorskip("polars")
    names = {"frame": pl.DataFrame([articles["fr-train"], articles["en-bridge"]])}
    exec(block("polars"), names)
    assert names["streamed"].equals(names["whole"])
    assert names["whole"]["n_words"].min() > 200


def test_the_columns_are_those_of_the_table() -> None:
    from dupdetect.integrations.columns import MATCH_COLUMNS, SCORE_COLUMNS

    rows = dict(re.findall(r"^\| `(\w+_columns)` \| (.*) \|$", PAGE, re.MULTILINE))
    assert re.findall(r"`(\w+)`", rows["score_columns"]) == list(SCORE_COLUMNS)
    assert re.findall(r"`(\w+)`", rows["match_columns"]) == list(MATCH_COLUMNS)


def test_the_conversation_goes_as_shown() -> None:
    from dupdetect import Detector, Index
    from dupdetect.cli.serve import Server
    from dupdetect.extract import Sandbox

    lines = block("conversation").splitlines()
    with Index.open(None) as index:
        detector = Detector(index=index)
        with Sandbox(detector.config.extract) as sandbox:
            server = Server(index, detector, sandbox)
            for asked, answered in zip(lines[::2], lines[1::2], strict=True):
                assert asked.startswith("> ") and answered.startswith("< ")
                assert json.loads(server.answer(asked[2:].encode())) == json.loads(answered[2:])


def test_every_operation_is_in_the_table() -> None:
    from dupdetect.cli.serve import OPERATIONS

    assert table("Other languages") == ["op", *OPERATIONS]
