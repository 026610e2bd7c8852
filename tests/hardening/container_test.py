#!/usr/bin/env python3
"""deploy/container/Containerfile: it installs what the shipped files are linked with and no more, runs as nobody in particular, and its
health check tells a gateway that answers from one that does not.

    tests/hardening/container_test.py --build BUILD [unittest's arguments]
"""
import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(HERE.parent / "support"), str(ROOT / "tools" / "sbom")]

from elf import Elf  # noqa: E402
from harness import Gateway, free_port, request  # noqa: E402
import debian  # noqa: E402

FOLDER = ROOT / "deploy" / "container"
NOT_LINKED = {"ca-certificates", "tzdata"}
IN_EVERY_DEBIAN = {"libc6"}


def instructions():
    """[(stage, instruction, words)] of the Containerfile, lines that go on joined."""
    text = re.sub(r"\\\n", " ", re.sub(r"(?m)^#.*\n", "", (FOLDER / "Containerfile").read_text(encoding="utf-8")))
    stage, found = None, []
    for line in filter(str.strip, text.splitlines()):
        word, rest = line.split(maxsplit=1)
        stage = rest.split()[-1] if word == "FROM" else stage
        found.append((stage, word, rest))
    return found


class Image(unittest.TestCase):
    build = None  # set by main

    def last(self, word):
        return [rest for stage, found, rest in instructions() if stage == "runtime" and found == word][-1]

    def test_it_has_what_the_gateway_is_linked_with(self):
        if not shutil.which("dpkg-query"):
            self.skipTest("dpkg is not here: which package a library is of cannot be said")
        files = [self.build / "bin" / "sluice", *(self.build / "lib" / "sluice" / "plugins").glob("*.so")]
        if not files[0].exists():
            self.skipTest(f"{files[0]} is not built")
        libraries = {name for path in files for name in Elf(path).needed}
        needed = {debian.package_of(debian.library_file(name)).partition(":")[0] for name in libraries} - IN_EVERY_DEBIAN
        listed = set(re.search(r"--no-install-recommends\s+(.*?)&&", self.last("RUN")).group(1).split())
        self.assertEqual(listed - NOT_LINKED, needed)
        self.assertLessEqual(NOT_LINKED, listed)

    def test_it_runs_as_nobody_in_particular(self):
        user, group = self.last("USER").split(":")
        self.assertGreater(int(user), 1000)
        self.assertGreater(int(group), 1000)
        self.assertIn(f"-o {user} -g {group} {self.last('WORKDIR')}", self.last("RUN"))
        order = [word for stage, word, _ in instructions() if stage == "runtime"]
        self.assertLess(max(at for at, word in enumerate(order) if word in ("RUN", "COPY")), order.index("USER"), "nothing it runs is its own")
        self.assertNotRegex(self.last("RUN"), r"\b(?:sudo|curl|wget|chmod 777)\b")

    def test_the_health_check(self):
        healthy = str(FOLDER / "healthy.sh")
        self.assertTrue(os.access(healthy, os.X_OK))

        def code(port, path="/health/liveliness"):
            environment = {"PATH": "/usr/bin:/bin", "SLUICE_HEALTH_PORT": str(port), "SLUICE_HEALTH_PATH": path}
            return subprocess.run([healthy], env=environment, capture_output=True, timeout=10).returncode
        config = '{"model_list": [{"model_name": "echo", "litellm_params": {"model": "echo/words"}}], "general_settings": {"master_key": "sk-1234"}}'
        with Gateway(config) as gateway:
            self.assertEqual(request(gateway.port, "GET", "/health/liveliness").status, 200)
            self.assertEqual(code(gateway.port), 0)
            self.assertNotEqual(code(gateway.port, "/nothing/here"), 0)
        self.assertNotEqual(code(free_port()), 0)

    def test_what_it_copies_exists(self):
        for stage, word, rest in instructions():
            if word != "COPY" or "--from" in rest:
                continue
            for source in [part for part in rest.split()[:-1] if not part.startswith("--")]:
                self.assertTrue((ROOT / source).exists(), source)
        ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
        self.assertNotIn("deploy", ignored)
        self.assertIn(".git", ignored)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True, type=pathlib.Path)
    options, rest = parser.parse_known_args()
    Image.build = options.build
    unittest.main(argv=[sys.argv[0], *rest])


if __name__ == "__main__":
    main()
