# ruff: noqa: E501
"""Inserted sentences: found whole where they were put in, and what only looks like one is left."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dupdetect.quality import seo_link
from dupdetect.quality.reading import read
from dupdetect.quality.vocabulary import vocabulary
from dupdetect.records import Finding, Link

BODY = {
    "fr": (
        "Le conseil municipal a voté lundi la fermeture de la piscine des Tilleuls, vieille de cinquante ans.",
        "Le bassin perd chaque jour trente mètres cubes d'eau et la charpente menace de s'effondrer, selon les experts.",
        "Une association de riverains demande un référendum. « On nous prend notre seul lieu de rencontre », dit sa présidente.",
    ),
    "en": (
        "The town council voted on Monday to close the Lindens swimming pool, which is fifty years old.",
        "The pool loses thirty cubic metres of water every day and the roof may collapse, engineers said.",
        "A group of neighbours is asking for a referendum on the closure before the end of the year.",
    ),
    "de": (
        "Der Stadtrat hat am Montag die Schließung des fünfzig Jahre alten Lindenbads beschlossen.",
        "Das Becken verliert jeden Tag dreißig Kubikmeter Wasser, und das Dach droht einzustürzen, sagten Gutachter.",
        "Eine Gruppe von Anwohnern fordert einen Bürgerentscheid noch in diesem Jahr.",
    ),
    "it": (
        "Il consiglio comunale ha votato lunedì la chiusura della piscina dei Tigli, costruita cinquant'anni fa.",
        "La vasca perde ogni giorno trenta metri cubi d'acqua e il tetto rischia di crollare, dicono i tecnici.",
        "Un gruppo di residenti chiede un referendum entro la fine dell'anno.",
    ),
    "es": (
        "El pleno municipal votó el lunes el cierre de la piscina de los Tilos, construida hace cincuenta años.",
        "El vaso pierde cada día treinta metros cúbicos de agua y el techo puede derrumbarse, dijeron los técnicos.",
        "Un grupo de vecinos pide un referéndum antes de que acabe el año.",
    ),
}


def find(text: str, language: str = "fr", **options: object) -> list[Finding]:
    return seo_link.find(read(text, vocabulary(language)), language=language, **options)  # type: ignore[arg-type]


def inserted(
    sentence: str, language: str = "fr", where: str = "inside"
) -> tuple[str, list[Finding]]:
    first, second, third = BODY[language]
    if where == "inside":
        text = f"{first}\n\n{second} {sentence} {third}"
    elif where == "end":
        text = f"{first}\n\n{second}\n\n{third} {sentence}"
    else:
        text = f"{first}\n\n{second}\n\n{sentence}\n\n{third}"
    return text, find(text, language)


@pytest.mark.parametrize("where", ["inside", "end", "line"])
@pytest.mark.parametrize(
    ("sentence", "language"),
    [
        (
            "Pour plus d'infos, rendez-vous sur ce blog : minute-info.example qui résume l'actualité.",
            "fr",
        ),
        (
            "Vous cherchez une assurance auto pas chère ? Comparez les offres sur devis-malin.example.",
            "fr",
        ),
        (
            "Découvrez les meilleurs bonus de casino en ligne sur https://www.roulette-azur.example/bonus.",
            "fr",
        ),
        (
            "Envie de maigrir avant l'été ? La cure Minciline vous accompagne, premier mois offert.",
            "fr",
        ),
        (
            "À ce sujet, [un crédit sans justificatif](https://pret-flash.example) peut vous aider à financer vos projets.",
            "fr",
        ),
        (
            "Les serruriers de Clé-Express interviennent chez vous en trente minutes, devis gratuit.",
            "fr",
        ),
        ("Nos amis de crypto-dico.example vous expliquent comment investir dans le bitcoin.", "fr"),
        (
            "Pour surfer sans laisser de traces, essayez <a href='https://vpn-ami.example'>ce VPN gratuit</a>.",
            "fr",
        ),
        ("Looking for cheap car insurance? Compare free quotes today at quote-hub.example.", "en"),
        (
            "Check out [the best online casino bonuses](https://spin-hub.example) before you go.",
            "en",
        ),
        (
            "To sell your house fast, visit our partner homes-now.example and get a free quote.",
            "en",
        ),
        (
            "Besuchen Sie kredit-blitz.example und sichern Sie sich Ihren günstigen Sofortkredit.",
            "de",
        ),
        (
            "Suchen Sie einen Schlüsseldienst? Auf schloss-profi.example finden Sie günstige Angebote.",
            "de",
        ),
        ("Cerchi un prestito personale? Scopri le offerte di prestito-subito.example.", "it"),
        ("Clicca qui per scoprire i migliori bonus casinò: https://giri-gratis.example", "it"),
        ("¿Buscas un seguro de coche barato? Compara precios en seguros-ya.example.", "es"),
        ("Haz clic aquí y descubre las mejores ofertas de viajes: https://viaja-ya.example", "es"),
    ],
)
def test_an_inserted_sentence_is_found_where_it_stands(
    sentence: str, language: str, where: str
) -> None:
    text, found = inserted(sentence, language, where)
    at = text.index(sentence)
    overlapping = [f for f in found if f.start < at + len(sentence) and at < f.end]
    assert overlapping, "not found"
    assert len(found) == len(overlapping)
    assert overlapping[0].start >= at
    assert overlapping[-1].end <= at + len(sentence)
    assert seo_link.probability(found) > 0.8


@pytest.mark.parametrize(
    ("sentence", "language"),
    [
        (
            "Selon ouest-france.fr, les élus de l'opposition ont quitté la salle avant le vote.",
            "fr",
        ),
        ("« Vous avez le choix : payer ou fermer », a lancé le maire sur son blog.", "fr"),
        (
            "Le rapport des experts est consultable sur le site de la mairie, www.ville-tilleuls.fr.",
            "fr",
        ),
        (
            "Les billets pour la fête d'adieu, à 12 euros, sont en vente sur le site de l'office de tourisme.",
            "fr",
        ),
        (
            "Pour s'inscrire sur les listes électorales, il faut se rendre sur service-public.fr.",
            "fr",
        ),
        (
            "L'assurance de la commune prendra en charge une partie des travaux, précise le maire.",
            "fr",
        ),
        ("Le casino voisin, qui emploie 120 personnes, a proposé de racheter le terrain.", "fr"),
        (
            "Un VPN permet de masquer son adresse, explique le chercheur en sécurité informatique.",
            "fr",
        ),
        (
            "Les paris sportifs en ligne ont rapporté 400 millions d'euros à l'État l'an dernier.",
            "fr",
        ),
        ("Une pétition en ligne a recueilli 3 000 signatures sur change.org.", "fr"),
        ("Et vous, qu'en pensez-vous ?", "fr"),
        ("According to bbc.co.uk, two councillors left the room before the vote.", "en"),
        ("The full report is available on the council's website, www.lindens.gov.uk.", "en"),
        ("The insurer said it would cover part of the cost of the repairs.", "en"),
        ("Wie spiegel.de berichtet, verließen zwei Räte vor der Abstimmung den Saal.", "de"),
        ("Secondo repubblica.it, due consiglieri hanno lasciato l'aula prima del voto.", "it"),
        ("Según elpais.com, dos concejales abandonaron la sala antes de la votación.", "es"),
    ],
)
def test_sources_services_and_journalism_are_left_alone(sentence: str, language: str) -> None:
    for where in ("inside", "end", "line"):
        assert inserted(sentence, language, where)[1] == []


def test_a_clause_put_into_a_sentence_of_the_article_is_cut_out() -> None:
    first, second, _ = BODY["fr"]
    clause = "pour votre prêt travaux, comparez gratuitement les offres sur pret-malin.example"
    sentence = f"La fermeture de la piscine des Tilleuls et de son bassin attriste les riverains ; {clause}."
    text = f"{first}\n\n{second} {sentence}"
    (finding,) = find(text)
    assert finding.quote == clause + "."


def test_lines_known_as_furniture_are_not_counted_twice() -> None:
    line = "Abonnez-vous gratuitement à notre newsletter sur info-tilleuls.example !"
    text, found = inserted(line, where="line")
    at = text.index(line)
    assert found
    covered = [(at, at + len(line))]
    assert find(text, covered=covered) == []


def test_a_link_of_the_page_counts_though_the_text_does_not_show_it() -> None:
    anchor = "meilleurs sites de paris en ligne"
    first, second, third = BODY["fr"]
    text = f"{first}\n\n{second} Voici aussi notre sélection des {anchor} pour vous. {third}"
    at = text.index(anchor)
    link = Link(at, at + len(anchor), "https://paris-bonus.example/top", "sponsored")
    (finding,) = find(text, links=(link,), url="https://www.gazette.fr/a")
    assert finding.rule == "link_html"
    assert anchor in finding.quote


def test_probability_grows_with_findings() -> None:
    one = Finding("seo_link", "link_url", 0, 1, "x", 0.6)
    assert seo_link.probability([]) == 0.0
    assert seo_link.probability([one]) == pytest.approx(0.6)
    assert seo_link.probability([one, one]) == pytest.approx(0.84)


@pytest.mark.parametrize(
    "text", ["", " ", "\ud800", "…", "http://", "[a](b)", "www.", "<a href=></a>"]
)
def test_texts_of_nothing_give_no_error(text: str) -> None:
    assert all(text[f.start : f.end] == f.quote for f in find(text))


def test_a_huge_line_is_read() -> None:
    find("cliquez ici www.x.fr " * 5_000)
    assert find("mot " * 250_000) == []


@settings(max_examples=120, deadline=None)
@given(
    st.lists(
        st.text(max_size=30)
        | st.sampled_from(["Cliquez ici", "www.x.fr", "votre crédit ?", "devis gratuit !", "\n"])
    )
)
def test_quotes_are_the_text_of_their_span(parts: list[str]) -> None:
    text = " ".join(parts)
    for finding in find(text):
        assert text[finding.start : finding.end] == finding.quote
        assert finding.kind == "seo_link"
        assert 0.5 <= finding.score <= 1.0
