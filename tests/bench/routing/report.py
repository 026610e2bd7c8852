#!/usr/bin/env python3
"""Runs routing_sim and routing_cost, writes the plot and the tables between the marks of README.md.

    python3 tests/bench/routing/report.py --bin-dir build/bench-tools/bin
"""

import argparse
import json
import re
import subprocess
from pathlib import Path

import plot

HERE = Path(__file__).resolve().parent
COUNTS = (2, 10, 100)


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True)


def latency_table(strategies):
    lines = [
        "| strategy | p50 ms | p95 ms | p99 ms | p95 ms while one degrades | load, variation | prompt cache hits | USD per 1000 |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for s in strategies:
        lines.append(
            f"| {s['strategy']} | {s['p50_ms']} | {s['p95_ms']} | {s['p99_ms']} | {s['degraded_p95_ms']} "
            f"| {s['load_cv']:.2f} | {s['cache_hits']:.0%} | {s['usd_per_1000']:.2f} |"
        )
    return lines


def share_table(strategies):
    names = list(strategies[0]["shares"])
    lines = ["| strategy | " + " | ".join(names) + " |", "| --- |" + " ---: |" * len(names)]
    for s in strategies:
        lines.append(f"| {s['strategy']} | " + " | ".join(f"{s['shares'][n]:.1%}" for n in names) + " |")
    return lines


def instructions(binary, strategy, count):
    """Of one pick: the difference between many and fewer, so that what comes before falls out."""
    seen = []
    for picks in (1000, 3000):
        said = run("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", binary, strategy, str(count), str(picks))
        seen.append(int(re.search(r"Collected : (\d+)", said.stderr)[1]))
    return (seen[1] - seen[0]) / 2000


def cost_table(binary):
    rows = json.loads(run(binary).stdout)
    lines = [
        "| strategy | " + " | ".join(f"ns at {n}" for n in COUNTS) + " | ns at 100, weighted | "
        + " | ".join(f"instructions at {n}" for n in COUNTS) + " |",
        "| --- |" + " ---: |" * (2 * len(COUNTS) + 1),
    ]
    ns = {(r["strategy"], r["weighed"], r["deployments"]): r["ns"] for r in rows}
    for name in dict.fromkeys(r["strategy"] for r in rows):
        cells = [f"{ns[name, False, n]:.0f}" for n in COUNTS] + [f"{ns[name, True, 100]:.0f}"]
        cells += [f"{instructions(binary, name, n):.0f}" for n in COUNTS]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return lines


def replace(readme, mark, lines):
    block = f"<!-- {mark} -->\n" + "\n".join(lines) + f"\n<!-- /{mark} -->"
    changed, found = re.subn(rf"<!-- {mark} -->.*?<!-- /{mark} -->", lambda _: block, readme, flags=re.S)
    if not found:
        raise SystemExit(f"README.md has no mark {mark}")
    return changed


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--bin-dir", required=True, type=Path)
    bin_dir = arguments.parse_args().bin_dir
    simulated = json.loads(run(str(bin_dir / "routing_sim")).stdout)
    strategies = simulated["strategies"]
    (HERE / "routing.svg").write_text(plot.svg(simulated))
    path = HERE / "README.md"
    readme = replace(path.read_text(), "latency", latency_table(strategies))
    readme = replace(readme, "shares", share_table(strategies))
    path.write_text(replace(readme, "cost", cost_table(str(bin_dir / "routing_cost"))))


if __name__ == "__main__":
    main()
