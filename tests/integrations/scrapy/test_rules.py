"""What is dropped, tagged, known and added; several workers; an index that outlives the crawl."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("scrapy")

from dupdetect import Index
from dupdetect.config import Config
from dupdetect.errors import IndexMismatchError
from dupdetect.integrations.scrapy import Dropped, Options, Pipeline, ScorePipeline

A, B, C = (f"http://{name}.example/1" for name in "abc")
EXACT = {"exact": 0.5}
COPIES = {"exact": 0.5, "near_duplicate": 0.5}


def because(found: Any) -> tuple[str, str, str | None]:
    assert isinstance(found, Dropped)
    return found.id, found.rule, found.of


def page(text: str) -> str:
    body = "".join(f"<p>{part}</p>" for part in text.split("\n\n"))
    return f"<html><head><title>T</title></head><body><article>{body}</article></body></html>"


def test_an_index_outlives_the_crawl(tmp_path: Path, texts: dict[str, str], opened: Any) -> None:
    path = str(tmp_path / "crawl.index")
    with opened(index=path, drop=COPIES) as (send, stats):
        send({"url": A, "text": texts["fr-port"]})
        assert stats["added"] == 1
    with opened(index=path, drop=COPIES) as (send, stats):
        (copy,) = send({"url": B, "text": texts["fr-port"]})
        assert because(copy) == (B, "exact", A)
        (again,) = send({"url": A, "text": texts["fr-port"]})
        assert again["dupdetect"]["known"] and not again["dupdetect"]["matches"]
    with Index.open(path, create=False) as index:
        assert list(index) == [A]


def test_known_items_can_be_dropped(texts: dict[str, str], opened: Any) -> None:
    with opened(drop={"known": 0.0}) as (send, stats):
        first, second = send(*({"url": A, "text": texts["fr-port"]} for _ in range(2)))
    assert first["dupdetect"]["known"] is False
    assert because(second) == (A, "known", None)
    assert stats["dropped/known"] == stats["known"] == stats["added"] == 1


def test_known_copies_of_each_other_are_not_both_lost(
    tmp_path: Path, texts: dict[str, str], opened: Any
) -> None:
    path = str(tmp_path / "crawl.index")
    both = [{"url": url, "text": texts["fr-port"]} for url in (A, B)]
    with opened(index=path, tag=EXACT) as (send, _):
        found = send(*both)
        assert [one["dupdetect"]["tags"] for one in found] == [[], ["exact"]]
    with opened(index=path, drop=EXACT) as (send, stats):
        assert [one["url"] for one in send(*both)] == [A, B]
        assert stats["matches/exact"] == 2 and stats["dropped"] == 0


def test_a_dropped_item_is_not_remembered_a_tagged_one_is(
    texts: dict[str, str], opened: Any
) -> None:
    with opened(drop=EXACT, tag=EXACT) as (send, stats):
        _, dropped = send(*({"url": url, "text": texts["fr-port"]} for url in (A, B)))
        assert because(dropped) == (B, "exact", A)
        (third,) = send({"url": C, "text": texts["fr-port"]})
        assert third.of == A
        assert (stats["added"], stats["tagged/exact"], stats["matches/exact"]) == (1, 2, 2)


def test_without_adding_only_the_index_as_it_was_is_asked(
    tmp_path: Path, texts: dict[str, str], opened: Any
) -> None:
    path = str(tmp_path / "known.index")
    with opened(index=path) as (send, _):
        send({"url": A, "text": texts["fr-port"]})
    with opened(index=path, add=False, drop=EXACT) as (send, stats):
        found = send(
            {"url": B, "text": texts["fr-port"]},
            {"url": B, "text": texts["fr-loutre"]},
            {"url": C, "text": texts["fr-loutre"]},
        )
    assert because(found[0]) == (B, "exact", A)
    assert [one["dupdetect"]["matches"] for one in found[1:]] == [[], []]
    assert stats["added"] == 0
    with Index.open(path, create=False) as index:
        assert list(index) == [A]


def test_the_least_score_of_a_rule_counts(texts: dict[str, str], opened: Any) -> None:
    farm = {"url": A, "text": texts["fr-sante-llm"]}
    with opened(tag={"seo_link": 0.0}) as (send, _):
        (found,) = send(dict(farm))
    score = found["dupdetect"]["scores"]["seo_link"]
    assert found["dupdetect"]["tags"] == ["seo_link"] and score > 0.01
    with opened(drop={"seo_link": score + 0.001}) as (send, stats):
        assert "dupdetect" in send(dict(farm))[0]
        assert stats["added"] == 1
    with opened(drop={"seo_link": score - 0.001}) as (send, stats):
        assert because(send(dict(farm))[0]) == (A, "seo_link", None)
        assert stats["added"] == 0


@pytest.mark.parametrize("rules", [("boilerplate", "exact"), ("exact", "boilerplate")])
def test_the_first_rule_of_the_setting_names_the_reason(
    rules: tuple[str, str], tmp_path: Path, texts: dict[str, str], opened: Any
) -> None:
    path = str(tmp_path / "crawl.index")
    with opened(index=path) as (send, _):
        send({"url": A, "text": texts["fr-port"]})
    with opened(index=path, drop=dict.fromkeys(rules, 0.0)) as (send, stats):
        assert because(send({"url": B, "text": texts["fr-port"]})[0])[1] == rules[0]
    assert stats["dropped"] == 1


@pytest.mark.parametrize("field", ["text", "html"])
def test_copies_that_arrive_together_do_not_slip_by(
    field: str, texts: dict[str, str], opened: Any
) -> None:
    make = page if field == "html" else str
    with opened(drop=COPIES, workers=3) as (send, stats):
        found = send(
            *(
                {"url": f"http://{n}.example/", field: make(texts[name])}
                for name in ("fr-port", "fr-loutre", "en-seeds")
                for n in (f"a{name}", f"b{name}", f"c{name}")
            )
        )
    kept = [one for one in found if not isinstance(one, Dropped)]
    assert len(kept) == 3 == stats["added"]
    assert len({one[field] for one in kept}) == 3
    assert stats["dropped"] == 6 and stats["errors"] == 0


def test_scores_alone_open_no_index(tmp_path: Path, texts: dict[str, str], opened: Any) -> None:
    path = tmp_path / "never.index"
    with opened(kind=ScorePipeline, index=str(path), drop=COPIES) as (send, stats):
        found = send(*({"url": url, "text": texts["fr-port"]} for url in (A, B)))
    assert all(one["dupdetect"]["n_words"] > 200 for one in found)
    assert not any(one["dupdetect"]["matches"] for one in found)
    assert stats["documents"] == 2 and stats["added"] == 0
    assert not path.exists()


def test_an_index_of_other_settings_ends_the_crawl_before_it_begins(tmp_path: Path) -> None:
    path = str(tmp_path / "other.index")
    Index.open(path, config=Config.from_toml("[shingle]\nsize = 5\n")).close()
    made = Pipeline(Options(index=path, config=Config()), print)
    with pytest.raises(IndexMismatchError, match="size"):
        made.open_spider()
    made.close_spider()
