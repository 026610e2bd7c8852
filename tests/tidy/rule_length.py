"""Files of at most 400 lines, functions of at most 70."""

from functions import functions
from tree import CODE, Violation

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 70


def check(tree):
    for file in tree.files:
        if file.suffix in CODE:
            yield from _check_file(file)
        if file.is_cpp:
            yield from _check_functions(file)


def _check_file(file):
    lines = len(file.text.splitlines())
    if lines > FILE_LINES_MAX:
        found = f"{lines} lines"
        yield Violation(file.path, lines, "file-length", found, f"at most {FILE_LINES_MAX}: one idea a file")


def _check_functions(file):
    for function in functions(file.text):
        if function.lines > FUNCTION_LINES_MAX:
            found = f"{function.name} has {function.lines} lines"
            allowed = f"at most {FUNCTION_LINES_MAX}: a function fits on a screen"
            yield Violation(file.path, function.first_line, "function-length", found, allowed)
