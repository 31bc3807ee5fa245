"""Templates of domains, own models and lists of domains: the same in Spark as locally."""

from __future__ import annotations

import json
import random

import pyarrow.parquet as pq

from dupdetect import schemas
from dupdetect.config import Config, QualityConfig
from dupdetect.engines import scan
from dupdetect.quality.boilerplate import templates
from dupdetect.training.retrain import train

WORDS = [
    "rivière", "moulin", "conseil", "barrage", "truite", "pluie", "récolte", "village", "fromage",
    "clocher", "marché", "sentier", "berger", "tunnel", "usine", "ardoise", "fontaine", "colline",
]  # fmt: skip
SLOGAN = "Le fil de la vallée au jour le jour"
OFFER = "Vous cherchez un crédit ? Cliquez ici : https://credit-{}.example/devis."


def article(seed, sentence=""):
    rng = random.Random(seed)
    lines = [f"{' '.join(rng.choices(WORDS, k=14)).capitalize()} {seed * 7}." for _ in range(6)]
    return "\n\n".join([*lines[:3], f"{lines[3]} {sentence} {lines[4]}", lines[5]])


def written(path, rows):
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


def model(folder):
    """A model of inserted sentences, trained on little."""
    rows = []
    for i in range(100):
        sentence = OFFER.format(WORDS[i % 18]) if i % 2 else "Selon gazette.example, il pleut."
        inserted = sentence if i % 2 else None
        rows.append({"text": article(i, sentence), "inserted": inserted, "language": "fr",
                     "site": f"s{i % 10}"})  # fmt: skip
    train("seo_link", [written(folder / "t.jsonl", rows)], out=folder / "m.npz", folds=2)
    return folder / "m.npz"


def test_executors_use_what_the_driver_names_and_count_the_same_lines(spark, tmp_path):
    (tmp_path / "list.txt").write_text("||farm.example^\n/regex/\n", encoding="utf-8")
    quality = QualityConfig(
        models=(str(model(tmp_path)),), domain_lists=(str(tmp_path / "list.txt"),)
    )
    site = ["https://vallee.example", "https://www.farm.example", "https://other.example"]
    rows = [
        {"id": f"d{i:02}", "url": f"{site[i % 3]}/{i}",
         "text": f"{article(200 + i, OFFER.format(i) if i % 4 == 0 else '')}\n\n{SLOGAN}"}
        for i in range(14)
    ]  # fmt: skip
    rows += [dict(rows[0], id=f"copy{i}", url=f"https://copies.example/{i}") for i in range(4)]
    source = written(tmp_path / "in.jsonl", rows)
    config = Config(quality=quality)
    local = scan([source], out=tmp_path / "local", config=config).out
    far = scan([source], out=tmp_path / "spark", config=config, engine="spark").out
    for name in schemas.TABLES:
        assert (local / f"{name}.parquet").read_bytes() == (far / f"{name}.parquet").read_bytes()
    runs = [json.loads((out / "run.json").read_text()) for out in (local, far)]
    assert runs[0]["models"] == runs[1]["models"]
    assert runs[0]["domain_lists"]["lines_skipped"] == {"regex": 1}
    findings = pq.read_table(far / "findings.parquet").to_pylist()
    found = {row["id"] for row in findings if row["rule"] == templates.RULE}
    assert found == {f"d{i:02}" for i in range(14)}
    documents = {row["id"]: row for row in pq.read_table(far / "documents.parquet").to_pylist()}
    assert documents["d01"]["content_farm"] > 0.5
    assert documents["d02"]["content_farm"] < 0.5
    assert documents["d04"]["seo_link"] > 0.5
