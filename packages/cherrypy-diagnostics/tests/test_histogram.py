from __future__ import annotations

from math import ceil
from random import Random
from typing import Any

import pytest

from cherrypy_diagnostics import LatencyHistogram


def histogram(*times: float) -> LatencyHistogram:
    made = LatencyHistogram()
    for each in times:
        made.record(each)
    return made


@pytest.mark.parametrize("seed", range(20))
def test_a_percentile_is_within_five_percent_of_the_truth(seed: int) -> None:
    chance = Random(seed)
    times = [1.01e-5 * (3e7 ** chance.random()) for _ in range(chance.choice([1, 2, 10, 1000]))]
    made = histogram(*times)
    for percent in (0, 50, 95, 99, 100, chance.uniform(0, 100)):
        rank = max(ceil(len(times) * percent / 100), 1)
        assert made.percentile(percent) == pytest.approx(sorted(times)[rank - 1], rel=0.05)


def test_a_percentile_of_nothing_is_none() -> None:
    assert histogram().percentile(50) is None


@pytest.mark.parametrize("percent", [-1, 100.5, float("nan")])
def test_a_percentile_that_cannot_be(percent: float) -> None:
    with pytest.raises(ValueError, match=r"between 0 and 100, not"):
        histogram(1).percentile(percent)


def test_times_beyond_the_buckets_are_counted() -> None:
    made = histogram(0, 1e-9, 5000)
    assert (made.count, made.maximum) == (3, 5000)
    assert made.total == pytest.approx(5000)
    assert made.percentile(100) == 5000
    assert made.percentile(50) == pytest.approx(5e-6)


def test_it_does_not_grow() -> None:
    made = LatencyHistogram()
    size = len(made.counts.tobytes())
    for n in range(10_000):
        made.record(n * 1e-4)
    assert len(made.counts.tobytes()) == size < 2000


@pytest.mark.parametrize("times", [[], [0.1], [1e-5, 0.0, 5000.0, 0.25, 0.25, 1e-5 * 2**0.125]])
def test_many_times_at_once_are_counted_as_one_by_one(times: list[float]) -> None:
    made = histogram(0.5)
    made.record_all(times)
    expected = histogram(0.5, *times)
    assert made.counts == expected.counts
    assert made.total == pytest.approx(expected.total)
    assert made.maximum == expected.maximum


def test_histograms_are_added() -> None:
    one = histogram(0.1, 0.2)
    one.merge(histogram(0.3))
    assert list(one.counts) == list(histogram(0.1, 0.2, 0.3).counts)
    assert (one.count, one.maximum) == (3, 0.3)
    assert one.total == pytest.approx(0.6)
    with pytest.raises(ValueError, match="different bounds"):
        one.merge(LatencyHistogram([1.0]))


def test_it_can_be_cleared() -> None:
    one = histogram(0.1)
    one.clear()
    assert (one.count, one.total, one.maximum, sum(one.counts)) == (0, 0, 0, 0)


def test_counts_by_bounds_of_ones_own() -> None:
    made = LatencyHistogram([0.1, 1.0])
    for each in (0.05, 0.1, 0.5, 2.0):
        made.record(each)
    assert list(made.cumulative()) == [(0.1, 2), (1.0, 3)]
    assert list(made.counts) == [2, 1, 1]


@pytest.mark.parametrize("bounds", [[], [0.0, 1.0], [1.0, 1.0], [2.0, 1.0]])
def test_bounds_that_cannot_be(bounds: Any) -> None:
    with pytest.raises(ValueError, match="positive and ascending"):
        LatencyHistogram(bounds)
