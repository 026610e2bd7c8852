#!/usr/bin/env python3
"""The documents say what is so: the tutorial is followed word for word, and code in other documents is code.

    tests/docs/docs_test.py --build BUILD [unittest's arguments]

BUILD: a folder in which Sluice has been built.
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from harness import free_port  # noqa: E402

# Whole files that the tutorial shows, by how they begin; other blocks are parts of some.
FILES = {"cmake_minimum_required": "CMakeLists.txt", "model_list:": "config.yaml"}


def blocks(path):
    """(language, text) of every code block; those in lists without their indentation."""
    text = (ROOT / path).read_text(encoding="utf-8")
    for indent, language, code in re.findall(r"^( *)```(\w+)\n(.*?)^\1```$", text, re.MULTILINE | re.DOTALL):
        yield language, re.sub(f"^{indent}", "", code, flags=re.MULTILINE)


class Tutorial(unittest.TestCase):
    build = None  # set by main

    def script(self, port):
        """What somebody types who follows the tutorial; before each `ask` what its comment promises."""
        lines = ["set -euo pipefail", "trap 'kill $(jobs -p) 2>/dev/null || true' EXIT"]
        for language, code in blocks("docs/tutorial.md"):
            if language == "sh":
                code = re.sub(r"^(ask '.*') +# ([^,\n]+)", r"printf '\\n@expect %s\\n' '\2'\n\1 #", code, flags=re.MULTILINE)
                lines.append(code.replace("localhost:4000", f"localhost:{port}"))
            for beginning, name in FILES.items():
                if code.startswith(beginning):
                    more = f"listen: {{port: {port}}}\n" if language == "yaml" else ""
                    lines.append(f"cat > {name} <<'END'\n{code}{more}END")
        return "\n".join(lines)

    def test_it_can_be_followed_word_for_word(self):
        with tempfile.TemporaryDirectory(prefix="sluice-tutorial-") as folder:
            # Sluice's folder as it is after `make build`, and a home that knows nothing.
            tree, home = pathlib.Path(folder, "sluice"), pathlib.Path(folder, "home")
            (tree / "build").mkdir(parents=True)
            home.mkdir()
            (tree / "build" / "release").symlink_to(pathlib.Path(self.build).resolve())
            (tree / "tests").symlink_to(ROOT / "tests")
            hidden = {"CMAKE_PREFIX_PATH", "PKG_CONFIG_PATH", "SLUICE_SDK", "SLUICE_BIN"}
            environment = {name: value for name, value in os.environ.items() if name not in hidden}
            done = subprocess.run(["bash", "-c", self.script(free_port())], cwd=tree, env={**environment, "HOME": str(home)}, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", timeout=280)
            log = home / "guard" / "gateway.log"
            self.assertEqual(done.returncode, 0, done.stdout[-4000:] + (log.read_text() if log.exists() else ""))
        promises = re.findall(r"^@expect (.*)\n(.*(?:\n(?!@expect).*)*)", done.stdout, re.MULTILINE)
        self.assertEqual(len(promises), 5)
        for promise, said in promises:
            self.assertIn(promise.strip(), said)
        self.assertNotIn("sk-live", done.stdout)  # no answer shows the key
        self.assertRegex(done.stdout, r"(?m)^guard +1\.0\.0")
        self.assertRegex(done.stdout, r"\d+ passed, 0 failed")
        self.assertIn("100% tests passed", done.stdout)


class Code(unittest.TestCase):
    def test_cpp_is_compiled_or_quoted(self):
        """a whole plugin is compiled; a part of one stands in a file that is built and tested"""
        folders = ("examples", "tests/package/guard", "plugins", "sdk")
        sources = [path.read_text(encoding="utf-8") for folder in folders for path in (ROOT / folder).rglob("*.[ch]*") if path.is_file()]
        for path in ("docs/plugins.md", "docs/tutorial.md", "README.md"):
            for language, code in blocks(path):
                if language not in ("cpp", "c"):
                    continue
                if not code.startswith("#include"):
                    self.assertTrue(any(code in source for source in sources), f"{path} quotes what stands nowhere:\n{code}")
                    continue
                command = [os.environ.get("CXX", "c++"), "-std=c++17", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-x", "c++",
                           f"-I{ROOT}/plugin_api", f"-I{ROOT}/sdk/include", "-"]
                done = subprocess.run(command, input=code, capture_output=True, text=True)
                self.assertEqual(done.returncode, 0, f"{path}:\n{done.stderr}")

    def test_json_is_json(self):
        for path in sorted([*ROOT.glob("docs/*.md"), ROOT / "README.md", *ROOT.glob("plugins/*/README.md")]):
            for language, code in blocks(path.relative_to(ROOT)):
                if language == "json":
                    with self.subTest(path.name, code=code):
                        json.loads(code)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True)
    options, rest = parser.parse_known_args()
    Tutorial.build = options.build
    unittest.main(argv=[sys.argv[0], *rest])


if __name__ == "__main__":
    main()
