#!/usr/bin/env python3
"""The installed SDK is all that a plugin needs, and the tutorial shows what is built here.

    tests/package/package_test.py --build BUILD [unittest's arguments]

BUILD: a configured build folder of Sluice; it need not be built. SLUICE_BIN: the gateway.
"""
import argparse
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))

from harness import REPO_ROOT, Gateway, gateway_binary, request, sse  # noqa: E402

GUARD = HERE / "guard"
KEY = "sk-live-0123456789abcdefghij"
AUTH = {"authorization": "Bearer sk-1234"}


def run(*command, **environment):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, env={**os.environ, **environment})
    if done.returncode != 0:
        raise AssertionError(f"{shlex.join(map(str, command))}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


class Package(unittest.TestCase):
    build = None  # set by main

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="sluice-package-")))
        cls.installed = cls.folder / "installed"
        run("cmake", "--install", cls.build, "--component", "sdk", "--prefix", cls.installed)
        # Moved: nothing in it may remember where it was installed, or where it came from.
        cls.prefix = cls.installed.rename(cls.folder / "moved")
        cls.project = pathlib.Path(shutil.copytree(GUARD, cls.folder / "guard"))

    def assert_loadable(self, library):
        """It is listed, and exports its entry and nothing else."""
        self.assertRegex(run(gateway_binary(), "plugin", "list", "--plugin-dir", library.parent), r"(?m)^guard +1\.0\.0 +Refuses")
        symbols = run("nm", "--dynamic", "--defined-only", library).split()
        self.assertEqual(symbols[2::3], ["sluice_plugin_entry_v1"])

    def test_1_what_is_installed(self):
        files = {path.relative_to(self.prefix).as_posix() for path in self.prefix.rglob("*") if path.is_file()}
        self.assertLessEqual({"include/sluice/sluice.h", "include/sluice/plugin.hpp", "share/pkgconfig/sluice-plugin.pc",
                              "share/cmake/SluicePlugin/SluicePluginConfig.cmake"}, files)
        self.assertEqual({name.split("/")[0] for name in files}, {"include", "share"})  # no gateway among it
        for name in files:
            text = (self.prefix / name).read_text(encoding="utf-8")
            for place in (REPO_ROOT, pathlib.Path(self.build).resolve(), self.installed):
                self.assertNotIn(str(place), text, name)

    def test_2_cmake_builds_a_plugin_that_guards(self):
        build, target = self.folder / "build", self.folder / "target"
        run("cmake", "-S", self.project, "-B", build, "-DCMAKE_BUILD_TYPE=Release", f"-DCMAKE_PREFIX_PATH={self.prefix}")
        run("cmake", "--build", build)
        run("cmake", "--install", build, "--prefix", target)
        library = target / "lib" / "sluice" / "plugins" / "guard.so"
        self.assert_loadable(library)
        shipped = gateway_binary().parent.parent / "lib" / "sluice" / "plugins"
        arguments = ["--plugin-dir", str(shipped), "--plugin-dir", str(library.parent)]
        config = (GUARD / "config.yaml").read_text(encoding="utf-8")
        with Gateway(config, arguments=arguments) as gateway:
            self.guards(gateway.port)

    def guards(self, port):
        def ask(model, text, **more):
            return {"model": model, "messages": [{"role": "user", "content": text}], **more}
        path = "/v1/chat/completions"
        self.assertIn("You said: hello", request(port, "POST", path, ask("echo", "hello"), AUTH).text())
        refused = request(port, "POST", path, ask("echo", f"what is {KEY}?"), AUTH)
        self.assertEqual((refused.status, refused.json()["error"]["code"]), (400, "api_key"))
        whole = request(port, "POST", path, ask("leaky", "hello"), AUTH)
        said = whole.json()["choices"][0]["message"]["content"]
        self.assertEqual(said, "The key is *** and nothing else.")
        with sse(port, path, ask("leaky", "hello", stream=True), AUTH) as stream:
            text = "".join(event.data or "" for event in stream)
        self.assertIn("***", text)
        self.assertNotIn("sk-live", text)

    def test_3_a_compiler_and_pkg_config_do_too(self):
        if not shutil.which("pkg-config"):
            self.skipTest("there is no pkg-config")
        flags = run("pkg-config", "--cflags", "--libs", "sluice-plugin", PKG_CONFIG_PATH=f"{self.prefix}/share/pkgconfig")
        library = self.folder / "plain" / "guard.so"
        library.parent.mkdir(mode=0o755)
        run("g++", "-std=c++17", "-O1", "-Wall", "-Wextra", "-Werror", "-shared", self.project / "guard.cpp", *shlex.split(flags), "-o", library)
        self.assert_loadable(library)

    def test_3b_a_manifest_becomes_a_struct(self):
        """The examples need the installed package and nothing of the tree."""
        build = self.folder / "examples"
        shutil.copytree(REPO_ROOT / "examples" / "plugins", self.folder / "sources", ignore=shutil.ignore_patterns("rust_plugin", "target"))
        lists = self.folder / "sources" / "CMakeLists.txt"
        lists.write_text(lists.read_text(encoding="utf-8").replace("add_subdirectory(rust_plugin)", ""), encoding="utf-8")
        run("cmake", "-S", self.folder / "sources", "-B", build, f"-DCMAKE_PREFIX_PATH={self.prefix}", "-DCMAKE_CXX_STANDARD=17")
        run("cmake", "--build", build, "--target", "http_enricher", "custom_router")
        shown = run(gateway_binary(), "plugin", "inspect", build / "http_enricher.so")
        self.assertRegex(shown, r"(?m)^  hooks +pre_call$")
        checked = run(gateway_binary(), "plugin", "check", build / "http_enricher.so", "--config", '{"url":"http://127.0.0.1:9/x"}')
        self.assertNotIn("FAIL", checked)
        # One that CMake knows nothing about is not taken for good.
        manifest = self.folder / "sources" / "http_enricher" / "manifest.json"
        manifest.write_text(manifest.read_text(encoding="utf-8").replace('"pre_call"', '"pre_cal"'), encoding="utf-8")
        with self.assertRaisesRegex(AssertionError, "names a hook that does not exist"):
            run("cmake", "--build", build, "--target", "http_enricher")

    def test_4_the_gateway_is_installed_with_its_plugins(self):
        if not (pathlib.Path(self.build) / "bin" / "sluice").exists():
            self.skipTest(f"{self.build}/bin/sluice is not built")
        run("cmake", "--install", self.build, "--component", "gateway", "--prefix", self.folder / "gateway")
        gateway = self.folder / "gateway" / "bin" / "sluice"
        listed = {line.split()[0] for line in run(gateway, "plugin", "list").splitlines()[1:]}
        self.assertLessEqual({"provider_openai", "provider_anthropic", "router_simple_shuffle"}, listed)
        self.assertFalse({"hello", "phase_probe"} & listed)

    def test_5_the_tutorial_quotes_files_that_are_tested(self):
        sources = [*GUARD.iterdir(), *(REPO_ROOT / "examples" / "plugins").rglob("*.c*"), REPO_ROOT / "examples" / "plugins" / "CMakeLists.txt"]
        texts = [path.read_text(encoding="utf-8") for path in sources if path.is_file()]
        tutorial = (REPO_ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
        quotes = re.findall(r"```(?:cpp|c|cmake|yaml)\n(.*?)```", tutorial, re.DOTALL)
        self.assertGreater(len(quotes), 3)
        for quote in quotes:
            self.assertTrue(any(quote in text for text in texts), quote)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True)
    options, rest = parser.parse_known_args()
    Package.build = options.build
    unittest.main(argv=[sys.argv[0], *rest])


if __name__ == "__main__":
    main()
