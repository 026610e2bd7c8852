"""File and directory names in snake_case, and no notes to self left in the text."""

import re

from tree import CODE, Violation

PLACES = ("core", "plugin_api", "sdk", "plugins", "scripts", "examples", "tests", "tools")
_SNAKE = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)*(?:\.[a-z0-9]+(?:_[a-z0-9]+)*)*|__init__\.py|__main__\.py")
# Spelt apart, so that this file passes its own rule.
_NOTE = re.compile(r"\b(?:" + "|".join(("TO" "DO", "FIX" "ME", "XX" "X")) + r")\b")


def check(tree):
    reported = set()
    for file in tree.files:
        if file.suffix in CODE and file.under(*PLACES):
            yield from _check_name(file, reported)
        for match in _NOTE.finditer(file.text):
            line = file.line_of(match.start())
            yield Violation(file.path, line, "note", match[0], "finish it, or say why it is so")


def _check_name(file, reported):
    for depth, part in enumerate(file.parts):
        place = file.parts[: depth + 1]
        if not _SNAKE.fullmatch(part) and place not in reported:
            reported.add(place)
            yield Violation(file.path, 1, "file-name", f"'{part}'", "names are snake_case")
