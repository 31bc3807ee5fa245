"""What an index knows of a site's lines, where commands and crawlers ask for it."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from click.testing import CliRunner

from dupdetect.cli import main

SLOGAN = "Le fil de la vallée au jour le jour"


def row(seed: int) -> dict[str, str]:
    rng = random.Random(seed)
    lines = []
    for _ in range(6):
        names = ["".join(rng.choices("bcdfglmnprstv", k=2)) + "ano" for _ in range(9)]
        lines.append(f"Les {names[0]} et {' '.join(names[1:]).title()} sont à {names[2]}.")
    url = f"https://www.vallee.example/{seed}"
    return {"id": f"d{seed}", "url": url, "text": "\n\n".join([SLOGAN, *lines]), "language": "fr"}


@pytest.fixture
def known(tmp_path: Path) -> Path:
    source = tmp_path / "in.jsonl"
    source.write_text("\n".join(json.dumps(row(seed)) for seed in range(3)), encoding="utf-8")
    done = CliRunner().invoke(main, ["index", "add", str(tmp_path / "index"), str(source)])
    assert done.exit_code == 0, done.output
    return tmp_path / "index"


def test_score_with_an_index_finds_a_sites_lines(known: Path, tmp_path: Path) -> None:
    source = tmp_path / "new.jsonl"
    source.write_text(json.dumps(row(7)), encoding="utf-8")
    rules = []
    for options in ([], ["--index", str(known)]):
        done = CliRunner().invoke(main, ["score", str(source), "--json", *options])
        assert done.exit_code == 0, done.output
        findings = json.loads(done.stdout)["findings"]
        rules.append([(f["rule"], f["quote"]) for f in findings])
    assert rules == [[], [("template", SLOGAN)]]


def test_a_process_that_stays_open_learns_while_it_is_asked(tmp_path: Path) -> None:
    asked = "\n".join(json.dumps({"op": "process", **row(seed)}) for seed in range(5))
    done = CliRunner().invoke(
        main, ["index", "serve-stdin", str(tmp_path / "index")], input=asked + "\n"
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    found = [
        [f["quote"] for f in answer["findings"] if f["rule"] == "template"] for answer in answers
    ]
    assert found == [[], [], [], [SLOGAN], [SLOGAN]]
