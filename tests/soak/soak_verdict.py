"""What the samples of a soak say: is memory level within noise, has everything been given back, is a record missing."""
import math

LEVEL_SHARE = 0.01  # growth below this share of the resident memory, or below the next, over the second half is no leak that a soak can tell
LEVEL_KB = 2048
SPARE_FDS = 16
SPARE_FIBERS = 2


def slope(points):
    """(per second, half width of the 95 % interval) of a least-squares line through (seconds, value). Neighbouring samples resemble each
    other, so the interval is that of fewer, independent ones: n (1 - r) / (1 + r), r the correlation of neighbouring residuals."""
    count = len(points)
    if count < 8:
        raise ValueError(f"{count} samples are too few for a slope: at least 8")
    mean_x, mean_y = (sum(p[i] for p in points) / count for i in (0, 1))
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    rise = sum((x - mean_x) * (y - mean_y) for x, y in points) / spread
    rest = [y - mean_y - rise * (x - mean_x) for x, y in points]
    square = sum(r * r for r in rest)
    if square == 0:
        return rise, 0.0
    alike = max(0.0, min(0.95, sum(a * b for a, b in zip(rest, rest[1:])) / square))
    independent = max(3.0, count * (1 - alike) / (1 + alike))
    return rise, 2.0 * math.sqrt(square / count / (independent - 2)) / math.sqrt(spread / count)


def memory(samples):
    half = [(s["at"], s["rss_kb"]) for s in samples if s["at"] >= samples[-1]["at"] / 2]
    rise, width = slope(half)
    seconds = half[-1][0] - half[0][0]
    level = max(LEVEL_KB, LEVEL_SHARE * sum(kb for _, kb in half) / len(half))
    grown = rise * seconds
    leak = rise - width > 0 and grown > level
    return not leak, {"kb_per_minute": rise * 60, "interval_kb_per_minute": width * 60, "grown_kb_over_second_half": grown, "seconds": seconds, "samples": len(half),
                      "rss_kb_first": samples[0]["rss_kb"], "rss_kb_max": max(s["rss_kb"] for s in samples), "rss_kb_last": samples[-1]["rss_kb"]}


def given_back(before, after):
    """Descriptors, fibers and generations once the load is over, against those before it."""
    fine = after["fds"] <= before["fds"] + SPARE_FDS and after["fibers"] <= before["fibers"] + SPARE_FIBERS and after["generations"] == 1 and after["in_flight"] <= 1
    return fine, {"before": before, "after": after}


def records(answered, stored, dropped, sent):
    """Each answer's id is in the store, none twice, and there are not more events than requests."""
    have = set(stored)
    missing = sum(1 for call in answered if call not in have)
    fine = missing == 0 and len(have) == len(stored) and dropped == 0 and len(answered) <= len(stored) <= sent
    return fine, {"answered": len(answered), "stored": len(stored), "missing": missing, "twice": len(stored) - len(have), "dropped": dropped, "sent": sent}


def percentile(times, share):
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else None


def phases(ends, times):
    """phase -> requests, failed ones, p50 and p99 in ms"""
    out = {}
    for (phase, end, _), count in ends.items():
        row = out.setdefault(phase, {"requests": 0, "failed": 0})
        row["requests"] += count
        row["failed"] += count if end != "good" else 0
    for phase, seen in times.items():
        out[phase].update(p50_ms=1000 * percentile(seen, 0.5), p99_ms=1000 * percentile(seen, 0.99))
    return out


def no_failures(table, harmless):
    """Where only what must not matter was disturbed, no request failed."""
    rows = {name: row for name, row in table.items() if all(part in harmless for part in name.split(" to "))}
    return all(row["failed"] == 0 for row in rows.values()), {name: row["failed"] for name, row in rows.items() if row["failed"]}
