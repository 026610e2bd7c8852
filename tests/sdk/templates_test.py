#!/usr/bin/env python3
"""Every template becomes a project that builds and passes its own test, whatever hooks are chosen.

    tests/sdk/templates_test.py [--write-abi] [unittest's arguments]

--write-abi writes the ABI of the Rust template anew, from the headers. CXX, CC: the compilers.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "sdk" / "templates"
RUST_ABI = TEMPLATES / "rust" / "src" / "abi.rs.in"
ID = "length_guard"
HOOKS = re.findall(r"^ *(?:sluice_hook |sluice_verdict \(\*|void \(\*)(\w+)\)?[;(]",
                   re.search(r"request_end\)\(.*?\n(.*?)/\* Optional: 0 if this instance", (ROOT / "plugin_api/sluice/hooks.h").read_text(), re.DOTALL)[1],
                   re.MULTILINE)


def instantiated(text, hooks):
    """The rules of sdk/templates/README.md."""
    kept, lines = [True], []
    for line in text.replace("@ID@", ID).replace("@CLASS@", ID.title().replace("_", "")).splitlines(keepends=True):
        if opened := re.search(r"<hook:([\w,]+)>", line):
            kept.append(kept[-1] and not hooks.isdisjoint(opened[1].split(",")))
        elif "</hook>" in line:
            kept.pop()
        elif kept[-1]:
            lines.append(line)
    assert len(kept) == 1, "a section does not end"
    return "".join(lines)


def rust_abi():
    sys.path.insert(0, str(ROOT / "examples" / "plugins" / "rust_plugin" / "tools"))
    import rust_binding
    text = rust_binding.headers(rust_binding.HEADERS)
    head = "// The C ABI of plugins, written from its headers. What the functions mean stands there: sluice/*.h.\n"
    head += "".join(line + "\n" for line in rust_binding.HEAD.splitlines()[1:])
    return "\n".join([head, *(rust for _, rust in [*rust_binding.constants(text), *rust_binding.types(text)])]) + "\n"


class Templates(unittest.TestCase):
    def project(self, language, *hooks):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="sluice-template-"))
        self.addCleanup(shutil.rmtree, folder)
        for source in (TEMPLATES / language).rglob("*.in"):
            target = folder / source.relative_to(TEMPLATES / language).with_suffix("")
            target.parent.mkdir(parents=True, exist_ok=True)
            text = instantiated(source.read_text(encoding="utf-8"), set(hooks))
            if target.suffix == ".json":
                text = re.sub(r",(\s*\])", r"\1", text)
            target.write_text(text, encoding="utf-8")
            self.assertNotIn("@ID@", target.read_text(encoding="utf-8"))
        return folder

    def run_in(self, folder, *command, **environment):
        done = subprocess.run(command, cwd=folder, env={**os.environ, **environment}, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertNotIn("warning", done.stdout)

    def assert_loadable(self, library):
        """It exports its entry and nothing else, and its manifest can be read without running it."""
        symbols = subprocess.run(["nm", "--dynamic", "--defined-only", library], capture_output=True, text=True, check=True).stdout.split()
        self.assertEqual(symbols[2::3], ["sluice_plugin_entry_v1"])
        self.assertIn(f'"{ID}"'.encode(), pathlib.Path(library).read_bytes())

    def cpp(self, *hooks):
        folder = self.project("cpp", *hooks)
        self.run_in(folder, "cmake", "-S", ".", "-B", "build", f"-DSLUICE_SDK={ROOT}", "-DCMAKE_BUILD_TYPE=Debug")
        self.run_in(folder, "cmake", "--build", "build")
        self.run_in(folder, "ctest", "--test-dir", "build", "--output-on-failure", "--no-tests=error")
        self.assert_loadable(folder / "build" / f"{ID}.so")

    def c(self, *hooks):
        folder = self.project("c", *hooks)
        self.run_in(folder, "make", f"SLUICE_SDK={ROOT}")
        self.run_in(folder, "make", "test", f"SLUICE_SDK={ROOT}")
        self.assert_loadable(folder / f"{ID}.so")

    def rust(self, *hooks):
        if not shutil.which("cargo"):
            self.skipTest("there is no cargo")
        folder = self.project("rust", *hooks)
        self.run_in(folder, "cargo", "test", "--offline", "--quiet", "--jobs", "1")
        self.run_in(folder, "cargo", "build", "--offline", "--quiet", "--jobs", "1")
        self.assert_loadable(folder / "target" / "debug" / f"lib{ID}.so")

    def test_cpp_with_every_hook(self):
        self.cpp(*HOOKS)

    def test_cpp_with_one_hook(self):
        self.cpp("on_stream")

    def test_cpp_says_which_hooks_it_has(self):
        for hooks in (HOOKS, ["on_stream"], ["on_complete"]):
            folder = self.project("cpp", *hooks)
            manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
            self.assertEqual(set(manifest["hooks"]), set(hooks) | ({"pre_call"} if "on_stream" in hooks else set()))
        # One that is misspelt does not build.
        text = (folder / "plugin.cpp").read_text(encoding="utf-8")
        (folder / "plugin.cpp").write_text(text.replace("on_complete", "on_completed"), encoding="utf-8")
        subprocess.run(["cmake", "-S", ".", "-B", "build", f"-DSLUICE_SDK={ROOT}"], cwd=folder, check=True, capture_output=True)
        built = subprocess.run(["cmake", "--build", "build", "--target", ID], cwd=folder, capture_output=True, text=True, check=False)
        self.assertNotEqual(built.returncode, 0)
        self.assertIn("the manifest lists the hook on_complete, but the class has no such member: is it misspelt?", built.stdout + built.stderr)

    def test_c_with_every_hook(self):
        self.c(*HOOKS)

    def test_c_with_one_hook(self):
        for hook in HOOKS:
            with self.subTest(hook):
                self.c(hook)

    def test_rust_with_every_hook(self):
        self.rust(*HOOKS)

    def test_rust_with_one_hook(self):
        for hook in ("on_complete", "pre_call", "on_stream"):
            with self.subTest(hook):
                self.rust(hook)

    def test_every_template_knows_every_hook(self):
        self.assertEqual(len(HOOKS), 14)
        for language in ("cpp", "c", "rust"):
            text = "".join(path.read_text(encoding="utf-8") for path in (TEMPLATES / language).rglob("*.in"))
            known = {hook for names in re.findall(r"<hook:([\w,]+)>", text) for hook in names.split(",")}
            self.assertEqual(known, set(HOOKS), language)

    def test_the_abi_in_rust_is_what_the_headers_say(self):
        self.assertEqual(RUST_ABI.read_text(encoding="utf-8"), rust_abi(), "run tests/sdk/templates_test.py --write-abi")


if __name__ == "__main__":
    if "--write-abi" in sys.argv:
        RUST_ABI.write_text(rust_abi(), encoding="utf-8")
    else:
        unittest.main()
