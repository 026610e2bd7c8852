#!/usr/bin/env python3
"""The list of functions that a request runs (cmake/hot_functions.txt) is still about this program, and the linker has put them side by side.

SLUICE_BIN is the gateway, with its symbols; 77: it was linked without the list.
"""
import os
import pathlib
import subprocess
import sys

LIST = pathlib.Path(__file__).resolve().parents[2] / "cmake" / "hot_functions.txt"
KNOWN_MIN = 0.85  # of the list; below it the fetch brings too little of what is needed


def symbols(program):
    output = subprocess.run(["nm", program], capture_output=True, text=True, check=True).stdout
    return {fields[2]: int(fields[0], 16) for fields in map(str.split, output.splitlines()) if len(fields) == 3}


def main():
    names = [line for line in LIST.read_text().splitlines() if line and not line.startswith("#")]
    known = symbols(os.environ["SLUICE_BIN"])
    if "sluice_hot_code_begin" not in known:
        print("skipped: this gateway was linked without the list")
        return 77
    begin, end = known["sluice_hot_code_begin"], known["sluice_hot_code_end"]
    there = [name for name in names if name in known]
    outside = [name for name in there if not begin <= known[name] < end]
    print(f"{len(names)} functions in {LIST.name}, {len(there)} of them in the program, {len(outside)} of those elsewhere; {(end - begin) // 1024} KB")
    assert not outside, f"the linker did not move {outside[:5]}: are they compiled with -ffunction-sections?"
    assert len(there) >= KNOWN_MIN * len(names), (
        f"the list is too old, it names {[name for name in names if name not in known][:5]} ...; write it again: tests/bench/hot_functions.py")
    return 0


if __name__ == "__main__":
    sys.exit(main())
