"""Texts counted in bounded memory say the same of a column as all of them."""

from collections import Counter

import numpy as np
import pytest

from commands.adding import tally
from commands.adding.tally import Tally, shape_of


def counted(texts, most, block=100):
    found = Tally(most)
    for start in range(0, len(texts), block):
        some = texts[start : start + block]
        lines = np.arange(start, start + len(some)) + 2
        found.add(np.array(some, dtype=object), lines)
    return found


def test_few_texts_are_counted_one_by_one():
    texts = [f"t{n % 7}" for n in range(1000)]
    found = counted(texts, most=7)
    assert found.is_exact and found.different == 7
    assert found.counts == Counter(texts) and list(found.counts) == list(Counter(texts))
    assert found.first == {f"t{n}": n + 2 for n in range(7)}


def test_of_very_many_those_of_one_shape_are_counted_together():
    texts = [f"{n:05}" for n in np.random.default_rng(0).permutation(90_000)[:5000] + 10_000]
    texts[3210], texts[4321] = "n/k", "-7.5"
    found = counted(texts, most=50)
    assert not found.is_exact
    assert found.counts.total() == 5000
    assert found.counts["n/k"] == found.counts["-7.5"] == 1
    assert found.first["n/k"] == 3212
    assert [*found.counts][:50] == texts[:50]
    assert len(found.counts) < 50 + 3 + 2 * tally.SAMPLED * 50


def test_texts_along_the_whole_file_are_seen():
    days = [f"{day // 250 + 1:02}/03/2024 {day % 250:03}" for day in range(7000)]
    found = counted(days, most=50)
    assert {text[:2] for text in found.counts} == {f"{day:02}" for day in range(1, 29)}


@pytest.mark.parametrize("different", [300, 40_000])
def test_different_texts_are_estimated(different):
    texts = [f"name {n % different}" for n in range(50_000)]
    found = counted(texts, most=50, block=5000)
    assert found.different == pytest.approx(different, rel=0.03)


def test_texts_of_ever_new_shapes_do_not_pile_up(monkeypatch):
    monkeypatch.setattr(tally, "MOST_SHAPES", 20)
    source = np.random.default_rng(0)
    texts = ["".join(source.choice([*"abcdefgh"], 12)) for _ in range(3000)]
    assert len(counted(texts, most=50).counts) <= 50


@pytest.mark.parametrize(
    ("text", "shape"),
    [("12.30", "99.99"), ("0.25", "0.99"), ("-0.25", "-0.99"), ("007", "099"), ("n/k", "n/k")],
)
def test_a_shape_tells_what_a_text_is_made_of(text, shape):
    assert shape_of(text) == shape
