"""Processes of one bench run: started by us, measured through /proc, ended by process id whatever happens."""

import os
import random
import signal
import socket
import subprocess
import time
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
NOBODY = 65534


class Failed(Exception):
    """The run cannot go on, or one target cannot; the message is for the reader."""


def free_port():
    """A loopback port below the ephemeral range, so that ten thousand outgoing connections cannot take it first."""
    for _ in range(200):
        port = random.randrange(20000, 32000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise Failed("no free port in 20000..31999")


def _stat(pid):
    """Fields of /proc/PID/stat from the third on, or None if the process is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def tree(pid):
    """`pid` and all its living descendants (nginx's workers)."""
    children = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit() and (fields := _stat(entry)):
            children.setdefault(int(fields[1]), []).append(int(entry))
    found = [pid]
    for parent in found:
        found.extend(children.get(parent, []))
    return found


def cpu_seconds(pid):
    """utime + stime of the process, all its threads and its descendants, the ones that have ended included."""
    ticks = 0
    for member in tree(pid):
        if fields := _stat(member):
            ticks += sum(int(fields[index]) for index in (11, 12, 13, 14))  # utime stime cutime cstime
    return ticks / TICKS_PER_SECOND


def rss_bytes(pid):
    """Resident bytes of the process and its descendants. Pages that forked processes share count in each."""
    pages = 0
    for member in tree(pid):
        if fields := _stat(member):
            pages += int(fields[21])
    return pages * PAGE_BYTES


def settled_cpu_seconds(pid, quiet=0.2, at_most=2.0):
    """cpu_seconds() once work that lags behind the answers, such as records on their way to disk, is done."""
    end = time.monotonic() + at_most
    last = cpu_seconds(pid)
    while time.monotonic() < end:
        time.sleep(quiet)
        now = cpu_seconds(pid)
        if now - last < 0.015:  # one tick is what an idle process may use
            return now
        last = now
    return last


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


class Processes:
    """Starts programs in sessions of their own (ctrl-C reaches run.py alone) and ends every one of them."""

    def __init__(self, directory):
        self.directory = directory
        self._running = []

    def start(self, name, command, unprivileged=False, **more):
        """Starts `command`; its output goes to NAME.log. Root hands unprivileged programs to nobody. `more`: cwd, env."""
        identity = dict(more)
        if unprivileged and os.geteuid() == 0:
            identity.update(user=NOBODY, group=NOBODY, extra_groups=[])
        with open(self.directory / f"{name}.log", "wb") as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                       start_new_session=True, **identity)
        self._running.append(process)
        return process

    def run(self, command, timeout):
        """Runs `command` to its end and returns its standard output, whatever its exit code."""
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                                   start_new_session=True)
        self._running.append(process)
        try:
            output, _ = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired as error:
            raise Failed(f"{command[0]} did not end within {timeout:.0f} s") from error
        finally:
            self.stop(process)
        return output

    def log_tail(self, name, lines=12):
        text = (self.directory / f"{name}.log").read_text(errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    def stop(self, process, patience=3.0):
        """SIGTERM, then SIGKILL; descendants that outlive their parent are ended by id as well."""
        if process not in self._running:
            return
        if process.poll() is None:
            family = {pid: _stat(pid) for pid in tree(process.pid)[1:]}
            process.terminate()
            try:
                process.wait(patience)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            for pid, before in family.items():
                now = _stat(pid)
                if now and before and now[19] == before[19]:  # the same start time: not a reused id
                    kill(pid)
        self._running.remove(process)

    def stop_all(self):
        for process in reversed(list(self._running)):
            self.stop(process)
        for pid in tree(os.getpid())[1:]:  # started, and interrupted before it was entered in the list
            kill(pid)
