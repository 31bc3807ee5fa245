"""What a content farm does to a text before it is compared.

Copies and independent reports are disguised alike, so that no habit of one data set (length,
boilerplate, order, choice of words, where sentences end) tells the classes apart.
"""

from __future__ import annotations

import random
import re
from dataclasses import replace

from dupdetect.training.verifier_data import Pair

_BOILERPLATE = (
    "Partager sur les réseaux sociaux", "Inscrivez-vous à notre lettre d'information",
    "Lire aussi : nos autres articles sur le sujet", "Tous droits réservés", "Retour à l'accueil",
    "Share this story", "Sign up for our daily briefing", "Read more", "All rights reserved",
    "Suivez-nous pour ne rien manquer de l'actualité", "Copyright et mentions légales",
)  # fmt: skip

#: A word in small letters, no part of a compound.
_SENTENCE_END = re.compile(r"(?<=[.!?…»”])\s+(?=[^\W\d_a-zà-ÿ]|[«“\"\d])")
_WORD = re.compile(r"(?<![\w'’.-])[^\W\d_]{4,}(?![\w'’-])")
#: Share of such words that a heavy rewording replaces; of sentence ends and commas that it moves.
_REPLACED, _JOINED, _BROKEN = (0.15, 0.45), 0.35, 0.2
#: What is mixed into a text, by its own length; texts shorter than this (characters) are left as
#: they are; pairs among which strangers are looked for.
_MIXED, _SHORTEST_MIXED, _DRAWN = (0.3, 2.2), 200, 8


def disguised(pairs: list[Pair]) -> list[Pair]:
    """The pairs, each in its disguises, long ones made of several, and those disguised too."""
    long = lengthen(pairs)
    return pairs + augment(pairs) + long + augment(long[::2]) + reworded(pairs + long[::3])


def augment(pairs: list[Pair], seed: int = 7) -> list[Pair]:
    """Each pair in up to four disguises; labels stay."""
    rng = random.Random(seed)
    out: list[Pair] = []
    for pair in pairs:
        for disguise in (_cut, _drop, _reorder, _wrap):
            text = disguise(pair.b, rng)
            if text != pair.b and len(text) > 300:
                out.append(replace(pair, b=text, augmented=True))
    rewrites = [p for p in pairs if p.label in ("spun", "llm", "condensed", "rewrite")]
    for pair in rewrites:
        other = rng.choice(rewrites)
        if other.lang_b == pair.lang_b and other.group != pair.group:
            merged = _interleave(pair.b, other.b, rng)
            out.append(replace(pair, b=merged, augmented=True))
    return out


def reworded(pairs: list[Pair], seed: int = 3) -> list[Pair]:
    """The pairs with many words of the second text replaced by words of a stranger.

    Numbers and names stay. A rewrite may change nearly all other words and cut its sentences
    elsewhere; what is left must be enough, and must not be taken for enough in other pairs.
    """
    rng = random.Random(seed)
    shelves: dict[str, list[Pair]] = {}
    for pair in pairs:
        shelves.setdefault(pair.lang_b, []).append(pair)
    out: list[Pair] = []
    for pair in pairs:
        stranger = rng.choice(shelves[pair.lang_b])
        if stranger.group == pair.group:
            continue
        text = _reword(pair.b, stranger.b, rng)
        if rng.random() < 0.7:
            text = _resplit(text, rng)
        if text != pair.b:
            out.append(replace(pair, b=text, augmented=True))
    return out


def mixed(pairs: list[Pair], seed: int = 1) -> list[Pair]:
    """The pairs with paragraphs of strangers put between those of the second text.

    Strangers are of the same fold, in half of the pairs one, as when two sources are interleaved.
    """
    rng = random.Random(seed)
    shelves: dict[tuple[str, int], list[Pair]] = {}
    for pair in pairs:
        shelves.setdefault((pair.lang_b, pair.bucket), []).append(pair)
    out: list[Pair] = []
    for pair in pairs:
        shelf = shelves[pair.lang_b, pair.bucket]
        drawn = rng.sample(shelf, min(_DRAWN, len(shelf)))
        own = {pair.a, pair.b}
        strangers = [p for p in drawn if p.group != pair.group and own.isdisjoint((p.a, p.b))]
        if len(pair.b) < _SHORTEST_MIXED or not strangers:
            continue
        strangers = strangers[: 1 if rng.random() < 0.5 else None]
        out.append(replace(pair, b=_mix(pair.b, strangers, rng), augmented=True))
    return out


def lengthen(pairs: list[Pair], seed: int = 5) -> list[Pair]:
    """Two or three pairs of one kind joined into one pair of long texts.

    Most labelled texts are short; without these a model learns that many new facts mean
    independence, which only holds at one length. Partners come from the same fold.
    """
    rng = random.Random(seed)
    shelves: dict[tuple[bool, str, str, int], list[Pair]] = {}
    for pair in pairs:
        if pair.label != "unrelated":
            key = (pair.positive, pair.lang_a, pair.lang_b, pair.bucket)
            shelves.setdefault(key, []).append(pair)
    out: list[Pair] = []
    for shelf in shelves.values():
        for pair in shelf:
            others = [p for p in rng.sample(shelf, min(6, len(shelf))) if p.group != pair.group]
            chosen = [pair, *others[: rng.choice((1, 2, 2))]]
            if len(chosen) > 1 and len(pair.a) < 4000:
                a = "\n\n".join(p.a for p in chosen)
                b = "\n\n".join(p.b for p in chosen)
                out.append(replace(pair, a=a, b=b, augmented=True))
    return out


def partial_copies(pairs: list[Pair], seed: int = 11) -> list[Pair]:
    """Independent and unrelated texts into which a block of the other was pasted word for word."""
    rng = random.Random(seed)
    out: list[Pair] = []
    for pair in pairs:
        if pair.label not in ("independent", "unrelated") or pair.lang_a != pair.lang_b:
            continue
        own, taken = _paragraphs(pair.b), _paragraphs(pair.a)
        if len(own) < 3 or len(taken) < 3:
            continue
        share = rng.uniform(0.3, 0.7)
        budget = share / (1.0 - share) * sum(map(len, own))
        start = rng.randrange(len(taken))
        block: list[str] = []
        for part in taken[start:] + taken[:start]:
            if sum(map(len, block)) + len(part) / 2 > budget:
                break
            block.append(part)
        at = rng.randrange(len(own) + 1)
        if sum(map(len, block)) > 0.35 * budget:
            text = " ".join(own[:at] + block + own[at:])
            out.append(replace(pair, b=text, label="partial", augmented=True))
    return out


def _paragraphs(text: str) -> list[str]:
    parts = [part for part in re.split(r"\n+", text) if part.strip()]
    if len(parts) < 4:
        parts = [part for part in re.split(r"(?<=[.!?])\s+", text) if part.strip()]
    return parts


def _cut(text: str, rng: random.Random) -> str:
    parts = _paragraphs(text)
    size = max(2, round(len(parts) * rng.uniform(0.34, 0.6)))
    start = rng.randrange(max(1, len(parts) - size + 1))
    return "\n".join(parts[start : start + size])


def _drop(text: str, rng: random.Random) -> str:
    parts = _paragraphs(text)
    return "\n".join(part for part in parts if rng.random() > 0.3)


def _reorder(text: str, rng: random.Random) -> str:
    parts = _paragraphs(text)
    rng.shuffle(parts)
    return "\n".join(parts)


def _wrap(text: str, rng: random.Random) -> str:
    parts = _paragraphs(text)
    lines = rng.sample(_BOILERPLATE, 4)
    return "\n".join([*lines[:1], *parts, *lines[1:]])


def _interleave(text: str, other: str, rng: random.Random) -> str:
    first, second = _paragraphs(text), _paragraphs(other)
    merged: list[str] = []
    while first or second:
        source = first if first and (not second or rng.random() < 0.5) else second
        merged.append(source.pop(0))
    return "\n".join(merged)


def _mix(text: str, strangers: list[Pair], rng: random.Random) -> str:
    parts, budget = _pieces(text, rng), rng.uniform(*_MIXED) * len(text)
    while budget > 0:
        stranger = rng.choice(strangers)
        foreign = rng.choice(_pieces(rng.choice((stranger.a, stranger.b)), rng) or [" "])
        parts.insert(rng.randrange(len(parts) + 1), foreign)
        budget -= max(len(foreign), 1)
    return "\n\n".join(parts)


def _pieces(text: str, rng: random.Random) -> list[str]:
    """Paragraphs of two to four sentences, none across the end of a line."""
    out: list[str] = []
    for line in text.split("\n"):
        sentences = _SENTENCE_END.split(line)
        while sentences:
            size = rng.choice((2, 3, 3, 4))
            out.append(" ".join(sentences[:size]))
            del sentences[:size]
    return [part for part in out if part.strip()]


def _reword(text: str, stranger: str, rng: random.Random) -> str:
    pool = [word for word in _WORD.findall(stranger) if word.islower()]
    share = rng.uniform(*_REPLACED)
    if len(pool) < 20:
        return text

    def other(match: re.Match[str]) -> str:
        return rng.choice(pool) if match[0].islower() and rng.random() < share else match[0]

    return _WORD.sub(other, text)


def _resplit(text: str, rng: random.Random) -> str:
    """Joins sentences, and ends some at a comma."""
    text = re.sub(r"\.\s+(?=[^\W\d_])", lambda m: ", " if rng.random() < _JOINED else m[0], text)
    return re.sub(r",\s+(?=\w)", lambda m: ". " if rng.random() < _BROKEN else m[0], text)
