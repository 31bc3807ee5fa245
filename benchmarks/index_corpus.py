"""A million documents for the index: news articles told again in other worlds.

World 0 are the articles of ``news_fr`` as they are. In every other world each rare word, name and
number stands for another one of the same frequency, length class and shape, the same throughout the
world; words of at least one document in a hundred stay what they are. So a world has the copies,
updates and events of the real one and the same distribution of word frequencies, and two worlds
share what articles on different events share: frequent names, phrases and numbers. Recombining
sentences would give every document hundreds of relatives, random words none.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from dupdetect.records import Document

_PIECE = re.compile(r"\w+|\W+")
#: Words of at least this share of the articles are the same in all worlds.
COMMON = 0.01


class Worlds:
    """Texts by number: article ``number % len(articles)`` in world ``number // len(articles)``."""

    def __init__(self, articles: dict[str, str]) -> None:
        self.ids = list(articles)
        split = [_PIECE.findall(text) for text in articles.values()]
        known: Counter[str] = Counter()
        for pieces in split:
            known.update(set(pieces))
        self._words = np.array(list(known), object)
        numbers = {word: number for number, word in enumerate(known)}
        self._texts = [np.array([numbers[piece] for piece in p], np.int32) for p in split]
        self._classes = self._alike(known, len(split))
        self._world, self._mapping = 0, np.arange(len(self._words))

    def document(self, number: int) -> Document:
        """A document with id, URL, title, date and language."""
        world, article = divmod(number, len(self.ids))
        if world != self._world:
            self._world, self._mapping = world, self._shuffled(world)
        text = "".join(self._words[self._mapping[self._texts[article]]])
        id = self.ids[article] if world == 0 else f"w{world}-{self.ids[article]}"
        title = text.split("\n", 1)[0][:200]
        return Document(
            id=id, text=text, url=f"https://www.example.org/actualites/{id}.html", title=title,
            language="fr", published=f"20{10 + world % 16}-05-{1 + article % 28:02d}",
        )  # fmt: skip

    def documents(self, first: int, last: int) -> Iterator[Document]:
        """Documents ``first`` to ``last``."""
        return (self.document(number) for number in range(first, last))

    def _alike(self, known: Counter[str], n: int) -> list[NDArray[np.int64]]:
        """Words that may stand for each other."""
        classes: dict[tuple[object, ...], list[int]] = {}
        for number, (word, count) in enumerate(known.items()):
            if word[0].isalnum() and count < COMMON * n:
                shape = (word.isdigit(), word[0].isupper(), min(len(word), 8) // 2)
                classes.setdefault((count.bit_length(), *shape), []).append(number)
        return [np.array(members) for members in classes.values()]

    def _shuffled(self, world: int) -> NDArray[np.int64]:
        rng = np.random.default_rng(world)
        mapping = np.arange(len(self._words))
        for members in self._classes:
            mapping[members] = rng.permutation(members)
        return mapping


def template_copies(n: int) -> list[Document]:
    """A weather page of which a crawl has thousands: only a town and some numbers differ."""
    rng = random.Random(5)
    text = (
        "Météo à {town} : le bulletin complet de la semaine. Températures attendues à {town} ce "
        "lundi : {a} degrés le matin, {b} degrés l'après-midi, vent de nord-ouest à {c} km/h avec "
        "rafales. Consultez aussi les prévisions à quinze jours, l'éphéméride, la carte des "
        "vigilances Météo-France, l'indice UV, les pollens et la qualité de l'air. Bulletin établi "
        "par la rédaction de Villemétéo, partenaire officiel du réseau Kermarrec Prévisions."
    )
    return [
        Document(
            id=f"template-{i}", language="fr",
            text=text.format(
                town=f"Saint-Quelquepart-{i}", a=rng.randint(-5, 15), b=rng.randint(5, 30),
                c=rng.randint(5, 90),
            ),
        )
        for i in range(n)
    ]  # fmt: skip
