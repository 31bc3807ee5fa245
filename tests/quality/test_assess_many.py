"""assess_many: documents of any languages together, each as alone."""

from __future__ import annotations

from dupdetect.config import Config
from dupdetect.quality import assess, assess_many
from dupdetect.records import Document, Link

TEXT = (
    "Le maire a annoncé mardi que 50 XNUMX soldats resteraient dans la vallée.\n\n"
    "Découvrez les meilleurs bonus de casino sur https://roulette-azur.example/bonus.\n\n"
    "Partagez"
)


def test_documents_are_assessed_in_order_as_alone() -> None:
    documents = [
        Document(id="fr", text=TEXT, title="Le maire", url="https://vallee.example/1"),
        Document(id="empty", text=""),
        Document(id="en", text="The mayor said that the road is closed.\n\nShare this article"),
        Document(id="fr2", text=f"Un titre\n\n{TEXT}", links=(Link(0, 2, "https://a.example"),)),
        Document(id="und", text="\ud800\n12"),
    ]
    languages = ["fr", "und", "en", "fr", "und"]
    together = assess_many(documents, config=Config(), languages=languages)
    alone = [
        assess(document, config=Config(), language=language)
        for document, language in zip(documents, languages, strict=True)
    ]
    for one, other in zip(together, alone, strict=True):
        assert (one.scores, one.findings, one.parts) == (other.scores, other.findings, other.parts)
    assert {finding.kind for finding in together[0].findings} == {
        "boilerplate", "machine_translation", "seo_link",
    }  # fmt: skip
    assert together[1].findings == ()


def test_no_documents_have_no_assessments() -> None:
    assert assess_many([], config=Config(), languages=[]) == []
