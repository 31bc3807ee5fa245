"""``untranslated_word``: words left in the source language, against names, titles, quotations."""

from __future__ import annotations

import pytest

from dupdetect.quality.machine_translation import find, probability

TRUE = [
    ("fr", "Le ministre a reportedly refusé de signer l'accord.", "reportedly"),
    ("fr", "Les syndicats ont annoncé una grève pour la semaine prochaine.", "una"),
    ("fr", "Le gouvernement und l'opposition se sont rencontrés mardi.", "und"),
    ("fr", "Le président de the Commission européenne a pris la parole.", "the"),
    ("fr", "Les négociations sont ancora en cours, a précisé le porte-parole.", "ancora"),
    ("fr", "Il a déclaré que la situation è très grave dans le nord.", "è très"),
    ("fr", "La banque a aussi announced la fermeture de vingt agences.", "announced"),
    ("fr", "Les soldats wurden envoyés au front sans équipement.", "wurden"),
    ("fr", "El gouvernement a promis une réforme avant l'été.", "El gouvernement"),
    ("fr", "IL Guardian rapporte que les discussions avancent.", "IL Guardian"),
    ("fr", "I soldats ont quitté la ville pendant la nuit.", "I soldats"),
    ("fr", "Il a perdu son emploi e sa maison dans la même semaine.", "e sa"),
    ("fr", "Meanwhile, le Parlement a adopté le budget.", "Meanwhile"),
    ("fr", "Le maire, però, a refusé de commenter la décision.", "però"),
    ("fr", "Les habitants están inquiets pour leur avenir.", "están"),
    ("fr", "selon il Washington Post, le président a téléphoné jeudi.", "il Washington"),
    ("fr", "Le juge withdrew sa plainte hier soir.", "withdrew"),
    ("fr", "Il faut que je territoires occupés soient rendus.", "je territoires"),
    ("fr", "Les troupes ont quitté la ville de Курськ dans la nuit.", "Курськ"),
    ("fr", "Le sommet, secondo les diplomates, sera décisif pour la région.", "secondo"),
    ("fr", "Le ministre de los Affaires étrangères se rendra à Madrid.", "los"),
    ("fr", "Le blessé, un homme de trente ans, is dans un état critique.", "is"),
    ("fr", "Même aujourd'hui, molti habitants vivent sans eau courante.", "molti"),
    ("fr", "I bombardements ont repris au petit matin.", "I bombardements"),
    ("fr", "Il n'a pas voulu répondre e a quitté la salle.", "e a"),
    ("fr", "LOS manifestants ont bloqué l'entrée du port.", "LOS manifestants"),
    ("fr", "Selon les médias, il sera giudicato en appel l'an prochain.", "giudicato"),
    ("fr", "Le chanteur, sin embargo, a maintenu son concert.", "sin embargo"),
    ("fr", "La médaille a été remise à Anne Morel expected Lyon par le maire.", "expected"),
    ("fr", "Il a été vu avec des amis en 2016 had numéro de la revue.", "had"),
    ("fr", "La voiture a un toit rouvert grâce kann meilleures technologies.", "kann"),
    ("en", "The mayor said he would pas resign before the election.", "pas"),
    ("de", "Das ist mir auch nicht above, wie er gestern sagte.", "above"),
    ("en", "The president also spoke avec the prime minister.", "avec"),
    ("en", "The army nicht confirmed the attack on the village.", "nicht"),
    ("de", "Der Minister sagte however nichts zu den Plänen.", "however"),
    ("de", "Die Polizei hat también zwei Männer festgenommen.", "también"),
    ("it", "La polizia ha arrestato également due uomini.", "également"),
    ("it", "Il governo und l'opposizione hanno discusso la riforma.", "und"),
    ("es", "El ministro dijo that la ley será aprobada.", "that"),
    ("es", "La policía detuvo également a dos hombres.", "également"),
]

FALSE = [
    ("fr", "La vita è bella et Il postino furent montrés par Il Sole 24 Ore et La Repubblica."),
    ("fr", "Invité de Face the Nation, il a cité Game of Thrones, The Voice et le New York Times."),
    ("fr", "Die Zeit et Der Spiegel ont publié l'entretien ; El País et El Mundo l'ont traduit."),
    ("fr", "« The show must go on », a lancé le chanteur. « I have a dream », disait King."),
    ("fr", "Napoléon I et la Ligue I n'ont rien de commun ; I. Newton naquit en 1642."),
    ("fr", "Au XXe siècle, puis au XXI e siècle, l'e-commerce et l'e-mail ont tout changé."),
    ("fr", "Ursula von der Leyen, Rafael del Riego et Leonardo da Vinci ont une particule."),
    ("fr", "Le best of est sorti chez un label anglais, avec un making of et du rock and roll."),
    ("fr", "Il la porte, on le force, tu as raison, mais il a tort : or, ni l'un ni l'autre."),
    ("fr", "Le nemo auditur et le fraus omnia corrumpit valent inter partes, non erga omnes."),
    ("fr", "Son live au Zénith et son come-back dans un late show américain font le buzz."),
    ("fr", "IL A FAIT 38 DEGRÉS À NÎMES, SELON MÉTÉO-FRANCE. LES FEUX SONT INTERDITS."),
    ("fr", "IL-6 est une interleukine ; Chicago, IL, est une ville. Les points sur les i."),
    ("fr", "La ministre « reportedly » citée par la presse américaine n'a pas réagi."),
    ("fr", "Le chef cuit la pasta al dente et sert des spaghetti alla carbonara."),
    ("fr", "M. Li (en chinois : 李) a signé. Le mot grec λόγος signifie parole."),
    ("fr", "Bartolomé de las Casas et Oscar de la Hoya ; Bébé dort, perché sur son arbre."),
    ("fr", "Un look futuriste, une voix off, un coming out, une condition sine qua non."),
    ("fr", "U2 a chanté With or Without You puis I Still Haven't Found What I'm Looking For."),
    ("fr", "Elle cite Dante : « Nel mezzo del cammin di nostra vita mi ritrovai. »"),
    ("fr", "Le concert de Massive Attack Paris et celui de Rage against Machine sont annulés."),
    ("fr", "Le groupe Simple Minds featuring Catherine sera sur la scène avec les autres."),
    ("en", "According to Le Monde and La Repubblica, the Los Angeles police met in La Paz."),
    ("en", "It was a fait accompli and very à la mode, a tour de force of the avant-garde."),
    ("de", "Die New York Times und The Guardian berichten über La La Land und Le Havre."),
    ("it", "Il New York Times e The Economist hanno intervistato l'autore di Pulp Fiction."),
    ("es", "El New York Times y The Guardian publicaron la noticia. El déjà vu es habitual."),
]


def _hits(language: str, text: str) -> list[tuple[str, float]]:
    found = find(text, language=language)
    return [(f.quote, f.score) for f in found if f.rule == "untranslated_word"]


@pytest.mark.parametrize(("language", "text", "quote"), TRUE)
def test_leftover_is_quoted(language: str, text: str, quote: str) -> None:
    hits = _hits(language, text)
    assert [hit[0] for hit in hits] == [quote]
    assert hits[0][1] >= 0.4


@pytest.mark.parametrize(("language", "text"), FALSE)
def test_names_titles_and_quotations_are_let_off(language: str, text: str) -> None:
    assert _hits(language, text) == []


def test_a_text_in_another_language_is_no_heap_of_leftovers() -> None:
    text = "The army said on Monday that the attack had been stopped near the border."
    assert _hits("fr", text) == []


def test_two_leftovers_make_a_machine_translation() -> None:
    text = "Le ministre a reportedly signé. Les soldats wurden envoyés au front."
    assert probability(find(text, language="fr"), text, 12, "fr") > 0.9


def test_languages_without_word_lists_get_no_word_findings() -> None:
    assert _hits("pl", "Rząd reportedly podpisał umowę.") == []
