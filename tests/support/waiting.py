"""Ports, data and waiting."""
import os
import pathlib
import socket
import time

REPO_ROOT = pathlib.Path(__file__).resolve().parents[2]
POLL_SECONDS = 0.005
SLOW = float(os.environ.get("SLUICE_TEST_SLOW") or 1)  # a gateway built with sanitizers: every bound times this


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def data_dir():
    """The public test data (SLUICE_TEST_DATA), or None: then a test skips and says so."""
    path = pathlib.Path(os.environ.get("SLUICE_TEST_DATA") or REPO_ROOT.parent / "shared" / "data")
    return path if path.is_dir() else None


def wait_until(condition, timeout=5.0, what=None):
    """Polls until condition() is true and returns its value; fails after `timeout` seconds, times SLUICE_TEST_SLOW. In
    tests, instead of sleep."""
    deadline = time.monotonic() + timeout * SLOW
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() >= deadline:
            raise AssertionError(f"not within {timeout} s: {what or condition}; last value {value!r}")
        time.sleep(POLL_SECONDS)
