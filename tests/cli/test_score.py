"""``dupdetect score``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from click.testing import Result

from dupdetect.records import Document, Scores

Run = Callable[..., Result]


def test_one_json_object_per_document(run: Run, library: Any, corpus: Path) -> None:
    result = run("score", corpus)
    assert result.exit_code == 0
    records = [json.loads(line) for line in result.stdout.splitlines()]
    assert [record["id"] for record in records] == ["d0", "d1", "d2"]
    assert list(records[0]) == [
        "id", "url", "title", "language", "n_words", "scores", "findings", "matches",
    ]  # fmt: skip
    assert records[0]["findings"][0]["quote"] == "Texte"
    assert result.stderr == ""


def test_explain_adds_the_parts(run: Run, library: Any, corpus: Path) -> None:
    record = json.loads(run("score", corpus, "--explain").stdout.splitlines()[0])
    assert record["parts"] == {"bias": -1.5, "seo_link": 0.75}
    table = run("score", corpus, "--explain", "--no-json").stdout
    assert "-1.50" in table and "content farm" in table


def test_a_bad_line_is_named_the_rest_is_done_and_the_code_says_so(
    run: Run, library: Any, tmp_path: Path
) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"id": "a", "text": "un"}\n{broken\n{"id": "b", "text": "deux"}\n')
    result = run("score", path, tmp_path / "absent.txt")
    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == 2
    assert result.stderr.splitlines() == [
        f"skipped {path} (line 2): not JSON",
        f"skipped {tmp_path / 'absent.txt'}: no such file",
    ]


def test_benign_reasons_are_said_and_do_not_fail(run: Run, library: Any, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"id": "a", "text": "un"}\n{"image": 1}\n')
    result = run("score", path)
    assert result.exit_code == 0
    assert "line 2" in result.stderr


def test_many_skips_of_one_reason_are_summed_up(run: Run, library: Any, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text("{broken\n" * 50)
    lines = run("score", path).stderr.splitlines()
    assert len(lines) == 21
    assert lines[-1] == "... and 30 more (bad json)"


def test_fail_over_is_code_3_when_any_score_reaches_it(
    run: Run, library: Any, corpus: Path
) -> None:
    library.scores = Scores(0.1, 0.75, 0.0, 0.2)
    assert run("score", corpus, "--fail-over", "0.75").exit_code == 3
    assert run("score", corpus, "--fail-over", "0.76").exit_code == 0
    assert run("score", corpus, "absent.txt", "--fail-over", "0.5").exit_code == 3
    assert run("score", "absent.txt", "--fail-over", "0").exit_code == 1
    assert run("score", corpus, "--fail-over", "1.5").exit_code == 2


def test_an_index_adds_matches_and_keeps_its_own_settings(
    run: Run, library: Any, corpus: Path, tmp_path: Path
) -> None:
    library.known = {"old": Document(id="old", text="x")}
    record = json.loads(run("score", corpus, "--index", "some.index").stdout.splitlines()[0])
    assert record["matches"][0]["b"] == "old"
    assert library.index_config is None
    settings = tmp_path / "d.toml"
    settings.write_text("[shingle]\nsize = 4\n")
    run("score", corpus, "--index", "some.index", "--config", settings)
    assert library.index_config.shingle.size == 4
    result = run("score", corpus, "--index", "other.index")
    assert result.exit_code == 1
    assert "shingle.size is 5" in result.stderr


def test_a_page_is_written_beside_the_data(
    run: Run, library: Any, corpus: Path, tmp_path: Path
) -> None:
    result = run("score", corpus, "--html", tmp_path / "page.html")
    html = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert len(result.stdout.splitlines()) == 3
    assert "3 documents scored" in html
    assert "is made of" in html


def test_urls_are_fetched_and_private_ones_only_when_allowed(run: Run, library: Any) -> None:
    result = run("score", "https://a.example/x")
    assert json.loads(result.stdout)["url"] == "https://a.example/x"
    result = run("score", "http://127.0.0.1:8000/")
    assert result.exit_code == 1
    assert "skipped http://127.0.0.1:8000/: a private address" in result.stderr
    assert run("score", "http://127.0.0.1:8000/", "--allow-private").exit_code == 0
    assert library.fetched == ["https://a.example/x", "http://127.0.0.1:8000/"]


def test_standard_input_is_a_source(run: Run, library: Any) -> None:
    result = run("score", "-", input="Bonjour à tous")
    assert json.loads(result.stdout)["findings"][0]["quote"] == "Bonjo"


def test_columns_and_extractor_become_settings(run: Run, library: Any, corpus: Path) -> None:
    run(
        "score", corpus, "--text-column", "head,body", "--text-column", "foot",
        "--id-column", "key", "--date-column", "day", "--extractor", "bulk", "--ignore-robots",
    )  # fmt: skip
    config = library.configs[-1]
    assert config.columns.text == ("head", "body", "foot")
    assert (config.columns.id, config.columns.published) == ("key", "day")
    assert config.extract.extractor == "bulk"
    assert config.fetch.respect_robots is False
    run("score", corpus)
    assert library.configs[-1] == type(config)()


def test_json_output_does_not_act_on_a_terminal(run: Run, library: Any, tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text("\x9b2J\u202e evil", encoding="utf-8")
    result = run("score", path)
    assert not set(result.stdout) & set("\x9b\u202e\x1b")
    assert json.loads(result.stdout)["findings"][0]["quote"] == "\x9b2J\u202e "
