"""Merging, compacting, and what is said of a whole index, with sketches of real texts."""

from __future__ import annotations

import json
import threading
from dataclasses import replace

import datasketch
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from dupdetect import detector
from dupdetect.cli import main
from dupdetect.config import AnchorConfig, ColumnsConfig, Config, ExtractConfig, ShingleConfig
from dupdetect.detector import Index, compare
from dupdetect.engines import scan
from dupdetect.errors import IndexError_, IndexMismatchError
from dupdetect.index.stores.versions import Versions
from dupdetect.records import Document
from dupdetect.schemas import DOCUMENTS
from dupdetect.sketch import sketch_texts, to_datasketch

STORY = (
    "Le maire de Villeneuve{i}, Gaston Perrichot, a présenté mardi un plan de {i}4,5 millions "
    "d'euros pour rénover la piscine Tournesol{i}, fermée depuis l'incendie de novembre 2019. Les "
    "travaux, selon l'architecte Odile Kermarrec{i}, dureront {i} mois. La région paiera {i}12 000 "
    "euros. Le club Nautilus{i}, qui compte {i}7 membres, nage pour l'instant à Quimperlé{i}."
)


def story(i, **fields):
    return Document(id=f"s{i}", text=STORY.format(i=i), language="fr", **fields)


def copies(index, i):
    """The known documents that say what story ``i`` says."""
    return sorted(m.b for m in index.query(replace(story(i), id="q")) if m.kind == "exact")


@pytest.mark.parametrize("keep_text", [True, False])
@pytest.mark.parametrize("kind", ["memory", "folder"])
def test_two_indexes_become_one(tmp_path, kind, keep_text):
    paths = [None, None] if kind == "memory" else [tmp_path / "a", tmp_path / "b"]
    with (
        Index.open(paths[0], keep_text=keep_text) as one,
        Index.open(paths[1], keep_text=keep_text) as other,
    ):
        one.add_many([story(i, title="old") for i in range(5)])
        other.add_many([story(i, title="new") for i in range(3, 300)])
        assert one.merge(other) == 297
        assert len(one) == 300
        assert one.contains("s299") and "s299" in one and not one.contains("s300")
        assert one.get("s2").title == "old" and one.get("s3").title == "new"
        assert one.get("s299") == replace(
            story(299, title="new"), text=story(299).text if keep_text else ""
        )
        assert copies(one, 2) == ["s2"] and copies(one, 200) == ["s200"]
        assert one.verify() == []


def test_indexes_of_other_settings_are_not_merged():
    other = Index.open(None, config=Config(anchor=AnchorConfig(keys=9)))
    wanted = r"anchor.keys is 9 in the index, 256 now"
    with Index.open(None) as one, other, pytest.raises(IndexMismatchError, match=wanted):
        one.merge(other)


def test_compacting_gives_room_back_and_loses_nothing(tmp_path):
    with Index.open(tmp_path / "i", keep_text=False) as index:
        index.add_many([story(i) for i in range(60)])
        index.compact()
        full = index.info()["bytes"]
        for i in range(10, 60):
            index.remove(f"s{i}")
        index.compact()
        assert index.info()["bytes"] < 0.8 * full
        assert list(index) == [f"s{i}" for i in range(10)]
        assert copies(index, 5) == ["s5"] and copies(index, 50) == []
        assert index.verify() == []


@pytest.mark.parametrize("keep_text", [True, False])
def test_scores_are_those_of_compare_with_the_text_and_without(tmp_path, keep_text):
    known = replace(story(1), published="2025-01-01")
    edited = Document(id="e", text=known.text.replace("présenté mardi", "dévoilé"), language="fr")
    with Index.open(tmp_path / "i", keep_text=keep_text) as index:
        index.add(known)
        (match,) = index.query(edited)
    alone = compare(edited, known)
    assert bool(match.passages) == keep_text
    assert replace(match, passages=()) == replace(alone, passages=())
    with Index.open(tmp_path / "i") as index:
        assert index.get("s1").text == (known.text if keep_text else "")


@pytest.mark.parametrize("recent", [None, 4, 12, 4096])
def test_many_questions_are_answered_as_one_by_one(recent, tmp_path, monkeypatch):
    monkeypatch.setattr(Versions.__init__, "__kwdefaults__", {
        **Versions.__init__.__kwdefaults__, "recent": recent,
    })  # fmt: skip
    with Index.open(None if recent is None else tmp_path / "i") as index:
        for i in range(0, 20, 3):
            index.add_many([story(k) for k in range(i, min(i + 3, 20))])
        index.remove(story(5).id)
        asked = [story(3), story(99), "Trois petits mots", story(7).text, story(19).text, story(5)]
        one_by_one = [index.query(question) for question in asked]
        assert index.query_many(asked) == one_by_one
        found = [{match.b for match in matches} for matches in one_by_one]
        assert found[2] == set() and "s3" not in found[0] and "s0" in found[0]
        assert "s7" in found[3] and "s19" in found[4]
        assert all("s5" not in ids for ids in found)
        assert index.query_many([]) == []


def test_segments_are_merged_by_a_thread_and_closing_waits_for_it(tmp_path, monkeypatch):
    monkeypatch.setattr(Versions.__init__, "__kwdefaults__", {
        **Versions.__init__.__kwdefaults__, "recent": 4,
    })  # fmt: skip
    merged = []
    whole = Versions._merge

    def merge(self, begin, end):
        merged.append(threading.current_thread())
        whole(self, begin, end)

    monkeypatch.setattr(Versions, "_merge", merge)
    with Index.open(tmp_path / "i") as index:
        for i in range(40):
            index.add(story(i))
        assert threading.current_thread() not in merged
        index.tidy()
        assert merged
        with index.batch():
            for i in range(40, 80):
                index.add(story(i))
        index.add(story(80))
    with Index.open(tmp_path / "i") as index:
        assert len(index) == 81 and index.verify() == []
        assert index.info()["segments"] < 8
        assert copies(index, 7) == [story(7).id]


def test_an_index_that_is_asked_often_settles_once(monkeypatch):
    settled = []
    monkeypatch.setattr(detector, "settle", lambda: settled.append(len(answers)))
    with Index.open(None) as index:
        index.add_many([story(i) for i in range(3)])
        answers = []
        for _ in range(detector._OFTEN + 5):
            answers.append(index.query(story(1)))
    assert settled == [detector._OFTEN - 1]
    assert all(answer == answers[0] for answer in answers)


def test_verify_notices_a_document_that_its_keys_do_not_lead_to(monkeypatch):
    with Index.open(None) as index:
        index.add_many([story(i) for i in range(3)])
        lists = index._candidates._store._lists["anchors"]
        next(iter(lists.values())).clear()
        assert any("anchors keys" in problem for problem in index.verify())


def test_a_template_with_thousands_of_copies_gives_some_and_says_so(monkeypatch):
    monkeypatch.setattr("dupdetect.index.candidates.MOST_VERIFIED", 5)
    with Index.open(None) as index:
        index.add_many([replace(story(1), id=f"copy {i}") for i in range(30)])
        assert len(index.query(story(1))) == 5
        assert index.info()["unverified"] > 0


def test_commands_merge_and_compact(tmp_path):
    for name in "ab":
        with Index.open(tmp_path / name, keep_text=False) as index:
            index.add(replace(story(1), id=name))
    run = CliRunner().invoke
    done = run(main, ["index", "merge", f"{tmp_path}/c", f"{tmp_path}/a", f"{tmp_path}/b"])
    assert done.exit_code == 0 and "2 in all" in done.stderr
    assert run(main, ["index", "compact", f"{tmp_path}/c"]).exit_code == 0
    with Index.open(tmp_path / "c") as index:
        assert sorted(index) == ["a", "b"]
        assert copies(index, 1) == ["a", "b"]


def test_exported_as_a_scan_writes_it(tmp_path):
    with Index.open(None) as index:
        index.add(story(1, url="https://www.example.org/a", title="T", published="2025-01-02"))
        index.add(Document(id="tiny", text="Trois petits mots"))
        assert index.export(tmp_path / "out") == 2
        with pytest.raises(IndexError_, match="exists already"):
            index.export(tmp_path / "out")
    table = pq.read_table(tmp_path / "out" / "documents.parquet")
    assert table.schema.equals(DOCUMENTS)
    first, tiny = table.to_pylist()
    assert first["id"] == "s1" and first["domain"] == "example.org" and first["n_words"] > 50
    assert first["boilerplate"] is None and tiny["n_words"] == 3


def test_datasketch_finds_in_the_exported_index_what_it_finds_in_its_own():
    config = Config()
    with Index.open(None, keep_text=False) as index:
        index.add_many([story(i) for i in range(8)])
        index.add(Document(id="tiny", text="Trois petits mots"))
        exported = index.to_datasketch(threshold=0.9)
    own = datasketch.MinHashLSH(threshold=0.9, num_perm=config.shingle.permutations)
    texts = [story(i).text for i in range(8)]
    hashes = [to_datasketch(s, config) for s in sketch_texts(texts, config).signatures]
    for i, minhash in enumerate(hashes):
        own.insert(f"s{i}", minhash)
    for minhash in hashes:
        assert sorted(exported.query(minhash)) == sorted(own.query(minhash))
    assert "tiny" not in exported


def test_the_documents_of_a_scan_are_imported(tmp_path):
    rows = [{"id": f"s{i}", "text": story(i).text, "language": "fr"} for i in range(3)]
    source = tmp_path / "in.jsonl"
    source.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "run.json").write_text(json.dumps({"inputs": [str(source)]}))
    pq.write_table(pa.table({"id": ["s0", "s2"]}), tmp_path / "out" / "documents.parquet")
    run = CliRunner().invoke
    done = run(main, ["index", "import", f"{tmp_path}/i", f"{tmp_path}/out"])
    assert done.exit_code == 0 and "2 of 2 documents" in done.stderr
    with Index.open(tmp_path / "i") as index:
        assert list(index) == ["s0", "s2"]
    assert run(main, ["index", "export", f"{tmp_path}/i", f"{tmp_path}/e"]).exit_code == 0
    assert pq.read_table(tmp_path / "e" / "documents.parquet").num_rows == 2
    assert run(main, ["index", "import", f"{tmp_path}/i", f"{tmp_path}/e"]).exit_code == 2


def test_a_scan_is_imported_as_it_was_read(tmp_path):
    """Its columns and settings, and the names that it gave to documents of one id."""
    rows = [{"key": f"s{i % 3}", "body": story(i).text} for i in range(4)]
    source, out = tmp_path / "in.jsonl", tmp_path / "out"
    source.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    config = Config(
        columns=ColumnsConfig(id="key", text=("body",)), shingle=ShingleConfig(size=4)
    )  # fmt: skip
    scan([source], out=out, config=config, workers=1, report=False)
    for _ in range(2):  # the second time into an index that is there
        done = CliRunner().invoke(main, ["index", "import", f"{tmp_path}/i", str(out)])
        assert (done.exit_code, "4 of 4 documents" in done.stderr) == (0, True)
    with Index.open(tmp_path / "i") as index:
        assert index.config.shingle.size == 4
        ids = pq.read_table(out / "documents.parquet")["id"].to_pylist()
        assert sorted(index) == sorted(ids)
        assert {index.get(id).text for id in index} == {row["body"] for row in rows}
    source.write_text("{}", encoding="utf-8")
    done = CliRunner().invoke(main, ["index", "import", f"{tmp_path}/new", str(out)])
    assert done.exit_code == 1 and "the inputs are not those of the scan" in done.stderr
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (
            Config(extract=ExtractConfig(extractor="bulk")),
            "extractor is 'auto' in the index, 'bulk'",
        ),
        (Config(shingle=ShingleConfig(seed=2)), "shingle.seed is 1 in the index, 2 now"),
    ],
)
def test_a_header_that_differs_is_refused_and_said(tmp_path, other, said):
    Index.open(tmp_path / "i").close()
    with pytest.raises(IndexMismatchError) as caught:
        Index.open(tmp_path / "i", config=other)
    assert said in str(caught.value) and "build it again" in str(caught.value)
