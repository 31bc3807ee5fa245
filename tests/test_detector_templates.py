"""Lines that a site repeats from page to page, told by an index: on every store."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from dupdetect.detector import Detector, Index
from dupdetect.engines import scan
from dupdetect.quality.boilerplate import templates
from dupdetect.records import Document, Finding, Verdict

SLOGAN = "Le fil de la vallée au jour le jour"
OFFER = "Nos 12 gardes forestiers racontent"
MENU = [SLOGAN, OFFER]
_TEXT = (
    "rivière moulin conseil barrage truite pluie récolte village fromage clocher marché sentier "
    "berger tunnel usine ardoise fontaine colline orage lavoir verger pont cheval forge noyer"
)
WORDS = _TEXT.split()


def article(seed: int) -> list[str]:
    """Paragraphs that nobody else has."""
    rng = random.Random(seed)
    lines = []
    for _ in range(6):
        names = ["".join(rng.choices("bcdfglmnprstv", k=2)) + "ano" for _ in range(4)]
        said = " ".join(rng.sample(WORDS, 12)).capitalize()
        lines.append(f"{said} {names[0].title()} {names[1].title()} {rng.randrange(100, 9999)}.")
    return lines


def page(
    seed: int, *, lines: Sequence[str] = MENU, site: str = "www.vallee.example", id: str = ""
) -> Document:
    text = (
        "\n\n".join([lines[0], *article(seed), *lines[1:]]) if lines else "\n\n".join(article(seed))
    )
    return Document(
        id=id or f"{site}/{seed}", text=text, url=f"https://{site}/{seed}", language="fr"
    )


def template(verdict: Verdict) -> list[Finding]:
    return [finding for finding in verdict.findings if finding.rule == templates.RULE]


def quotes(verdict: Verdict) -> list[str]:
    return [finding.quote for finding in template(verdict)]


@pytest.fixture
def redis_address(redis_server: Any) -> Callable[[Path], str]:
    return lambda _: f"{redis_server.url}?bits=8&prefix={uuid4().hex}"


PLACES: dict[str, Callable[[Path], Any]] = {
    "memory": lambda path: None,
    "lmdb": lambda path: path / "index",
}


@pytest.fixture(params=[*PLACES, "redis"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    if request.param == "redis":
        return request.getfixturevalue("redis_address")(tmp_path)
    return PLACES[request.param](tmp_path)


@pytest.fixture
def index(address: Any) -> Iterator[Index]:
    with Index.open(address) as opened:
        yield opened


def test_from_the_fourth_page_on_a_sites_own_lines_are_found(index: Index) -> None:
    detector = Detector(index=index)
    alone = Detector(config=index.config)
    verdicts = [detector.process(page(seed)) for seed in range(6)]
    assert [quotes(verdict) for verdict in verdicts] == [[], [], [], MENU, MENU, MENU]
    for verdict in verdicts[3:]:
        own, before = verdict.document, alone.score(verdict.document)
        for finding in template(verdict):
            assert own.text[finding.start : finding.end] == finding.quote
            assert (finding.kind, finding.score) == ("boilerplate", templates.SCORE)
        words = sum(len(line.split()) for line in MENU) / len(own.text.split())
        assert verdict.scores.boilerplate == pytest.approx(
            before.scores.boilerplate + words, abs=0.01
        )
        assert verdict.scores.content_farm == before.scores.content_farm
        assert [f for f in verdict.findings if f.rule != templates.RULE] == list(before.findings)
        assert list(verdict.findings) == sorted(verdict.findings, key=lambda f: f.start)
    assert index.verify() == []


def test_added_pages_count_as_processed_ones(index: Index) -> None:
    index.add(page(0))
    index.add_many([page(1), page(2), page(3, lines=[])])
    detector = Detector(index=index)
    assert quotes(detector.score(page(4))) == MENU
    assert quotes(detector.score(page(5, lines=[]))) == []
    assert len(index) == 4


def test_numbers_and_case_make_no_other_line(index: Index) -> None:
    for seed in range(3):
        index.add(page(seed, lines=[SLOGAN.upper(), OFFER.replace("12", f"{seed}7")]))
    assert quotes(Detector(index=index).score(page(4))) == MENU


def test_lines_of_another_site_are_not_its_lines(index: Index) -> None:
    for seed in range(6):
        index.add(page(seed, site=f"www.site{seed}.example"))
    index.add_many([page(seed, site="blog.example.com") for seed in range(8, 11)])
    detector = Detector(index=index)
    assert quotes(detector.score(page(6))) == []
    assert quotes(detector.score(page(7, site="www.site1.example"))) == []
    assert quotes(detector.score(page(7, site="www.example.com"))) == MENU


def test_documents_without_a_url_have_no_site(index: Index) -> None:
    for seed in range(5):
        index.add(replace(page(seed), url=None))
    detector = Detector(index=index)
    assert quotes(detector.score(page(6))) == []
    for seed in range(5):
        index.add(page(seed, id=f"u{seed}"))
    assert quotes(detector.score(replace(page(6), url=None))) == []
    assert quotes(detector.score(page(6).text)) == []
    assert quotes(detector.score(page(6))) == MENU


def test_a_page_crawled_again_does_not_count_for_itself(index: Index) -> None:
    detector = Detector(index=index)
    for _ in range(5):
        verdict = detector.process(page(0))
    detector.process(page(1))
    detector.process(page(2))
    assert quotes(verdict) == [] and quotes(detector.process(page(0))) == []
    assert quotes(detector.process(page(3))) == MENU
    assert quotes(detector.process(page(0))) == MENU


def test_copies_do_not_make_each_others_short_lines_templates(index: Index) -> None:
    detector = Detector(index=index)
    verdicts = [detector.process(page(0, id=f"copy{number}")) for number in range(6)]
    assert all(quotes(verdict) == [] for verdict in verdicts)
    assert {match.kind for match in verdicts[-1].matches} == {"exact"}
    assert quotes(detector.process(page(1))) == []  # six copies are one page
    assert quotes(detector.process(page(2))) == []
    assert quotes(detector.process(page(3))) == MENU


def test_copies_that_were_added_unseen_count_as_one_page(index: Index) -> None:
    for number in range(4):
        lines = [*article(0), OFFER]
        lines[number] = f"{lines[number]} Mise à jour."
        text = "\n\n".join([SLOGAN, *lines])
        index.add(replace(page(0, id=f"copy{number}"), text=text))
    detector = Detector(index=index)
    assert quotes(detector.score(page(1))) == []
    index.add(page(2))
    index.add(page(3))
    assert quotes(detector.score(page(1))) == MENU


def test_pages_that_are_removed_or_changed_count_no_more(index: Index) -> None:
    index.add_many([page(seed) for seed in range(3)])
    detector = Detector(index=index)
    assert quotes(detector.score(page(4))) == MENU
    index.remove(page(0).id)
    assert quotes(detector.score(page(4))) == []
    index.add(page(0))
    assert quotes(detector.score(page(4))) == MENU
    index.add(page(1, lines=[SLOGAN]))
    assert quotes(detector.score(page(4))) == [SLOGAN]
    index.compact()
    assert quotes(detector.score(page(4))) == [SLOGAN]
    assert index.verify() == []


def test_a_batch_that_fails_teaches_nothing(index: Index) -> None:
    detector = Detector(index=index)
    with pytest.raises(RuntimeError), index.batch():
        verdicts = [detector.process(page(seed)) for seed in range(4)]
        raise RuntimeError
    assert quotes(verdicts[3]) == MENU  # inside it saw its own writes
    assert quotes(detector.score(page(4))) == []
    with index.batch():
        index.add_many([page(seed) for seed in range(3)])
    assert quotes(detector.score(page(4))) == MENU
    assert index.verify() == []


def test_the_title_of_a_page_is_no_template_wherever_it_is_listed(index: Index) -> None:
    index.add_many([page(seed, lines=[SLOGAN, "La forge du noyer rouvre"]) for seed in range(3)])
    own = replace(page(4, lines=["La forge du noyer rouvre", SLOGAN]))
    detector = Detector(index=index)
    assert quotes(detector.score(own)) == ["La forge du noyer rouvre", SLOGAN]
    assert quotes(detector.score(replace(own, title="La forge  du noyer rouvre"))) == [SLOGAN]


def test_an_index_and_a_scan_agree(tmp_path: Path) -> None:
    import json

    import pyarrow.parquet as pq

    pages = [page(seed) for seed in range(6)]
    source = tmp_path / "in.jsonl"
    rows = [{"id": p.id, "url": p.url, "text": p.text, "language": "fr"} for p in pages]
    source.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    out = scan([source], out=tmp_path / "out").out
    scanned = {row["id"]: row for row in pq.read_table(out / "documents.parquet").to_pylist()}
    found = pq.read_table(out / "findings.parquet").to_pylist()
    with Index.open() as index:
        index.add_many(pages)
        detector = Detector(index=index)
        for own in pages:
            verdict = detector.score(own)
            assert verdict.scores.boilerplate == pytest.approx(
                scanned[own.id]["boilerplate"], abs=1e-6
            )
            theirs = [(r["start"], r["end"], r["quote"]) for r in found if r["id"] == own.id]
            mine = [(f.start, f.end, f.quote) for f in verdict.findings]
            assert sorted(mine) == sorted(theirs)


def test_merged_indexes_know_what_both_knew(address: Any, tmp_path: Path) -> None:
    with Index.open(tmp_path / "other") as other, Index.open(address) as index:
        index.add_many([page(0), page(1)])
        other.add_many([page(1), page(2), page(3, site="autre.example")])
        detector = Detector(index=index)
        assert quotes(detector.score(page(4))) == []
        assert index.merge(other) == 3
        assert quotes(detector.score(page(4))) == MENU
        assert quotes(detector.score(page(5, site="autre.example"))) == []
        index.compact()
        assert quotes(detector.score(page(4))) == MENU
        assert index.verify() == []


def test_what_was_learnt_is_there_when_an_index_is_opened_again(tmp_path: Path) -> None:
    with Index.open(tmp_path / "index") as index:
        index.add_many([page(seed) for seed in range(3)])
    with Index.open(tmp_path / "index", readonly=True, create=False) as index:
        assert quotes(Detector(index=index).score(page(4))) == MENU
        assert index.verify() == []
