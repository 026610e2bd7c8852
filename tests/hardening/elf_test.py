#!/usr/bin/env python3
"""What is shipped is built as cmake/SluiceBuild.cmake means it: PIE, full RELRO, protected stacks, checked buffers, and nothing that is
looked for where it was built.

    tests/hardening/elf_test.py --build BUILD [unittest's arguments]
"""
import argparse
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from elf import ASSERTIONS, Elf, features  # noqa: E402

FLAGS = ("-fstack-protector-strong", "-fcf-protection", "-D_GLIBCXX_ASSERTIONS")
CET = {"IBT", "SHSTK"}


class Shipped(unittest.TestCase):
    build = None  # set by main

    @classmethod
    def setUpClass(cls):
        cls.program = cls.build / "bin" / "sluice"
        if not cls.program.exists():
            raise unittest.SkipTest(f"{cls.program} is not built")
        cls.plugins = sorted((cls.build / "lib" / "sluice" / "plugins").glob("*.so"))
        cls.commands = [entry for entry in json.loads((cls.build / "compile_commands.json").read_text(encoding="utf-8"))
                        if re.search(r"(?:^|/)(?:core|plugins)/CMakeFiles/|/plugins/\w+/CMakeFiles/", cls.output(entry))]

    @staticmethod
    def output(entry):
        words = shlex.split(entry["command"])
        return os.path.join(entry["directory"], words[words.index("-o") + 1])

    def test_each_file(self):
        self.assertGreater(len(self.plugins), 40)
        for path in [self.program, *self.plugins]:
            with self.subTest(path.name):
                self.assertEqual(Elf(path).faults(), [])

    def test_buffers_and_containers_are_checked(self):
        """by what is called: in the program, and in every plugin with a function that has a checked twin"""
        program = Elf(self.program)
        self.assertLessEqual({"__memcpy_chk", "__snprintf_chk"}, program.fortified)
        self.assertIn(ASSERTIONS, program.imports)
        elves = [Elf(path) for path in self.plugins]
        self.assertGreater(sum(bool(elf.fortified) for elf in elves), len(elves) / 2)
        self.assertGreater(sum(ASSERTIONS in elf.imports for elf in elves), len(elves) / 2)
        for elf in elves:
            # Not vsnprintf: libstdc++'s to_string hands its address on.
            unchecked = elf.imports & {"sprintf", "vsprintf", "snprintf", "strcpy", "strcat", "strncpy", "printf", "fprintf"}
            self.assertEqual(unchecked, set(), elf.path.name)

    def test_every_file_was_compiled_so(self):
        self.assertGreater(len(self.commands), 300)
        for entry in self.commands:
            words = shlex.split(entry["command"])
            missing = [flag for flag in FLAGS if flag not in words]
            if not any(word.startswith("-D_FORTIFY_SOURCE=") and word[-1] in "23" for word in words):
                missing.append("-D_FORTIFY_SOURCE")
            if not {"-O1", "-O2", "-O3"} & set(words):
                missing.append("-O2, without which nothing is fortified")
            if not {"-fPIC", "-fPIE"} & set(words):
                missing.append("-fPIC")
            self.assertEqual(missing, [], entry["file"])

    def test_jumps_are_marked(self):
        """Our objects keep to IBT and SHSTK. The linked files only say so where libc's own startup files do, and Debian 12's do not:
        the linker takes the note away."""
        objects = [path for path in map(self.output, self.commands) if path.endswith(".o") and os.path.exists(path)]
        self.assertGreater(len(objects), 300)
        for path in objects[::10]:
            self.assertEqual(features(path), CET, path)
        crti = subprocess.run([os.environ.get("CXX", "c++"), "-print-file-name=crti.o"], capture_output=True, text=True, check=True).stdout.strip()
        if features(crti) == CET:
            self.assertEqual(features(self.program), CET)


class TheTest(unittest.TestCase):
    """finds what is wrong with a program that is built to be wrong"""

    def test_it_can_fail(self):
        with tempfile.TemporaryDirectory(prefix="sluice-elf-") as folder:
            program = pathlib.Path(folder, "weak")
            command = [os.environ.get("CXX", "c++"), "-x", "c++", "-", "-o", str(program), "-no-pie", "-fno-stack-protector", "-Wl,-z,norelro,-z,lazy",
                       "-Wl,-z,execstack", "-Wl,-rpath,/nowhere", "-Wl,--disable-new-dtags"]
            subprocess.run(command, input="int main() { return 0; }", text=True, check=True, capture_output=True)
            faults = Elf(program).faults()
        self.assertEqual(len(faults), 7, faults)
        self.assertIn("RPATH", faults)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True, type=pathlib.Path)
    options, rest = parser.parse_known_args()
    Shipped.build = options.build
    unittest.main(argv=[sys.argv[0], *rest])


if __name__ == "__main__":
    main()
