"""Takes comments and literals out of C and C++ text, so that rules see code only.

Everything taken out becomes spaces; line breaks stay, so offsets and line numbers stay true.
"""

import re

# In this order: a number first, because 1'000 holds a quote that opens nothing.
_TOKEN = re.compile(
    r"""
      (?P<number>   (?<![\w]) \d (?: '?[\w.] )* )
    | (?P<comment>  // (?: \\\r?\n | [^\n] )* | /\* .*? (?: \*/ | \Z ) )
    | (?P<raw>      (?<![\w]) (?: u8 | [uUL] )? R" (?P<mark> [^()\\\s]{0,16} ) \(
                    .*? (?: \) (?P=mark) " | \Z ) )
    | (?P<string>   " (?: \\. | [^"\\\n] )* "? )
    | (?P<char>     ' (?: \\. | [^'\\\n] )* '? )
    """,
    re.VERBOSE | re.DOTALL,
)
_INCLUDE = re.compile(r"""^[ \t]*\#[ \t]*include[ \t]*(<[^>\n]*>|"[^"\n]*")""", re.MULTILINE)
_DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n\\]|\\\r?\n|\\.)*", re.MULTILINE)
_CONDITION = re.compile(r"^[ \t]*#[ \t]*(if|ifdef|ifndef|elif|else|endif)\b")


def _spaces(text):
    return re.sub(r"[^\n]", " ", text)


def _blank_literal(match):
    if match["number"]:
        return match[0]
    if match["comment"]:
        return _spaces(match[0])
    token, quote = match[0], "'" if match["char"] else '"'
    first = token.index(quote)
    inside = _spaces(token[first + 1 : -1])
    return token[:first] + quote + inside + quote if len(token) > first + 1 else token


def code_only(text):
    """Comments become spaces, and so does what is inside string and character literals; quotes stay.

    The path of a quoted #include goes too: use includes() for those.
    """
    return _TOKEN.sub(_blank_literal, text)


def includes(text):
    """Yields (line, path, quoted) for each #include."""
    bare = _TOKEN.sub(lambda m: _spaces(m[0]) if m["comment"] or m["raw"] else m[0], text)
    for match in _INCLUDE.finditer(bare):
        spec = match[1]
        yield bare.count("\n", 0, match.start(1)) + 1, spec[1:-1], spec[0] == '"'


def without_preprocessor(code):
    """Directives become spaces, and so do the branches after an #else or #elif whose braces do not balance."""
    lines = _DIRECTIVE.sub(_blank_directive, code).split("\n")
    branches = []  # for each #if we are inside of: the line where its present branch began; None for its first
    for number, line in enumerate(lines):
        condition = _CONDITION.match(line)
        if not condition:
            continue
        lines[number] = _spaces(line)
        if condition[1].startswith("if"):
            branches.append(None)
        elif branches:
            began = branches.pop()
            if began is not None and not _balances("".join(lines[began:number])):
                lines[began:number] = [_spaces(each) for each in lines[began:number]]
            if condition[1] != "endif":
                branches.append(number)
    return "\n".join(lines)


def _blank_directive(match):
    condition = _CONDITION.match(match[0])
    keep = condition.end() if condition else 0
    return match[0][:keep] + _spaces(match[0][keep:])


def _balances(code):
    depth = 0
    for brace in re.findall(r"[{}]", code):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            return False
    return depth == 0
