"""Dates against Python's own calendar."""

import datetime
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn.preparing.dates import (
    date_feature_names,
    date_features,
    date_text,
    is_date_format,
    read_date,
)

times = st.datetimes(datetime.datetime(1600, 1, 1), datetime.datetime(2400, 1, 1))
UTC = datetime.UTC


@given(
    times,
    st.sampled_from(
        [
            "%Y-%m-%d %H:%M:%S.%f",
            "%d.%m.%YT%H:%M:%S",
            "%m/%d/%Y %I:%M %p",
            "%a, %d %b %Y %H:%M",
            "%b %d, %Y",
            "%Y-%m",
        ]
    ),
)
def test_dates_are_read_as_strptime_reads_them(when, form):
    text = when.strftime(form)
    expected = datetime.datetime.strptime(text, form).replace(tzinfo=UTC)
    days = (expected - datetime.datetime(1970, 1, 1, tzinfo=UTC)) / datetime.timedelta(days=1)
    assert read_date(text, form) == days


@pytest.mark.parametrize(
    ("text", "form", "expected"),
    [
        ("1970-01-02T06:00:00Z", "%Y-%m-%dT%H:%M:%S%z", 1.25),
        ("1970-01-02T06:00:00+06:00", "%Y-%m-%dT%H:%M:%S%z", 1.0),
        ("1970-01-02T06:00:00-1200", "%Y-%m-%dT%H:%M:%S%z", 1.75),
        ("March 1, 1970", "%b %d, %Y", 59),
        ("1. MAR 1970", "%d. %b %Y", 59),
        ("1.1.70", "%d.%m.%y", 0),
        ("1.1.68", "%d.%m.%y", 35794),
        ("12:30 am", "%I:%M %p", 1 / 48),
        ("12:30 PM", "%I:%M %p", 25 / 48),
        ("18:00", "%H:%M", 0.75),
        ("19700103", "%Y%m%d", 2),
        ("31.02.2020", "%d.%m.%Y", None),
        ("29.02.2023", "%d.%m.%Y", None),
        ("13:00 pm", "%I:%M %p", None),
        ("25:00", "%H:%M", None),
        ("2020-01-01 x", "%Y-%m-%d", None),
        ("+2020-01-01", "%Y-%m-%d", None),
    ],
)
def test_dates_worked_out_by_hand(text, form, expected):
    assert read_date(text, form) == expected


@given(st.lists(times, min_size=1, max_size=20))
def test_what_returns_is_where_the_calendar_has_it(whens):
    epoch = datetime.datetime(1970, 1, 1)
    days = np.array([(when - epoch) / datetime.timedelta(days=1) for when in whens])
    form = "%Y-%m-%d %H:%M"
    features = date_features(days, form)
    for row, when in zip(features, whens, strict=True):
        parts = ((when.month - 1) / 12, when.weekday() / 7, when.hour / 24)
        waves = [wave(2 * math.pi * part) for part in parts for wave in (math.sin, math.cos)]
        np.testing.assert_allclose(row[1:], waves, rtol=0, atol=1e-12)
    assert features[:, 0].tolist() == days.tolist()
    assert len(date_feature_names("x", form)) == features.shape[1]


def test_features_are_such_as_the_format_has():
    assert date_feature_names("t", "%Y-%m") == ["t: days", "t: month, sine", "t: month, cosine"]
    assert date_feature_names("t", "%H:%M") == ["t: hour, sine", "t: hour, cosine"]
    assert date_features(np.array([0.25]), "%H:%M").tolist() == [[1.0, 0.0]]


def test_formats():
    for form in ("%Y-%m-%d", "%I %p", "%b %y"):
        assert is_date_format(form)
    for form in ("", "day", "%Q", "%Y %Y-%m", "%S"):
        assert not is_date_format(form)
    assert date_text(19358) == "2023-01-01"
    assert date_text(19358.5) == "2023-01-01 12:00:00"
