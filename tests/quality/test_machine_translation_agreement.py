"""``agreement``: words that do not fit, against good grammar that looks odd."""

from __future__ import annotations

import pytest

from dupdetect.quality.machine_translation import find, probability

TRUE = [
    ("fr", "Ils vivent dans le région depuis des siècles.", "le région"),
    ("fr", "Elle conduit un voiture rouge.", "un voiture"),
    ("fr", "Cette gouvernement ne tiendra pas.", "Cette gouvernement"),
    ("fr", "Il a décrit son voiture à la police.", "son voiture"),
    ("fr", "Un attaques de drones a eu lieu.", "Un attaques"),
    ("fr", "Si ils viennent, nous partirons.", "Si ils"),
    ("fr", "Il faudra voir si il accepte.", "si il"),
    ("fr", "La ville a changé depuis la guerre a éclaté.", "depuis la guerre a éclaté"),
    ("fr", "Le chef de le gouvernement a parlé.", "de le gouvernement"),
    ("fr", "Les soldats a quitté la ville.", "Les soldats"),
    ("fr", "À midi, il ont fermé les portes.", "il ont"),
    ("fr", "Alors le équipage était prêt.", "le équipage"),
    ("fr", "Dans ce ville, les soldats ils attaquent.", "ce ville"),
    ("fr", "Il a remercié les soldat pour leur courage.", "les soldat"),
    ("it", "Il situazione è grave.", "Il situazione"),
    ("es", "El situación es grave.", "El situación"),
    ("de", "Das Regierung hat entschieden.", "Das Regierung"),
    ("en", "He gave us many informations.", "informations"),
    (
        "fr",
        "« Nous avancerons », a déclaré la chancelière. « Je reste calme », a-t-il ajouté.",
        "la chancelière",
    ),
    (
        "fr",
        "Le directeur Paul Morin a signé. Plus tard, la directrice Paul Morin a démissionné.",
        "la directrice Paul Morin",
    ),
]

FALSE = [
    ("fr", "Il la porte, il le force, elle la livre ; on le branche et on la commande."),
    ("fr", "Il est difficile de le faire, de le dire, à le voir ; prêt à les aider."),
    ("fr", "S'il vient, s'ils partent, qu'elle reste : si elle veut, si on peut."),
    ("fr", "La plupart ont voté. La moitié sont partis. Une centaine ont protesté."),
    ("fr", "Lui et elle sont venus ; entre elles a grandi une amitié."),
    ("fr", "L'usine, fermée depuis le printemps, a commencé à produire."),
    ("fr", "Le Monde, la Croix et le Figaro titrent sur le onze de France et la une."),
    ("fr", "Un adversaire, une adversaire ; un élève, une élève ; le juge, la juge."),
    ("fr", "Les diesel et les hors-série, des porte-parole, les dimanche et jeudi."),
    ("fr", "Son école, son amie, mon histoire : l'euphonie commande."),
    ("fr", "Les Échos a publié l'enquête. Les Républicains a changé de nom."),
    ("fr", "« C'est long », a dit la ministre. Son mari doute. « Trop », a-t-il soufflé."),
    ("fr", "« Bravo », a dit la joueuse. Le public de Paul Petit rit. « Oui », a-t-il dit."),
    ("fr", "Le président Paul Morin et la présidente Anne Morin se sont serré la main."),
    ("it", "La situazione, il movimento, una nazione e un comportamento."),
    ("es", "La situación, el agua, el alma, un momento y una ciudad."),
    ("de", "Der Sprung, im Ursprung, am Vorsprung; das Jung-Paar; die Regierung."),
]


def _quotes(language: str, text: str) -> list[str]:
    return [f.quote for f in find(text, language=language) if f.rule == "agreement"]


@pytest.mark.parametrize(("language", "text", "quote"), TRUE)
def test_mismatch_is_quoted(language: str, text: str, quote: str) -> None:
    assert quote in _quotes(language, text)


@pytest.mark.parametrize(("language", "text"), FALSE)
def test_good_grammar_is_let_off(language: str, text: str) -> None:
    assert _quotes(language, text) == []


def test_one_slip_stays_below_one_half_and_several_do_not() -> None:
    one = "Ils vivent dans le région depuis des siècles."
    many = one + " Elle conduit un voiture. Cette gouvernement tombe. Un attaques a lieu."
    assert probability(find(one, language="fr"), one, 8, "fr") < 0.5
    assert probability(find(many, language="fr"), many, 20, "fr") > 0.5
