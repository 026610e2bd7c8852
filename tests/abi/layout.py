#!/usr/bin/env python3
"""The layout of every struct of the plugin ABI, against the golden table of the release that froze it.

Structs may grow at their end and new ones may come; nothing that was there may move, change its size or go.

    tests/abi/layout.py            compares plugin_api/ with layout_1_0.txt
    tests/abi/layout.py --print    prints the table of plugin_api/ as it is now
"""
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
HEADERS = HERE.parent.parent / "plugin_api"
GOLDEN = HERE / "layout_1_0.txt"


def structs(folder):
    """name -> members, of all headers but drafts."""
    found = {}
    for header in sorted((folder / "sluice").glob("*.h")):
        text = re.sub(r"/\*.*?\*/", " ", header.read_text(encoding="utf-8"), flags=re.S)
        for tagged, body in re.findall(r"struct (sluice_\w+)\s*\{(.*?)\}", text, flags=re.S):
            members = []
            for declaration in filter(None, map(str.strip, body.split(";"))):
                pointer = re.search(r"\(\*(\w+)\)", declaration)
                members += [pointer.group(1)] if pointer else re.findall(r"(\w+)\s*(?:,|$)", declaration)
            found[tagged] = members
    return found


def table(folder):
    lines = ["#include <stdio.h>", "#include <stddef.h>", "#include <sluice/sluice.h>", "int main(void) {"]
    for name, members in structs(folder).items():
        lines.append(f'printf("{name} %zu\\n", sizeof(struct {name}));')
        lines += [f'printf("{name}.{member} %zu %zu\\n", offsetof(struct {name}, {member}), sizeof(((struct {name}*)0)->{member}));'
                  for member in members]
    lines.append("return 0; }")
    with tempfile.TemporaryDirectory(prefix="sluice-abi-") as work:
        source = pathlib.Path(work) / "layout.c"
        source.write_text("\n".join(lines))
        subprocess.run(["cc", "-std=c11", "-w", f"-I{folder}", str(source), "-o", f"{work}/layout"], check=True)
        return subprocess.run([f"{work}/layout"], capture_output=True, text=True, check=True).stdout.splitlines()


def broken(golden, now):
    """What of the golden table no longer holds."""
    today = dict(line.split(" ", 1) for line in now)
    for line in golden:
        name, value = line.split(" ", 1)
        if name not in today:
            yield f"{name} has gone"
        elif "." in name and today[name] != value:
            yield f"{name}: offset and size were {value}, are {today[name]}"
        elif "." not in name and int(today[name]) < int(value):
            yield f"{name}: its size was {value}, is {today[name]}"


def main():
    now = table(HEADERS)
    if "--print" in sys.argv:
        print("\n".join(now))
        return 0
    golden = GOLDEN.read_text().splitlines()
    faults = list(broken(golden, now))
    # The test that must be able to fail: a member that moves, one that goes, a struct that shrinks.
    moved = [line.replace("sluice_str.len 8", "sluice_str.len 0") for line in now]
    assert list(broken(golden, moved)) and list(broken(golden, now[1:])), "the comparison finds nothing"
    for fault in faults:
        print(fault)
    print(f"{len(golden)} entries compared, {len(faults)} broken")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
