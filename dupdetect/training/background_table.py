"""Makes ``data/background.npz``: how common a stem or skeleton is in the world's text.

Run as ``python -m dupdetect.training.background_table`` (needs the ``train`` extra). The source is
wordfreq (Speer 2022; code Apache-2.0, data CC BY-SA 4.0, built from Wikipedia, subtitles, news,
books and web text up to 2021); what is stored are frequencies of hashed stems and skeletons, not
words. One table serves all languages: a stem counts as common when it is common in any of them,
so that no language has to be guessed before sketching.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels.stems import hash_bytes, skeleton_key, stem_key
from dupdetect.text.tokens import tokenize_texts

#: Languages the anchors are made for, with all words down to Zipf 3.
FULL = ("fr", "en", "de", "it", "es")
#: Languages of which only the commonest words are taken, so that they are no anchors.
COMMON = ("pt", "nl", "ca", "pl", "ro", "sv", "da", "nb", "fi", "cs", "hu", "tr", "ru", "uk", "el")
FULL_FLOOR, COMMON_FLOOR = 3.0, 4.3

#: Spelled-out numbers that mean nothing else often: without "neuf", "très", "once", "sei".
NUMBER_WORDS: dict[int, str] = {
    2: "deux two zwei", 3: "trois three drei", 4: "quatre four vier quattro cuatro",
    5: "cinq five funf cinque cinco", 6: "six sechs seis", 7: "sept seven sieben sette siete",
    8: "huit eight acht otto ocho", 9: "nine neun nove nueve", 10: "dix ten zehn dieci diez",
    11: "onze eleven elf undici", 12: "douze twelve zwolf dodici doce",
    13: "treize thirteen dreizehn tredici trece",
    14: "quatorze fourteen vierzehn quattordici catorce",
    15: "quinze fifteen funfzehn quindici quince", 16: "seize sixteen sechzehn sedici dieciseis",
    17: "seventeen siebzehn diciassette diecisiete", 18: "eighteen achtzehn diciotto dieciocho",
    19: "nineteen neunzehn diciannove diecinueve", 20: "vingt vingts twenty zwanzig venti veinte",
    30: "trente thirty dreissig trenta treinta", 40: "quarante forty vierzig quaranta cuarenta",
    50: "cinquante fifty funfzig cinquanta cincuenta",
    60: "soixante sixty sechzig sessanta sesenta", 70: "septante seventy siebzig settanta setenta",
    80: "huitante eighty achtzig ottanta ochenta", 90: "nonante ninety neunzig novanta noventa",
    100: "hundred hundert cento",
    # Parts of bigger numbers: see kernels.anchors. "mil" is Spanish.
    101: "cent cents", 102: "thousand tausend mille mila mil", 103: "et", 104: "y",
    105: "un une uno",
}  # fmt: skip


def _frequencies(language: str, floor: float) -> tuple[list[str], NDArray[np.float64]]:
    from wordfreq import get_frequency_dict

    least = 10.0 ** (floor - 9.0)
    pairs = [(w, f) for w, f in get_frequency_dict(language, "best").items() if f >= least]
    return [word for word, _ in pairs], np.array([f for _, f in pairs])


def _add(
    words: list[str],
    frequencies: NDArray[np.float64],
    stems: dict[int, float],
    skeletons: dict[int, float],
) -> None:
    tokens = tokenize_texts(words)
    for w in range(len(words)):
        for t in range(int(tokens.doc[w]), int(tokens.doc[w + 1])):
            a, b = int(tokens.text_start[t]), int(tokens.text_end[t])
            stems[int(stem_key(tokens.text, a, b))] += float(frequencies[w])
            key = int(skeleton_key(tokens.text, a, b))
            if key:
                skeletons[key] += float(frequencies[w])


def _pack(frequencies: dict[int, float]) -> tuple[NDArray[np.uint32], NDArray[np.uint8]]:
    keys = np.array(sorted(frequencies), np.uint32)
    values = np.array([frequencies[int(key)] for key in keys])
    zipf = np.clip(np.round((np.log10(values) + 9.0) * 20.0), 1, 254).astype(np.uint8)
    kept = zipf >= 58
    return keys[kept], zipf[kept]


def build() -> dict[str, NDArray[np.generic]]:
    """The arrays of ``background.npz``."""
    stems: dict[int, float] = defaultdict(float)
    skeletons: dict[int, float] = defaultdict(float)
    for language in FULL + COMMON:
        own_stems: dict[int, float] = defaultdict(float)
        own_skeletons: dict[int, float] = defaultdict(float)
        floor = FULL_FLOOR if language in FULL else COMMON_FLOOR
        _add(*_frequencies(language, floor), own_stems, own_skeletons)
        for own, common in ((own_stems, stems), (own_skeletons, skeletons)):
            for key, frequency in own.items():
                common[key] = max(common[key], frequency)
    stem_keys, stem_zipf = _pack(stems)
    skeleton_keys, skeleton_zipf = _pack(skeletons)
    numbers = _number_words()
    return {
        "stem_keys": stem_keys, "stem_zipf": stem_zipf,
        "skeleton_keys": skeleton_keys, "skeleton_zipf": skeleton_zipf,
        "number_keys": np.array(list(numbers), np.uint32),
        "number_values": np.array(list(numbers.values()), np.uint8),
    }  # fmt: skip


def _number_words() -> dict[int, int]:
    keys: dict[int, int] = {}
    for value, words in NUMBER_WORDS.items():
        for word in words.split():
            raw = np.frombuffer(word.encode(), np.uint8)
            keys[int(hash_bytes(raw, 0, raw.size))] = value
    return keys


def main() -> None:
    """Writes the table and its card."""
    parser = argparse.ArgumentParser(description=__doc__)
    home = Path(__file__).resolve().parent.parent / "data"
    parser.add_argument("-o", "--out", type=Path, default=home / "background.npz")
    out = parser.parse_args().out
    arrays = build()
    np.savez_compressed(out, **arrays)  # type: ignore[arg-type]
    card = {
        "what": "background Zipf frequencies (times 20) of hashed stems and skeletons",
        "source": "wordfreq 3.1 (data CC BY-SA 4.0; see https://github.com/rspeer/wordfreq)",
        "languages": {"down to Zipf 3.0": FULL, "down to Zipf 4.3": COMMON},
        "entries": {name: int(array.size) for name, array in arrays.items()},
    }
    out.with_suffix(".json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    print(out, out.stat().st_size, "bytes", card["entries"])


if __name__ == "__main__":
    main()
