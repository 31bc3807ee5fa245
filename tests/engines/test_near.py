"""Near-duplicates alone: exact, complete where it promises, independent of threads."""

from __future__ import annotations

import json
import random

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import dupdetect
from dupdetect.engines import near_pairs, near_sources
from dupdetect.errors import ConfigError


def words(chance, n):
    return [f"w{chance.randrange(5000)}" for _ in range(n)]


def changed(chance, text, share):
    return [w if chance.random() > share else f"n{chance.randrange(5000)}" for w in text]


@pytest.fixture
def corpus(tmp_path):
    """40 sources and a copy of each, changed more and more; two short texts and a null."""
    chance = random.Random(1)
    sources = [words(chance, 150) for _ in range(40)]
    copies = [changed(chance, text, 0.3 * i / 40) for i, text in enumerate(sources)]
    texts = [" ".join(text) for text in (*sources, *copies)] + ["too short", "too short", None]
    ids = [f"d{i}" for i in range(len(texts) - 1)] + [None]
    path = tmp_path / "corpus.parquet"
    pq.write_table(pa.table({"id": ids, "text": texts}), path, row_group_size=7)
    return path, texts


def jaccard(a, b):
    a, b = ({tuple(t.split()[i : i + 3]) for i in range(len(t.split()) - 2)} for t in (a, b))
    return len(a & b) / len(a | b)


def rows(table):
    return {(r["a"], r["b"]): r["jaccard"] for r in table.to_pylist()}


def test_every_pair_above_the_threshold_and_its_exact_resemblance(corpus):
    path, texts = corpus
    expected = {(f"d{i}", f"d{i + 40}"): jaccard(texts[i], texts[i + 40]) for i in range(40)}
    found = rows(dupdetect.near_duplicates([path], threshold=0.5))
    assert found == pytest.approx({k: v for k, v in expected.items() if v >= 0.5})
    assert 10 < len(found) < 40


def test_threads_and_batches_change_nothing(corpus, monkeypatch, tmp_path):
    path, _ = corpus
    first = dupdetect.near_duplicates([path], threshold=0.3, workers=1)
    monkeypatch.setattr(near_sources, "_ROWS", 3)
    monkeypatch.setattr(near_pairs, "_BLOCK", 5)
    monkeypatch.setattr(near_pairs, "_HELD", 700)
    monkeypatch.setattr(near_pairs, "_ROWS", 11)
    again = dupdetect.near_duplicates(
        [path], threshold=0.3, workers=3, out=tmp_path / "pairs.parquet"
    )
    assert first.equals(again)
    assert pq.read_table(tmp_path / "pairs.parquet").equals(first)
    assert sorted(item.name for item in tmp_path.iterdir()) == ["corpus.parquet", "pairs.parquet"]


def test_pages_and_arrow_give_the_same(corpus, monkeypatch, tmp_path):
    """Also where texts of several pages and dictionaries come back in another order."""
    path, _ = corpus
    table = pq.read_table(path)
    found = dupdetect.near_duplicates([path], threshold=0.3)
    for number, options in enumerate([
        {"data_page_version": "2.0"}, {"use_dictionary": False}, {"compression": "zstd"},
        {"row_group_size": 1}, {"compression": "none"},
    ]):  # fmt: skip
        other = tmp_path / f"{number}.parquet"
        pq.write_table(table, other, **options)
        again = dupdetect.near_duplicates([other], threshold=0.3, workers=3)
        assert again.drop(["a", "b"]).equals(found.drop(["a", "b"]))
        assert again.slice(0, 30).equals(found.slice(0, 30))  # the null id has its file's name


def test_other_formats_give_the_same(corpus, tmp_path):
    path, texts = corpus
    lines = [json.dumps({"id": f"d{i}", "text": text}) for i, text in enumerate(texts) if text]
    (tmp_path / "corpus.jsonl").write_text("\n".join(lines))
    from_lines = dupdetect.near_duplicates([tmp_path / "corpus.jsonl"])
    assert from_lines.equals(dupdetect.near_duplicates([path]))


def test_a_text_copied_often_is_connected_by_linear_work(tmp_path, monkeypatch):
    counted = []
    compared = near_pairs.shared_shingles
    monkeypatch.setattr(
        near_pairs,
        "shared_shingles",
        lambda codes, *rest: counted.append(len(codes)) or compared(codes, *rest),
    )
    n, text = 2000, " ".join(words(random.Random(2), 60))
    path = tmp_path / "copies.parquet"
    pq.write_table(pa.table({"id": [str(i) for i in range(n)], "text": [text] * n}), path)
    found = dupdetect.near_duplicates([path])
    assert n - 1 <= sum(counted) <= near_pairs.MOST_OF_LARGE * n
    reached = {0}
    for a, b in sorted((int(a), int(b)) for a, b in rows(found)):
        if a in reached:
            reached.add(b)
    assert len(reached) == n


def test_what_cannot_be_read_is_told(tmp_path):
    (tmp_path / "cut.parquet").write_bytes(b"PAR1 nothing")
    skips = []
    found = dupdetect.near_duplicates(
        [tmp_path / "cut.parquet", tmp_path / "absent.parquet"], on_skip=skips.append
    )
    assert len(found) == 0
    assert sorted(skip.reason for skip in skips) == ["absent", "cut"]


def test_a_threshold_below_what_the_bands_find_is_refused(corpus):
    with pytest.raises(ConfigError, match=r"0\.3"):
        dupdetect.near_duplicates([corpus[0]], threshold=0.1)


def test_memory_in_use_is_bounded_by_documents_not_by_text(corpus):
    """Band keys and shingles lie in files: what stays in memory has no row per word."""
    sketches = near_pairs._Sketches(corpus[0].parent, dupdetect.Config())
    for texts in near_sources.read_texts([corpus[0]], config=dupdetect.Config(), on_skip=print):
        sketches.add(sketches.make(texts))
    sketches.finish()
    held = [value for value in vars(sketches).values() if isinstance(value, np.ndarray)]
    assert sum(array.nbytes for array in held) <= 24 * len(sketches)


def batch(number):
    return near_sources.Texts(pa.array([str(number)]), pa.array(["x" * 1000]))


def test_what_is_read_ahead_is_the_same_and_bounded():
    begun = []

    def batches():
        for number in range(20):
            begun.append(number)
            yield batch(number)

    with near_sources.ahead(batches(), most=3000) as coming:
        for number, texts in enumerate(coming):
            assert texts.ids.to_pylist() == [str(number)]
            assert len(begun) <= number + 6  # three that wait, the one taken, two on their way
    assert number == 19


def test_reading_ahead_ends_with_its_block_and_frees_what_it_reads_from():
    closed = []

    def endless():
        try:
            while True:
                yield batch(0)
        finally:
            closed.append(True)

    with pytest.raises(RuntimeError, match="enough"), near_sources.ahead(endless()) as coming:
        next(coming)
        raise RuntimeError("enough")
    assert closed


def test_what_reading_raises_is_raised_where_the_texts_are_taken():
    def broken():
        yield batch(0)
        raise OSError("no more")

    with near_sources.ahead(broken()) as coming:
        assert next(coming).ids.to_pylist() == ["0"]
        with pytest.raises(OSError, match="no more"):
            next(coming)


@pytest.mark.parametrize("number", [0, 1, 5])
def test_ids_are_taken_as_arrow_would(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(near_sources, "_TAKEN", 2)
    whole = pa.array(["left out", "", "é", "bcd", "\N{GRINNING FACE}", "e"], pa.large_string())
    ids = whole.slice(1)
    rows = np.array([4, 0, 1, 1, 3][:number], np.int64)
    assert near_sources.taken(ids, rows).equals(ids.take(pa.array(rows)).cast(pa.string()))


def test_ids_of_any_offset_become_large() -> None:
    ids = pa.array(["left out", "é", "", "bcd"]).slice(1)
    assert near_sources._large(ids).equals(ids.cast(pa.large_string()))
    assert near_sources._large(pa.array(["a", None])).to_pylist() == ["a", None]
