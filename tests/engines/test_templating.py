"""Lines that a domain repeats become findings; copies of one article repeat nothing."""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from dupdetect.engines import scan
from dupdetect.engines.spool import Spool
from dupdetect.engines.templating import template_lines
from dupdetect.quality.boilerplate import templates
from dupdetect.quality.boilerplate.templates import TextLines, text_lines
from dupdetect.quality.reading import read
from dupdetect.quality.vocabulary import vocabulary

NO_TITLES: Mapping[int, str] = {}
SLOGAN = "Le fil de la vallée au jour le jour"
_TEXT = (
    "rivière moulin conseil barrage truite pluie récolte village fromage clocher marché sentier "
    "berger tunnel usine ardoise fontaine colline orage lavoir verger pont cheval forge noyer"
)
WORDS = _TEXT.split()


def article(seed: int) -> str:
    rng = random.Random(seed)
    lines = [f"{' '.join(rng.sample(WORDS, 14)).capitalize()} {seed * 7}." for _ in range(6)]
    return "\n\n".join(lines)


def texts_of(text: str, *found: int) -> TextLines:
    return text_lines(read(text, vocabulary("fr")), found)


def run(
    tmp_path: Path,
    texts: list[tuple[str, str]],
    titles: Mapping[int, str] = NO_TITLES,
    **options: object,
) -> Path:
    """Scans texts with their URLs, some with titles."""
    import json

    source = tmp_path / "in.jsonl"
    rows = [
        {"id": f"d{i}", "url": url, "text": text, "title": titles.get(i)}
        for i, (url, text) in enumerate(texts)
    ]
    source.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return scan([source], out=tmp_path / "out", **options).out  # type: ignore[arg-type]


def template_findings(out: Path) -> dict[str, str]:
    rows = pq.read_table(out / "findings.parquet").to_pylist()
    return {row["id"]: row["quote"] for row in rows if row["rule"] == templates.RULE}


def test_a_line_has_one_key_whatever_its_case_place_and_numbers() -> None:
    a = texts_of("Voir les 3 réponses\nUn mot")
    b = texts_of("Encore un mot\n\n  VOIR les 512 réponses")
    assert a.records["key"][0] == b.records["key"][1]
    assert len({*a.records["key"].tolist(), *b.records["key"].tolist()}) == 3


def test_words_in_another_order_are_another_line() -> None:
    records = texts_of("pont moulin\nmoulin pont\npont pont").records
    assert len(set(records["key"].tolist())) == 3


def test_records_say_where_lines_stand_and_what_was_found() -> None:
    text = "Partagez\n" + "mot " * 40 + "\n\nUn mot ici"
    lines = texts_of(text, 0)
    assert [text[r["start"] : r["end"]] for r in lines.records] == ["Partagez", "Un mot ici"]
    assert lines.records["found"].tolist() == [1, 0]
    assert lines.words == 1 + 40 + 3


def test_the_line_of_the_title_is_marked_and_keeps_its_key() -> None:
    text = "Le pont rouvre\nAutre ligne\n Le  pont\trouvre \nLe pont rouvre demain"
    plain = texts_of(text)
    titled = text_lines(read(text, vocabulary("fr")), (), " Le pont  rouvre")
    assert titled.records["found"].tolist() == [1, 0, 1, 0]
    assert titled.records["key"].tolist() == plain.records["key"].tolist()
    assert not text_lines(read(text, vocabulary("fr")), (), "  ").records["found"].any()


def test_a_repeated_line_is_found_in_all_documents_of_its_domain_alone(tmp_path: Path) -> None:
    here = [(f"https://www.vallee.example/{i}", f"{article(i)}\n\n{SLOGAN}") for i in range(4)]
    there = [(f"https://site{i}.example/", f"{article(i)}\n\n{SLOGAN}") for i in range(10, 13)]
    out = run(tmp_path, here + there)
    assert template_findings(out) == dict.fromkeys(("d0", "d1", "d2", "d3"), SLOGAN)
    documents = {row["id"]: row for row in pq.read_table(out / "documents.parquet").to_pylist()}
    words = len(f"{article(0)} {SLOGAN}".split())
    assert documents["d0"]["boilerplate"] == pytest.approx(9 / words, abs=0.02)
    assert documents["d4"]["boilerplate"] == 0.0


def test_copies_of_one_article_count_once(tmp_path: Path) -> None:
    same = [(f"https://vallee.example/{i}", f"{article(1)}\n\n{SLOGAN}") for i in range(5)]
    other = [("https://vallee.example/x", f"{article(2)}\n\n{SLOGAN}")]
    assert template_findings(run(tmp_path, same + other)) == {}


def test_the_title_of_a_document_is_no_template_wherever_it_is_listed(tmp_path: Path) -> None:
    texts = [(f"https://vallee.example/{i}", f"{article(i)}\n\n{SLOGAN}") for i in range(4)]
    out = run(tmp_path, texts, {1: "Le  fil de la vallée\tau jour le jour ", 2: "Le fil"})
    assert template_findings(out) == dict.fromkeys(("d0", "d2", "d3"), SLOGAN)
    documents = pq.read_table(out / "documents.parquet").to_pylist()
    shares = {row["id"]: row["boilerplate"] for row in documents}
    assert shares["d1"] == 0.0
    assert shares["d2"] > 0.0


def test_two_documents_are_not_enough_and_large_domains_need_more() -> None:
    assert not templates.is_template(2, 2)
    assert templates.is_template(3, 3)
    assert not templates.is_template(3, 1000)
    assert templates.is_template(10, 1000)


@pytest.mark.parametrize("part_bytes", [1, 2000, 1 << 30])
def test_parts_change_nothing(tmp_path: Path, part_bytes: int) -> None:
    from dupdetect.config import Config
    from dupdetect.engines.messages import encode_items
    from dupdetect.engines.sketching import Sketching
    from dupdetect.records import Document

    items = [
        Document(f"d{i}", f"{article(i)}\n\n{SLOGAN} {i % 3}", url=f"https://s{i % 3}.example/{i}")
        for i in range(15)
    ]
    work = Sketching(Config(), tmp_path)
    work({"start": 0}, encode_items(items[:7], ["x"] * 7))
    work({"start": 7}, encode_items(items[7:], ["x"] * 8))
    work.close()
    spool = Spool(tmp_path)
    found = template_lines(
        spool, spool.documents(["domain"])["domain"], np.arange(15), part_bytes=part_bytes
    )
    assert found.row.tolist() == list(range(15))


def test_without_urls_there_is_nothing_to_count(tmp_path: Path) -> None:
    from dupdetect.config import Config
    from dupdetect.engines.messages import encode_items
    from dupdetect.engines.sketching import Sketching
    from dupdetect.records import Document

    work = Sketching(Config(), tmp_path)
    items = [Document(f"d{i}", f"{article(i)}\n\n{SLOGAN}") for i in range(4)]
    work({"start": 0}, encode_items(items, ["x"] * 4))
    work.close()
    spool = Spool(tmp_path)
    assert spool.documents(["lines"])["lines"].to_pylist() == [b""] * 4
    assert not len(template_lines(spool, spool.documents(["domain"])["domain"], np.arange(4)).row)
