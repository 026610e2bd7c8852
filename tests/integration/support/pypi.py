"""Packages from PyPI that scenarios need: pinned, and installed once below the build tree."""
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

from waiting import REPO_ROOT


def packages(*pins):
    """A directory with them, named by the first; the test is skipped, with the reason, where they cannot be had."""
    folder = REPO_ROOT / "build" / "packages" / pins[0].replace("==", "-").replace("[", "-").replace("]", "")
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        fresh = tempfile.mkdtemp(prefix="fresh-", dir=folder.parent)
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile", "--target", fresh, *pins]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode == 0:
            with contextlib.suppress(OSError):  # somebody else was faster
                os.rename(fresh, folder)
        shutil.rmtree(fresh, ignore_errors=True)
        if not folder.is_dir():
            raise unittest.SkipTest(f"no {pins[0]} here, and pip could not get it: {(done.stderr.strip().splitlines() or ['?'])[-1]}")
    return str(folder)
