"""What a content farm does to a text so that it is not found again: cheap tricks, by strength.

A trick is a function of a text, a strength and a :class:`Scene`; the same scene gives the same
text. ``TRICKS`` are done to plain text; ``benchmarks.hidden_text`` hides text in pages.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.number_words import swapped

INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff"
SOFT_HYPHEN = "\u00ad"
HAIR_SPACE = "\u200a"
MARKS = "\u0335\u0336\u0323\u0332\u0307\u0489"
NOISE = (",", ";", " -", " –", "...", " ·", " |", "'", '"', " /", " *", "!")
INSIDE = ".-·_'*"

CYRILLIC = dict(zip("aceopxyijsAEOPCTHKMBXI", "асеорхуіјѕАЕОРСТНКМВХІ", strict=True))
GREEK = dict(zip("oviapuAEZHIKMNOPTYX", "ονιαρυΑΕΖΗΙΚΜΝΟΡΤΥΧ", strict=True))

_WORD = re.compile(r"[^\W\d_]{4,}")
_GAP = re.compile(r"(?<=\w) (?=\w)")
_SENTENCE = re.compile(r"(?<=[.!?…»”])\s+(?=[^\W\d_a-zà-ÿ]|[«“\"\d])")
#: Lines that stand around articles, written for this benchmark.
_FURNITURE = (
    "Partager cet article sur Facebook, Twitter et WhatsApp",
    "Inscrivez-vous gratuitement à notre lettre quotidienne pour ne rien manquer",
    "Accueil | Actualités | Politique | Économie | Sport | Culture | Météo",
    "Nous utilisons des cookies pour mesurer l'audience et améliorer votre expérience",
    "Tous droits réservés. Mentions légales, conditions générales, gestion des cookies",
    "À lire aussi : les dix articles les plus lus de la semaine par nos abonnés",
    "Votre adresse de messagerie ne sera pas publiée. Les champs obligatoires sont indiqués",
    "Publicité : la suite de votre contenu après cette annonce",
    "Suivez-nous sur les réseaux sociaux et activez les notifications",
    "Abonnez-vous dès un euro le premier mois, sans engagement de durée",
    "Signaler une erreur dans le texte ou proposer une correction à la rédaction",
    "Cet article vous a plu ? Laissez un commentaire et votez pour le suivant",
)


@dataclass(frozen=True, slots=True)
class Scene:
    """What a trick may use: chance, other texts in the same language, and which language."""

    rng: random.Random
    strangers: list[str]
    language: str = "fr"

    def stranger(self) -> str:
        """One other text."""
        return self.rng.choice(self.strangers)


Trick = Callable[[str, float, Scene], str]


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text, long ones in pieces of three sentences."""
    out: list[str] = []
    for part in re.split(r"\n+", text):
        sentences = _SENTENCE.split(part)
        out += [" ".join(sentences[i : i + 3]) for i in range(0, len(sentences), 3)]
    return [part for part in out if part.strip()]


def _inside(sign: Callable[[Scene], str]) -> Trick:
    """Puts a sign into a share of the words of four letters and more."""

    def trick(text: str, strength: float, scene: Scene) -> str:
        def other(match: re.Match[str]) -> str:
            word = match[0]
            if scene.rng.random() >= strength:
                return word
            at = scene.rng.randrange(1, len(word))
            return word[:at] + sign(scene) + word[at:]

        return _WORD.sub(other, text)

    return trick


def _letters(table: dict[str, str]) -> Trick:
    """Replaces a share of the letters that have a double."""

    def trick(text: str, strength: float, scene: Scene) -> str:
        return "".join(
            table[c] if c in table and scene.rng.random() < strength else c for c in text
        )

    return trick


def _shifted(lower: int, upper: int) -> Trick:
    """Writes a share of the words in another alphabet of Latin letters."""
    table = {chr(97 + i): chr(lower + i) for i in range(26)}
    table |= {chr(65 + i): chr(upper + i) for i in range(26)}

    def trick(text: str, strength: float, scene: Scene) -> str:
        return _WORD.sub(
            lambda m: "".join(table.get(c, c) for c in m[0])
            if scene.rng.random() < strength else m[0], text,
        )  # fmt: skip

    return trick


def combining(text: str, strength: float, scene: Scene) -> str:
    """Puts a mark over or through a share of the letters."""
    rng = scene.rng
    return "".join(
        c + rng.choice(MARKS) if c.isalpha() and rng.random() < strength else c for c in text
    )


def noise(text: str, strength: float, scene: Scene) -> str:
    """Puts marks between a share of the words."""
    rng = scene.rng
    return _GAP.sub(lambda m: rng.choice(NOISE) + " " if rng.random() < strength else m[0], text)


def numbers(text: str, strength: float, scene: Scene) -> str:
    """Writes a share of the numbers as words and of the number words as digits (French only)."""
    if scene.language != "fr":
        return text
    return swapped(text, lambda: scene.rng.random() < strength)


def inserted(text: str, strength: float, scene: Scene) -> str:
    """Puts paragraphs of other texts between its own, ``strength`` times its length."""
    parts, budget = paragraphs(text), strength * len(text)
    while budget > 0:
        foreign = scene.rng.choice(paragraphs(scene.stranger()))
        parts.insert(scene.rng.randrange(len(parts) + 1), foreign)
        budget -= max(len(foreign), 1)
    return "\n\n".join(parts)


def shuffled(text: str, strength: float, scene: Scene) -> str:
    """Moves a share of the sentences anywhere."""
    sentences = [s for line in text.split("\n") for s in _SENTENCE.split(line) if s.strip()]
    moved = [i for i in range(len(sentences)) if scene.rng.random() < strength]
    to = moved[:]
    scene.rng.shuffle(to)
    out = sentences[:]
    for source, target in zip(moved, to, strict=True):
        out[target] = sentences[source]
    return "\n".join(" ".join(out[i : i + 3]) for i in range(0, len(out), 3))


def interleaved(text: str, strength: float, scene: Scene) -> str:
    """Its paragraphs and those of another text by turns, of that ``strength`` times its length."""
    own, foreign, budget = paragraphs(text), [], strength * len(text)
    while budget > 0:
        for part in paragraphs(scene.stranger()):
            foreign.append(part)
            budget -= len(part)
            if budget <= 0:
                break
    merged: list[str] = []
    while own or foreign:
        turn = scene.rng.random() * (len(own) + len(foreign))
        merged.append((own if turn < len(own) else foreign).pop(0))
    return "\n\n".join(merged)


def padded(text: str, strength: float, scene: Scene) -> str:
    """Wraps it in lines of page furniture, ``strength`` times its words."""
    lines, budget = [], strength * len(text.split())
    while budget > 0:
        lines.append(scene.rng.choice(_FURNITURE))
        budget -= len(lines[-1].split())
    third = len(lines) // 3
    return "\n".join([*lines[:third], text, *lines[third:]])


#: Trick → (function, strengths from mild to coarse).
TRICKS: dict[str, tuple[Trick, tuple[float, ...]]] = {
    "zero-width characters": (_inside(lambda s: s.rng.choice(INVISIBLE)), (0.1, 0.5, 1.0)),
    "soft hyphens": (_inside(lambda s: SOFT_HYPHEN), (0.1, 0.5, 1.0)),
    "hair spaces": (_inside(lambda s: HAIR_SPACE), (0.05, 0.2)),
    "Cyrillic letters": (_letters(CYRILLIC), (0.03, 0.2, 1.0)),
    "Greek letters": (_letters(GREEK), (0.03, 0.2, 1.0)),
    "fullwidth letters": (_shifted(0xFF41, 0xFF21), (0.1, 0.5, 1.0)),
    "mathematical letters": (_shifted(0x1D41A, 0x1D400), (0.1, 0.5, 1.0)),
    "combining marks": (combining, (0.05, 0.3, 1.0)),
    "punctuation between words": (noise, (0.05, 0.2, 0.5)),
    "punctuation inside words": (_inside(lambda s: s.rng.choice(INSIDE)), (0.05, 0.2)),
    "numbers as words": (numbers, (0.5, 1.0)),
    "inserted paragraphs": (inserted, (0.3, 1.0, 2.0)),
    "shuffled sentences": (shuffled, (0.3, 1.0)),
    "interleaved sources": (interleaved, (0.5, 1.0, 2.0)),
    "boilerplate padding": (padded, (0.3, 1.0, 2.0)),
}
