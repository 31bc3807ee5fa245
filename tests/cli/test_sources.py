"""Sources through the real readers and extractors, in the order they are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from dupdetect.cli.sources import SourceError, documents, is_url, single
from dupdetect.config import Config
from dupdetect.errors import InputError
from dupdetect.records import Skip

PAGE = """<!doctype html><html lang="fr"><head><title>Le pont rouvre</title></head><body>
<nav><a href="/">Accueil</a> <a href="/sport">Sport</a></nav><article><h1>Le pont rouvre</h1>
<p>Le pont suspendu de Valmorin rouvrira aux voitures le 14 mars, après onze mois de travaux.</p>
<p>Le conseil départemental a consacré 6,2 millions d’euros au remplacement des 84 suspentes.</p>
</article></body></html>"""


def test_files_of_several_kinds_and_a_missing_one(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Un texte simple.", encoding="utf-8")
    (tmp_path / "b.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "c.jsonl").write_text('{"id": "c1", "text": "Un autre."}\n{broken\n')
    names = [str(tmp_path / name) for name in ("a.txt", "b.html", "absent.txt", "c.jsonl")]
    skips: list[Skip] = []
    found = list(documents(names, config=Config(), on_skip=skips.append))
    assert len(found) == 3
    assert found[0].text.strip() == "Un texte simple."
    assert "84 suspentes" in found[1].text and found[1].title == "Le pont rouvre"
    assert found[2].id == "c1"
    assert sorted(Path(skip.source).name for skip in skips) == ["absent.txt", "c.jsonl"]


def test_a_single_document_or_a_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "two.jsonl"
    path.write_text('{"id": "1", "text": "Un."}\n{"id": "2", "text": "Deux."}\n')
    with pytest.raises(SourceError, match="several documents"):
        single(str(path), config=Config())
    with pytest.raises(InputError, match=r"absent\.txt"):
        single(str(tmp_path / "absent.txt"), config=Config())


def test_urls_are_told_from_files() -> None:
    assert is_url("https://a.example/x") and is_url("HTTP://A.example")
    assert not any(is_url(name) for name in ("-", "a.txt", "ftp://a.example", "http.txt"))
