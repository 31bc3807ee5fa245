"""Short leftovers of other languages, by their place in the sentence."""

from __future__ import annotations

import json
from importlib import resources

import pytest

from dupdetect.quality.machine_translation import find
from dupdetect.quality.machine_translation.lexicon import LANGUAGES, lexicon, own_words

TRUE = [
    ("fr", "La ville dort. And le ministre a répondu hier.", "And"),
    ("fr", "But la police a refusé de parler aux journalistes.", "But"),
    ("fr", "Er a dit que la route était coupée.", "Er"),
    ("fr", "Le président dell'assemblée a parlé hier.", "dell'assemblée"),
    ("fr", "Elle isn't venue à la réunion.", "isn't"),
    ("fr", "Il est arrivé le 12 Oktober 1950 à Paris.", "Oktober"),
    ("fr", "Il y a zwei ans, la ville a brûlé.", "zwei"),
    ("fr", "Les élus sono inquiets de la situation.", "sono"),
    ("fr", "Il travaille für Renault depuis dix ans.", "für"),
    ("fr", "Il y a 20 oder 30 blessés dans la ville.", "oder"),
    ("fr", "Le fils of the roi est malade.", "of"),
    ("fr", "Les travaux ont commencé today.", "today"),
    ("fr", "Les travaux sont finis, finally.", "finally"),
    ("en", "The museum was closed hasta Monday and the police came.", "hasta"),
    ("en", "Er said that the road was closed.", "Er"),
    ("en", "The party ganó three seats in the north.", "ganó"),
    ("de", "But die Polizei schwieg an diesem Tag.", "But"),
    ("de", "Die Grenze between Frankreich und Spanien ist zu.", "between"),
    ("it", "They hanno detto che la strada era chiusa.", "They"),
    ("es", "El hijo of the rey está enfermo.", "of"),
]
FALSE = [
    ("fr", "Trois matchs. But de Benzema, puis But pour Lyon : le public exulte."),
    ("fr", "Le journal Mail on Sunday publie un best of et un making of et du rock."),
    ("fr", "Le film d'Al Pacino et celui de Er et E.T. sont au programme."),
    ("fr", "La sono était trop forte, sa sono aussi."),
    ("fr", "Selon Nell, l'accord tient. Dell, le fabricant, a dit oui."),
    ("en", "Il Divo sang, and Et Cetera played."),
    ("de", "He, was soll das? Er kam am Montag, sagte sie."),
]


def _quotes(language: str, text: str) -> list[str]:
    found = find(text, language=language)
    return [f.quote for f in found if f.rule == "untranslated_word" and f.score >= 0.3]


@pytest.mark.parametrize(("language", "text", "quote"), TRUE)
def test_the_place_gives_short_words_away(language: str, text: str, quote: str) -> None:
    assert _quotes(language, text) == [quote]


@pytest.mark.parametrize(("language", "text"), FALSE)
def test_names_and_native_words_stay(language: str, text: str) -> None:
    assert _quotes(language, text) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_plain_words_are_foreign_and_none_of_the_languages_own(language: str) -> None:
    path = resources.files("dupdetect.data") / "quality" / "mt" / "plain_words.json"
    plain = set(json.loads(path.read_text(encoding="utf-8"))[language].split())
    lists = lexicon(language)
    assert lists is not None
    assert plain and plain <= lists.content | lists.foreign
    assert plain.isdisjoint(lists.known) and plain.isdisjoint(own_words(language))
