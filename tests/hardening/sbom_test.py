#!/usr/bin/env python3
"""The bill of materials is CycloneDX 1.5 by its schema, and names everything that the loader brings to what is shipped.

    tests/hardening/sbom_test.py --build BUILD [unittest's arguments]

The schema comes with a package of PyPI; without a network that part is skipped and says so.
"""
import argparse
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
TOOL = HERE.parents[1] / "tools" / "sbom"
sys.path.insert(0, str(TOOL))

import debian  # noqa: E402

PIN = "cyclonedx-python-lib[json-validation]==8.9.0"
VALIDATE = """
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
fault = JsonStrictValidator(SchemaVersion.V1_5).validate_str(sys.stdin.read())
sys.exit(None if fault is None else str(fault)[:2000])
"""


def loaded(path):
    """name -> file, of all libraries that the loader would bring, as ldd says."""
    done = subprocess.run(["ldd", str(path)], capture_output=True, text=True, check=True)
    return dict(re.findall(r"(?m)^\t(\S+) => (/\S+) \(", done.stdout))


class Sbom(unittest.TestCase):
    build = None  # set by main

    @classmethod
    def setUpClass(cls):
        cls.program = cls.build / "bin" / "sluice"
        for what, there in (("dpkg-query", shutil.which("dpkg-query")), ("ninja", shutil.which("ninja")), (cls.program, cls.program.exists())):
            if not there:
                raise unittest.SkipTest(f"there is no {what}")
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="sluice-sbom-")))
        cls.text = cls.made("first.json")
        cls.document = json.loads(cls.text)
        cls.components = {one["bom-ref"]: one for one in [cls.document["metadata"]["component"], *cls.document["components"]]}
        cls.plugins = sorted((cls.build / "lib" / "sluice" / "plugins").glob("*.so"))

    @classmethod
    def made(cls, name):
        done = subprocess.run([sys.executable, str(TOOL / "sbom.py"), "--build", str(cls.build), "--output", str(cls.folder / name)],
                              capture_output=True, text=True)
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        return (cls.folder / name).read_text(encoding="utf-8")

    def named(self, name):
        return next((one for one in self.components.values() if one["name"] == name and "purl" not in one), None)

    def test_whatever_is_loaded_is_in_it(self):
        for path in [self.program, *self.plugins]:
            libraries = loaded(path)
            self.assertGreater(len(libraries), 1, path)
            packages = debian.packages_of(libraries.values())
            self.assertEqual(set(libraries.values()) - packages.keys(), set())
            names = {debian.about(package)["name"]: debian.about(package)["version"] for package in packages.values()}
            have = {one["name"]: one["version"] for one in self.components.values() if "purl" in one}
            self.assertLessEqual(names.items(), have.items(), path.name)

    def test_each_file_is_in_it_with_its_sum(self):
        for path in [self.program, *self.plugins]:
            one = self.named(path.stem)
            self.assertIsNotNone(one, path.stem)
            self.assertEqual(one["hashes"], [{"alg": "SHA-256", "content": hashlib.sha256(path.read_bytes()).hexdigest()}])
        self.assertEqual(sum("purl" not in one for one in self.components.values()), len(self.plugins) + 1)

    def test_what_needs_what(self):
        edges = {one["ref"]: set(one["dependsOn"]) for one in self.document["dependencies"]}
        self.assertEqual(edges.keys(), self.components.keys())
        self.assertEqual(set().union(*edges.values()) - self.components.keys(), set())
        main = self.document["metadata"]["component"]["bom-ref"]
        reached, open_refs = set(), [main]
        while open_refs:
            ref = open_refs.pop()
            if ref not in reached:
                reached.add(ref)
                open_refs += edges[ref]
        self.assertEqual(reached, self.components.keys())
        lua = {self.components[ref]["name"] for ref in edges[self.named("lua")["bom-ref"]]}
        self.assertLessEqual({"liblua5.4-0", "libre2-9"}, lua)
        self.assertNotIn("libpq5", lua)

    def test_headers_alone_count_too(self):
        how = {one["name"]: one["properties"][0]["value"] for one in self.components.values() if "purl" in one}
        self.assertEqual({name: how.get(name) for name in ("libhnswlib-dev", "nlohmann-json3-dev", "libcli11-dev", "libssl3")},
                         {"libhnswlib-dev": "compiled in", "nlohmann-json3-dev": "compiled in", "libcli11-dev": "compiled in", "libssl3": "linked"})
        licensed = [one for one in self.components.values() if one.get("licenses")]
        self.assertGreater(len(licensed), len(self.components) * 0.8)

    def test_the_same_build_gives_the_same_file(self):
        self.assertEqual(self.made("second.json"), self.text)

    def test_the_schema(self):
        packages = self.folder / "packages"
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", str(packages), PIN]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            self.skipTest(f"pip could not get {PIN}: {done.stderr.strip()[-200:]}")

        def validated(text):
            return subprocess.run([sys.executable, "-c", VALIDATE], input=text, capture_output=True, text=True,
                                  env={**os.environ, "PYTHONPATH": str(packages)})
        done = validated(self.text)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        broken = validated(self.text.replace('"type": "library"', '"type": "thing"', 1))
        self.assertIn("thing", broken.stderr)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True, type=pathlib.Path)
    options, rest = parser.parse_known_args()
    Sbom.build = options.build
    unittest.main(argv=[sys.argv[0], *rest])


if __name__ == "__main__":
    main()
