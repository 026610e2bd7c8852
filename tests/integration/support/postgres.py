"""A PostgreSQL for a scenario: in a directory of its own, on a socket there and nowhere else, with a password."""
import ctypes
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import tempfile
import time

USER, PASSWORD = "sluice", "s3cr3t-planted-word"


def programs():
    """Where initdb and postgres are; None if they are not installed."""
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


def _as_nobody():
    """In the child: PostgreSQL refuses root. It ends when the test does, however that ends (prctl(2), PR_SET_PDEATHSIG)."""
    if os.getuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.setgroups([])
        os.setgid(nobody.pw_gid)
        os.setuid(nobody.pw_uid)
    ctypes.CDLL(None).prctl(1, signal.SIGQUIT)


class Postgres:
    def __init__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="sluice-pg-"))
        self.process = None
        if os.getuid() == 0:
            shutil.chown(self.directory, "nobody")
        word = self.directory / "word"
        word.write_text(PASSWORD, encoding="utf-8")
        word.chmod(0o644)
        self._run("initdb", "-D", self.directory / "data", "-U", USER, "--auth=scram-sha-256", f"--pwfile={word}", "-E", "UTF8", "--locale=C", "--no-sync").wait()
        self.start()

    @property
    def url(self):
        return f"postgresql://{USER}:{PASSWORD}@/postgres?host={self.directory}"

    def _run(self, program, *arguments):
        with open(self.directory / "output", "ab") as output:
            return subprocess.Popen([programs() / program, *arguments], stdout=output, stderr=output, cwd="/", preexec_fn=_as_nobody)

    def start(self):
        self.process = self._run("postgres", "-D", self.directory / "data", "-k", self.directory, "-c", "listen_addresses=", "-c", "fsync=off")
        until = time.monotonic() + 60
        pid_file = self.directory / "data" / "postmaster.pid"
        while time.monotonic() < until:
            text = pid_file.read_text(encoding="utf-8") if pid_file.exists() else ""
            if text.startswith(f"{self.process.pid}\n") and "\nready" in text:
                return
            time.sleep(0.02)
        raise AssertionError((self.directory / "output").read_text(encoding="utf-8"))

    def crash(self):
        """All of it at once, nothing is tidied up."""
        if self.process:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait()
            self.process = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.crash()
        shutil.rmtree(self.directory, ignore_errors=True)
