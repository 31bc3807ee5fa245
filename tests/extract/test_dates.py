"""Dates → ISO 8601."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dupdetect.extract.dates import date_in_url, iso_date


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2019-11-19", "2019-11-19"), ("2019.11.9", "2019-11-09"),
        ("2019-11-19T07:03:25Z", "2019-11-19T07:03:25+00:00"),
        ("2019-11-19T07:03:25.123-0500", "2019-11-19T07:03:25-05:00"),
        ("2019-11-19 07:03", "2019-11-19T07:03:00"),
        ("2019-11-19 07:03:25 UTC", "2019-11-19T07:03:25+00:00"),
        ("20191119T070325Z", "2019-11-19T07:03:25+00:00"),
        ("Tue, 19 Nov 2019 07:03:25 GMT", "2019-11-19T07:03:25+00:00"),
        ("  2019-11-19 ", "2019-11-19"), ("1574146800", "2019-11-19T07:00:00+00:00"),
        ("2019-02-30", None), ("2019", None), ("11/19/2019", None), ("soon", None),
        ("2019-11-19T25:00", None), ("99999999999999999999", None), ("", None), ("x" * 100, None),
    ],
)  # fmt: skip
def test_dates(value: str, expected: str | None) -> None:
    assert iso_date(value) == expected


def test_dates_that_stand_for_none() -> None:
    assert iso_date("1970-01-01", min_year=1990) is None
    assert iso_date("0001-01-01T00:00:00", min_year=1990) is None
    assert iso_date("1990-01-01", min_year=1990) == "1990-01-01"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/2019/11/19/title", "2019-11-19"),
        ("https://a.example/news/2019-11-09/", "2019-11-09"),
        ("https://a.example/story_2019-11-09.html", "2019-11-09"),
        ("https://a.example/2019/13/19/", None), ("https://a.example/12019/11/19", None),
        ("https://a.example/2019/02/30/", None), ("https://a.example/article/123", None),
    ],
)  # fmt: skip
def test_dates_in_urls(url: str, expected: str | None) -> None:
    assert date_in_url(url) == expected


@given(st.text(max_size=70))
def test_anything_gives_a_date_or_none(value: str) -> None:
    found = iso_date(value)
    if found is not None:
        datetime.fromisoformat(found)


@given(st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30)))
def test_iso_dates_stay(moment: datetime) -> None:
    value = moment.replace(microsecond=0).isoformat()
    assert iso_date(value) == value
