"""Libraries that only some directories may know."""

import re
from typing import NamedTuple

from tree import Violation


class Confinement(NamedTuple):
    rule: str
    header: re.Pattern
    places: tuple
    call: re.Pattern = None


CONFINEMENTS = (
    Confinement("poco-confined", re.compile(r"Poco/"), ("core/net", "core/upstream", "core/app", "tests")),
    Confinement(
        "dlopen-confined",
        re.compile(r"dlfcn\.h$|boost/dll\b"),
        ("core/plugin_host", "tests/abi"),
        re.compile(r"\b(?:dlopen|dlmopen|dlsym)\s*\("),
    ),
    Confinement(
        "lua-confined",
        re.compile(r"(?:lua5?\.?\d*/)?(?:lua|lauxlib|lualib|luaconf)\.(?:h|hpp)$|sol/"),
        ("plugins/lua",),
    ),
    Confinement("fiber-confined", re.compile(r"boost/context\b"), ("core/base",)),
)


def check(tree):
    for file in tree.cpp_files:
        for confined in CONFINEMENTS:
            if not file.under(*confined.places) and not _mirrors(file, confined.places):
                yield from _uses(file, confined)


def _mirrors(file, places):
    """Is the file the unit test of such a place? tests/unit mirrors the tree: tests/unit/[core/]base/..."""
    return any(
        file.under(f"tests/unit/{place}", f"tests/unit/{place.removeprefix('core/')}") for place in places
    )


def _uses(file, confined):
    allowed = "only in " + ", ".join(confined.places)
    for line, spec, _ in file.includes:
        if confined.header.match(spec):
            yield Violation(file.path, line, confined.rule, f"<{spec}>", allowed)
    for match in confined.call.finditer(file.code) if confined.call else ():
        yield Violation(file.path, file.line_of(match.start()), confined.rule, match[0] + "...)", allowed)
