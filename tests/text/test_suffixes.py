from __future__ import annotations

import subprocess
import sys

import pytest
import tldextract
from hypothesis import example, given
from hypothesis import strategies as st

from dupdetect.text import suffixes
from dupdetect.text.suffixes import registrable, top_level

LIBRARY = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
_WORDS = (
    "www a b-c x_y 1 7up com co uk ck jp kawasaki city github io blogspot example no xn--p1ai рф "
    "bd s3 amazonaws"
)
LABELS = st.sampled_from(_WORDS.split())


def theirs(host: str) -> str:
    found = LIBRARY(host)
    return f"{found.domain}.{found.suffix}" if found.domain and found.suffix else host


def test_every_rule_is_followed() -> None:
    wrong = []
    for rule in LIBRARY.tlds:
        name = rule.replace("*", "any").lstrip("!")
        for host in (name, f"own.{name}", f"www.own.{name}", f"a.www.own.{name}"):
            if registrable(host) != theirs(host):
                wrong.append(host)
    assert not wrong


@given(st.lists(LABELS, min_size=1, max_size=5).map(".".join))
@example("www.ck")
@example("own.www.ck")
@example("own.any.ck")
@example("192.168.0.1")
@example("localhost")
@example("a..com")
@example("xn--80aaxgqbdi.xn--p1ai")
def test_the_same_as_the_library(host: str) -> None:
    assert registrable(host) == theirs(host)


def test_the_same_top_level_domains() -> None:
    assert top_level() == {name for name in LIBRARY.tlds if "." not in name}


def test_without_the_list_the_library_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suffixes, "_rules", lambda: None)
    assert registrable("www.bbc.co.uk") == "bbc.co.uk"
    assert "com" in suffixes.top_level.__wrapped__()


def test_plain_names_need_no_library() -> None:
    program = (
        "import sys; from dupdetect.text.urls import domain;"
        "print(domain('https://www.bbc.co.uk/news'), 'tldextract' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.split() == [b"bbc.co.uk", b"False"]
