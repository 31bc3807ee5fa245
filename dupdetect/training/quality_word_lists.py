"""Make the derived word lists of the machine-translation rules from the hand-written ones.

    python -m dupdetect.training.quality_word_lists NEWS.parquet

Reads ``function_words.json``, ``homographs.json`` and ``hand_lists.json`` of
``dupdetect/data/quality/mt`` (all by hand), wordfreq's frequencies (CC BY-SA 4.0) and a parquet of
French articles (columns title, heading, text), and writes ``common_words.json``,
``ambiguous_words.json`` and ``gender_fr.json`` beside them. Only single words and figures leave the
articles, never text.
"""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from wordfreq import top_n_list, zipf_frequency

LANGUAGES = ("fr", "en", "de", "it", "es")
#: Size of the lists of common words.
TOP = 7000
#: A foreign word is no word of a language when its Zipf frequency there is at most RARE and lower
#: than at home by at least GAP, and none of its near forms is more frequent than NEAR.
RARE, GAP, NEAR = 2.9, 1.8, 3.0
#: A gender is taken from at least MIN_COUNT articles with at most this share against it.
MIN_COUNT, MAX_AGAINST, MAX_AGAINST_BARE = 4, 0.004, 0.02

_TOKEN = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*['’]?|[^\w\s]")
_EPICENE = re.compile(r"(iste|able|ible|ique|logue|crate|phobe|pathe|mane|naute|arque|cole|ide)$")
_PREPOSITIONS = frozenset(
    ("dans", "sur", "sous", "vers", "par", "avec", "contre", "entre", "pendant", "depuis", "selon",
     "après", "avant")
)  # fmt: skip
_SUBJECTS = frozenset(
    ("il", "elle", "on", "ils", "elles", "ne", "se", "je", "Il", "Elle", "On", "qui", "n'", "s'",
     "j'")
)  # fmt: skip


def main(articles: str) -> None:
    """Write the three lists."""
    folder = Path(str(resources.files("dupdetect.data") / "quality" / "mt"))
    kinds = _read(folder, "function_words")
    own = {language: set(" ".join(kinds[language].values()).split()) for language in kinds}
    never = {
        language: set(lists["never"].split())
        for language, lists in _read(folder, "homographs").items()
    }
    hand = _read(folder, "hand_lists")
    common = {language: _common(language, own, never[language]) for language in LANGUAGES}
    _write(
        folder,
        "common_words",
        {lang: " ".join(words) for lang, words in common.items()},
    )
    ambiguous = {
        language: _ambiguous(language, common, own[language] | never[language])
        | set(hand[f"ambiguous_{language}"].split())
        for language in LANGUAGES
    }
    _write(
        folder,
        "ambiguous_words",
        {language: " ".join(sorted(words)) for language, words in ambiguous.items()},
    )
    _write(folder, "gender_fr", _gender(_texts(articles), hand))


def _read(folder: Path, name: str) -> Any:
    return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))


def _write(folder: Path, name: str, lists: dict[str, str]) -> None:
    text = json.dumps(lists, ensure_ascii=False, indent=1) + "\n"
    (folder / f"{name}.json").write_text(text, encoding="utf-8")


def _common(language: str, own: dict[str, set[str]], never: set[str]) -> list[str]:
    """Frequent words in Latin letters that are not function words of another language only."""
    others = set().union(*(words for other, words in own.items() if other != language))
    foreign = others - own[language] - never
    return sorted(
        word
        for word in top_n_list(language, TOP)
        if len(word) > 1
        and word.isalpha()
        and word not in foreign
        and all("LATIN" in unicodedata.name(character, "") for character in word)
    )


def _ambiguous(language: str, common: dict[str, list[str]], own: set[str]) -> set[str]:
    """Common words of the other languages that this one could have, bend or borrow."""
    found: set[str] = set()
    mine = set(common[language])
    for other in LANGUAGES:
        if other == language:
            continue
        for word in common[other]:
            if len(word) < 5 or word in own or word in mine:
                continue
            here = zipf_frequency(word, language)
            near = any(zipf_frequency(form, language) >= NEAR for form in _forms(word))
            if here > RARE or zipf_frequency(word, other) - here < GAP or near:
                found.add(word)
    return found


def _forms(word: str) -> set[str]:
    stem = word[:-1]
    return {
        stem, word + "r", stem + "er", word + "s", word + "e", stem + "s", word + "n", word + "en",
        stem + "re", word[:-2] + "er", stem + "ar", stem + "are",
    }  # fmt: skip


def _texts(articles: str) -> Iterable[str]:
    """Every second article: the others are kept for measuring."""
    table = pq.read_table(articles, columns=["title", "heading", "text"])
    for row in table.to_pylist()[::2]:
        yield f"{row['title']}\n\n{row['heading']}\n\n{row['text']}"


def _gender(texts: Iterable[str], hand: dict[str, str]) -> dict[str, str]:
    sure_m, sure_f, bare_m, bare_f, verbs = (Counter[str]() for _ in range(5))
    for text in texts:
        tokens = _TOKEN.findall(text)
        for first, second in pairwise(tokens):
            if first in _SUBJECTS:
                verbs[second] += 1
        for before, article, word in zip(tokens, tokens[1:], tokens[2:], strict=False):
            if len(word) < 3 or not word.isalpha() or not word.islower():
                continue
            after_preposition = before in _PREPOSITIONS
            if article in ("un", "du", "au") or (article == "le" and after_preposition):
                sure_m[word] += 1
            elif article in ("une", "cette") or (
                article == "la" and (after_preposition or before in ("de", "à"))
            ):
                sure_f[word] += 1
            if article == "le" and before not in ("de", "à"):
                bare_m[word] += 1
            elif article == "la":
                bare_f[word] += 1
    drop = set(hand["gender_fr_drop"].split())
    keep = set(hand["gender_fr_keep"].split())
    masculine = _pure(sure_m, sure_f, bare_m, bare_f, drop, keep, human_aire=True)
    feminine = _pure(sure_f, sure_m, bare_f, bare_m, drop, keep, human_aire=False)
    masculine = (masculine | set(hand["gender_fr_masculine"].split())) - drop
    feminine = (feminine | set(hand["gender_fr_feminine"].split())) - drop
    verbal = {word for word in masculine | feminine if verbs[word]}
    return {
        "masculine": " ".join(sorted(masculine)),
        "feminine": " ".join(sorted(feminine)),
        "verbal": " ".join(sorted(verbal)),
    }


def _pure(
    sure: Counter[str],
    against: Counter[str],
    bare: Counter[str],
    bare_against: Counter[str],
    drop: set[str],
    keep: set[str],
    *,
    human_aire: bool,
) -> set[str]:
    """Words nearly all of whose articles are of one gender; endings of both genders left out."""
    return {
        word
        for word, count in sure.items()
        if count >= MIN_COUNT
        and against[word] <= MAX_AGAINST * count
        and bare_against[word] <= MAX_AGAINST_BARE * (count + bare[word])
        and word not in drop
        and zipf_frequency(word, "fr") > 1.9
        and (word in keep or not _EPICENE.search(word))
        and not (human_aire and word.endswith("aire") and count < 20)
    }


if __name__ == "__main__":
    main(sys.argv[1])
