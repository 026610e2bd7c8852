#!/usr/bin/env python3
"""Measures Sluice, step by step, beside nginx, haproxy and other gateways: one run, everything in turns. README.md says how.

    python3 tests/bench/compare.py [--quick] [--only NAME,NAME] [--peers none|installed|all] [--out build/bench-results]

Writes compare.json (every round), RESULTS.md and plots to --out. Exit code: 0 measured; 1 with
faults of Sluice's, of the plain proxies' or of the load generators' (other gateways' are in the page, too); 2 it was broken off.
"""
import argparse
import datetime
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE / "compare")]

import bench_report  # noqa: E402
import contenders  # noqa: E402
import crosscheck  # noqa: E402
import page  # noqa: E402
import peers  # noqa: E402
import phases  # noqa: E402
from bench_measure import SPARE_DESCRIPTORS, streams_possible  # noqa: E402
from bench_processes import Failed, Processes, rss_bytes  # noqa: E402

PHASES = ("cpu", "saturation", "latency", "streams", "prompts", "crosscheck", "open", "inflight")


class Stopped(BaseException):
    """A signal, or the time limit: no `except` but main()'s may take it for one contender's failure."""


class Sizes:
    """Loads and times. With all fourteen contenders a full run takes about 40 minutes."""

    def __init__(self, quick, minutes):
        full = not quick
        self.calibration = 2.0 if full else 0.8
        self.cpu_seconds = 3.0 if full else 0.6
        self.probe_seconds, self.probes = (1.0, (7, 4)) if full else (0.4, (3, 2))
        self.latency_seconds, self.rate_max = (2.0, 1000.0) if full else (0.6, 400.0)
        self.streams = 200 if full else 20
        self.prompt_seconds = 0.4 if full else 0.15
        self.open_streams, self.hold = (2000, 5) if full else (100, 2)
        self.in_flight, self.arriving_seconds, self.together_seconds = (10_000, 6.0, 2.0) if full else (200, 1.0, 1.0)
        self.crosscheck_seconds = 4 if full else 1
        self.rounds = {"calibration": 1, "cpu": 5, "saturation": 3, "latency": 5, "streams": 5, "prompts": 3, "crosscheck": 3, "open": 1, "inflight": 1}
        if quick:
            self.rounds = {phase: min(2, count) for phase, count in self.rounds.items()}
        shares = {"calibration": 0.03, "cpu": 0.15, "saturation": 0.2, "latency": 0.18, "streams": 0.18, "prompts": 0.12, "open": 0.08, "inflight": 0.09}
        self.seconds_max = {phase: share * minutes * 60 for phase, share in shares.items()}
        self.minutes = minutes


def progress(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def start(run, contender):
    """A contender that does not start is reported, and the run goes on."""
    if contender.kind == "direct":
        contender.server = run.upstream
    else:
        began = time.monotonic()
        try:
            contender.server = contender.start(run.upstream, phases.slug(contender.name), False)
        except (Failed, OSError, ValueError, KeyError) as failure:
            contender.errors["start"] = peers.ends_of(str(failure))
            progress(f"{contender.name} does not start: {failure}")
            return
        contender.start_seconds = time.monotonic() - began
    contender.stream_server = contender.server
    if contender.kind == "proxy":  # they hold tokens back unless they are told not to
        contender.stream_server = contender.start(run.upstream, f"{contender.name}_for_streams", True)


def measure_all(run, everyone, peers_dir, only):
    """Fills in the contenders' rounds; returns the cross-check's result."""
    for contender in everyone:
        start(run, contender)
    time.sleep(1.0)
    up = [c for c in everyone if c.server]
    for contender in up:
        contender.rss_idle = rss_bytes(contender.server.pid)
    run.rounds("calibration", up, lambda c, _: run.calibrate(c))
    up = [c for c in up if c.capacity]
    gateways = [c for c in up if c.kind != "direct"]
    checked = None
    if "cpu" in only:
        run.rounds("cpu", up, run.cpu)
    if "crosscheck" in only:
        nginx = next((c.server for c in up if c.name == "nginx" and "died" not in c.errors), None)
        checked = crosscheck.run(run.servers, peers_dir, nginx, run.sizes, progress)
    for phase, measure, who in (("saturation", run.saturation, up), ("latency", run.latency, gateways), ("streams", run.streams, gateways),
                                ("prompts", run.prompts, gateways)):
        if phase in only and who:
            run.rounds(phase, who, measure)
    for contender in up:  # their memory and CPU time are not asked for again, and fresh ones want the room
        for server in {contender.server, contender.stream_server} if contender.kind != "direct" else ():
            run.servers.processes.stop(server.process)
    possible = streams_possible(run.sizes.in_flight)
    if "inflight" in only and possible < run.sizes.in_flight:
        run.notes.append(f"{possible:,} requests in flight instead of {run.sizes.in_flight:,}: a gateway needs two descriptors for each, and {SPARE_DESCRIPTORS} more")
    for phase, measure in (("open", phases.memory_of_streams), ("inflight", phases.in_flight)):
        if phase in only and gateways:
            run.rounds(phase, gateways, lambda c, _, measure=measure: measure(run, c))
    return checked


def command_of(options):
    """What was asked for, without where things lay on this machine."""
    words = ["tests/bench/compare.py", *(["--quick"] if options.quick else []), f"--peers {options.peers} --minutes {options.minutes:g}"]
    words += [f"--only {options.only}"] if options.only else []
    words += [f"--phases {options.phases}"] if options.phases != ",".join(PHASES) else []
    return " ".join(words)


def result_of(run, everyone, missing, checked, options, began, steal):
    names = {c.name for c in everyone}
    commit = subprocess.run(["git", "-C", str(HERE), "describe", "--always", "--dirty"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
    return {"date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"), "minutes": (time.monotonic() - began) / 60,
            "command": command_of(options), "quick": options.quick, "commit": commit.stdout.strip() or "unknown",
            "machine": bench_report.machine(len(os.sched_getaffinity(0))), "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
            "descriptors": resource.getrlimit(resource.RLIMIT_NOFILE)[1],
            "load_before": options.load_before, "steal_seconds": bench_report.steal_seconds() - steal,
            "versions": contenders.versions(run.servers, options.peers_dir, names), "missing": missing, "notes": run.notes, "broken_off": run.broken_off,
            "sizes": {key: value for key, value in vars(run.sizes).items() if key != "seconds_max"}, "crosscheck": checked,
            "contenders": [{key: getattr(c, key) for key in ("name", "kind", "about", "rss_idle", "start_seconds", "capacity", "rounds", "errors")} for c in everyone]}


def raise_on(number, _frame):
    raise Stopped("it took too long" if number == signal.SIGALRM else signal.Signals(number).name)


def bounded(minutes):
    """From here on a signal, and the time limit, unwind through `finally`."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM):
        signal.signal(number, raise_on)
    signal.alarm(int(minutes * 60 * 1.5) + 300)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(hard, 40_000), max(hard, 40_000)))  # inherited by everything that is started
    except (ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def arguments():
    parser = argparse.ArgumentParser(description="Measures Sluice beside proxies and other gateways.")
    parser.add_argument("--bin-dir", default="build/bench-tools/bin", help="where the two bench tools are")
    parser.add_argument("--sluice", default="build/release/bin/sluice")
    parser.add_argument("--peers-dir", type=Path, default=Path("build/bench-peers"), help="where peers/install.py has put the gateways")
    parser.add_argument("--peers", choices=("none", "installed", "all"), default="installed", help="all: those that are missing are installed first")
    parser.add_argument("--only", help="of the contenders, separated by commas (direct is always there)")
    parser.add_argument("--phases", default=",".join(PHASES), help="of the measurements, separated by commas (default: all)")
    parser.add_argument("--quick", action="store_true", help="a few minutes: for a look, not for figures")
    parser.add_argument("--minutes", type=float, help="aims at staying below (default 42, with --quick 9): rounds are left out, and that is said")
    parser.add_argument("--out", type=Path, default=Path("build/bench-results"))
    options = parser.parse_args()
    options.minutes = options.minutes or (9 if options.quick else 42)
    options.load_before = os.getloadavg()[0]
    options.sluice = os.path.abspath(options.sluice)  # it runs in a directory of its own
    if not os.access(options.sluice, os.X_OK):
        parser.error(f"--sluice: {options.sluice} is no program; build it first: tools/build.sh release")
    for phase in options.phases.split(","):
        if phase not in PHASES:
            parser.error(f"--phases: '{phase}'; there are {', '.join(PHASES)}")
    return parser, options


def chosen(parser, options, everyone):
    if not options.only:
        return everyone
    wanted = options.only.split(",")
    known = [c.name for c in everyone]
    for name in wanted:
        if name not in known:
            parser.error(f"--only: '{name}'; there are {', '.join(known)}")
    return [c for c in everyone if c.name in wanted or c.kind == "direct"]


def measured(parser, options, directory, processes):
    servers = contenders.ContenderServers(processes, directory, options.bin_dir, options.sluice)
    began, steal = time.monotonic(), bench_report.steal_seconds()
    everyone, missing = contenders.everyone(servers, options.peers_dir, options.peers)
    everyone = chosen(parser, options, everyone)
    run = phases.Run(servers, servers.start_upstream("upstream", "--gap-ms", str(phases.GAP_MS), "--chunks", str(phases.CHUNKS)),
                     Sizes(options.quick, options.minutes), progress, [])
    try:
        checked = measure_all(run, everyone, options.peers_dir, options.phases.split(","))
    except Stopped as reason:
        run.notes.append(f"the run was broken off ({reason}): what was measured until then is here")
        run.broken_off, checked = True, None
    return result_of(run, everyone, missing, checked, options, began, steal)


def main():
    parser, options = arguments()
    if options.peers == "all":
        subprocess.run([sys.executable, str(HERE / "peers" / "install.py"), "--dir", str(options.peers_dir)], check=False)
    with tempfile.TemporaryDirectory(prefix="sluice-bench-", ignore_cleanup_errors=True) as name:
        directory = Path(name)
        directory.chmod(0o711)  # nginx, run as nobody by root, must reach its own part
        processes = Processes(directory)
        try:
            bounded(options.minutes)
            result = measured(parser, options, directory, processes)
        except (Failed, Stopped) as reason:
            print(f"the run broke off: {reason}", file=sys.stderr)
            return 2
        finally:
            signal.alarm(0)
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)  # a second ctrl-C must not leave half of them behind
            processes.stop_all()
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "compare.json").write_text(json.dumps(result, separators=(",", ":")) + "\n")
    page.write(result, options.out)
    print((options.out / "RESULTS.md").read_text())
    if result["broken_off"]:
        return 2
    return 1 if any(page.own_faults(result)) else 0


if __name__ == "__main__":
    sys.exit(main())
