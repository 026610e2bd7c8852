"""The list of exceptions, allow.txt, which may only shrink."""

import re
import subprocess
from typing import NamedTuple

from tree import Violation

PATH = "tests/tidy/allow.txt"
RULE = "allow-list"
_ENTRY = re.compile(r"(?P<rule>\S+) (?P<path>\S+)(?:\s+#\s*(?P<why>\S.*))?")


class Entry(NamedTuple):
    line: int
    rule: str
    path: str
    why: str


def parse(text):
    """The entries of a list, and a violation for each line that is none or does not say why."""
    entries, faults = [], []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _ENTRY.fullmatch(line.strip())
        if match and match["why"]:
            entries.append(Entry(number, match["rule"], match["path"], match["why"]))
        else:
            faults.append(Violation(PATH, number, RULE, f"'{line.strip()}'", "rule path # why"))
    return entries, faults


def excuse(violations, entries):
    """What is left of the violations, and one more for each entry that excused none."""
    excused = {(entry.rule, entry.path): entry for entry in entries}
    used = set()
    for violation in violations:
        key = violation.rule, violation.path
        if key in excused:
            used.add(key)
        else:
            yield violation
    for key, entry in excused.items():
        if key not in used:
            found = f"'{entry.rule} {entry.path}' excuses nothing"
            yield Violation(PATH, entry.line, RULE, found, "delete the line")


def grown_since(root, revision, entries):
    """A violation for each entry that the list did not have at a revision, if it had a list at all."""
    if _git(root, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}") is None:
        yield Violation(PATH, 1, RULE, f"no revision '{revision}'", "compare with one that git knows")
        return
    then = _git(root, "show", f"{revision}:./{PATH}")
    if then is None:
        return
    before = {(entry.rule, entry.path) for entry in parse(then)[0]}
    for entry in entries:
        if (entry.rule, entry.path) not in before:
            found = f"'{entry.rule} {entry.path}' is new since {revision}"
            yield Violation(PATH, entry.line, RULE, found, "the list may only shrink")


def _git(root, *command):
    """What git prints; None where it fails."""
    answer = subprocess.run(["git", "-C", str(root), *command], capture_output=True, text=True, check=False)
    return answer.stdout if answer.returncode == 0 else None
