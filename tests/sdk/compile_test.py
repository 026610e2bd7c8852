#!/usr/bin/env python3
"""What the compiler says: hooks that nobody would call are errors with a readable text, and headers stand alone.

    tests/sdk/compile_test.py [unittest's arguments]

CXX: the compiler; clang++ is asked as well if it is there.
"""
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SDK = ROOT / "sdk" / "include"
STRICT = ["-std=c++17", "-Wall", "-Wextra", "-Wshadow", "-Wold-style-cast", "-Wconversion", "-Werror"]
COMPILERS = list(dict.fromkeys(filter(None, map(shutil.which, (os.environ.get("CXX", "g++"), "clang++")))))
EVERY_HOOK = """
    Verdict on_request(sluice::Request) { return Verdict::Continue; }
    Verdict authenticate(const sluice::Request&) { return Verdict::Continue; }
    Verdict authorize(sluice::Request) { return Verdict::Continue; }
    auto pre_call(sluice::Request r) const { return r.block({"no"}); }
    Verdict cache_lookup(sluice::Request) { return Verdict::Continue; }
    Verdict route(sluice::Request, const sluice_candidates&) { return Verdict::Continue; }
    template <class R> Verdict during_call(R) { return Verdict::Continue; }
    Verdict on_upstream_request(sluice::Attempt) { return Verdict::Continue; }
    Verdict on_upstream_response(sluice::Response) noexcept { return Verdict::Continue; }
    static Verdict on_attempt_end(sluice::Attempt) { return Verdict::Continue; }
    Verdict on_stream(sluice::Stream s) { return s.hold(); }
    Verdict post_call(sluice::Request) { return Verdict::Continue; }
    Verdict on_response(sluice::Response) { return Verdict::Continue; }
    void on_complete(const sluice_record&) {}
"""
HOOKS = re.findall(r"\b(\w+)\((?:const )?(?:sluice::|sluice_r|R\))", EVERY_HOOK)
ONE = "Verdict pre_call(sluice::Request) { return Verdict::Continue; }"


def compiled(compiler, source, *options):
    run = subprocess.run([compiler, *STRICT, *options, "-fsyntax-only", f"-I{SDK}", f"-I{ROOT / 'plugin_api'}", "-x", "c++", "-"],
                         input=source, capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C"})
    return run.returncode, run.stderr


def plugin(members, manifest='"interfaces":["sluice.hooks/1"]', base="", final=""):
    return f"""#include <sluice/plugin.hpp>
using sluice::Verdict;
struct P {final}{base} {{
    P(std::string_view, sluice::Host) {{}}
    {members}
}};
SLUICE_PLUGIN(P, R"({{"id":"p","version":"1.0.0","abi":1,{manifest}}})")
"""


def listing(*names):
    return '"hooks":[' + ", ".join(f'"{name}"' for name in names) + "]"


class Compile(unittest.TestCase):
    maxDiff = None

    def each(self, source, judge):
        for compiler in COMPILERS:
            with self.subTest(pathlib.Path(compiler).name):
                judge(*compiled(compiler, source))

    def accepts(self, source):
        self.each(source, lambda code, said: self.assertEqual((code, said), (0, "")))

    def refuses(self, source, *texts):
        def judge(code, said):
            self.assertNotEqual(code, 0, "it compiles")
            for text in texts:
                self.assertIn(text, said)
            # Nothing but our own words: no error from inside of a template.
            errors = [line for line in said.splitlines() if re.search(r"\berror:", line)]
            for error in errors:
                self.assertRegex(error, r"static.assert")
            self.assertLessEqual(len(errors), len(texts) + 1, said)
        self.each(source, judge)

    def test_correct_ones_compile(self):
        self.assertEqual(len(HOOKS), 14)
        self.accepts(plugin(EVERY_HOOK))
        self.accepts(plugin(EVERY_HOOK, listing(*HOOKS)))
        self.accepts(plugin(EVERY_HOOK, listing(*reversed(HOOKS)), final="final"))
        self.accepts(plugin("", '"interfaces":[]'))
        self.accepts(plugin("", listing()))
        self.accepts(plugin("private: int unused_ = 0; public: int use() { return unused_; }" + ONE, listing("pre_call")))

    def test_a_listed_hook_has_to_be_there(self):
        self.refuses(plugin("", listing(*HOOKS)),
                     *(f"the manifest lists the hook {hook}, but the class has no such member: is it misspelt?" for hook in HOOKS))
        self.refuses(plugin("Verdict pre_cal(sluice::Request) { return Verdict::Continue; }", listing("pre_call")),
                     "the manifest lists the hook pre_call, but the class has no such member: is it misspelt?")

    def test_a_hook_has_to_be_listed(self):
        self.refuses(plugin(EVERY_HOOK, listing(*HOOKS[1:])), f'the class has the hook {HOOKS[0]}, but the manifest does not list it in')
        self.refuses(plugin(ONE, listing()), "the class has the hook pre_call, but the manifest does not list it in")

    def test_a_list_with_a_name_that_is_none(self):
        self.refuses(plugin(ONE, listing("pre_call", "pre_cal")), "names a hook that does not exist; there are on_request, authenticate,")
        self.refuses(plugin(ONE, '"hooks":"pre_call"'), "is no list of texts")
        self.refuses(plugin(ONE, '"hooks":["pre_call",7]'), "is no list of texts")

    def test_only_the_list_of_the_manifest_itself_counts(self):
        self.accepts(plugin(ONE, '"config_schema":{"hooks":["on_stream"]},"description":"\\"hooks\\":[\\"x\\"]"'))
        self.accepts(plugin(ONE, '"config_schema":{"hooks":["on_stream"]},' + listing("pre_call")))

    def test_a_manifest_that_is_no_json(self):
        self.refuses(plugin(ONE, '"interfaces":["sluice.hooks/1",]'), "the manifest is no JSON object")

    def test_a_manifest_of_100_kilobytes(self):
        """Compilers bound what they evaluate: clang ends after 1,048,576 statements."""
        properties = ",".join(f'"p{i}":{{"type":"string","description":"{"x" * 70}"}}' for i in range(1000))
        for hook, judge in (("pre_call", self.accepts), ("on_stream", lambda source: self.refuses(source, "lists the hook on_stream, but", "has the hook pre_call"))):
            manifest = f'"config_schema":{{"properties":{{{properties}}}}},' + listing(hook)
            pieces = [manifest[at:at + 900] for at in range(0, len(manifest), 900)]
            judge(plugin(ONE, ')"\n    R"('.join(pieces)))

    def test_near_misses_without_a_list(self):
        table = (SDK / "sluice" / "detail" / "near_misses.hpp").read_text(encoding="utf-8").split("#define", 1)[1]
        misses = re.findall(r" each\((\w+), (\w+)\)", table)
        self.assertGreater(len(misses), 50)
        self.assertEqual({meant for _, meant in misses}, set(HOOKS))
        for wanted in ("preCall", "precall", "pre_cal", "onRequest", "on_requests", "postCall", "postcall", "onStream", "on_chunk",
                       "onComplete", "during", "authenticated"):
            self.assertIn(wanted, {written for written, _ in misses})
        members = "".join(f"void {written}() {{}}\n" for written, _ in misses)
        code, said = compiled(COMPILERS[0], plugin(members))
        self.assertNotEqual(code, 0)
        for written, meant in misses:
            self.assertIn(f"the class has a function {written}, which is no hook: is it the hook {meant}?", said)
        self.refuses(plugin("Verdict preCall(sluice::Request) { return Verdict::Continue; }"),
                     "the class has a function preCall, which is no hook: is it the hook pre_call?")

    def test_helpers_may_have_any_name(self):
        self.accepts(plugin(ONE + "void preCall() {}"))                          # the hook is there
        self.accepts(plugin(ONE + "void onStream() {}", listing("pre_call")))    # all hooks are named
        self.accepts(plugin(ONE + "bool authenticated = false;"))                # no function
        self.accepts(plugin(ONE + "private: void onStream() {}"))

    def test_a_wrong_signature(self):
        for member, right in (("Verdict pre_call(sluice::Response) { return Verdict::Continue; }", "sluice::Verdict pre_call(sluice::Request)"),
                              ("bool pre_call(sluice::Request) { return true; }", "sluice::Verdict pre_call(sluice::Request)"),
                              ("void pre_call(sluice::Request) {}", "sluice::Verdict pre_call(sluice::Request)"),
                              ("Verdict pre_call(sluice::Request&) { return Verdict::Continue; }", "sluice::Verdict pre_call(sluice::Request)"),
                              ("Verdict pre_call() { return Verdict::Continue; }", "sluice::Verdict pre_call(sluice::Request)"),
                              ("int on_stream = 0;", "sluice::Verdict on_stream(sluice::Stream)"),
                              ("Verdict route(sluice::Request) { return Verdict::Continue; }", "sluice::Verdict route(sluice::Request, const sluice_candidates&)"),
                              ("Verdict on_complete(const sluice_record&) { return Verdict::Block; }", "void on_complete(const sluice_record&)")):
            hook = re.search(r"(\w+)\(", right)[1]
            self.refuses(plugin(member), f"the hook {hook} has another signature than: {right}")
        self.refuses(plugin("bool pre_call(sluice::Request) { return true; }", listing("pre_call")),
                     "the hook pre_call has another signature than: sluice::Verdict pre_call(sluice::Request)")

    def test_hooks_that_nobody_can_call(self):
        private = "private: " + ONE
        self.refuses(plugin(private), "the class has a member pre_call that cannot be called as the hook of that name: it has to be public")
        self.refuses(plugin(private, listing("pre_call")), "lists the hook pre_call, but it cannot be called: it has to be public")
        self.refuses(plugin("Verdict pre_call(int) { return Verdict::Continue; } Verdict pre_call() { return Verdict::Continue; }"),
                     "the class has a member pre_call that cannot be called")
        self.accepts(plugin(private, listing()))  # a helper then
        self.accepts(plugin(ONE + "void pre_call(int) {}"))  # an overload of it can

    def test_a_base_may_bring_the_hook(self):
        base = f"#include <sluice/plugin.hpp>\nstruct Base {{ virtual ~Base() = default; virtual sluice::Verdict pre_call(sluice::Request) = 0; }};\n"
        source = plugin("Verdict pre_call(sluice::Request) override { return Verdict::Continue; }", listing("pre_call"), base=": Base")
        self.accepts(base + source)


class Headers(unittest.TestCase):
    def test_each_header_stands_alone_without_a_warning(self):
        headers = sorted(path.relative_to(SDK).as_posix() for path in SDK.rglob("*.hpp"))
        self.assertGreater(len(headers), 20)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            jobs = {(compiler, header): pool.submit(compiled, compiler, f"#include <{header}>\n") for compiler in COMPILERS for header in headers}
        for (compiler, header), job in jobs.items():
            with self.subTest(header, compiler=compiler):
                self.assertEqual(job.result(), (0, ""))

    def test_the_examples_compile_without_a_warning(self):
        """What is a template, or a macro of the C ABI, is seen where it is used only."""
        for compiler in COMPILERS:
            for source in [*(ROOT / "examples" / "plugins").rglob("*.cpp"), ROOT / "tests" / "package" / "guard" / "guard.cpp"]:
                text = source.read_text(encoding="utf-8")
                if "_manifest.hpp" in text or "nlohmann" in text:
                    continue
                with self.subTest(source.name, compiler=compiler):
                    self.assertEqual(compiled(compiler, text), (0, ""))
            every = plugin(EVERY_HOOK + "bool has(const sluice_hooks* h) { return SLUICE_HAS(h, on_complete); }")
            self.assertEqual(compiled(compiler, every), (0, ""))


if __name__ == "__main__":
    sys.exit(unittest.main())
