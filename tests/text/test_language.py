"""Language of texts."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dupdetect.text.language import detect, detect_many, spoken

SENTENCES = {
    "fr": "Le conseil municipal a décidé mardi de construire un nouveau pont sur la rivière.",
    "en": "On Tuesday the town council decided to build a new bridge across the river.",
    "de": "Der Gemeinderat hat am Dienstag beschlossen, eine neue Brücke über den Fluss zu bauen.",
    "it": "Martedì il consiglio comunale ha deciso di costruire un nuovo ponte sul fiume.",
    "es": "El ayuntamiento decidió el martes construir un puente nuevo sobre el río.",
    "ru": "Во вторник городской совет решил построить новый мост через реку.",
    "ja": "火曜日、町議会は川に新しい橋を架けることを決定しました。来年の春に工事が始まります。",
    "ar": "قرر مجلس المدينة يوم الثلاثاء بناء جسر جديد فوق النهر.",
}


@pytest.mark.parametrize("language", SENTENCES)
def test_single_sentences(language: str) -> None:
    assert detect(SENTENCES[language]) == language


@pytest.mark.parametrize("text", ["", "   ", "Oui.", "12345 67890 " * 50, "!?… — " * 100, "\n\n\t"])
def test_too_little_to_tell(text: str) -> None:
    assert detect(text) == "und"


def test_the_answer_can_be_restricted() -> None:
    assert detect(SENTENCES["fr"], ["en", "de"]) in {"en", "de"}
    assert detect(SENTENCES["fr"], ["en", "fr"]) == "fr"
    assert detect(SENTENCES["fr"], ["xx"]) == "und"
    assert detect(SENTENCES["fr"]) == "fr", "a restriction must not outlast its call"


def test_menus_do_not_decide() -> None:
    menu = "Home\nNews\nSports\nWeather\nSign in\nSubscribe now\nTop stories of the day\n"
    assert detect(menu * 5 + SENTENCES["it"]) == "it"


def test_a_foreign_beginning_does_not_decide_alone() -> None:
    assert detect(SENTENCES["en"] * 2 + "\n" + (SENTENCES["fr"] + "\n") * 30) == "fr"


def test_capitals_and_decomposed_accents() -> None:
    import unicodedata

    assert detect(SENTENCES["de"].upper()) == "de"
    assert detect(unicodedata.normalize("NFD", SENTENCES["fr"])) == "fr"


def test_many_texts() -> None:
    assert detect_many(SENTENCES.values()) == list(SENTENCES)


def test_only_the_beginning_of_a_long_text_is_read() -> None:
    text = (SENTENCES["fr"] + "\n") * 300
    assert detect(text + "\ud800" + SENTENCES["de"] * 10_000) == "fr"


def test_the_model_is_loaded_when_it_is_needed() -> None:
    code = "import sys, dupdetect.text.language; print('py3langid' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@settings(deadline=None)
@given(st.text() | st.text(alphabet="abc \n\ud800é中", max_size=200))
def test_any_text_gives_a_code_and_the_same_again(text: str) -> None:
    code = detect(text)
    assert code == "und" or (len(code) == 2 and code.isascii() and code.islower())
    assert detect(text) == code


def test_real_french_articles(shared: object) -> None:
    from pathlib import Path

    import pyarrow.parquet as pq

    assert isinstance(shared, Path)
    texts = pq.read_table(shared / "corpora" / "news_fr.parquet", columns=["text"])["text"]
    sample = [texts[row].as_py() for row in range(0, len(texts), 250)]
    found = detect_many(sample)
    assert found.count("fr") >= 0.99 * len(found)


@pytest.mark.parametrize("declared", ["fr", "FR", "fr-FR", "fr_ca", " fr "])
def test_a_declared_language_counts(declared: str) -> None:
    assert spoken("The mayor said that the harbour would stay closed.", declared) == "fr"


@pytest.mark.parametrize("declared", [None, "", "french", "1x", "-"])
def test_no_code_means_the_language_of_the_text(declared: str | None) -> None:
    text = "The mayor said on Monday that the old harbour would stay closed until the spring."
    assert spoken(text, declared) == "en"
