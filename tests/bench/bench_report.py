"""What a bench run found, against what DESIGN promises, as text."""

import os
import platform
import statistics
from pathlib import Path

# DESIGN, "Numbers to reach". MB and KB are decimal, which is the stricter reading.
BARE_RATIO_MAX = 1.6
DEFAULT_RATIO_MAX = 2.5
IDLE_BYTES_MAX = 25_000_000
STREAM_BYTES_MAX = 40_000
FIRST_TOKEN_P50_US, FIRST_TOKEN_P99_US, GAP_P99_US = 150, 1_000, 1_000
PROMPT_P50_US = 4_000
START_SECONDS = 0.2


def cpu_model():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def steal_seconds():
    """Time that a virtual machine's processors wanted to run and the host had them wait."""
    fields = Path("/proc/stat").read_text().splitlines()[0].split()
    return int(fields[8]) / os.sysconf("SC_CLK_TCK")


def machine(cores):
    return {"cpu": cpu_model(), "cores": cores, "kernel": platform.release(), "python": platform.python_version()}


def summarize(rounds):
    """Medians over the rounds of one target, with the spread of the CPU figure."""
    def median(pick):
        return statistics.median(pick(r) for r in rounds)
    cpu = [r["cpu_us"] for r in rounds]
    return {
        "rounds": len(rounds),
        "requests": sum(r["requests"] for r in rounds),
        "cpu_us": statistics.median(cpu), "cpu_us_min": min(cpu), "cpu_us_max": max(cpu),
        "rps": median(lambda r: r["rps"]),
        "p50_us": median(lambda r: r["latency_us"]["p50"]),
        "p99_us": median(lambda r: r["latency_us"]["p99"]),
    }


def ratio_to(yardstick_rounds, rounds):
    """Median of the ratios within each round: what disturbs a whole round falls out."""
    pairs = zip(rounds, yardstick_rounds, strict=True)
    return statistics.median(r["cpu_us"] / y["cpu_us"] for r, y in pairs)


def verdict(name, figure, limit, unit):
    """One bar. A figure that could not be had is `not judged`, never a pass."""
    if figure is None:
        outcome = "not judged"
    else:
        outcome = "pass" if figure <= limit else "MISS"
    return {"bar": name, "figure": figure, "limit": limit, "unit": unit, "verdict": outcome}


def bars(targets, stream, added):
    def ratio(name):
        return targets.get(name, {}).get("cpu_ratio_to_nginx")
    idle = targets.get("quickstart", {}).get("rss_idle_bytes")
    each = stream.get("bytes_per_stream") if stream else None
    return [
        verdict("CPU a request, bare chain", ratio("bare"), BARE_RATIO_MAX, "x nginx"),
        verdict("CPU a request, quickstart chain", ratio("quickstart"), DEFAULT_RATIO_MAX, "x nginx"),
        verdict("RSS idle, quickstart chain", idle and idle / 1e6, IDLE_BYTES_MAX / 1e6, "MB"),
        verdict("RSS an open stream", each and each / 1e3, STREAM_BYTES_MAX / 1e3, "KB"),
        *added_bars(added or {}),
    ]


def added_bars(added):
    streams = added.get("streams", {}).get("added_quickstart", {})
    start = added.get("start_seconds")
    return [
        verdict("first token added, p50", streams.get("first_token_p50_us"), FIRST_TOKEN_P50_US, "us"),
        verdict("first token added, p99", streams.get("first_token_p99_us"), FIRST_TOKEN_P99_US, "us"),
        verdict("gap between tokens added, p99", streams.get("gap_p99_us"), GAP_P99_US, "us"),
        verdict("prompt of 1 MB added, p50", added.get("prompt_p50_us"), PROMPT_P50_US, "us"),
        verdict("start, 20 plugins and 1,000 keys", start and start * 1e3, START_SECONDS * 1e3, "ms"),
    ]


def _cell(value, form):
    return "-" if value is None else format(value, form)


def _target_lines(targets):
    yield (f"{'target':<12}{'CPU us/req':>11}{'(min-max)':>15}{'x nginx':>9}{'req/s':>9}"
           f"{'p50 us':>9}{'p99 us':>9}{'RSS idle MB':>13}")
    for name, t in targets.items():
        if "cpu_us" not in t:
            yield f"{name:<12}no figures: {t['error']}"
            continue
        spread = f"({t['cpu_us_min']:.1f}-{t['cpu_us_max']:.1f})"
        yield (f"{name:<12}{t['cpu_us']:>11.2f}{spread:>15}{_cell(t['cpu_ratio_to_nginx'], '.2f'):>9}"
               f"{t['rps']:>9.0f}{t['p50_us']:>9.0f}{t['p99_us']:>9.0f}{t['rss_idle_bytes'] / 1e6:>13.1f}")


def text(result):
    m, s = result["machine"], result["streams"]
    lines = [
        f"machine   {m['cpu']}, {m['cores']} cores, Linux {m['kernel']}, Python {m['python']}",
        "versions  " + "; ".join(f"{name}: {version}" for name, version in result["versions"].items()),
        f"method    {result['rounds']} interleaved rounds of {result['seconds']} s, {result['connections']} keep-alive "
        f"clients, prompt of {result['body_bytes']} bytes, 1 worker a server; medians",
        "", *_target_lines(result["targets"]),
        "CPU us/req of `direct` is the paced upstream's own; the others are the proxy's, without it.", "",
    ]
    if s and "error" in s:
        lines.append(f"streams   no figures: {s['error']}")
    elif s:
        lines.append(f"streams   {s['opened']} open at once through quickstart, each complete and in order, "
                     f"RSS {s['rss_idle_bytes'] / 1e6:.1f} -> {s['rss_open_bytes'] / 1e6:.1f} MB")
    for name, figures in (result.get("added") or {}).get("streams", {}).items():
        lines.append(f"added     {name.removeprefix('added_')}: first token p50 {figures['first_token_p50_us']:.0f} us, p99 "
                     f"{figures['first_token_p99_us']:.0f} us; gap p99 {figures['gap_p99_us']:.0f} us")
    lines += [f"note      {note}" for note in result["notes"]]
    lines += [f"FAULT     {fault}" for fault in result["faults"]]
    lines += ["", f"{'bar (DESIGN, Numbers to reach)':<36}{'figure':>9}{'limit':>8}  {'':<9}verdict"]
    for b in result["bars"]:
        lines.append(f"{b['bar']:<36}{_cell(b['figure'], '.2f'):>9}{b['limit']:>8.1f}  {b['unit']:<9}{b['verdict']}")
    return "\n".join(lines)
