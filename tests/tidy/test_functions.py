"""Proves what functions.py takes for a function, and what lexer.py takes out."""

import re
import textwrap
import unittest

import functions
import lexer


def found(text):
    """name: first-last line of each function in the text."""
    text = textwrap.dedent(text).lstrip("\n")
    return [f"{f.name}: {f.first_line}-{f.last_line}" for f in functions.functions(text)]


class FunctionsTest(unittest.TestCase):
    def test_plain_functions_methods_and_operators(self):
        text = """
            namespace sluice::base {
            class Status final : public Base<int(int)> {
            public:
                explicit Status(int code) noexcept(true) { code_ = code; }
                [[nodiscard]] bool operator==(const Status& o) const = default;
                bool operator()(int a) const {
                    return a < 3;
                }
                Status&
                operator=(Status&& other) noexcept
                {
                }
            private:
                int code_{0};
                std::vector<int> v_ = {1, 2};
            };
            enum class Color : uint8_t { kRed, kBlue };
            }
            extern "C" int entry(void) { return 0; }
            struct entry* make(int a) {
            }
        """
        wanted = ["Status: 4-4", "operator: 6-8", "operator=: 9-12", "entry: 19-19", "make: 20-21"]
        self.assertEqual(found(text), wanted)

    def test_member_initialisers_with_braces_and_parentheses(self):
        text = """
            Foo::Foo(int a, Options o = {})
                : Base<int>(a), a_{a}, f_([](int b) {
                      return b;
                  }),
                  b_{{1, 2}, {3}}
            {
                run();
            }
            Bar::Bar() : a_(1) {
            }
        """
        self.assertEqual(found(text), ["lambda: 2-4", "Foo: 1-8", "Bar: 9-10"])

    def test_lambdas_inside_a_function_count_to_it(self):
        text = """
            void f() {
                auto g = [&](int a) -> int {
                    return a;
                };
                struct Local { void h() { } };
            }
            void g() { }
        """
        self.assertEqual(found(text), ["f: 1-6", "g: 7-7"])

    def test_tables_are_not_functions_but_their_lambdas_are(self):
        text = """
            static const Row kRows[] = {
                {"a", 1},
                {"b", call(2)},
                {"c", [](int a) {
                    return a;
                }},
            };
            const auto kTable = std::to_array<Row>({
                {1}, {2},
            });
            Row kMore[2]{{1}, {2}};
            std::function<int()> member{[] { return 3; }};
            constexpr auto kThree = [] {
                return 3;
            }();
            static const struct sluice_plugin kPlugin = { .run = run };
        """
        self.assertEqual(found(text), ["lambda: 4-6", "lambda: 12-12", "lambda: 13-15"])

    def test_templates_and_concepts(self):
        text = """
            template <typename T>
            concept Sized = requires(T t) {
                t.size();
            };
            template <typename T, typename = std::enable_if_t<(sizeof(T) > 4)>>
            struct Box : Base<T> {
                T get() && { return t; }
            };
            template <typename T>
                requires(sizeof(T) > 4) && Sized<T>
            auto grow(T t) -> decltype(t.size()) {
                return t.size();
            }
        """
        self.assertEqual(found(text), ["get: 7-7", "grow: 9-13"])

    def test_braces_in_literals_and_comments_do_not_count(self):
        text = '''
            void f() {  // {
                auto a = "{ \\" {"; char c = '{', d = '\\''; int n = 1'000'000;
                auto r = R"x( } )" { )x"; /* } */
            }
            void g() {
            }
        '''
        self.assertEqual(found(text), ["f: 1-4", "g: 5-6"])

    def test_branches_of_the_preprocessor(self):
        text = """
            #ifdef __cplusplus
            extern "C" {
            #endif
            #define BODY(x) \\
                { x
            #if defined(A) && \\
                defined(B)
            void f(int a) {
            #else
            void f(void) {
            #endif
            }
            struct a { int b; };
            #if defined(A)
            void g() { }
            #else
            void h() { }
            #endif
            #ifdef __cplusplus
            }
            #endif
            TEST_CASE("a {") {
            }
        """
        self.assertEqual(found(text), ["f: 8-12", "g: 15-15", "h: 17-17", "TEST_CASE: 22-23"])

    def test_what_does_not_balance_ends_somewhere(self):
        self.assertEqual(found("void f() {\n"), ["f: 1-1"])
        self.assertEqual(found("}}}\nvoid f() {}\n"), ["f: 2-2"])


class LexerTest(unittest.TestCase):
    def test_lengths_and_line_breaks_stay(self):
        text = 'a = "x\\"y"; // c\\\n still\nb = u8R"z(\n")z"; /* \n */ c = \'"\'; d = 0x1\'F;\n'
        code = lexer.code_only(text)
        self.assertEqual(len(code), len(text))
        self.assertEqual(code.count("\n"), text.count("\n"))
        self.assertEqual(re.sub(r"\s+", " ", code), "a = \" \"; b = u8R\" \"; c = ' '; d = 0x1'F; ")

    def test_includes(self):
        text = '#include "a/b.hpp"  // why\n//#include <no>\n  #  include <c>\n'
        text += 'auto s = R"(\n#include <no>\n)";\n'
        self.assertEqual(list(lexer.includes(text)), [(1, "a/b.hpp", True), (3, "c", False)])


if __name__ == "__main__":
    unittest.main()
