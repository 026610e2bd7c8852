#!/usr/bin/env python3
"""Runs the integration scenarios, all of them or those that are named, two files at a time.

    tests/integration/run.py [-j N] [-v] [s01 s07_limits ...]

SLUICE_BIN, SLUICE_TEST_DATA, SLUICE_TEST_SLOW=N (sanitizers), SLUICE_TEST_FULL=1 (every case of the long ones).
The last line is "N passed, N failed, N skipped".
"""
import argparse
import pathlib
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

HERE = pathlib.Path(__file__).resolve().parent
COUNTS = re.compile(r"^(\d+) passed, (\d+) failed, (\d+) skipped$", re.MULTILINE)


def files(names):
    every = sorted(HERE.glob("s[0-9]*_test.py"))
    chosen = [path for path in every if not names or any(path.name.startswith(name) for name in names)]
    missing = [name for name in names if not any(path.name.startswith(name) for path in every)]
    if missing:
        sys.exit(f"run.py: no scenario begins with {', '.join(missing)}")
    return chosen


def run(path, verbose):
    begin = time.monotonic()
    command = [sys.executable, str(path), *(["-v"] if verbose else [])]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    counts = COUNTS.findall(done.stdout)
    numbers = [int(text) for text in counts[-1]] if counts else [0, 1, 0]
    if done.returncode != 0 and numbers[1] == 0:
        numbers[1] = 1
    return path, numbers, done.stdout, time.monotonic() - begin


def show(path, numbers, output, seconds, verbose):
    print(f"{path.stem:<32} {numbers[0]:>4} passed, {numbers[1]} failed, {numbers[2]} skipped  {seconds:6.1f} s", flush=True)
    notes = [line for line in output.splitlines() if line.startswith(("known bug:", "skipped:"))]
    if verbose or numbers[1]:
        print(output, flush=True)
    else:
        print("".join(f"    {line}\n" for line in notes), end="", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="beginnings of file names")
    parser.add_argument("-j", "--jobs", type=int, default=2, choices=(1, 2))
    parser.add_argument("-v", "--verbose", action="store_true")
    args = parser.parse_args()
    total = [0, 0, 0]
    with ThreadPoolExecutor(args.jobs) as pool:
        for path, numbers, output, seconds in pool.map(lambda path: run(path, args.verbose), files(args.names)):
            show(path, numbers, output, seconds, args.verbose)
            total = [a + b for a, b in zip(total, numbers)]
    print("{} passed, {} failed, {} skipped".format(*total))
    sys.exit(1 if total[1] else 0)


if __name__ == "__main__":
    main()
