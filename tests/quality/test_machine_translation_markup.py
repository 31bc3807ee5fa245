"""``leftover_markup``: marks of tools, catalogues and encodings, against texts about them."""

from __future__ import annotations

import pytest

from dupdetect.quality.machine_translation import find, probability

TRUE = [
    ("fr", "Lire la suite #!trpst#trp-gettext data-trpgettextoriginal=88#!trpen# ici.", "#!trpst#"),
    ("fr", "Bonjour %1$s, votre commande est prête.", "%1$s"),
    ("fr", "L&apos;armée a repris la ville.", "L&apos;armée"),
    ("fr", "Il reste {0} places pour la séance.", "{0}"),
    ("fr", "Les autoritÃ©s ont annoncé le bilan.", "autoritÃ©s"),
    ("fr", "Lâ€™accord sera signé demain.", "Lâ€™accord"),
    ("fr", "Le <b>ministre est venu hier.", "<b>"),
    ("fr", "Voir [[Catégorie:Guerre]] pour en savoir plus.", "[[Catégorie:Guerre]]"),
    ("fr", "Le caf\\u00e9 a fermé ses portes.", "caf\\u00e9"),
    ("fr", "Prix&nbsp;: 12 euros.", "Prix&nbsp;"),
    ("fr", "[:fr]Bonjour à tous.", "[:fr]"),
    ("fr", "Un car@@ actère étrange.", "car@@ actère"),
    ("en", "Hello {{name}}, welcome to our site.", "{{name}}"),
    ("en", "The [vc_row full_width=1] city was quiet.", "[vc_row full_width=1]"),
    ("de", "Die Stadt f&uuml;r alle.", "f&uuml;r"),
    ("it", "Il <unk> ha parlato ieri.", "<unk>"),
    ("es", "Quedan %d plazas para la sesión.", "%d"),
]

FALSE = [
    ("fr", "En HTML, la balise <b> met en gras ; l'entité &nbsp; est une espace insécable."),
    ("fr", "Mojibake : « é » devient « Ã© » quand un fichier UTF-8 est lu en Latin-1."),
    ("fr", "Le logiciel remplace la variable {nom} ; le code utilise aussi %s."),
    ("fr", 'def lire():\n    print("%s" % nom)\n'),
    ("en", "The harbour stays shut.\n\n%d bloggers like this:"),
    ("fr", "Une hausse de 50 % d'ici à 2030, puis 20 %de moins."),
    ("fr", "Johnson & Johnson, Marks & Spencer, R&D ; Dupont & fils."),
    ("fr", "Si a < b et b > c, alors a < c. Le prix est de 12 $ ou 10 €."),
    ("fr", "SÃO PAULO ET LA NAÇÃO : LES CAPITALES PORTUGAISES."),
    ("fr", "Voir la note [12], la page [sic] et le chapitre [...] suivant."),
    ("fr", "La touche % du clavier, le signe { et la barre \\ sont difficiles à trouver."),
    ("en", "In JavaScript, `${name}` is a template; a browser shows &amp; as an ampersand."),
    ("de", "Unter C:\\neu liegt die Datei; siehe §§ 12, 13 und Art. 5 Abs. 2."),
    ("en", '```\nprintf("%d items", n);\n```\nThe function prints the number of items.'),
]


def _hits(language: str, text: str) -> list[tuple[str, float]]:
    found = find(text, language=language)
    return [(f.quote, f.score) for f in found if f.rule == "leftover_markup"]


@pytest.mark.parametrize(("language", "text", "quote"), TRUE)
def test_mark_is_quoted(language: str, text: str, quote: str) -> None:
    hits = _hits(language, text)
    assert len(hits) == 1
    assert hits[0][0].startswith(quote)
    assert hits[0][1] >= 0.5


@pytest.mark.parametrize(("language", "text"), FALSE)
def test_code_and_texts_about_it_are_let_off(language: str, text: str) -> None:
    assert all(score < 0.3 for _, score in _hits(language, text))


def test_a_plug_ins_tag_is_enough() -> None:
    text = "#!trpst#trp-gettext#!trpen#Lire la suite#!trpst#/trp-gettext#!trpen# de l'article."
    assert probability(find(text, language="fr"), text, 6, "fr") > 0.9
