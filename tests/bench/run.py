#!/usr/bin/env python3
"""Measures Sluice against nginx in one run and judges the bars of DESIGN. README.md beside this file says how and why.

    python3 tests/bench/run.py --bin-dir build/bench/bin --sluice build/installed/bin/sluice [--quick] [--json out.json]

Exit code: 0 every bar passed, 1 a bar was missed or a check failed, 2 a bar could not be judged, because a program is
missing or the run broke off.
"""

import argparse
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import bench_added
import bench_report
from bench_measure import (BODY_BYTES, CONNECTIONS, Contender, interleaved_rounds, memory_for_each_stream,
                           quickstart_faults, streams_possible)
from bench_processes import Failed, Processes
from bench_servers import Servers


class Stopped(BaseException):
    """A signal, or the time limit. Not an Exception: no `except` but main()'s may take it for one target's failure."""


class Sizes:
    """How long everything takes; `seconds_max` ends a run that takes longer."""

    def __init__(self, quick, rounds):
        self.rounds = rounds or (3 if quick else 5)
        self.seconds = 1.5 if quick else 4.0
        self.warmup = 0.3 if quick else 0.5
        self.streams = 1_000 if quick else 10_000
        self.ramp_per_second = 500 if quick else 750
        self.hold = 5 if quick else 15
        self.added_rounds = 1 if quick else 5
        self.seconds_max = 90 if quick else 350


def progress(text):
    print(text, file=sys.stderr, flush=True)


def first_line(command):
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=10,
                              check=False)
        return (done.stdout.strip().splitlines() or ["unknown"])[0]
    except (OSError, subprocess.TimeoutExpired):
        return "unknown"


def start_contenders(servers, upstream, notes):
    """`direct` is the upstream itself: what the load costs with nothing in between."""
    yield Contender("direct", upstream)
    starters = {"nginx": lambda: servers.start_nginx(upstream)} if servers.nginx else {}
    if not servers.nginx:
        notes.append("nginx is not installed (apt-get install nginx-light): no ratios")
    if servers.sluice:
        for chain in ("bare", "quickstart"):
            starters[chain] = lambda chain=chain: servers.start_sluice(chain, upstream)
    else:
        notes.append("the sluice binary is not there: nothing but the yardstick was measured")
    for name, start in starters.items():
        try:
            yield Contender(name, start())
        except Failed as failure:
            yield Contender(name, error=str(failure))


def figures_of(contender, yardstick):
    if contender.error:
        return {"error": contender.error}
    figures = bench_report.summarize(contender.rounds)
    figures["rss_idle_bytes"] = contender.rss_idle
    comparable = yardstick and not yardstick.error and contender.name != "direct"
    ratio = bench_report.ratio_to(yardstick.rounds, contender.rounds) if comparable else None
    return {**figures, "cpu_ratio_to_nginx": ratio, "each_round": contender.rounds}


def measure(servers, sizes):
    notes, faults = [], []
    load_before, steal_before = os.getloadavg()[0], bench_report.steal_seconds()
    upstream = servers.start_upstream()
    contenders = list(start_contenders(servers, upstream, notes))
    interleaved_rounds(servers, [c for c in contenders if not c.error], upstream, sizes, progress)
    by_name = {c.name: c for c in contenders}
    faults += [f"{c.name}: {c.error}" for c in contenders if c.error]
    quickstart, streams = by_name.get("quickstart"), None
    if quickstart and not quickstart.error:
        faults += quickstart_faults(servers, quickstart)
    if quickstart and quickstart.server:
        possible = streams_possible(sizes.streams)
        if possible < sizes.streams:
            notes.append(f"{possible} streams instead of {sizes.streams}: a gateway needs two descriptors for each, and "
                         f"RLIMIT_NOFILE is {resource.getrlimit(resource.RLIMIT_NOFILE)[1]}")
        for contender in contenders:  # their memory and CPU time are not asked for again
            if contender.server:
                servers.processes.stop(contender.server.process)
        streams = memory_for_each_stream(
            servers, lambda slow: servers.start_sluice("quickstart", slow, "streams"), sizes, progress)
        if "error" in streams:
            faults.append(f"streams: {streams['error']}")
    added = None
    if quickstart and not quickstart.error:
        try:
            added = bench_added.measure(servers, sizes.added_rounds, progress)
        except Failed as failure:
            faults.append(f"what is added: {failure}")
    stolen = bench_report.steal_seconds() - steal_before
    notes.append(f"load average before the run {load_before:.2f}, CPU time stolen by the host during it {stolen:.1f} s")
    targets = {c.name: figures_of(c, by_name.get("nginx")) for c in contenders}
    return {"rounds": sizes.rounds, "seconds": sizes.seconds, "connections": CONNECTIONS, "body_bytes": BODY_BYTES,
            "machine": bench_report.machine(len(os.sched_getaffinity(0))),
            "versions": {"nginx": first_line([servers.nginx, "-v"]) if servers.nginx else "not installed",
                         "sluice": first_line([servers.sluice, "version"]) if servers.sluice else "not there"},
            "targets": targets, "streams": streams, "added": added, "notes": notes, "faults": faults,
            "bars": bench_report.bars(targets, streams, added)}


def raise_on(number, _frame):
    raise Stopped("it took too long" if number == signal.SIGALRM else signal.Signals(number).name)


def bounded(sizes):
    """From here on a signal, and the time limit, unwind through `finally`."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM):
        signal.signal(number, raise_on)
    signal.alarm(sizes.seconds_max)
    soft_and_hard = (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2
    resource.setrlimit(resource.RLIMIT_NOFILE, soft_and_hard)  # inherited by everything that is started


def end(processes):
    signal.alarm(0)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # a second ctrl-C must not leave half of them behind
    processes.stop_all()


def exit_code(result):
    verdicts = {bar["verdict"] for bar in result["bars"]}
    if "MISS" in verdicts or result["faults"]:
        return 1
    return 2 if "not judged" in verdicts else 0


def main():
    parser = argparse.ArgumentParser(description="Measures Sluice against nginx in one run.")
    parser.add_argument("--bin-dir", default="build/bench/bin", help="where the two bench tools are")
    parser.add_argument("--sluice", default="build/release/bin/sluice")
    parser.add_argument("--quick", action="store_true", help="under a minute, 1,000 streams: for a look, not for figures")
    parser.add_argument("--rounds", type=int, choices=range(1, 10), metavar="1..9")
    parser.add_argument("--json", type=Path, help="writes everything, each round included, to this file")
    options = parser.parse_args()
    sizes = Sizes(options.quick, options.rounds)
    with tempfile.TemporaryDirectory(prefix="sluice-bench-") as name:
        directory = Path(name)
        directory.chmod(0o711)  # nginx, run as nobody by root, must reach its own part
        processes = Processes(directory)
        try:
            bounded(sizes)
            result = measure(Servers(processes, directory, options.bin_dir, options.sluice), sizes)
        except (Failed, Stopped) as reason:
            print(f"the run broke off: {reason}", file=sys.stderr)
            return 2
        finally:
            end(processes)
    print(bench_report.text(result))
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n")
    return exit_code(result)


if __name__ == "__main__":
    sys.exit(main())
