"""Calls and constructs that core, plugins and the SDK do without, each with what stands in for it."""

import re
from typing import NamedTuple

from tree import Violation

SCOPE = ("core", "plugins", "sdk")
# A word before a name means that the name is declared here, not called, unless it is one of these.
BEFORE_A_CALL = set("return else do throw case co_return co_await co_yield and or not".split())


class Ban(NamedTuple):
    rule: str
    pattern: re.Pattern
    instead: str
    exempt: tuple = ()
    is_call: bool = False


def _call(rule, names, instead, exempt=()):
    """The C function, with or without std:: or ::, but no member and nobody else's function of that name."""
    pattern = rf"(?<![\w.])(?<!->)(?:(?<!\w)std::|(?<![\w>])::|(?<!:))(?:{names})\s*\("
    return Ban(rule, re.compile(pattern), instead, exempt, is_call=True)


def _text(rule, pattern, instead, exempt=()):
    return Ban(rule, re.compile(pattern), instead, exempt)


# Where a human reads the terminal.
_TERMINAL = ("core/app", "core/main.cpp")

BANS = (
    _call("unsafe-string", "gets|strcpy|strcat|sprintf|vsprintf", "fmt, or snprintf where there is no fmt"),
    _call("strtok", "strtok", "a string_view cut by find()"),
    _call("rand", "rand|srand", "base/random"),
    _call("static-time", "gmtime|localtime", "gmtime_r, localtime_r"),
    _text("std-regex", r"\bstd::(?:w?regex|basic_regex|regex_\w+)\b|#\s*include\s*<regex>", "RE2"),
    _call("blocking-sleep", "sleep|usleep|nanosleep", "the loop's timers"),
    _text("blocking-sleep", r"\bthis_thread::sleep_(?:for|until)\b", "the loop's timers"),
    _call("shell", "system|popen", "a process without a shell: Poco::Process in core/app"),
    _text("capture-all", r"\[\s*=\s*[\],]", "name what the lambda captures"),
    _text("using-std", r"\busing\s+namespace\s+std\s*;", "write std::"),
    _text("stdout", r"\bstd::(?:cout|cerr|clog)\b", "the log", _TERMINAL),
    _call("stdout", "v?printf|puts|putchar|perror", "the log", _TERMINAL),
    _text("stdout", r"(?<![\w.>])f(?:printf|puts)\s*\([^;]*?\bstd(?:out|err)\b", "the log", _TERMINAL),
    _text("stdout", r"\bfmt::print\s*\(\s*(?:\"|std(?:out|err)\b)", "the log", _TERMINAL),
    _call("getenv", "(?:secure_)?getenv", "an option; core/config reads them", ("core/config", "core/app")),
    _text("endl", r"\bstd::endl\b", "'\\n'"),
    _text(
        "catch-all",
        r"\bcatch\s*\(\s*\.\.\.\s*\)",
        "catch what the library throws; the border is core/plugin_host and sdk",
        ("core/plugin_host", "sdk", "core/base/fiber.cpp", "core/base/offload.cpp"),
    ),
)
_NEW = re.compile(r"(?<!operator )\bnew(?:\s+[\w:]|\s*\(\s*(?:std::)?nothrow\b)")
_STATEMENT_END = re.compile(r"[;{}]")


def check(tree):
    for file in tree.cpp_files:
        if file.under(*SCOPE):
            for ban in BANS:
                yield from _apply(file, ban)
            if file.suffix != ".c":
                yield from _check_new(file)


def _apply(file, ban):
    if file.under(*ban.exempt):
        return
    for match in ban.pattern.finditer(file.code):
        if not (ban.is_call and _is_declaration(file.code, match.start())):
            found = " ".join(match[0].split()).rstrip("(;")
            line = file.line_of(match.start())
            yield Violation(file.path, line, ban.rule, found, f"use instead: {ban.instead}")


def _is_declaration(code, start):
    """`void sleep(Duration)` declares a member; `return sleep(1)` and `; sleep(1)` call."""
    word = re.search(r"(\w+)[ \t]+$", code[max(0, start - 80) : start])
    return bool(word) and word[1] not in BEFORE_A_CALL


def _check_new(file):
    for match in _NEW.finditer(file.code):
        before = file.code[max(0, match.start() - 400) : match.start()]
        statement = _STATEMENT_END.split(before)[-1]
        if "unique_ptr" not in statement:
            line = file.line_of(match.start())
            allowed = "use instead: make_unique, or unique_ptr<T>(new T) where that cannot"
            yield Violation(file.path, line, "naked-new", "naked new", allowed)
