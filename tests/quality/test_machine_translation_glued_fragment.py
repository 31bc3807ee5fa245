"""``glued_fragment``: stuck pieces, against brand names, addresses and a lone missing space."""

from __future__ import annotations

import pytest

from dupdetect.quality.machine_translation import find, probability

TRUE = [
    ("fr", "En réponse, leL'Allemagne a fermé ses ports.", "leL'Allemagne"),
    ("fr", "Pendant ce temps, le pLe prix du gaz continue de monter.", "le pLe"),
    ("fr", "Il espère « un accord durable »avant la fin de l'année.", "»avant"),
    ("fr", "« Nous sommes prêts »Le ministre a précisé le calendrier.", "»Le"),
    ("fr", "Elle parle de “paix”depuis des mois.", "paix”depuis"),
    ("fr", "La ville, prise par ,l'armée, est en ruines.", "par ,l'armée"),
    ("fr", "Le convoi a quitté laRussie dans la nuit.", "laRussie"),
    ("fr", "Les troupes sont arrivées àla frontière.", "àla"),
    ("fr", "Le porte-parole a évoqué“une erreur” devant la presse.", "évoqué“une"),
    ("fr", "La guerre dans lesUne nouvelle attaque a eu lieu.", "lesUne"),
    ("fr", "Il a rencontré le président dansle palais.", "dansle"),
    ("fr", "Il s'agit de l'L'Ukraine et de ses alliés.", "l'L'Ukraine"),
    ("fr", "L'accord entre en vigueur le15 mars prochain.", "le15"),
    ("en", "The minister met theThe president of France.", "theThe"),
    ("en", "He said “we are ready”before leaving the room.", "ready”before"),
    ("it", "Il presidente ha lasciato ilIl paese ieri sera.", "ilIl"),
    ("es", "El presidente visitó laLa ciudad ayer.", "laLa"),
    ("de", "Er reiste in dieDie Stadt am Montag.", "dieDie"),
]

FALSE = [
    ("fr", "BlaBlaCar, LaLiga, McDonald's, YouTube, LinkedIn et PlayStation sont des marques."),
    ("fr", "L'iPhone, l'iPad, eBay, easyJet et macOS commencent par une minuscule."),
    ("fr", "Écrivez à redaction@leMonde.example ou sur www.exemple.fr/deLaune?id=3&lang=fr."),
    ("fr", "Suivez #LaFranceAvance, @leJournal et #deMain sur les réseaux."),
    ("fr", "La voiture consomme 15 kWh aux 100 km, à 2,4 GHz et 50 dB."),
    ("fr", "La fonction getLeTexte() appelle deLaBase.lire() puis renvoie un objet."),
    ("fr", "« Nous sommes prêts », a dit le ministre ; « en paix », a-t-il ajouté."),
    ("fr", "L'aujourd'hui de l'entr'aide, le presqu'île : l'apostrophe colle les mots."),
    ("fr", "Il mesure 1,85 m, pèse 80,5 kg et court en 9,58 s."),
    ("fr", "Les étudiant(e)s et les (re)lectures comptent double."),
    ("fr", "LaRochelle.example est un nom de domaine, LeMéridien un hôtel."),
    ("fr", 'Elle a étudié « Le Rouge et le Noir », “L\'Étranger” et "La Peste".'),
    ("de", "Er sagte: »Wir sind bereit« und ging. „Gut“, sagte sie, ‚ja‘."),
    ("en", "MacArthur, DeLillo, LeBron James and van der Berg met at the eBay office."),
]


def _hits(language: str, text: str) -> list[tuple[str, float]]:
    found = find(text, language=language)
    return [(f.quote, f.score) for f in found if f.rule == "glued_fragment"]


@pytest.mark.parametrize(("language", "text", "quote"), TRUE)
def test_glued_piece_is_quoted(language: str, text: str, quote: str) -> None:
    hits = _hits(language, text)
    assert [hit[0] for hit in hits] == [quote]
    assert hits[0][1] >= 0.4


@pytest.mark.parametrize(("language", "text"), FALSE)
def test_brands_addresses_and_units_are_let_off(language: str, text: str) -> None:
    assert _hits(language, text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Le train est parti à midi.Les voyageurs attendent le suivant.",
        "Le défi,c'est de partir à l'heure.",
        "Une réforme attendueLe texte sera voté mardi.",
        "« La grève est reconduite »selon le syndicat.",
    ],
)
def test_a_lone_missing_space_is_weak(text: str) -> None:
    findings = find(text, language="fr")
    assert probability(findings, text, len(text.split()), "fr") < 0.5


def test_many_missing_spaces_weigh_more_but_prove_nothing() -> None:
    text = "Il pleut.Les rues sont vides.La nuit tombe.Les lampes brillent.Un chat passe. "
    scores = [score for _, score in _hits("fr", text)]
    assert len(scores) == 4
    assert min(scores) > 0.3
    assert probability(find(text, language="fr"), text, 12, "fr") < 0.5


def test_several_glued_quotations_prove_it() -> None:
    text = (
        "Il veut « la paix »selon des sources. « Nous verrons »Le porte-parole a souri. "
        "« En un jour »sans dire comment. leL'Ukraine attend."
    )
    assert probability(find(text, language="fr"), text, 24, "fr") > 0.9


def test_a_form_that_comes_back_is_a_name() -> None:
    text = "La chaîne laSexta diffuse. Sur laSexta, ce soir, un débat. laSexta rit."
    assert _hits("fr", text) == []
