"""Every header has #pragma once, and every public one begins by saying what it is."""

import re

import lexer
from tree import Violation

PUBLIC = ("plugin_api", "sdk", "core")
WORDS_MIN = 3
_PRAGMA = re.compile(r"^[ \t]*#[ \t]*pragma[ \t]+once\b", re.MULTILINE)
_OPENING = re.compile(r'\s*(?:(?:inline\s+)?namespace\b[^{};]*\{|extern\s*"[^"]*"\s*\{)')
_COMMENT_LINE = re.compile(r"^[ \t]*(?://|/\*|\*)(.*)$", re.MULTILINE)
_LEGAL = re.compile(r"SPDX-|Copyright|Licen[cs]e", re.IGNORECASE)


def check(tree):
    for file in tree.cpp_files:
        if not file.is_header:
            continue
        if not _PRAGMA.search(file.code):
            yield Violation(file.path, 1, "pragma-once", "no #pragma once", "every header has it")
        if file.under(*PUBLIC) and not _says_what_it_is(file):
            allowed = "a public header begins with a comment that says what it is"
            found = "no comment before the first declaration"
            yield Violation(file.path, 1, "header-comment", found, allowed)


def _says_what_it_is(file):
    lead = file.text[: _first_declaration(file.code)]
    comments = [line for line in _COMMENT_LINE.findall(lead) if not _LEGAL.search(line)]
    return len(re.findall(r"\w+", " ".join(comments))) >= WORDS_MIN


def _first_declaration(code):
    """The offset of the first declaration; the braces of a namespace or of extern "C" are none."""
    bare = lexer.without_preprocessor(code)
    offset = 0
    while match := _OPENING.match(bare, offset):
        offset = match.end()
    rest = bare[offset:]
    return offset + len(rest) - len(rest.lstrip())
