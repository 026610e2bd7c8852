"""Real servers for scenarios, on free ports of the loopback and in directories of their own; ended by their process id."""
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))

from harness import SLOW, free_port, wait_until  # noqa: E402


class Redis:
    """`with Redis() as redis: redis.port`. Raises unittest.SkipTest's reason as a RuntimeError if there is no redis-server."""

    def __init__(self, port=None, password=None):
        self.port, self.password, self.process = port or free_port(), password, None
        self.directory = tempfile.mkdtemp(prefix="sluice-redis-")

    def start(self):
        command = [shutil.which("redis-server"), "--port", str(self.port), "--bind", "127.0.0.1", "--dir", self.directory, "--save", "", "--appendonly", "no"]
        if self.password:
            command += ["--requirepass", self.password]
        with open(pathlib.Path(self.directory) / "log", "ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        wait_until(self.answers, timeout=10 * SLOW)
        return self

    def answers(self):
        try:
            return bool(self.ask("PING"))
        except OSError:
            return False

    def ask(self, *words):
        """One command; the raw reply."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
            if self.password:
                connection.sendall(encoded("AUTH", self.password))
                connection.recv(100)
            connection.sendall(encoded(*words))
            return connection.recv(100_000)

    def freeze(self):
        os.kill(self.process.pid, signal.SIGSTOP)

    def thaw(self):
        os.kill(self.process.pid, signal.SIGCONT)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.thaw()
            self.process.terminate()
            self.process.wait(10)
        self.process = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)


def encoded(*words):
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(w.encode()), w.encode()) for w in words)
