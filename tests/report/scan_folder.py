"""Builds the folders of scans for the tests of the report and of the command line.

All texts, names and domains are invented for this project.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from dupdetect.schemas import TABLES

BRIDGE = [
    "Le pont suspendu de Valmorin rouvrira aux voitures le 14 mars, après onze mois de travaux.",
    "Le conseil départemental a consacré 6,2 millions d’euros au remplacement des 84 suspentes.",
    "« Nous avons trouvé des câbles rongés jusqu’au tiers », a expliqué l’ingénieure Maud Keraven.",
    "Depuis, les 3 400 habitants de la rive droite faisaient un détour de 27 kilomètres.",
    "Le boulanger Aurélien Tisserand a perdu, dit-il, « un client sur quatre ».",
    "Une limitation à 12 tonnes restera en vigueur jusqu’à l’automne.",
]
BRIDGE_SPUN = [
    "Le pont suspendu va accueillir des voitures dès le 14 mars, au terme de onze mois.",
    "Quelque 6,2 millions d’euros ont servi au département à changer les 84 suspentes.",
    "L’ingénieure Maud Keraven indique que certains câbles étaient abîmés jusqu’au tiers.",
    "Les 3 400 personnes qui vivent sur la rive droite devaient parcourir 27 kilomètres de plus.",
    "Pour le boulanger Aurélien Tisserand, c’est « un client sur quatre » qui a disparu.",
    "Pour comparer les assurances auto en trois clics, rendez-vous sur assur-malin.example.",
]
BRIDGE_EN = [
    "The Valmorin suspension bridge will reopen on 14 March after eleven months of work.",
    "The county council spent 6.2 million euros on replacing its 84 hangers.",
    "“We found cables eaten through to a third,” said engineer Maud Keraven.",
    "During the closure the 3,400 residents of the right bank had to make a 27-kilometre detour.",
    "A limit of 12 tonnes stays in force until autumn.",
]
TRAM = [
    "Stadtwerke Ostheim bestellen 22 neue Straßenbahnen.",
    "Die Züge sollen ab 2027 auf der Linie 4 zwischen Hafen und Klinikum fahren.",
    "Der Auftrag hat einen Wert von 91 Millionen Euro, das Land übernimmt die Hälfte.",
    "„Die alten Wagen sind 38 Jahre im Dienst“, sagte Betriebsleiter Jörn Haberland.",
]
RIVER = [
    "أعلنت بلدية الواحة الجديدة عن افتتاح مكتبة عامة تضم 18 ألف كتاب.",
    "وقالت مديرة المشروع سلمى الراوي إن المكتبة (Al-Waha Library) ستفتح أبوابها كل يوم.",
    "وكلف المشروع 2.4 مليون دينار على مدى 3 سنوات.",
]
MACHINE = [
    "Accueil » Actualités » Régions",
    "Le maire a inauguré XNUMX nouvelle bornes de recharge dans le parking du centre-ville lundi.",
    "Selon the council, chaque borne peut charger deux voitures.Le coût est de 40 XNUMX euros.",
    "Partagez sur Facebook Partagez sur X Recevez notre lettre",
    "Lire aussi : Les dix plus belles plages de l’été",
]
DOMAINS = [
    "gazette-valmorin.example", "actu-eclair.example", "le-fil-du-jour.example",
    "ostheimer-bote.example", "newsmirror24.example", "region-direct.example",
    "buzz-planete.example", "daily-harbour.example", "infos-minute.example",
    "courrier-des-alpes.example", "content-hub-77.example", "el-faro-diario.example",
    "notizie-lampo.example", "top-depeches.example",
]  # fmt: skip


def join(sentences: list[str]) -> tuple[str, list[tuple[int, int]]]:
    """Sentences as paragraphs, and the span of each."""
    spans, position = [], 0
    for sentence in sentences:
        spans.append((position, position + len(sentence)))
        position += len(sentence) + 2
    return "\n\n".join(sentences), spans


def passages(
    a: list[str], b: list[str], pairs: list[tuple[int, int, float]]
) -> list[dict[str, Any]]:
    """Passages from aligned sentence numbers."""
    spans_a, spans_b = join(a)[1], join(b)[1]
    return [
        {
            "a_start": spans_a[i][0], "a_end": spans_a[i][1],
            "b_start": spans_b[j][0], "b_end": spans_b[j][1], "similarity": similarity,
        }
        for i, j, similarity in pairs
    ]  # fmt: skip


def document(identifier: str, **values: Any) -> dict[str, Any]:
    """A row of ``documents``."""
    row = {
        "id": identifier, "url": f"https://{values.get('domain', 'a.example')}/{identifier}",
        "domain": "a.example", "language": "fr", "published": "2024-03-12", "title": identifier,
        "n_words": 300, "boilerplate": 0.0, "machine_translation": 0.0, "seo_link": 0.0,
        "content_farm": 0.0, "cluster": None, "is_representative": True,
    }  # fmt: skip
    return row | values


def match(a: str, b: str, kind: str = "rewrite", **values: Any) -> dict[str, Any]:
    """A row of ``matches``."""
    row = {
        "a": a, "b": b, "kind": kind, "score": 0.9, "jaccard": 0.04, "containment_a": 0.1,
        "containment_b": 0.08, "direction": "unknown", "passages": [],
    }  # fmt: skip
    return row | values


def finding(
    identifier: str, text: str, quote: str, kind: str, rule: str, score: float
) -> dict[str, Any]:
    """A row of ``findings`` for a quote that stands in ``text``."""
    start = text.index(quote)
    return {
        "id": identifier, "kind": kind, "rule": rule, "start": start, "end": start + len(quote),
        "quote": quote, "score": score,
    }  # fmt: skip


def write_scan(
    directory: Path,
    tables: dict[str, list[dict[str, Any]]],
    *,
    run: dict[str, Any] | None = None,
    texts: dict[str, str] | None = None,
) -> Path:
    """Write the five tables (absent ones empty), run.json and, with ``texts``, texts.parquet."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, schema in TABLES.items():
        rows = pa.Table.from_pylist(tables.get(name, []), schema=schema)
        pq.write_table(rows, directory / f"{name}.parquet", row_group_size=512)
    (directory / "run.json").write_text(json.dumps(run or {}), encoding="utf-8")
    if texts is not None:
        table = pa.table({"id": list(texts), "text": list(texts.values())})
        pq.write_table(table, directory / "texts.parquet")
    return directory


def sample_scan(directory: Path, *, size: int = 240) -> Path:
    """A scan as a newsroom might see it: six real texts and ``size`` documents around them."""
    originals = {
        "pont-valmorin": BRIDGE, "pont-reouverture": BRIDGE_SPUN, "bridge-reopens": BRIDGE_EN,
        "tram-ostheim": TRAM, "tram-kopie": TRAM[:3], "maktaba": RIVER, "bornes-recharge": MACHINE,
    }  # fmt: skip
    texts = {key: join(sentences)[0] for key, sentences in originals.items()}
    documents = _documents()
    matches = _matches()
    clusters = [
        _cluster(
            "c1",
            ["pont-valmorin", "pont-reouverture", "bridge-reopens"],
            ["rewrite", "translation"],
        ),
        _cluster("c2", ["tram-ostheim", "tram-kopie"], ["partial"]),
    ]
    _haystack(documents, matches, clusters, size)
    spun, machine = texts["pont-reouverture"], texts["bornes-recharge"]
    findings = [
        finding("pont-reouverture", spun, BRIDGE_SPUN[5], "seo_link", "unrelated_site", 0.97),
        finding("bornes-recharge", machine, MACHINE[0], "boilerplate", "breadcrumb", 0.98),
        finding(
            "bornes-recharge",
            machine,
            "XNUMX nouvelle bornes",
            "machine_translation",
            "number_slot",
            0.99,
        ),
        finding(
            "bornes-recharge", machine, "nouvelle bornes", "machine_translation", "agreement", 0.81
        ),
        finding(
            "bornes-recharge",
            machine,
            "the council",
            "machine_translation",
            "untranslated_word",
            0.86,
        ),
        finding(
            "bornes-recharge", machine, "voitures.Le", "machine_translation", "glued_fragment", 0.74
        ),
        finding("bornes-recharge", machine, MACHINE[3], "boilerplate", "share_bar", 0.95),
        finding("bornes-recharge", machine, MACHINE[4], "boilerplate", "read_also", 0.9),
    ]
    return write_scan(
        directory,
        {
            "documents": documents, "matches": matches, "findings": findings,
            "clusters": clusters, "domains": _domains(documents, matches),
        },
        run=_run(len(documents)), texts=texts,
    )  # fmt: skip


def _documents() -> list[dict[str, Any]]:
    valmorin, farm = DOMAINS[0], DOMAINS[1]
    return [
        document("pont-valmorin", title="Le pont de Valmorin rouvre le 14 mars", domain=valmorin,
                 cluster="c1", boilerplate=0.08, content_farm=0.05, n_words=412),
        document("pont-reouverture", title="Valmorin : bonne nouvelle pour les voitures",
                 domain=farm,
                 cluster="c1", is_representative=False, seo_link=0.97, content_farm=0.94,
                 boilerplate=0.21, published="2024-03-13"),
        document("bridge-reopens", title="Valmorin bridge to reopen after eleven months",
                 language="en", domain=DOMAINS[7], cluster="c1", is_representative=False,
                 content_farm=0.41,
                 machine_translation=0.38, published="2024-03-14"),
        document("tram-ostheim", title="22 neue Straßenbahnen für Ostheim", language="de",
                 domain=DOMAINS[3], cluster="c2"),
        document("tram-kopie", title="Ostheim bestellt Straßenbahnen", language="de",
                 domain=DOMAINS[4], cluster="c2", is_representative=False, content_farm=0.33),
        document("maktaba", title="افتتاح مكتبة الواحة الجديدة", language="ar", domain=DOMAINS[7],
                 machine_translation=0.44, content_farm=0.36),
        document("bornes-recharge", title="XNUMX nouvelle bornes de recharge au centre-ville",
                 domain=DOMAINS[10], boilerplate=0.96, machine_translation=0.99, content_farm=0.98),
    ]  # fmt: skip


def _matches() -> list[dict[str, Any]]:
    spun = [(0, 0, 0.62), (1, 1, 0.71), (2, 2, 0.48), (3, 3, 0.55), (4, 4, 0.83)]
    english = [(0, 0, 0.7), (1, 1, 0.74), (2, 2, 0.66), (3, 3, 0.81), (5, 4, 0.58)]
    german = [(0, 0, 1.0), (1, 1, 1.0), (2, 2, 1.0)]
    return [
        match("pont-valmorin", "pont-reouverture", score=0.97, direction="b_from_a",
              passages=passages(BRIDGE, BRIDGE_SPUN, spun)),
        match("bridge-reopens", "pont-valmorin", "translation", score=0.93, direction="a_from_b",
              jaccard=0.0, containment_a=0.0, containment_b=0.0,
              passages=passages(BRIDGE_EN, BRIDGE, [(j, i, s) for i, j, s in english])),
        match("tram-ostheim", "tram-kopie", "partial", score=0.99, direction="b_from_a",
              jaccard=0.71, containment_a=0.71, containment_b=1.0,
              passages=passages(TRAM, TRAM[:3], german)),
    ]  # fmt: skip


def _haystack(
    documents: list[dict[str, Any]],
    matches: list[dict[str, Any]],
    clusters: list[dict[str, Any]],
    size: int,
) -> None:
    """Documents, pairs and clusters in plausible proportions, the same at every call."""
    chance = random.Random(7)
    subjects = ["Budget", "Météo", "Handball", "Gare", "Hôpital", "Vendanges", "Élections", "Musée"]
    places = ["Valmorin", "Ostheim", "Sainte-Aubierge", "Port-Lannec", "Brévières", "Montcalm"]
    kinds = [
        "exact",
        "near_duplicate",
        "near_duplicate",
        "partial",
        "rewrite",
        "rewrite",
        "translation",
    ]
    cluster: list[str] = []
    for i in range(size):
        joins = bool(cluster) and chance.random() < 0.45 and len(cluster) < 14
        low = chance.betavariate(1.1, 12)
        home = chance.choice(DOMAINS[:6] if not joins else DOMAINS[4:])
        row = document(
            f"doc-{i:04d}", domain=home,
            title=f"{chance.choice(subjects)} : {chance.choice(places)}, point {2020 + i % 5}",
            language=chance.choice(["fr"] * 6 + ["en", "de", "es", "it"]),
            published=f"2024-0{1 + i % 9}-{1 + i % 28:02d}", n_words=chance.randint(90, 900),
            boilerplate=chance.betavariate(0.8, 5), machine_translation=low,
            seo_link=chance.betavariate(0.3, 9),
            content_farm=min(low + (0.45 if joins else 0.05), 1.0),
        )  # fmt: skip
        documents.append(row)
        if joins:
            head = cluster[0]
            cluster.append(row["id"])
            matches.append(match(head, row["id"], chance.choice(kinds), direction="b_from_a",
                                 score=round(chance.uniform(0.6, 1.0), 3)))  # fmt: skip
        else:
            _close(documents, clusters, cluster)
            cluster = [row["id"]]
    _close(documents, clusters, cluster)


def _close(
    documents: list[dict[str, Any]], clusters: list[dict[str, Any]], members: list[str]
) -> None:
    if len(members) < 2:
        return
    name = f"c{len(clusters) + 1}"
    clusters.append(_cluster(name, list(members), ["near_duplicate", "rewrite"]))
    for row in documents:
        if row["id"] in members:
            row["cluster"], row["is_representative"] = name, row["id"] == members[0]


def _cluster(name: str, members: list[str], kinds: list[str]) -> dict[str, Any]:
    return {"cluster": name, "size": len(members), "representative": members[0],
            "members": members, "kinds": kinds}  # fmt: skip


def _domains(
    documents: list[dict[str, Any]], matches: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    home = {row["id"]: row["domain"] for row in documents}
    sources: dict[str, dict[str, int]] = {}
    for row in matches:
        copy, source = (
            (row["a"], row["b"]) if row["direction"] == "a_from_b" else (row["b"], row["a"])
        )
        inner = sources.setdefault(home[copy], {})
        inner[home[source]] = inner.get(home[source], 0) + 1
    result = []
    for domain in sorted(set(home.values())):
        own = [row for row in documents if row["domain"] == domain]
        names = ("boilerplate", "machine_translation", "seo_link", "content_farm")
        means = {name: sum(row[name] for row in own) / len(own) for name in names}
        ranked = sorted(sources.get(domain, {}).items(), key=lambda item: (-item[1], item[0]))
        copies = sum(not row["is_representative"] for row in own) / len(own)
        row = {"domain": domain, "documents": len(own), "copies": copies, **means}
        row["sources"] = [{"domain": d, "documents": n} for d, n in ranked[:5]]
        result.append(row)
    return result


def _run(n_documents: int) -> dict[str, Any]:
    return {
        "versions": {"dupdetect": "0.1.0", "python": "3.11.2", "numpy": "2.2.0"},
        "config": {"shingle": {"size": 3, "permutations": 128}, "verify": {"threshold": 0.5}},
        "config_digest": "3f9a0c51d2be",
        "inputs": ["crawl/2024-03-12.warc.gz", "crawl/articles.jsonl"],
        "counts": {"documents": n_documents}, "matches_by_kind": {"rewrite": 1},
        "skipped": {"not_html": 31, "too_short": 12, "bad_json": 2, "truncated": 1},
        "skips": [
            {"source": "crawl/articles.jsonl", "record": "line 88", "reason": "bad_json",
             "message": "not JSON: Expecting ',' delimiter at column 412"},
            {"source": "crawl/2024-03-12.warc.gz", "record": "offset 1841223",
             "reason": "truncated", "message": "the file ends inside a record"},
        ],
        "timings": {"read": 4.1, "sketch": 1.2, "candidates": 0.6, "verify": 2.2, "score": 3.9},
        "languages": {"fr": 150, "en": 31, "de": 27, "es": 22, "it": 16, "ar": 1},
        "elapsed_seconds": 12.8,
    }  # fmt: skip
