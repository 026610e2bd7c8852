#!/usr/bin/env python3
"""Trains the model of plugins/guard_pii/names: corpus, compiler, trainer. See README.md beside this file.

    python3 tools/pii_names/train.py --words american-english-small [--check]
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
ENGINE = ROOT / "plugins/guard_pii/names"
MODEL = ENGINE / "data/model.bin"


def compile_trainer(target):
    """The trainer with the scanner's own sources, as they are compiled into the plugin."""
    sources = sorted(str(path) for path in ENGINE.glob("*.cpp"))
    command = [os.environ.get("CXX", "g++"), "-std=c++20", "-O2", f"-I{ROOT / 'plugins/guard_pii'}", f"-I{ROOT / 'sdk/include'}",
               f'-DPII_NAMES_DATA="{ENGINE / "data"}"', str(ROOT / "tools/pii_names/train.cpp"), *sources, "-o", target]
    subprocess.run(command, check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--words", required=True, help="american-english-small of Debian's wamerican-small")
    parser.add_argument("--check", action="store_true", help="only say whether the model in the repository is what comes out")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        corpus, trainer, model = (os.path.join(directory, name) for name in ("corpus", "trainer", "model"))
        corpus_script = ROOT / "tools/pii_names/corpus.py"
        subprocess.run([sys.executable, str(corpus_script), "--words", options.words, corpus], check=True)
        compile_trainer(trainer)
        subprocess.run([trainer, corpus, model], check=True)
        made = pathlib.Path(model).read_bytes()
        if options.check:
            same = made == MODEL.read_bytes()
            print("the same model" if same else f"{MODEL}: another model")
            return 0 if same else 1
        MODEL.write_bytes(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
