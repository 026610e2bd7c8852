"""Finds the functions of a C or C++ file by matching braces, without parsing the language.

At namespace and class level the text before each `{` (its head) says what opens: a namespace, a class, an
initialiser, a function, or a lambda that initialises a variable. From a function's first brace to its last
everything belongs to it: lambdas, local classes, tables.
"""

import re
from typing import NamedTuple

import lexer

CLOSED = "\x02"  # stands in a head for the end of an initialiser that opened and closed in it


class Function(NamedTuple):
    name: str
    first_line: int
    last_line: int

    @property
    def lines(self):
        return self.last_line - self.first_line + 1


_LAMBDA = re.compile(
    r"""
    (?: ^ | (?<= [^\w\s\])] ) ) \s*                      # not an index, not an array
    \[ [^\[\]]* \] \s* (?: < [^{};]* > \s* )?
    (?: \( [^()]* (?: \( [^()]* \) [^()]* )* \) \s* )?
    (?: (?: mutable | constexpr | noexcept ) \s* )*
    (?: -> [^;{}]* )? $
    """,
    re.VERBOSE,
)
_CLASS = re.compile(r"\b(?:class|struct|union|enum)\b")
_NAMESPACE = re.compile(r'\bnamespace\b|^extern\s*"[^"]*"$')
_OPERATOR = re.compile(r"\boperator\s*(?:\(\s*\)|\[\s*\]|[<>=!+\-*/%^&|~,]+)")
_DECORATION = re.compile(r"\[\[.*?\]\]|\b(?:alignas|__attribute__|decltype|noexcept|explicit|requires)\s*\(")
_ACCESS = re.compile(r"\s*(?:public|private|protected)\s*:(?!:)")
_ASSIGNMENT = re.compile(r"(?<![=!<>])=(?!=)")
_COLON = re.compile(r"(?<!:):(?!:)")
_BRACE = re.compile(r"[{}]")
_BOUNDARY = re.compile(r"[{};]")


def functions(text):
    """The functions of a file, in order. `text` is the file as it is."""
    return _Scanner(lexer.without_preprocessor(lexer.code_only(text))).scan()


def head_kind(head):
    """What the brace after `head` opens: scope, function, lambda or init."""
    flat = _flatten(head)
    if _NAMESPACE.search(flat):
        return "scope"
    paren, assignment = flat.find("("), _ASSIGNMENT.search(flat)
    if paren < 0 and not assignment and _CLASS.search(flat):
        return "scope"
    if paren < 0 or flat.count("(") > flat.count(")") or (assignment and assignment.start() < paren):
        return "lambda" if _LAMBDA.search(head) else "init"
    return "init" if _opens_member_initialiser(flat, paren) else "function"


def _flatten(head):
    """The head without attributes, template arguments and operator symbols, all of which mislead."""
    head = _without_decoration(_OPERATOR.sub("operator_", head))
    offset = 0
    while (offset := head.find("<", offset)) >= 0:
        head = head[:offset] + head[_after_angle(head, offset + 1) :]
    return head.strip()


def _without_decoration(head):
    while match := _DECORATION.search(head):
        end = match.end() if match[0].endswith("]]") else _after_parenthesis(head, match.end())
        head = head[: match.start()] + head[end:]
    return head


def _after_parenthesis(text, start):
    """The offset behind the parenthesis that closes the one opened just before `start`."""
    depth = 1
    for offset in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[offset], 0)
        if depth == 0:
            return offset + 1
    return len(text)


def _after_angle(text, start):
    """The offset behind the > that closes the < just before `start`; what is in parentheses closes nothing."""
    depth, offset = 1, start
    while offset < len(text) and depth > 0:
        if text[offset] == "(":
            offset = _after_parenthesis(text, offset + 1)
            continue
        depth += {"<": 1, ">": -1}.get(text[offset], 0) if text[offset - 1] != "-" else 0
        offset += 1
    return offset if depth == 0 else start


def _opens_member_initialiser(flat, paren):
    """In `Foo::Foo(int a) : a_{a} {` the first brace is a_'s; the body's follows a whole initialiser."""
    after = flat[_after_parenthesis(flat, paren + 1) :].rstrip()
    return bool(_COLON.search(after)) and not after.endswith((")", CLOSED, "..."))


class _Scanner:
    def __init__(self, code):
        self.code = code
        self.found = []
        self.head_start = 0
        self.open = []  # (kind, head_start) of each brace we are inside of

    def scan(self):
        offset = 0
        while match := _BOUNDARY.search(self.code, offset):
            offset = match.end()
            if match[0] == "{":
                offset = self._enter(match.start())
            elif match[0] == "}":
                self._leave(match.end())
            else:
                self.head_start = offset
        return self.found

    def _in_initialiser(self):
        return bool(self.open) and self.open[-1][0] == "init"

    def _enter(self, brace):
        head = self._head(brace)
        kind = head_kind(head)
        if self._in_initialiser():
            kind = "lambda" if _LAMBDA.search(head) else "init"
        if kind in ("function", "lambda"):
            return self._take(kind, head, brace)
        self.open.append((kind, self.head_start))
        self.head_start = brace + 1
        return self.head_start

    def _leave(self, after):
        kind, head_start = self.open.pop() if self.open else ("scope", 0)
        goes_on = kind == "init" and not self._in_initialiser()
        self.head_start = head_start if goes_on else after

    def _head(self, brace):
        """The text from the last boundary to the brace; what had closed is spaces, so offsets hold."""
        text = self.code[self.head_start : brace]
        previous = None
        while previous != text:
            previous = text
            text = re.sub(r"\{[^{}]*\}", lambda m: re.sub(r"[^\n]", " ", m[0][:-1]) + CLOSED, text)
        return text

    def _take(self, kind, head, brace):
        """Records the function whose body opens at `brace`, and gives the offset behind it."""
        start = _LAMBDA.search(head).start() if kind == "lambda" else _after_access(head)
        start += len(head[start:]) - len(head[start:].lstrip())
        end = self._matching(brace)
        name = "lambda" if kind == "lambda" else _name(head)
        self.found.append(Function(name, self._line(self.head_start + start), self._line(end)))
        if kind == "function":
            self.head_start = end + 1
        return end + 1

    def _matching(self, brace):
        depth = 0
        for match in _BRACE.finditer(self.code, brace):
            depth += 1 if match[0] == "{" else -1
            if depth == 0:
                return match.start()
        return len(self.code) - 1

    def _line(self, offset):
        return self.code.count("\n", 0, offset) + 1


def _after_access(head):
    access = _ACCESS.match(head)
    return access.end() if access else 0


def _name(head):
    match = re.search(r"(operator\s*[^\s(\w]+|~?\w+)\s*\(", _without_decoration(head))
    return match[1] if match else "function"
