"""Proves of each rule that it fires and that it does not fire, on small trees made for the purpose.

    python3 tests/tidy/test_tidy.py
"""

import pathlib
import subprocess
import sys
import tempfile
import unittest

import tidy
from test_functions import FunctionsTest, LexerTest  # noqa: F401 (one command runs all)

HEADER = "// What this header is for.\n#pragma once\n"
NOTE = "TO" + "DO"
HOME = "/" + "home/someone/x"


def run(files, base=None):
    """The violations in a tree of these files, as strings."""
    with tempfile.TemporaryDirectory() as root:
        write(root, files)
        return [str(violation) for violation in tidy.violations(root, base)]


def write(root, files):
    for path, text in files.items():
        file = pathlib.Path(root, path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())


class TidyTest(unittest.TestCase):
    def fires(self, rule, path, text, line=1, **others):
        """The file breaks the rule at the line, and nothing else in the tree breaks any."""
        found = run({path: text, **others.get("beside", {})})
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith(f"{path}:{line}: {rule}: "), found[0])
        self.assertRegex(found[0], r"^[^:]+:\d+: [\w-]+: [^;]+; .+")

    def quiet(self, path, text, beside=None):
        self.assertEqual(run({path: text, **(beside or {})}), [])


class IncludeTest(TidyTest):
    def test_a_layer_includes_itself_and_what_is_below(self):
        self.quiet("core/http/a.cpp", '#include "http/a.hpp"\n#include "base/status.hpp"\n#include <string>\n')
        self.quiet("core/gateway/a.cpp", '#include "core/route/attempt.hpp"\n#include "account/lease.hpp"\n')
        self.quiet("core/main.cpp", '#include "app/serve.hpp"\n')

    def test_a_layer_does_not_include_what_is_above(self):
        self.fires("core-ladder", "core/base/a.cpp", '#include "http/codec.hpp"\n')
        self.fires("core-ladder", "core/config/a.cpp", '\n#include "core/gateway/exchange.hpp"\n', 2)
        beside = {"core/net/b.hpp": HEADER}
        self.fires("core-ladder", "core/gateway/a.cpp", "#include <net/b.hpp>\n", beside=beside)
        self.fires("core-ladder", "core/base/a.cpp", '#include "../net/b.hpp"\n', beside=beside)

    def test_siblings_do_not_include_each_other(self):
        self.fires("core-ladder", "core/route/a.cpp", '#include "upstream/pool.hpp"\n')
        self.fires("core-ladder", "core/account/a.cpp", '#include "plugin_host/chain.hpp"\n')

    def test_a_system_header_may_be_called_like_a_layer(self):
        self.quiet("core/base/a.cpp", "#include <net/if.h>\n#include <http/vendor.h>\n")

    def test_a_comment_or_a_string_includes_nothing(self):
        self.quiet("core/base/a.cpp", '// #include "http/a.hpp"\n/*\n#include "net/a.hpp"\n*/\n')
        self.quiet("core/base/a.cpp", 'auto text = R"(\n#include "http/a.hpp"\n)";\n')

    def test_core_code_lives_in_a_layer(self):
        self.fires("core-ladder", "core/misc/a.cpp", "")
        self.fires("core-ladder", "core/other_main.cpp", "")

    def test_core_quotes_only_its_own_headers(self):
        self.fires("core-ladder", "core/base/a.cpp", '#include "simdjson.h"\n')
        self.fires("core-ladder", "core/base/a.cpp", '#include "plugins/lua/state.hpp"\n')
        self.quiet("core/base/a.cpp", '#include "status.hpp"\n', {"core/base/status.hpp": HEADER})

    def test_only_plugin_host_includes_the_abi(self):
        self.quiet("core/plugin_host/a.cpp", "#include <sluice/hooks.h>\n")
        self.fires("plugin-api-include", "core/gateway/a.cpp", "#include <sluice/hooks.h>\n")
        self.fires("plugin-api-include", "core/account/a.cpp", '#include "sluice/hooks.h"\n')
        self.fires("plugin-api-include", "core/plugin_host/a.cpp", "#include <sluice/plugin.hpp>\n")

    def test_plugins_and_examples_never_include_core(self):
        good = "#include <sluice/plugin.hpp>\n#include <re2/re2.h>\n#include <map>\n"
        self.quiet("plugins/limits/a.cpp", good)
        self.quiet("plugins/limits/a.cpp", '#include "config/b.hpp"\n', {"plugins/limits/config/b.hpp": HEADER})
        self.quiet("examples/c/a.c", "#include <sluice/plugin.h>\n#include <string.h>\n")
        self.fires("plugin-border", "plugins/limits/a.cpp", '#include "base/status.hpp"\n')
        beside = {"core/base/b.hpp": HEADER}
        self.fires("plugin-border", "examples/c/a.c", '#include "../../core/base/b.hpp"\n', beside=beside)

    def test_plugins_do_not_include_each_other(self):
        beside = {"plugins/lua/b.hpp": HEADER}
        self.fires("plugin-border", "plugins/limits/a.cpp", '#include "../lua/b.hpp"\n', beside=beside)

    def test_the_sdk_includes_the_abi_and_std(self):
        good = "#include <sluice/hooks.h>\n#include <string_view>\n#include <stdint.h>\n"
        self.quiet("sdk/include/sluice/plugin.hpp", HEADER + good)
        self.fires("sdk-include", "sdk/include/sluice/plugin.hpp", HEADER + "#include <fmt/core.h>\n", 3)
        self.fires("sdk-include", "sdk/include/sluice/plugin.hpp", HEADER + '#include "base/status.hpp"\n', 3)
        self.fires("sdk-include", "sdk/include/sluice/plugin.hpp", HEADER + "#include <unistd.h>\n", 3)
        self.quiet("sdk/include/sluice/testing/fake_host.hpp", HEADER + "#include <unistd.h>\n")
        self.quiet("sdk/templates/guard/guard.cpp", "#include <sluice/plugin.hpp>\n#include <re2/re2.h>\n")

    def test_the_abi_includes_nothing_but_itself(self):
        self.quiet("plugin_api/sluice/hooks.h", HEADER + '#include <stdint.h>\n#include "sluice/abi.h"\n')
        self.fires("abi-include", "plugin_api/sluice/hooks.h", HEADER + "#include <string.h>\n", 3)


class ConfinementTest(TidyTest):
    def test_each_library_has_its_places(self):
        for rule, header, good, bad in (
            ("poco-confined", "Poco/Net/Socket.h", "core/net", "core/gateway"),
            ("poco-confined", "Poco/URI.h", "tests/integration", "plugins/auth_jwt"),
            ("dlopen-confined", "dlfcn.h", "core/plugin_host", "core/base"),
            ("dlopen-confined", "boost/dll/shared_library.hpp", "core/plugin_host", "core/app"),
            ("lua-confined", "lua.hpp", "plugins/lua", "core/config"),
            ("lua-confined", "lua5.4/lauxlib.h", "tests/unit/plugins/lua", "plugins/limits"),
            ("fiber-confined", "boost/context/fiber.hpp", "core/base", "core/net"),
        ):
            with self.subTest(header=header):
                self.quiet(f"{good}/a.cpp", f"#include <{header}>\n")
                self.fires(rule, f"{bad}/a.cpp", f"#include <{header}>\n")

    def test_dlopen_by_hand(self):
        self.fires("dlopen-confined", "core/app/a.cpp", "auto* h = dlopen(path, 0);\n")
        self.quiet("core/app/a.cpp", '// dlopen(path)\nauto s = "dlopen(path)";\n')

    def test_words_that_begin_alike(self):
        self.quiet("core/base/a.cpp", "#include <luminance.h>\n#include <boost/dllist.hpp>\n#include <solver/a.h>\n")


class BannedTest(TidyTest):
    CASES = (
        ("unsafe-string", "void f() { strcpy(a, b); }", "void f() { snprintf(a); my_strcpy(a); fmt::sprintf(a); }"),
        ("unsafe-string", "int n = std::sprintf(a, b);", "// strcpy(a, b);"),
        ("strtok", "char* p = strtok(a, b);", "char* p = strtok_r(a, b, c);"),
        ("rand", "int f() { return rand(); }", "int f() { return random.rand(); }"),
        ("static-time", "auto* t = std::gmtime(&now);", "auto* t = gmtime_r(&now, &out); auto u = fmt::gmtime(now);"),
        ("std-regex", "std::regex r;", "re2::RE2 r;"),
        ("std-regex", "#include <regex>", "#include <register>"),
        ("blocking-sleep", "void f() { usleep(3); }", "class A { void sleep(D d); }; void g() { a->sleep(d); }"),
        ("blocking-sleep", "void f() { std::this_thread::sleep_for(s); }", "void f() { this_thread::get_id(); }"),
        ("shell", "int n = ::system(s);", "auto n = Thing::system(s);"),
        ("capture-all", "auto f = [=] { return a; };", "auto f = [a] { return b[i] = a; };"),
        ("capture-all", "auto f = [=, &b](int c) { return a; };", "auto f = [&] { return a; };"),
        ("using-std", "using namespace std;", "using namespace std::chrono_literals;"),
        ("stdout", "void f() { std::cout << 1; }", "void f() { log.info(1); }"),
        ("stdout", 'void f() { printf("%d"); }', "void f() { snprintf(a, n, b); file.printf(a); }"),
        ("stdout", 'void f() { std::fprintf(stderr, "%d"); }', 'void f() { fprintf(file, "%d"); use(stderr); }'),
        ("getenv", 'auto* s = std::getenv("A");', 'auto s = env.getenv("A");'),
        ("endl", "void f() { s << std::endl; }", "void f() { s << '\\n'; }"),
        ("catch-all", "void f() { try { g(); } catch (...) { } }", "void f() { try { } catch (const E& e) { } }"),
        ("naked-new", "A* a = new A(1);", "std::unique_ptr<A> a(new A(1)); auto* b = new (p) A; int new_a;"),
        ("naked-new", "A* a = new (std::nothrow) A;", "#include <new>\nvoid* operator new(size_t n);"),
    )

    def test_each_ban_fires_in_core_plugins_and_sdk(self):
        for rule, bad, _ in self.CASES:
            with self.subTest(bad=bad):
                self.fires(rule, "core/base/a.cpp", bad + "\n")
                self.fires(rule, "plugins/limits/a.cpp", "\n" + bad, 2)

    def test_nor_does_it_fire_on_what_looks_alike(self):
        for _, bad, good in self.CASES:
            with self.subTest(good=good):
                self.quiet("core/base/a.cpp", good + "\n")
                self.quiet("tests/unit/a.cpp", bad + "\n")
                self.quiet("core/base/a.cpp", f'auto s = R"x({bad})x"; /* {bad.replace("*/", "")} */\n')

    def test_exempt_places(self):
        caught = "void f() { try { g(); } catch (...) { } }\n"
        for place in ("core/plugin_host/a.cpp", "core/base/fiber.cpp", "core/base/offload.cpp", "sdk/a.cpp"):
            self.quiet(place, caught)
        for place in ("core/app/a.cpp", "core/main.cpp"):
            self.quiet(place, 'void f() { printf("x"); std::cerr << 1; }\n')
        for place in ("core/app/a.cpp", "core/config/a.cpp"):
            self.quiet(place, 'auto* s = getenv("A");\n')


class LengthTest(TidyTest):
    def test_files(self):
        self.quiet("core/base/a.cpp", "int a;\n" * 400)
        self.fires("file-length", "core/base/a.cpp", "int a;\n" * 401, 401)
        self.fires("file-length", "tests/unit/a.py", "a = 1\n" * 401, 401)
        self.quiet("tests/golden/a.json", "1\n" * 900)

    def test_functions(self):
        self.quiet("core/base/a.cpp", "void f() {\n" + "a();\n" * 68 + "}\n")
        self.fires("function-length", "core/base/a.cpp", "\n\nvoid f() {\n" + "a();\n" * 69 + "}\n", 3)


class HeaderTest(TidyTest):
    def test_pragma_once(self):
        self.fires("pragma-once", "plugins/limits/a.hpp", "int a();\n")
        self.fires("pragma-once", "tests/unit/a.h", "// #pragma once\n")
        self.quiet("plugins/limits/a.hpp", "#pragma once\nint a();\n")

    def test_public_headers_say_what_they_are(self):
        bare = "#pragma once\n#include <string>\nint a();\n// Says it too late.\n"
        for path in ("core/base/a.hpp", "core/base/a.h", "sdk/a.hpp", "plugin_api/a.h"):
            self.fires("header-comment", path, bare.replace("<string>", "<stdint.h>"))
        self.quiet("plugins/limits/a.hpp", bare)
        self.quiet("tests/unit/a.hpp", bare)

    def test_a_comment_may_follow_what_declares_nothing(self):
        comment = "/*\n * A sum of two.\n */\nint a(void);\n}\n"
        self.quiet("core/base/a.hpp", "#pragma once\n#include <string>\nnamespace sluice::base {\n" + comment)
        self.quiet("plugin_api/a.h", '#pragma once\n#ifdef __cplusplus\nextern "C" {\n#endif\n' + comment)

    def test_a_licence_says_nothing(self):
        licence = "// SPDX-License-Identifier: Apache-2.0\n"
        self.fires("header-comment", "core/base/a.hpp", licence + "#pragma once\nint a();\n")


class NameTest(TidyTest):
    def test_snake_case(self):
        for path in ("core/base/FooBar.cpp", "tests/unit/foo-bar.py", "plugins/Lua/a.cpp"):
            self.fires("file-name", path, "")
        for path in ("core/base/foo_bar2.cpp", "tests/clients/chat.test.mjs", "examples/READ-ME.md"):
            self.quiet(path, "")

    def test_a_directory_is_reported_once(self):
        self.assertEqual(len(run({"plugins/Lua/a.cpp": "", "plugins/Lua/b.cpp": ""})), 1)

    def test_notes(self):
        self.fires("note", "README.md", f"\n{NOTE}: later\n", 2)
        self.quiet("README.md", f"{NOTE}S in /tmp/X{'XXXXX'}\n")


class HygieneTest(TidyTest):
    def test_machine_paths(self):
        for text in (f"see {HOME}\n", f'x = "{HOME}"\n', f"flags: -I{HOME}\n", f"file://{HOME}\n"):
            self.fires("machine-path", "README.md", text)
        for before in ("https://example.com", ".", '"${root}"', "$HERE", "/homely"):
            self.quiet("README.md", f"{before}{HOME}\n")

    def test_lock_files_name_no_host(self):
        text = '{"resolved": "' + 'http' + 's://registry.example/a.tgz"}\n'
        self.fires("registry-host", "tests/clients/package-lock.json", text)
        self.quiet("tests/clients/other.json", text)

    def test_binary_files_and_build_output_are_not_read(self):
        self.quiet("tests/golden/a.bin", b"\0" + HOME.encode())
        self.quiet("build/a.txt", HOME)


class AllowTest(TidyTest):
    BAD = {"core/base/a.cpp": "A* a = new A;\n"}
    LIST = "tests/tidy/allow.txt"

    def test_an_entry_excuses_one_rule_in_one_file(self):
        allow = "# a comment\n\nnaked-new core/base/a.cpp # a pool owns it\n"
        self.assertEqual(run({**self.BAD, self.LIST: allow}), [])
        found = run({**self.BAD, "core/base/b.cpp": "A* a = new A;\nB b = rand();\n", self.LIST: allow})
        self.assertEqual([line.split(": ")[1] for line in found], ["naked-new", "rand"])
        self.assertTrue(all(line.startswith("core/base/b.cpp:") for line in found), found)

    def test_an_entry_that_excuses_nothing_is_a_violation(self):
        self.fires("allow-list", self.LIST, "\nrand core/base/a.cpp # once needed\n", 2)

    def test_an_entry_says_why(self):
        self.fires("allow-list", self.LIST, "rand core/base/a.cpp\n")

    def test_the_list_only_shrinks(self):
        with tempfile.TemporaryDirectory() as root:
            settings = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "core.hooksPath="]
            entry = "naked-new core/base/a.cpp # a pool owns it\n"
            write(root, {**self.BAD, self.LIST: entry, ".gitignore": "/out/\n", "out/a.txt": HOME})
            for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "a"]):
                subprocess.run(["git", "-C", root, *settings, *command], check=True)
            self.assertEqual(tidy.violations(root, "HEAD"), [])
            grown = entry + "rand core/base/b.cpp # a seed\n"
            write(root, {"core/base/b.cpp": "int a = rand();\n", self.LIST: grown})
            self.assertEqual(tidy.violations(root), [])
            self.assertIn("is new since HEAD", str(tidy.violations(root, "HEAD")[0]))
            self.assertIn("no revision", str(tidy.violations(root, "nowhere")[0]))


class CommandLineTest(unittest.TestCase):
    def run_tool(self, root):
        tool = pathlib.Path(__file__).with_name("tidy.py")
        command = [sys.executable, tool, "--root", root]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def test_exit_code_and_output(self):
        with tempfile.TemporaryDirectory() as root:
            write(root, {"core/base/a.cpp": "int a = 1;\n"})
            self.assertEqual((self.run_tool(root).returncode, self.run_tool(root).stdout), (0, ""))
            write(root, {"core/base/a.cpp": "\nint a = rand();\n"})
            answer = self.run_tool(root)
            self.assertEqual(answer.returncode, 1)
            self.assertEqual(answer.stdout, "core/base/a.cpp:2: rand: rand; use instead: base/random\n")
        self.assertEqual(self.run_tool(root).returncode, 2)


if __name__ == "__main__":
    unittest.main()
