"""From rounds to figures: medians and intervals for each contender, and ratios to nginx within rounds."""
import statistics

import stats


def by_name(result):
    return {c["name"]: c for c in result["contenders"]}


def rounds(contender, phase):
    return contender["rounds"].get(phase, [])


def median(contender, phase, key):
    return stats.interval(rounds(contender, phase), stats.median_of(lambda r: r[key]))


def ratio(contender, yardstick, phase, key):
    """Within each round that both have: what disturbs a whole round falls out."""
    if not yardstick or yardstick is contender:
        return stats.interval([], None)
    other = {r["round"]: r[key] for r in rounds(yardstick, phase)}
    pairs = [r[key] / other[r["round"]] for r in rounds(contender, phase) if other.get(r["round"])]
    return stats.interval(pairs, statistics.median)


def step(contender, before, phase, key):
    """What a step of the ladder costs more than the one before it, within each round."""
    other = {r["round"]: r[key] for r in rounds(before, phase)}
    return stats.interval([r[key] - other[r["round"]] for r in rounds(contender, phase) if r["round"] in other], statistics.median)


def added(contender, phase, fraction, through="through", direct="direct"):
    return stats.interval(rounds(contender, phase), stats.added(fraction, through, direct), draws=300)


def of_size(contender, size, key):
    return stats.interval(rounds(contender, "prompts"), stats.median_of(lambda r: r["sizes"][size].get(key)))


def size_error(contender, size):
    return next((r["sizes"][size]["error"] for r in rounds(contender, "prompts") if "error" in r["sizes"][size]), None)


def only(contender, phase):
    found = rounds(contender, phase)
    return found[0] if found else None
