"""Settings: read from TOML, written to it, checked, and named by a digest."""

from __future__ import annotations

import dataclasses
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dupdetect.config import AnchorConfig, Config, FetchConfig, ShingleConfig, VerifyConfig
from dupdetect.errors import ConfigError, DupdetectError

STRINGS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def other(value: Any) -> Any:
    """Another valid value of the same type."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, tuple):
        return (*value, "x")
    if isinstance(value, str):
        return "bulk" if value == "auto" else value + "x"
    return value / 2 if isinstance(value, float) else value + 1


SETTINGS = [
    (section.name, item.name)
    for section in fields(Config)
    for item in fields(getattr(Config(), section.name))
]


@pytest.mark.parametrize(("section", "name"), SETTINGS)
def test_every_setting_survives_toml_and_changes_the_digest(section: str, name: str) -> None:
    part = getattr(Config(), section)
    value = other(getattr(part, name))
    if (section, name) in {("shingle", "bands"), ("shingle", "rows")}:  # 129 values of 128
        part = replace(part, permutations=256)
    config = replace(Config(), **{section: replace(part, **{name: value})})
    assert Config.from_toml(config.to_toml()) == config
    assert Config.from_dict(config.to_dict()) == config
    assert config.digest() != Config().digest()


@given(STRINGS, st.floats(0, 1), st.lists(STRINGS, max_size=3), st.integers(1, 2_000_000_000))
def test_any_value_survives_toml(text: str, share: float, names: list[str], count: int) -> None:
    default = Config()
    config = replace(
        default,
        fetch=FetchConfig(max_bytes=count),
        verify=VerifyConfig(threshold=share),
        columns=replace(default.columns, id=text, text=tuple(names)),
    )
    assert Config.from_toml(config.to_toml()) == config


def test_a_digest_is_short_stable_and_of_the_values_only() -> None:
    digest = Config().digest()
    assert len(digest) == 12 and set(digest) <= set("0123456789abcdef")
    assert Config.from_toml("").digest() == digest
    assert Config.from_toml("[shingle]\nsize = 3\n").digest() == digest


def test_part_of_a_file_keeps_the_other_defaults(tmp_path: Path) -> None:
    path = tmp_path / "dupdetect.toml"
    path.write_text('[anchor]\nkeys = 64\n\n[columns]\ntext = "body"\n', encoding="utf-8")
    config = Config.load(path)
    assert config.anchor == AnchorConfig(keys=64)
    assert config.columns.text == ("body",)
    assert config.shingle == ShingleConfig()


def test_a_whole_number_will_do_for_a_float() -> None:
    config = Config.from_toml("[verify]\nthreshold = 1\n")
    assert config.verify.threshold == 1.0
    assert isinstance(config.verify.threshold, float)


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("[shingle]\nsise = 3", "unknown setting shingle.sise"),
        ("[sketch]\nsize = 3", "unknown setting sketch"),
        ("shingle = 3", "shingle must be a table"),
        ("[shingle]\nsize = 3.5", "shingle.size must be int"),
        ("[shingle]\nsize = true", "shingle.size must be int"),
        ('[shingle]\nsize = "3"', "shingle.size must be int"),
        ("[fetch]\nallow_private = 1", "fetch.allow_private must be bool"),
        ("[fetch]\nuser_agent = 1", "fetch.user_agent must be str"),
        ("[columns]\ntext = [1]", "columns.text must be tuple"),
        ("[shingle]\nsize = 0", "shingle.size must be in 1..16"),
        ("[shingle]\nsize = 17", "shingle.size must be in 1..16"),
        ("[shingle]\nbands = 64\nrows = 3", "must not exceed shingle.permutations"),
        ("[shingle]\nbands = 0", "shingle.bands must be in 1..4096"),
        ("[shingle]\npermutations = 0", "permutations must be in"),
        ("[anchor]\nkeys = 0", "anchor.keys must be in 1..60000"),
        ("[anchor]\nmin_shared = 0", "anchor.min_shared must be in"),
        ("[fetch]\nread_timeout = -1.0", "fetch.read_timeout must be in"),
        ("[fetch]\nread_timeout = inf", "fetch.read_timeout must be in"),
        (f"[fetch]\nread_timeout = 1{'0' * 400}", "fetch.read_timeout is too large"),
        ('[fetch]\nuser_agent = "a\\r\\nX-Evil: 1"', "printable ASCII"),
        ("[extract]\nmax_bytes = -1", "extract.max_bytes must be in"),
        ("[extract]\nmax_chars = 900000000000", "extract.max_chars must be in"),
        (f"[shingle]\nseed = {'9' * 5000}", "not valid TOML"),
        (f"x = {'[' * 50_000}", "nested too deeply"),
        ("[anchor]\nwindow = 0", "anchor.window must be in 1..1000"),
        ("[verify]\nthreshold = 1.5", "verify.threshold must be in 0..1"),
        ("[verify]\nthreshold = nan", "verify.threshold must be in 0..1"),
        ('[extract]\nextractor = "best"', "extract.extractor must be"),
        ("[shingle\n", "not valid TOML"),
    ],
)
def test_what_is_wrong_is_named(toml: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message.replace(".", r"\.")):
        Config.from_toml(toml)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.toml"):
        Config.load(tmp_path / "none.toml")
    broken = tmp_path / "broken.toml"
    broken.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match=r"broken\.toml"):
        Config.load(broken)
    broken.write_text("[shingle]\nsise = 1", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"broken\.toml: unknown setting shingle\.sise"):
        Config.load(broken)


def test_a_config_error_is_a_value_error_and_ours() -> None:
    assert issubclass(ConfigError, ValueError) and issubclass(ConfigError, DupdetectError)


def test_settings_are_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Config().shingle.size = 4  # type: ignore[misc]
    assert hash(Config()) == hash(Config())


def test_a_setting_out_of_range_is_refused_however_it_is_given() -> None:
    with pytest.raises(ConfigError, match=r"shingle\.size"):
        Config(shingle=replace(Config().shingle, size=0))


def test_a_file_of_any_size_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("#" * 1_000_001)
    with pytest.raises(ConfigError, match="more than 1000000 bytes"):
        Config.load(file)
