"""What a run leaves and where: private while it works, no name from a stranger, no explosion."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

import dupdetect
from dupdetect.cli import main
from dupdetect.cli.tablefile import table_format
from dupdetect.config import Config
from dupdetect.engines.workplace import FOLDER
from dupdetect.errors import UnreadableError
from dupdetect.extract import Sandbox
from dupdetect.records import Document, Page

TEXT = "Der Rat der Stadt {0} hat am Dienstag den Haushalt für {0} beschlossen, sagte Herr {0}. "
EVIL = [
    "../../evil", "/etc/evil", "..\\..\\evil", "a/../../../evil", "evil\x00.txt", "~/evil", "CON",
    "x" * 5000, "https://a.example/../../../evil", "file:///evil", ".", "..", "-rf", "$(evil)",
]  # fmt: skip


def everything(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def evil_file(path: Path) -> Path:
    rows = [
        {"id": name, "url": name, "title": name, "text": TEXT.format(f"Wort{n}") * 5}
        for n, name in enumerate(EVIL)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_ids_and_urls_name_no_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "deep" / "er" / "home"
    home.mkdir(parents=True)
    monkeypatch.chdir(home)
    source = evil_file(home / "in.jsonl")
    result = dupdetect.scan([source], out=home / "out", workers=1)
    assert result.counts["documents"] == len(EVIL)
    with dupdetect.Index.open(home / "index") as index:
        for name in EVIL:
            index.add(Document(id=name, url=name, text=TEXT.format("Wort") * 5))
        assert len(index) == len(EVIL)
    with pytest.raises(SystemExit):
        main(["filter", "out", "-o", "kept.jsonl"])
    # Nothing outside, and inside only names of our own.
    assert {name.split("/")[0] for name in everything(tmp_path)} == {"deep"}
    names = everything(home) - {"in.jsonl", "kept.jsonl", "out", "index"}
    assert not [name for name in names if not name.startswith(("out/", "index/"))]
    assert not [name for name in names if "evil" in name or "rf" in name]


def test_the_work_folder_of_a_scan_is_private(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []

    def look(stage: str, total: int | None) -> None:
        folder = tmp_path / "out" / FOLDER
        seen.append(stat.S_IMODE(folder.stat().st_mode))

    from dupdetect.engines import record

    original = record.Log.stage

    def watched(self: record.Log, name: str, total: int | None) -> object:
        look(name, total)
        return original(self, name, total)

    monkeypatch.setattr(record.Log, "stage", watched)
    before = os.umask(0)
    try:
        dupdetect.scan([evil_file(tmp_path / "in.jsonl")], out=tmp_path / "out", workers=1)
    finally:
        os.umask(before)
    assert seen and set(seen) == {0o700}
    assert not (tmp_path / "out" / FOLDER).exists()


def test_children_leave_no_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with Sandbox(Config().extract) as sandbox:
        sandbox.extract(Page(id="a", content=b"<p>" + TEXT.encode() * 5), mode="bulk")
        assert everything(tmp_path) == set()


def test_tables_are_written_as_parquet_or_json_lines_only() -> None:
    for name in ("x.csv", "x.xlsx", "x.csv.gz", "x"):
        with pytest.raises(UnreadableError):
            table_format(Path(name))


def test_planted_words_are_capped_and_counted(tmp_path: Path) -> None:
    """A paragraph of rare words in 300 texts would make 45,000 pairs."""
    planted = " ".join(f"Zauberwort{chr(97 + n % 26)}{chr(97 + n // 26)}k" for n in range(60))
    with (tmp_path / "in.jsonl").open("w") as file:
        for n in range(300):
            own = " ".join(f"eigen{chr(97 + k % 26)}{chr(97 + k // 26)}m{n}" for k in range(150))
            file.write(json.dumps({"id": f"d{n}", "text": f"{own}. {planted}."}) + "\n")
    counts = dupdetect.scan([tmp_path / "in.jsonl"], out=tmp_path / "out", workers=1).counts
    run = json.loads((tmp_path / "out" / "run.json").read_text())["counts"]
    assert run["dropped_anchor_lists"] > 0
    anchor = Config().anchor
    assert counts["candidates"] <= 300 * (anchor.max_candidates + Config().shingle.max_bucket)
