"""Settings become options, and settings that cannot be are refused by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("scrapy")

from scrapy.settings import Settings

from dupdetect.config import Config
from dupdetect.errors import ConfigError
from dupdetect.integrations.scrapy import Options


def options(**settings: Any) -> Options:
    return Options.from_settings(Settings({f"DUPDETECT_{k}": v for k, v in settings.items()}))


def test_no_settings_score_match_and_remember_but_drop_nothing() -> None:
    made = options()
    assert made == Options()
    assert made.enabled and made.add and made.index is None
    assert made.output_field == "dupdetect"
    assert not made.drop and not made.tag


def test_every_option_has_its_setting(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text("[shingle]\nsize = 4\n")
    made = options(
        ENABLED="0", INDEX=tmp_path, ADD="false", OUTPUT_FIELD="", ID_FIELD="key",
        TEXT_FIELD="body",
        HTML_FIELD="page", URL_FIELD="link", TITLE_FIELD="head", LANGUAGE_FIELD="lang",
        PUBLISHED_FIELD="date", DROP={"known": 0}, TAG=["rewrite"], WORKERS="3", CONFIG=file,
    )  # fmt: skip
    assert made == Options(
        enabled=False, index=str(tmp_path), add=False, output_field="", id_field="key",
        text_field="body", html_field="page", url_field="link", title_field="head",
        language_field="lang", published_field="date", drop={"known": 0.0}, tag={"rewrite": 0.0},
        workers=3, config=Config.from_toml("[shingle]\nsize = 4\n"),
    )  # fmt: skip


@pytest.mark.parametrize(
    "rules",
    [
        {"exact": 0.9, "rewrite": 0, "content_farm": 0.5},
        "exact:0.9, rewrite,content_farm",
        "exact:.9,rewrite:0,content_farm:0.5",
        '{"exact": 0.9, "rewrite": null, "content_farm": "0.5"}',
    ],
)
def test_rules_are_a_mapping_or_a_line_of_the_command(rules: Any) -> None:
    expected = {"exact": 0.9, "rewrite": 0.0, "content_farm": 0.5}
    assert options(DROP=rules).drop == options(TAG=rules).tag == expected


def test_a_list_of_rules_takes_any_match_and_likely_scores() -> None:
    assert options(DROP=["exact", "seo_link"]).drop == {"exact": 0.0, "seo_link": 0.5}


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("DORP", {}, "unknown setting DUPDETECT_DORP"),
        ("DROP", {"copy": 0.5}, "no rule 'copy'"),
        ("DROP", ["none"], "no rule 'none'"),
        ("DROP", {"exact": 1.5}, "exact must be in 0..1"),
        ("TAG", {"exact": "much"}, "exact needs a number"),
        ("TAG", "rewrite:", "rewrite needs a number"),
        ("TAG", 3, "a mapping or a list"),
        ("TAG", '{"exact": 0.9', "not valid JSON"),
        ("WORKERS", 0, "must be in 1..64"),
        ("WORKERS", "two", "must be a number"),
        ("ADD", "perhaps", "must be true or false"),
        ("CONFIG", "/no/such.toml", "/no/such.toml"),
    ],
)
def test_what_cannot_be_is_refused_by_name(name: str, value: Any, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        options(**{name: value})


def test_settings_of_others_are_left_alone() -> None:
    assert Options.from_settings(Settings({"DUPE_FILTER": 1, "BOT_NAME": "x"})) == Options()
