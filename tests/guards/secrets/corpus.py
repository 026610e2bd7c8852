#!/usr/bin/env python3
"""Writes a corpus of secrets and near misses as JSON lines: {"text", "secret": [begin, end] or null, "kind"}.

    corpus.py OUTPUT [--style usual|other] [--seed N] [--each 300]
    corpus.py --check BENCH       both styles, several seeds, through the bench program: exit 1 below the bars
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile

import near_misses
import special
import surroundings
import tokens


def _named(rng, style, kind, table):
    make, label, names = table[kind]
    templates = surroundings.NAMED_USUAL if style == "usual" else surroundings.NAMED_OTHER
    if table is tokens.TOKENS and kind != "okta" and rng.random() < 0.4:
        templates = surroundings.BARE_USUAL if style == "usual" else surroundings.BARE_OTHER
    return surroundings.fill(rng.choice(templates), make(rng), rng.choice(names), label)


def positives(rng, style, count):
    kinds = [(kind, tokens.TOKENS) for kind in tokens.TOKENS] + [(kind, tokens.NAMED) for kind in tokens.NAMED]
    kinds += [(make.__name__, None) for make in special.ALL]
    for i in range(count):
        kind, table = kinds[i % len(kinds)]
        if table is None:
            text, begin, end = getattr(special, kind)(rng, style)
        else:
            text, begin, end = _named(rng, style, kind, table)
        before, after = rng.choice(surroundings.BEFORE), rng.choice(surroundings.AFTER)
        yield {"text": before + text + after, "secret": [begin + len(before), end + len(before)], "kind": kind}


def negatives(rng, style, count):
    makers = near_misses.USUAL if style == "usual" else near_misses.OTHER
    for i in range(count):
        text = rng.choice(surroundings.BEFORE) + makers[i % len(makers)](rng) + rng.choice(surroundings.AFTER)
        yield {"text": text, "secret": None, "kind": f"near_miss_{i % len(makers)}"}


def write(path, style, seed, each):
    rng = random.Random(f"{style} {seed}")
    with open(path, "w", encoding="utf-8") as out:
        for case in [*positives(rng, style, each), *negatives(rng, style, each)]:
            # Offsets are of UTF-8, as a scanner counts.
            if case["secret"]:
                case["secret"] = [len(case["text"][:at].encode()) for at in case["secret"]]
            out.write(json.dumps(case) + "\n")


def check(bench):
    failed = False
    for style in ("usual", "other"):
        for seed in (1, 2, 3):
            with tempfile.TemporaryDirectory() as folder:
                path = os.path.join(folder, "corpus.jsonl")
                write(path, style, seed, 300)
                done = subprocess.run([bench, "--corpus", path, "--misses", "--no-speed"], capture_output=True, text=True, check=False)
                print(f"{style} {seed}\n{done.stdout}{done.stderr}")
                failed |= done.returncode != 0
    return 1 if failed else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("output", nargs="?")
    parser.add_argument("--style", choices=("usual", "other"), default="usual")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--each", type=int, default=300)
    parser.add_argument("--check", metavar="BENCH")
    options = parser.parse_args()
    if options.check:
        return check(options.check)
    if not options.output:
        parser.error("where to?")
    write(options.output, options.style, options.seed, options.each)
    return 0


if __name__ == "__main__":
    sys.exit(main())
