"""``disguised_characters``: found where they hide a text, left where they are honest."""

from __future__ import annotations

import random

import pytest

from dupdetect.config import Config
from dupdetect.quality import assess
from dupdetect.quality.disguised_characters import RULE, find
from dupdetect.records import Document

FRENCH = (
    "Le conseil municipal a décidé mardi soir de construire un nouveau pont sur la rivière. "
    "Les habitants du quartier craignent le bruit des camions et la poussière du chantier.\n"
    "Le maire promet une réunion publique avant la fin du mois de novembre.\n"
)
RUSSIAN = (
    "Городской совет во вторник решил построить новый мост через реку. Жители района опасаются "
    "шума грузовиков и пыли. Мэр обещает открытое собрание до конца ноября.\n"
)


def inside(sign: str, text: str = FRENCH) -> str:
    return " ".join(w[:1] + sign + w[1:] if len(w) > 5 else w for w in text.split(" "))


@pytest.mark.parametrize(
    "text",
    [
        inside("\u200b"),
        inside("\u2060"),
        inside("\u00ad"),
        FRENCH.translate(str.maketrans("aeop", "аеор")),
        FRENCH.translate(str.maketrans("ovi", "ονι")),
        FRENCH.translate({ord("a") + i: 0xFF41 + i for i in range(26)}),
        FRENCH.translate({ord("a") + i: 0x1D41A + i for i in range(26)}),
        FRENCH.replace("o", "o\u0338"),
    ],
)
def test_disguised_texts(text: str) -> None:
    found = find(text)
    assert found
    for finding in found:
        assert (finding.kind, finding.rule) == ("seo_link", RULE)
        assert text[finding.start : finding.end] == finding.quote
        assert "\n" not in finding.quote
        assert 0.5 < finding.score <= 1.0
    assert len(found) <= text.count("\n") + 1  # runs, not words


def test_a_span_begins_and_ends_with_a_disguised_word() -> None:
    text = "Le maire, рrésіdent du cоnseil, a vіsité le pont."
    (finding,) = find(text)
    assert finding.quote == "рrésіdent du cоnseil, a vіsité"


def test_few_words_are_a_slip_more_are_surer() -> None:
    words = ["cоnseil", "mаire", "pоnt", "rіvière"]
    best = [
        max((f.score for f in find(f"Voici {' et '.join(words[:n])}.")), default=0.0)
        for n in range(5)
    ]
    assert best == sorted(best)
    assert best[1] < Config().quality.min_finding_score < best[2] < best[3]


@pytest.mark.parametrize(
    "text",
    [
        "",
        FRENCH,
        RUSSIAN,
        RUSSIAN.replace("Городской", "Гoродской").replace("совет", "cовет"),  # slips of a keyboard
        "Вiн сказав, що всi люди вiльнi i рiвнi у своїй гiдностi та правах, якi вiд народження. "
        * 3,
        "Une dose de TNFα, d'IFNγ, de PPARγ, 5 µm, 3 kΩ et 2 MΩ. " * 5,
        "Donau\u00addampf\u00adschiff\u00adfahrt und Ge\u00adsell\u00adschaft. " * 5,
        "این کتاب\u200cها را می\u200cخواهم و نمی\u200cدانم چه می\u200cشود. " * 5,
        "यह क्\u200dष और श्री\u200c है। " * 5,
        "👨\u200d👩\u200d👧 en famille ❤\ufe0f\u200d🔥 " * 5,
        "本社のＷＥＢサイトはＨＴＭＬで書かれ、ＡＢＣＤとＥＦＧＨがある。",
        "On pose 𝑠𝑖𝑛(𝑥) = 𝑓(𝑥) et 𝑐𝑜𝑠(𝑦) = 𝑔(𝑦), puis 𝑙𝑜𝑔(𝑧). " * 3,
        "Un zéro\u200b large, un autre\u200b encore, \u200bet la fin. " * 3,
    ],
)
def test_honest_texts(text: str) -> None:
    reported = [f for f in find(text) if f.score >= Config().quality.min_finding_score]
    assert reported == []


def test_it_raises_the_score_of_the_farm_and_not_of_links() -> None:
    plain = assess(Document(id="a", text=FRENCH), config=Config(), language="fr")
    disguised = Document(id="b", text=FRENCH.translate(str.maketrans("aeop", "аеор")))
    found = assess(disguised, config=Config(), language="fr")
    assert RULE in {finding.rule for finding in found.findings}
    assert found.scores.content_farm > 0.5 > plain.scores.content_farm
    assert found.scores.seo_link <= plain.scores.seo_link + 0.05
    assert found.parts[RULE] > 0.5
    assert RULE not in plain.parts


def test_findings_are_few_however_long_the_text() -> None:
    lines = [inside("\u200b").replace("\n", " ") for _ in range(500)]
    random.Random(1).shuffle(lines)
    assert len(find("\n".join(lines))) <= 40


@pytest.mark.shared
def test_no_false_alarm_in_the_news(shared: object) -> None:
    from pathlib import Path

    from dupdetect.training.verifier_data import news

    articles = list(news(Path(str(shared))).values())[::5]
    least = Config().quality.min_finding_score
    assert sum(any(f.score >= least for f in find(text)) for text in articles) == 0
