#!/usr/bin/env python3
"""Digs with every fuzz target (or those that are named) for a while, keeps what it has learned, and writes a report.

    tests/fuzz/session.py [--minutes 10] [--jobs 2] [--build build/fuzz] [--report FILE] [TARGET...]

Build first: cmake --preset fuzz && cmake --build build/fuzz --target fuzz_targets. The corpora lie in BUILD/session/TARGET/corpus and are where the next
session begins; inputs that broke something in BUILD/session/TARGET/broke. Exit code: 0 nothing broke, 1 something did.
What broke belongs into tests/fuzz/found/TARGET, as small as `-minimize_crash=1` makes it: from then on `make test` replays it.
"""
import argparse
import concurrent.futures
import datetime
import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
OPTIONS = ["-max_len=4096", "-timeout=10", "-rss_limit_mb=2048", "-print_final_stats=1"]
NICE = 15  # somebody may be working here


def targets_of(build):
    """name -> program"""
    return {path.name.removeprefix("sluice_"): path for path in sorted((build / "bin").glob("sluice_*_fuzz"))}


def numbers_of(words):
    """What libFuzzer says of itself: executions, coverage."""
    coverage = re.findall(r"cov: (\d+) ft: (\d+) corp: (\d+)/", words)
    executed = re.search(r"stat::number_of_executed_units: (\d+)", words)
    seen = re.findall(r"(?m)^#(\d+)\s", words)
    edges, features, inputs = map(int, coverage[-1]) if coverage else (0, 0, 0)
    return {"executions": int(executed[1]) if executed else int(seen[-1]) if seen else 0, "edges": edges, "features": features, "inputs": inputs}


def dig(name, program, seconds, build):
    folder = build / "session" / name
    corpus, broke = folder / "corpus", folder / "broke"
    for path in (corpus, broke):
        path.mkdir(parents=True, exist_ok=True)
    before = {path.name for path in broke.iterdir()}
    begins = [path for path in (corpus, build / "session" / "seeds" / name, ROOT / "tests" / "fuzz" / "found" / name) if path.is_dir()]
    log = folder / "log"
    with open(log, "wb") as file:
        done = subprocess.run(["nice", "-n", str(NICE), str(program), f"-max_total_time={seconds}", f"-artifact_prefix={broke}/", *OPTIONS,
                               *map(str, begins)], stdout=file, stderr=file, timeout=seconds + 600)
    words = log.read_text(encoding="utf-8", errors="replace")
    return {"target": name, "seconds": seconds, **numbers_of(words), "code": done.returncode,
            "broke": sorted({path.name for path in broke.iterdir()} - before)}


def text_of(rows):
    lines = ["| target | seconds | executions | edges | features | inputs kept | broke |", "| --- | --: | --: | --: | --: | --: | --- |"]
    for row in rows:
        said = ", ".join(row["broke"]) or ("none" if row["code"] == 0 else f"exit code {row['code']}")
        lines.append(f"| {row['target']} | {row['seconds']} | {row['executions']:,} | {row['edges']:,} | {row['features']:,} | {row['inputs']:,} | {said} |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10, help="for each target")
    parser.add_argument("--jobs", type=int, default=2, help="targets at a time")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "fuzz")
    parser.add_argument("--report", type=pathlib.Path, help="default: BUILD/session/report.md; the same beside it as .json")
    parser.add_argument("targets", nargs="*")
    options = parser.parse_args()
    programs = targets_of(options.build)
    unknown = set(options.targets) - programs.keys()
    if unknown or not programs:
        sys.exit(f"session: {options.build}: found {', '.join(programs) or 'no targets'}; asked for {', '.join(unknown) or 'all'}")
    seeds = options.build / "session" / "seeds"
    subprocess.run([str(options.build / "bin" / "sluice_fuzz_seeds"), str(seeds)], check=True)
    report = options.report or options.build / "session" / "report.md"
    rows = []
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        started = [pool.submit(dig, name, programs[name], round(options.minutes * 60), options.build.resolve()) for name in options.targets or programs]
        for one in concurrent.futures.as_completed(started):
            rows.append(one.result())
            rows.sort(key=lambda row: row["target"])
            when = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
            report.write_text(f"# Fuzzing, {when}, {os.cpu_count()} processors, {options.jobs} targets at a time\n\n{text_of(rows)}", encoding="utf-8")
            report.with_suffix(".json").write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    print(report.read_text(encoding="utf-8"))
    sys.exit(1 if any(row["code"] or row["broke"] for row in rows) else 0)


if __name__ == "__main__":
    main()
