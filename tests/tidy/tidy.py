#!/usr/bin/env python3
"""The rules of the tree that a machine can see.

    python3 tests/tidy/tidy.py [--root DIR] [--base REVISION]

Prints each violation as `file:line: rule: what was found; what is allowed` and exits 1 if there is any.
"""

import argparse
import pathlib
import sys

import allow
import rule_banned
import rule_confinement
import rule_headers
import rule_hygiene
import rule_includes
import rule_length
import rule_names
from tree import Tree

RULES = (rule_includes, rule_confinement, rule_length, rule_banned, rule_headers, rule_names, rule_hygiene)


def violations(root, base=None):
    """Every violation in the tree at `root`, exceptions taken off, in the order of files and lines."""
    tree = Tree(root)
    listed = pathlib.Path(root, allow.PATH)
    entries, found = allow.parse(listed.read_text(encoding="utf-8") if listed.is_file() else "")
    found.extend(allow.excuse((violation for rule in RULES for violation in rule.check(tree)), entries))
    if base:
        found.extend(allow.grown_since(root, base, entries))
    return sorted(set(found))


def main():
    parser = argparse.ArgumentParser(description="Checks the tree against the rules that a machine can see.")
    parser.add_argument("--root", default=".", help="the tree to check (default: here)")
    parser.add_argument("--base", help="a git revision: exceptions that it did not have are violations")
    options = parser.parse_args()
    if not pathlib.Path(options.root).is_dir():
        parser.error(f"--root {options.root}: no such directory")
    found = violations(options.root, options.base)
    for violation in found:
        print(violation)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
