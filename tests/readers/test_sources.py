"""Which files sources name, in which order, under which ids."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dupdetect.readers import BENIGN, expand
from dupdetect.readers.sources import split_suffixes
from dupdetect.records import Skip

Put = Callable[[str, bytes | str], Path]


def found(*sources: str | Path) -> tuple[list[Any], list[Skip]]:
    skips: list[Skip] = []
    return expand(sources, skips.append), skips


@pytest.mark.parametrize(
    ("name", "stem", "kind", "compression"),
    [
        ("a.txt", "a", "txt", ""), ("a.b.HTM", "a.b", "html", ""), ("a.ndjson", "a", "jsonl", ""),
        ("a.jsonl.gz", "a", "jsonl", "gz"), ("a.warc.gz", "a", "warc", "gz"),
        ("a.warc.wet.gz", "a", "wet", "gz"), ("a.wet.zst", "a", "wet", "zst"),
        ("a.csv.zst", "a", "csv", "zst"), ("a.parquet", "a", "parquet", ""),
        ("a.json", "a.json", "", ""), ("a.gz", "a.gz", "", "gz"), ("README", "README", "", ""),
    ],
)  # fmt: skip
def test_suffixes(name: str, stem: str, kind: str, compression: str) -> None:
    assert split_suffixes(name) == (stem, kind, compression)


def test_a_folder_is_walked_in_sorted_order_with_relative_stems(put: Put, tmp_path: Path) -> None:
    for name in ("b.txt", "a.html", "sub/z.txt", "sub/a.jsonl.gz", "Z.txt"):
        put(name, "x")
    files, skips = found(tmp_path)
    assert [file.name for file in files] == ["Z", "a", "b", "sub/a", "sub/z"]
    assert [file.format for file in files] == ["txt", "html", "txt", "jsonl", "txt"]
    assert [file.size for file in files] == [1] * 5
    assert skips == []


def test_other_files_in_folders_are_counted_and_are_no_failure(put: Put, tmp_path: Path) -> None:
    for name in ("a.txt", "a.json", "_SUCCESS", ".hidden.txt", ".git/b.txt", "_temporary/c.txt"):
        put(name, "x")
    files, skips = found(tmp_path)
    assert [file.name for file in files] == ["a"]
    assert sorted(skip.reason for skip in skips) == [
        *["ignored_hidden"] * 3, "ignored_suffix", "ignored_suffix",
    ]  # fmt: skip
    assert {skip.reason for skip in skips} <= BENIGN


def test_a_named_file_of_unknown_kind_is_a_failure(put: Put) -> None:
    files, skips = found(put("a.docx", "x"))
    assert files == []
    assert [skip.reason for skip in skips] == ["unknown_suffix"]
    assert ".parquet" in skips[0].message


def test_names_that_lead_nowhere(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    missing = [tmp_path / "no.txt", tmp_path / "*.txt", tmp_path / "empty", "https://a.example/"]
    files, skips = found(*missing)
    assert files == []
    assert [skip.reason for skip in skips] == ["absent", "absent", "empty", "is_url"]
    assert [skip.source for skip in skips] == [str(source) for source in missing]


def test_globs(put: Put, tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", "c.doc", "sub/d.txt"):
        put(name, "x")
    files, skips = found(tmp_path / "*.*")
    assert [file.name for file in files] == ["a", "b"]
    assert [skip.reason for skip in skips] == ["ignored_suffix"]
    files, _ = found(tmp_path / "**" / "*.txt")
    assert [file.name for file in files] == ["a", "b", "d"]


def test_a_file_named_with_glob_characters_is_that_file(put: Put) -> None:
    files, _ = found(put("a[1].txt", "x"))
    assert [file.name for file in files] == ["a[1]"]


def test_a_file_named_twice_is_read_once(put: Put, tmp_path: Path) -> None:
    path = put("a.txt", "x")
    (tmp_path / "link.txt").symlink_to(path)
    files, skips = found(path, tmp_path, "-", "-")
    assert [file.name for file in files] == ["a", "stdin"]
    assert {skip.reason for skip in skips} == {"duplicate_source"}


def test_two_files_never_get_the_same_name(put: Put, tmp_path: Path) -> None:
    for name in ("x/a.txt", "x/a.html", "x/b.txt", "y/a.txt"):
        put(name, "x")
    files, _ = found(tmp_path / "x", tmp_path / "y")
    names = [file.name for file in files]
    assert len(set(names)) == 4
    assert "b" in names
    assert names == ["a.html", str(tmp_path / "x" / "a.txt"), "b", str(tmp_path / "y" / "a.txt")]


def test_folders_of_a_partitioned_data_set(put: Put, tmp_path: Path) -> None:
    put("year=2024/lang=fr/part-0.parquet", "x")
    for source in (
        tmp_path,
        tmp_path / "*" / "*" / "*.parquet",
        tmp_path / "year=2024" / "lang=fr",
    ):
        (file,), _ = found(source)
        assert file.partition == (("year", "2024"), ("lang", "fr"))


def test_names_of_partitions_are_decoded_and_nulls_are_nulls(put: Put, tmp_path: Path) -> None:
    put("site=a%2Fb%3D1/day=__HIVE_DEFAULT_PARTITION__/=x/part-0.parquet", "x")
    (file,), _ = found(tmp_path)
    assert file.partition == (("site", "a/b=1"), ("day", None))


def test_a_folder_without_permission(put: Put, tmp_path: Path, run: Any) -> None:
    closed = put("shut/a.txt", "x").parent
    closed.chmod(0)
    try:
        if any(True for _ in _listed(closed)):
            pytest.skip("this user may read everything")
        _, skips = found(tmp_path)
    finally:
        closed.chmod(0o700)
    assert [skip.reason for skip in skips] == ["permission", "empty"]


def _listed(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except PermissionError:
        return []


def test_a_link_that_leads_nowhere(tmp_path: Path, run: Any) -> None:
    link = tmp_path / "broken.txt"
    link.symlink_to(tmp_path / "nothing.txt")
    items, skips = run(link)
    assert (items, [skip.reason for skip in skips]) == ([], ["absent"])


def test_names_that_are_not_utf8_or_hold_controls(tmp_path: Path, run: Any) -> None:
    for name in (b"caf\xe9.txt", b"a\x1b[31m.txt", b"bad\x1b.doc.csv"):
        Path(os.fsdecode(os.path.join(os.fsencode(tmp_path), name))).write_bytes(b"x")
    items, skips = run(tmp_path)
    assert sorted(item.id for item in items) == ["a\ufffd[31m", "caf\ufffd"]
    for skip in skips:
        assert "\x1b" not in skip.source + skip.message
        skip.source.encode("utf-8")
