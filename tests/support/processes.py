"""The two processes of an integration test: the scripted upstream and the gateway."""
import ctypes
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

from waiting import REPO_ROOT, SLOW, free_port, wait_until
from wire import request

UPSTREAM = pathlib.Path(__file__).resolve().parent / "upstream.py"
START_SECONDS = 30.0
STOP_SECONDS = 15.0
TAIL_BYTES = 8000
SANITIZER_MARKS = ("ERROR: AddressSanitizer", "ERROR: LeakSanitizer", "runtime error:", "WARNING: ThreadSanitizer")


class Upstream:
    """The scripted upstream. README.md has the actions."""

    def __init__(self, *arguments):
        """arguments: more of the command line, such as "--tls-cert", file, "--tls-key", file. The control API then
        speaks TLS too, and script(), log() and the rest do not reach it."""
        self.process = subprocess.Popen([sys.executable, str(UPSTREAM), *arguments], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the upstream did not start; exit code {self.process.wait()}")
        self.port = json.loads(line)["port"]

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def script(self, actions, path_contains=None, body_contains=None, times=1):
        """Orders a behaviour: one action or a list. times=None: until reset()."""
        match = {"path_contains": path_contains, "body_contains": body_contains}
        order = {"actions": actions if isinstance(actions, list) else [actions], "times": times,
                 "match": {key: value for key, value in match.items() if value is not None}}
        return self.control("POST", "/__script", order)["id"]

    def log(self):
        return self.control("GET", "/__log")

    def state(self):
        return self.control("GET", "/__state")

    def reset(self):
        self.control("POST", "/__reset")

    def wait_for_log(self, condition, timeout=5.0):
        """The log, once condition(log) holds: an entry's end is noted a moment after the client has its answer."""
        return wait_until(lambda: (lambda log: log if condition(log) else None)(self.log()), timeout, "upstream log")

    def control(self, method, path, body=None):
        answer = request(self.port, method, path, body)
        if answer.status != 200:
            raise AssertionError(f"{method} {path}: {answer.status} {answer.text()}")
        return answer.json()

    def stop(self):
        self.process.terminate()
        code = self.process.wait(STOP_SECONDS)
        self.process.stdin.close()
        self.process.stdout.close()
        return code

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def end_with_parent():
    """In the child: SIGKILL when the test's process dies, however it dies (prctl(2), PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def gateway_binary():
    return pathlib.Path(os.environ.get("SLUICE_BIN") or REPO_ROOT / "build" / "release" / "bin" / "sluice")


class Gateway:
    """`sluice serve` with a config text, on a free port, ready when the constructor returns."""

    running = []
    started = []  # all of this process, the stopped ones too: for IntegrationTest, which shows their output

    def __init__(self, config, env=None, arguments=(), name="config.yaml", address="127.0.0.1", port=None):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="sluice-test-"))
        self.config = self.directory / name
        self.config.write_text(config, encoding="utf-8")
        self.stderr_file = self.directory / "stderr"
        self.command = [str(gateway_binary()), "serve", "-c", str(self.config), *arguments, "--listen"]
        self.address, self.any_port = address, port is None
        self.environment = {**os.environ, **(env or {})}
        self.shown = False
        self.output = None  # set by stop(): the file is gone then
        self.start(port or free_port())
        Gateway.running.append(self)
        Gateway.started.append(self)
        self.wait_until_live()

    def start(self, port):
        self.port = port
        with open(self.stderr_file, "wb") as stderr:
            self.process = subprocess.Popen([*self.command, f"{self.address}:{port}"], stdin=subprocess.DEVNULL, stdout=stderr,
                                            stderr=stderr, env=self.environment, cwd=self.directory, preexec_fn=end_with_parent)

    @property
    def pid(self):
        return self.process.pid

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def wait_until_live(self):
        try:
            wait_until(self.is_live, START_SECONDS, "GET /health/liveliness answers 200")
        except BaseException:
            self.show("did not start")
            self.stop()
            raise

    def is_live(self):
        if self.process.poll() is not None:
            if self.any_port and b"Address already in use" in self.stderr_file.read_bytes():
                self.start(free_port())  # a free port is one that was free a moment ago
                return False
            raise RuntimeError(f"the gateway ended with {self.process.returncode} while it started")
        try:
            return request(self.port, "GET", "/health/liveliness", timeout=1.0).status == 200
        except OSError:
            return False

    def memory_kb(self):
        """What is in memory, all of it and by kind: VmRSS, RssAnon, RssFile, RssShmem."""
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return {line.split(":")[0]: int(line.split()[1]) for line in status.splitlines() if line.startswith(("VmRSS:", "Rss"))}

    def rss_kb(self):
        return self.memory_kb()["VmRSS"]

    def fd_count(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def stderr(self):
        return self.stderr_file.read_text(errors="replace") if self.output is None else self.output

    def show(self, why):
        self.shown = True
        print(f"--- gateway {self.pid}, {why}; the end of its output:\n{self.stderr()[-TAIL_BYTES:]}---",
              file=sys.stderr, flush=True)

    def stop(self, sig=signal.SIGTERM):
        """Ends the process and returns its exit code: 0 is a clean stop, -9 says that it had to be killed."""
        if self not in Gateway.running:
            return self.process.returncode
        Gateway.running.remove(self)
        if self.process.poll() is None:
            self.process.send_signal(sig)
        try:
            self.process.wait(STOP_SECONDS * SLOW)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.output = self.stderr()
        if self.fault() and not self.shown:
            self.show(self.fault())
        shutil.rmtree(self.directory, ignore_errors=True)
        return self.process.returncode

    def fault(self):
        """What is wrong with how the process ended, or with what a sanitizer said meanwhile; None if all is well."""
        mark = next((mark for mark in SANITIZER_MARKS if mark in self.stderr()), None)
        code = self.process.returncode
        return f"reported {mark!r}" if mark else f"ended with {code}" if code not in (None, 0) else None

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is not None:
            self.show("test failed")
        self.stop()
        if kind is None and self.fault():
            raise AssertionError(f"the gateway {self.fault()}; its output stands above")
