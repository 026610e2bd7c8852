"""The gateway as a container runs it: a user without privileges, no capabilities, the shipped seccomp profile, a read-only root and
one directory that can be written to.

    with Confined(config) as gateway: request(gateway.port, ...)

SLUICE_CONFINE: the program that confines (confine.c). reason() says why it cannot be done here, or is None.
"""
import functools
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))

from harness import SLOW, REPO_ROOT, free_port, gateway_binary, request, wait_until  # noqa: E402

import seccomp  # noqa: E402

PROFILE = REPO_ROOT / "deploy" / "seccomp" / "sluice.json"
USER = 64321  # nobody's: it owns nothing on this machine


def program(name):
    return pathlib.Path(os.environ.get(f"SLUICE_{name.upper()}") or REPO_ROOT / "build" / "release" / "bin" / f"sluice_{name}")


def run(folder, *command, profile=None):
    """The command under the profile and everything else; what it printed and its exit code."""
    arguments = confined(folder, profile or seccomp.load(PROFILE))
    return subprocess.run([*arguments, *map(str, command)], capture_output=True, text=True, cwd=folder, timeout=60 * SLOW)


def confined(folder, profile, name="filter.bpf"):
    """The words before a command that confine it; `folder` becomes its own."""
    file = pathlib.Path(folder) / name
    file.write_bytes(seccomp.program(profile))
    user = ["--user", str(USER)] if os.geteuid() == 0 else []
    if user:
        shutil.chown(folder, USER, USER)
    return [str(program("confine")), "--filter", str(file), *user, "--writable", str(folder), "--"]


@functools.cache
def reason():
    if not program("confine").exists():
        return f"{program('confine')} is not built"
    with tempfile.TemporaryDirectory(prefix="sluice-confined-") as folder:
        try:
            done = run(folder, "/bin/true")
        except seccomp.Unavailable as fault:
            return str(fault)
    # Containers that build this, say, let nobody mount anything.
    return f"nothing can be confined here: {done.stderr.strip()}" if done.returncode == 125 else None


def copied_program(folder):
    """The gateway and its plugins where anybody can read them; the tree may stand in somebody's home."""
    source = gateway_binary().resolve()
    for path in [source, *sorted((source.parent.parent / "lib" / "sluice" / "plugins").glob("*.so"))]:
        target = folder / path.relative_to(source.parent.parent)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
        try:
            os.link(path, target)
        except OSError:
            shutil.copy(path, target)
    return folder / "bin" / "sluice"


class Confined:
    def __init__(self, config):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sluice-confined-"))
        self.folder.chmod(0o755)
        self.state = self.folder / "state"
        self.state.mkdir()
        self.config = self.folder / "config.yaml"  # the gateway may read it and not write it
        self.config.write_text(config, encoding="utf-8")
        self.port = free_port()
        command = [*confined(self.state, seccomp.load(PROFILE)), str(copied_program(self.folder / "program")), "serve", "-c", str(self.config),
                   "--listen", f"127.0.0.1:{self.port}"]
        self.log = self.folder / "stderr"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.state)
        try:
            wait_until(self.is_live, 30.0, "the confined gateway answers")
        except BaseException:
            print(self.log.read_text(errors="replace"), file=sys.stderr)
            self.stop()
            raise

    def is_live(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"the gateway ended with {self.process.returncode} while it started")
        try:
            return request(self.port, "GET", "/health/liveliness", timeout=1.0).status == 200
        except OSError:
            return False

    def status(self, key):
        """A line of /proc/PID/status."""
        lines = pathlib.Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8").splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith(key + ":"))

    def words(self):
        return self.log.read_text(errors="replace")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(20 * SLOW)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if self.process.poll() is None:
            self.stop()
        if kind is not None:
            print(self.words()[-8000:], file=sys.stderr)
        shutil.rmtree(self.folder, ignore_errors=True)
