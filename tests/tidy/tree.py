"""The files of the tree as rules see them, and what a rule reports."""

import functools
import os
import pathlib
import subprocess
from typing import NamedTuple

import lexer

# Where git does not say what is ignored.
SKIPPED_DIRECTORIES = {".git", "build", "node_modules", ".cache", "__pycache__", "target"}
CPP = {".c", ".h", ".cc", ".cpp", ".hpp"}
HEADERS = {".h", ".hpp"}
CODE = CPP | {".lua", ".py", ".rs", ".sh", ".js", ".mjs", ".ts"}


class Violation(NamedTuple):
    path: str
    line: int
    rule: str
    found: str
    allowed: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.rule}: {self.found}; {self.allowed}"


class SourceFile:
    """One file. `path` is relative to the root, with forward slashes."""

    def __init__(self, root, path):
        self.path = path
        self.parts = tuple(path.split("/"))
        self.name = self.parts[-1]
        self.suffix = pathlib.PurePosixPath(path).suffix
        self._file = pathlib.Path(root, path)

    @functools.cached_property
    def text(self):
        """The text; empty for a binary file."""
        raw = self._file.read_bytes()
        return "" if b"\0" in raw else raw.decode("utf-8", errors="replace")

    @functools.cached_property
    def code(self):
        return lexer.code_only(self.text)

    @functools.cached_property
    def includes(self):
        return list(lexer.includes(self.text))

    @property
    def is_cpp(self):
        return self.suffix in CPP

    @property
    def is_header(self):
        return self.suffix in HEADERS

    def under(self, *places):
        """Is the file one of `places` or inside one of them?"""
        return any(self.path == place or self.path.startswith(place + "/") for place in places)

    def line_of(self, offset):
        return self.text.count("\n", 0, offset) + 1


class Tree:
    def __init__(self, root):
        self.root = str(root)
        self.files = [SourceFile(root, path) for path in sorted(_list(root))]
        self.paths = {file.path for file in self.files}

    @property
    def cpp_files(self):
        return [file for file in self.files if file.is_cpp]


def _list(root):
    found = _list_by_git(root) if pathlib.Path(root, ".git").exists() else None
    paths = _list_by_walking(root) if found is None else found
    return [path for path in paths if _is_plain(pathlib.Path(root, path))]


def _list_by_git(root):
    """Tracked files and new ones, without what .gitignore names; None where git cannot say."""
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        answer = subprocess.run(command, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return {os.fsdecode(name) for name in answer.stdout.split(b"\0") if name}


def _list_by_walking(root):
    for directory, names, files in os.walk(root):
        names[:] = [name for name in names if name not in SKIPPED_DIRECTORIES]
        for name in files:
            yield pathlib.Path(directory, name).relative_to(root).as_posix()


def _is_plain(file):
    return file.is_file() and not file.is_symlink()
