"""Percentiles of histograms and confidence intervals over rounds.

A histogram is a list of [upper edge in microseconds, count]. Intervals are bootstrap: rounds are drawn again with
replacement, the figure is computed from what was drawn, and the middle 95 % of these figures is the interval.
"""
import random
import statistics

DRAWS = 1000
RECORDS_BEYOND_MIN = 3  # a percentile with fewer records beyond it is not one


def pooled(histograms):
    """One histogram of several, edges ascending."""
    counts = {}
    for histogram in histograms:
        for edge, count in histogram:
            counts[edge] = counts.get(edge, 0) + count
    return sorted(counts.items())


def percentile(histogram, fraction):
    """Microseconds, or None if too few records lie beyond it."""
    total = sum(count for _, count in histogram)
    if total * (1 - fraction) < RECORDS_BEYOND_MIN:
        return None
    seen = 0
    for edge, count in histogram:
        seen += count
        if seen >= fraction * total:
            return edge
    return None


def interval(rounds, figure, draws=DRAWS):
    """{"value", "low", "high"}: figure(rounds) and its 95 % interval; value None if it cannot be had.

    Seeded: the same data gives the same page."""
    value = figure(rounds) if rounds else None
    if value is None:
        return {"value": None, "low": None, "high": None}
    dice = random.Random(20)
    drawn = (figure([dice.choice(rounds) for _ in rounds]) for _ in range(draws))
    found = sorted(one for one in drawn if one is not None)
    return {"value": value, "low": found[int(0.025 * len(found))], "high": found[min(len(found) - 1, int(0.975 * len(found)))]}


def median_of(key):
    """A figure for interval(): the median over rounds of what `key` picks."""
    def figure(rounds):
        found = [value for value in map(key, rounds) if value is not None]
        return statistics.median(found) if found else None
    return figure


def added(fraction, through, direct):
    """A figure for interval(): the percentile through a gateway less the one without it, of the same rounds."""
    def figure(rounds):
        with_it = percentile(pooled(r[through] for r in rounds), fraction)
        without = percentile(pooled(r[direct] for r in rounds), fraction)
        return None if with_it is None or without is None else with_it - without
    return figure
