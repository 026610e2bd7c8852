"""Nothing in the tree that is true on one machine only."""

import re

from tree import Violation

# Spelt so that this file passes its own rule. -I and -L may stand directly before a path.
_MACHINE_PATH = re.compile(r"(?:(?<![\w.})~*])(?<![\w}]\x22)|(?<=-[IL]))/(?:work|root|home|farm)/[^\s\"'`,;)]*")
_RESOLVED = re.compile(r'"resolved"\s*:\s*"http[^"]*"')
_LOCK_FILES = {"package-lock.json", "npm-shrinkwrap.json"}


def check(tree):
    for file in tree.files:
        for match in _MACHINE_PATH.finditer(file.text):
            line = file.line_of(match.start())
            allowed = "a path relative to the root, or an option"
            yield Violation(file.path, line, "machine-path", match[0], allowed)
        for match in _RESOLVED.finditer(file.text) if file.name in _LOCK_FILES else ():
            line = file.line_of(match.start())
            allowed = "a lock file names no host: npm install --omit-lockfile-registry-resolved"
            yield Violation(file.path, line, "registry-host", match[0], allowed)
