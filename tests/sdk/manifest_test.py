#!/usr/bin/env python3
"""What cmake/SluiceManifest.cmake makes of odd schemas: C++ that compiles, or a fault that names the property.

    tests/sdk/manifest_test.py [unittest's arguments]

CXX: the compiler. What the struct reads is tested in config_test.cpp.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
CALL = """
include("{root}/cmake/SluiceManifest.cmake")
function(target_include_directories)
endfunction()
macro(set_property)
endmacro()
set(CMAKE_CURRENT_BINARY_DIR "{folder}")
sluice_manifest_header(target plug-in "{folder}/manifest.json")
"""


class Manifest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="sluice-manifest-")))

    def generate(self, text):
        (self.folder / "manifest.json").write_text(text, encoding="utf-8")
        script = self.folder / "script.cmake"
        script.write_text(CALL.format(root=ROOT, folder=self.folder), encoding="utf-8")
        return subprocess.run(["cmake", "-P", script], capture_output=True, text=True, check=False)

    def schema(self, properties, **more):
        return json.dumps({"id": "p", "config_schema": {"type": "object", "properties": properties, **more}}, indent=2)

    def compiles(self, text, checks="true"):
        made = self.generate(text)
        self.assertEqual((made.returncode, made.stderr), (0, ""))
        source = f"""#include "plug-in_manifest.hpp"
            constexpr bool same(std::string_view a, std::string_view b) {{ return a == b; }}
            static_assert(same(SLUICE_MANIFEST, R"~~({text.strip()})~~"));
            bool f() {{ plug_in::Config c; (void)c; (void)plug_in::Config::read("{{}}"); return {checks}; }}"""
        run = subprocess.run([os.environ.get("CXX", "g++"), "-std=c++17", "-Wall", "-Wextra", "-Wshadow", "-Wconversion", "-Wold-style-cast",
                              "-Werror", "-fsyntax-only", f"-I{ROOT}/sdk/include", f"-I{ROOT}/plugin_api",
                              f"-I{self.folder}/sluice_manifests/plug-in", "-x", "c++", "-"], input=source, capture_output=True, text=True, check=False)
        self.assertEqual((run.returncode, run.stderr), (0, ""), (self.folder / "sluice_manifests/plug-in/plug-in_manifest.hpp").read_text())

    def refuses(self, properties, *words, **more):
        made = self.generate(self.schema(properties, **more))
        self.assertNotEqual(made.returncode, 0)
        for word in words:
            self.assertIn(word, " ".join(made.stderr.split()))

    def test_schemas_that_say_little(self):
        for text in ('{"id":"p"}', '{"id":"p","config_schema":{}}', '{"id":"p","config_schema":{"properties":{}}}',
                     '{"id":"p","config_schema":{"type":"object","additionalProperties":false,"properties":{}}}'):
            with self.subTest(text):
                self.compiles(text)

    def test_texts_that_mean_something_to_cmake(self):
        for text in (";", "[", "]", "[;]", "a;b;", "${CMAKE_VERSION}", "$ENV{HOME}", "@CMAKE_VERSION@", "\\", "a\\", "\\;", "\\\"", "#x", "]]", "[[x",
                     "OFF", "NOTFOUND", "x-NOTFOUND", "", " ", "é", "%s", "??/", "$<1:x>", "\t\r\n", "/* */ // x"):
            with self.subTest(text):
                self.compiles(self.schema({"word": {"type": "string", "default": text, "description": text},
                                           "words": {"type": "array", "items": {"type": "string"}, "default": [text, text]},
                                           "raw": {"default": text}, "one": {"type": "string", "enum": [text, "other"]}}))

    def test_names_that_are_none_in_cpp(self):
        names = ["a-b", "1st", "class", "read", "from", "made", "größe", "_limits", "max__x", "x", "Config", "int64_t", "std", "true", "a c", "$x", "config"]
        checks = "c.a_b && c.class_ && c.read_ && c.from_ && c._1st"
        for kind in ({"type": "integer", "default": 1}, {"type": "object", "properties": {"x": {"type": "integer"}, "config": {"type": "object", "properties": {}}}}):
            self.compiles(self.schema({name: kind for name in names}), checks if "default" in kind else "true")

    def test_deep_and_wide(self):
        inner = {"type": "boolean", "default": True}
        for _ in range(8):
            inner = {"type": "object", "properties": {"same": inner}}
        self.compiles(self.schema({f"p{i}": inner for i in range(3)}), "c.p0.same.same.same.same.same.same.same.same")

    def test_faults_name_the_property(self):
        where = "manifest.json: config_schema.limits"
        for value, word in (({"type": "integer", "default": "5"}, f"{where}: the default is no integer"),
                            ({"type": "integer", "default": 1.5}, f"{where}: the default is no integer"),
                            ({"type": "boolean", "default": 0}, f"{where}: the default is no boolean"),
                            ({"type": "string", "default": True}, f"{where}: the default is no string"),
                            ({"type": "number", "default": None}, f"{where}: the default is no number"),
                            ({"type": "array", "items": {"type": "string"}, "default": [1]}, f"{where}: the default is no list of texts"),
                            ({"type": "string", "enum": ["a", 1]}, f"{where}: enum is no list of texts"),
                            ({"type": "object", "properties": {"max": {"type": "integer", "default": {}}}}, f"{where}.max: the default is no integer")):
            with self.subTest(word):
                self.refuses({"limits": value}, word)
        self.refuses({"a-b": {}, "a_b": {}}, "another property is called a_b in C++, too")
        self.refuses({}, "required is no list of texts", required=[1])

    def test_a_manifest_that_is_none(self):
        for text in ("", "[]", "{", '{"version":"1"}', "null"):
            with self.subTest(text):
                made = self.generate(text)
                self.assertNotEqual(made.returncode, 0)
                self.assertIn("manifest.json", made.stderr)


if __name__ == "__main__":
    sys.exit(unittest.main())
