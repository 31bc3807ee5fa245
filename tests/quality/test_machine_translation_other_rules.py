"""``duplicated_translation``, ``mixed_transliteration`` and ``title_case``."""

from __future__ import annotations

import pytest

from dupdetect.quality.machine_translation import find, probability

DOUBLED = [
    ("fr", "Les pompiers ont a maîtrisé l'incendie.", "ont a"),
    ("fr", "Il habite dans le le quartier nord.", "le le"),
    ("fr", "La hausse de de l'énergie inquiète.", "de de"),
    ("fr", "Le budget sera est voté mardi.", "sera est"),
    ("fr", "Il a présenté la les mesures du plan.", "la les"),
    ("fr", "Ils vivent dans la capitale dans la capitale.", "dans la capitale dans la capitale"),
    ("en", "The the president spoke.", "The the"),
    ("en", "He went to to the market.", "to to"),
    ("it", "Le forze hanno ha colpito la città.", "hanno ha"),
    ("de", "Er wohnt in in der Stadt.", "in in"),
    ("es", "Las tropas han ha atacado la ciudad.", "han ha"),
]
NOT_DOUBLED = [
    ("fr", "Nous nous sommes dit que vous vous seriez plu. C'est très très loin."),
    ("fr", "Ce qu'il a est à moi. Ce que l'on est est important."),
    ("fr", "Tout ce qu'ils ont a été vendu ; l'Est a gagné."),
    ("fr", "La mort de de Gaulle ; Bora Bora ; New York New York ; Duran Duran."),
    ("fr", "Il a voté, voté encore. Demain, demain, toujours demain."),
    ("fr", "La gauche de la gauche de la gauche rit ; donner le la ; pas à pas."),
    ("en", "I know that that is true. He had had enough. What it is is a mess."),
    ("de", "Die, die die Stadt kennen; das, was das Gericht sagt; sehr sehr gut."),
    ("it", "Piano piano, pian piano, si va lontano."),
    ("es", "Muy muy lejos, casi casi en Bora Bora."),
]

MIXED = [
    ("fr", "Les combats continuent à Bakhmout. L'armée tient Bachmut.", "Bachmut"),
    ("fr", "Vladimir Poutine a parlé. Selon Putin, la paix est proche.", "Putin"),
    ("fr", "Le chef Loukachenko a signé ; puis Lukaschenko est parti.", "Lukaschenko"),
    ("fr", "La ville de Tchernihiv est visée. À Tschernihiw, deux morts.", "Tschernihiw"),
    ("fr", "À Kharkiv, la nuit fut longue. La ville de Charkiw résiste.", "Charkiw"),
    ("fr", "Benyamin Netanyahou a parlé. M. Netanjahu est reparti.", "Netanjahu"),
    ("de", "In Charkiw fielen Bomben. Aus Kharkiv kamen Berichte.", "Kharkiv"),
]
NOT_MIXED = [
    ("fr", "Kiev et Kyiv sont une ville. Zelensky s'écrit aussi Zelenskyy, Odessa Odesa."),
    ("fr", "Les Russes et la Russie, l'Ukraine et les Ukrainiens, Moscou et Moscovites."),
    ("fr", "Mme Meyer et M. Meier, Mme Schmitt et M. Schmidt, Sylvie et Silvia."),
    ("fr", "Michel Petit et Eddy Mitchell ; Louis Blanc et Luis Rego."),
    ("fr", "Marc et Mark, Éric et Erik, Nicolas et Nikolas, Philippe et Filip."),
    ("fr", "Le maire de Frejus, ou Fréjus, et celui de Beziers, ou Béziers."),
    ("fr", "Walter et Valter, Sarah et Sara, Hassan et Hasan sont cousins."),
]

HEADLINES = [
    ("fr", "Le Président Rencontre Le Ministre À Paris Pour Un Accord Historique"),
    ("fr", "Une Nouvelle Attaque Frappe La Capitale Pendant La Nuit"),
    ("fr", "Trois Raisons De Choisir Une Assurance Pour Votre Maison"),
    ("it", "Il Governo Approva La Nuova Legge Sulle Pensioni"),
    ("it", "La Polizia Arresta Due Uomini Dopo La Partita"),
    ("es", "El Gobierno Aprueba La Nueva Ley De Vivienda Tras Meses De Debate"),
    ("es", "Cinco Formas De Ahorrar Dinero Con La Nueva Tarifa"),
]
NOT_HEADLINES = [
    ("fr", "Emmanuel Macron et Angela Merkel reçus par Joe Biden à la Maison Blanche"),
    ("fr", "LE PRÉSIDENT RENCONTRE LE MINISTRE À PARIS POUR UN ACCORD"),
    ("fr", "Le président rencontre le ministre à Paris pour un accord historique"),
    ("fr", "Marine Le Pen, Jean-Luc Mélenchon et Bruno Le Maire en débat"),
    ("fr", "Coupe du Monde : le Real Madrid et le Paris Saint-Germain qualifiés"),
    ("en", "The President Meets The Minister In Paris For A Historic Deal"),
    ("de", "Die Regierung Plant Neue Gesetze Für Alle Städte Und Gemeinden"),
]


def _quotes(rule: str, language: str, text: str, title: str | None = None) -> list[str]:
    return [f.quote for f in find(text, language=language, title=title) if f.rule == rule]


@pytest.mark.parametrize(("language", "text", "quote"), DOUBLED)
def test_doubling_is_quoted(language: str, text: str, quote: str) -> None:
    assert _quotes("duplicated_translation", language, text) == [quote]


@pytest.mark.parametrize(("language", "text"), NOT_DOUBLED)
def test_doublings_of_the_language_are_let_off(language: str, text: str) -> None:
    assert _quotes("duplicated_translation", language, text) == []


@pytest.mark.parametrize(("language", "text", "quote"), MIXED)
def test_second_spelling_is_quoted(language: str, text: str, quote: str) -> None:
    assert _quotes("mixed_transliteration", language, text) == [quote]


@pytest.mark.parametrize(("language", "text"), NOT_MIXED)
def test_other_names_and_usual_variants_are_let_off(language: str, text: str) -> None:
    assert _quotes("mixed_transliteration", language, text) == []


@pytest.mark.parametrize(("language", "headline"), HEADLINES)
def test_english_capitals_are_quoted(language: str, headline: str) -> None:
    text = f"{headline}\n\nTexte."
    assert _quotes("title_case", language, text) == [headline]
    inside = f"Accueil\n{headline}\n\nTexte."
    assert _quotes("title_case", language, inside, title=headline) == [headline]


@pytest.mark.parametrize(("language", "headline"), NOT_HEADLINES)
def test_ordinary_headlines_are_let_off(language: str, headline: str) -> None:
    assert _quotes("title_case", language, f"{headline}\n\nTexte.") == []


@pytest.mark.parametrize(
    "text",
    [
        "Les pompiers ont a maîtrisé l'incendie.",
        "Les combats continuent à Bakhmout. L'armée tient Bachmut.",
        "Une Nouvelle Attaque Frappe La Capitale Pendant La Nuit\n\nTexte.",
    ],
)
def test_each_of_these_rules_alone_stays_below_one_half(text: str) -> None:
    findings = find(text, language="fr")
    assert findings
    assert probability(findings, text, len(text.split()), "fr") < 0.5
