#!/usr/bin/env python3
"""deploy/README.md, "As a service of systemd", word for word in a Debian that boots: a tree of debootstrap, systemd as its first process
(systemd-nspawn), the unit, and a gateway with keys, limits, ledger, records and Lua. Not part of `make test`: it downloads some 100 MB
and takes a minute or two.

    sudo apt-get install debootstrap systemd-container
    sudo tests/hardening/booted.py --build build/release [--tree FOLDER] [unittest's arguments]

`--tree` keeps the Debian for the next time.
"""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE))

from container_test import instructions  # noqa: E402

MASTER = "sk-planted-master"
URL = "http://127.0.0.1:4000"
CONFIG = {"model_list": [{"model_name": "echo", "litellm_params": {"model": "echo/words"}}],
          "listen": {"address": "127.0.0.1", "port": 4000}, "general_settings": {"master_key": "os.environ/MASTER"},
          "plugins": [{"plugin": name} for name in ("store_sqlite", "auth_keys", "admin_api", "pricing", "limits", "ledger", "lua")]
          + [{"plugin": "callback_jsonl", "config": {"path": "records.jsonl"}}]}
# Of systemd's users that are nobody's: https://systemd.io/UIDS-GIDS
DYNAMIC_USERS = range(61184, 65520)


def run(*words, **options):
    return subprocess.run([str(word) for word in words], check=True, capture_output=True, text=True, timeout=900, **options).stdout


class Box:
    """A Debian with systemd and the gateway in it."""

    def __init__(self, tree, build):
        self.tree = pathlib.Path(tree)
        libraries = next(rest for stage, word, rest in instructions() if stage == "runtime" and word == "RUN" and "apt-get" in rest)
        libraries = libraries.split("--no-install-recommends")[1].split("&&")[0].split()
        if not (self.tree / "usr" / "bin" / "apt-get").exists():
            run("debootstrap", "--variant=minbase", "--include=systemd,systemd-sysv,dbus,curl", "bookworm", self.tree, "http://deb.debian.org/debian")
        run("chroot", self.tree, "apt-get", "update")
        run("chroot", self.tree, "apt-get", "install", "-y", "--no-install-recommends", *libraries)
        shutil.rmtree(self.tree / "var" / "lib" / "private" / "sluice", ignore_errors=True)
        run("cmake", "--install", build, "--component", "gateway", "--prefix", self.tree / "usr" / "local", "--strip")
        units = self.tree / "etc" / "systemd" / "system"
        run("install", "-m", "0644", ROOT / "deploy" / "systemd" / "sluice.service", units)
        settings = self.tree / "etc" / "sluice"
        run("install", "-d", "-m", "0755", settings)
        (settings / "config.yaml").write_text(json.dumps(CONFIG), encoding="utf-8")
        (settings / "environment").write_text(f"MASTER={MASTER}\n", encoding="utf-8")
        (settings / "environment").chmod(0o600)
        run("systemctl", f"--root={self.tree}", "enable", "sluice")
        # Machines with the first kind of control groups say so; systemd finds out about the second by itself.
        kind = {"SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "0"} if pathlib.Path("/sys/fs/cgroup/systemd").exists() else {}
        self.log = open(self.tree / "console.log", "w", encoding="utf-8")
        self.process = subprocess.Popen(["systemd-nspawn", "-D", self.tree, "--register=no", "--keep-unit", "--private-network", "-b"],
                                        env={**os.environ, **kind}, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)

    def inside(self, *words, check=True):
        first = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text(encoding="utf-8").split()[0]
        return subprocess.run(["nsenter", "-t", first, "-m", "-u", "-i", "-n", "-p", *words], check=check, capture_output=True, text=True, timeout=60).stdout.strip()

    def wait(self, what, answer, seconds=60):
        end, said = time.monotonic() + seconds, ""
        while time.monotonic() < end:
            try:
                said = what()
                if said == answer:
                    return
            except (OSError, IndexError, subprocess.SubprocessError) as error:
                said = str(error)
            time.sleep(0.2)
        raise AssertionError(f"{said!r} instead of {answer!r} for {seconds} s")

    def state(self, name):
        return self.inside("systemctl", "show", "sluice", "-p", name, "--value")

    def ask(self, path, body=None, key=MASTER):
        """(status, text)."""
        data = ["-d", json.dumps(body)] if body is not None else []
        text, _, status = self.inside("curl", "-s", "-m", "10", "-w", "\n%{http_code}", "-H", f"authorization: Bearer {key}", URL + path, *data, check=False).rpartition("\n")
        return int(status or 0), text

    def serves(self):
        return self.ask("/health/liveliness")[0]

    def complete(self, key, model="echo", **more):
        return self.ask("/v1/chat/completions", {"model": model, "messages": [{"role": "user", "content": "hello"}], **more}, key)

    def end(self):
        try:
            self.inside("systemctl", "poweroff", check=False)
            self.process.wait(60)
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()
            self.log.close()


class Service(unittest.TestCase):
    tree = build = box = None  # set by main and setUpClass

    @classmethod
    def setUpClass(cls):
        cls.box = Box(cls.tree, cls.build)
        cls.addClassCleanup(cls.box.end)
        cls.box.wait(cls.box.serves, 200)
        cls.key = json.loads(cls.box.ask("/key/generate", {"rpm_limit": 100, "max_budget": 5})[1])["key"]

    def test_1_it_is_nobody_and_may_do_nothing(self):
        status = dict(line.split(":\t", 1) for line in self.box.inside("cat", f"/proc/{self.box.state('MainPID')}/status").splitlines() if ":\t" in line)
        self.assertIn(int(status["Uid"].split()[0]), DYNAMIC_USERS)
        self.assertEqual({status[name] for name in ("CapEff", "CapPrm", "CapBnd", "CapAmb")}, {"0" * 16})
        self.assertEqual((status["NoNewPrivs"], status["Seccomp"]), ("1", "2"))

    def test_2_it_serves(self):
        self.assertEqual(self.box.complete(self.key)[0], 200)
        self.assertTrue(self.box.complete(self.key, stream=True)[1].rstrip().endswith("data: [DONE]"))
        self.assertEqual(self.box.complete("sk-wrong")[0], 401)

    def test_3_it_can_write_to_its_own_folder_only(self):
        own = self.box.inside("sh", "-c", "find /var/lib/private/sluice -maxdepth 1 -mindepth 1 -printf '%f %m\\n' | sort")
        self.assertIn("sluice.db 600", own)
        for place in ("/etc/sluice/x", "/usr/local/lib/sluice/plugins/x.so", "/x"):
            with self.subTest(place):
                self.read_only(place)

    def read_only(self, place):
        """Asked as root: it is the mount that refuses, not only whose file it is."""
        said = subprocess.run(["nsenter", "-t", self.host_pid(), "-m", "touch", place], capture_output=True, text=True, timeout=20)
        self.assertIn("Read-only file system", said.stderr)

    def host_pid(self):
        found = [entry.name for entry in pathlib.Path("/proc").iterdir() if entry.name.isdigit() and self.is_gateway(entry)]
        self.assertEqual(len(found), 1)
        return found[0]

    def is_gateway(self, entry):
        try:
            status = (entry / "status").read_text(encoding="utf-8")
            first = (entry / "cmdline").read_bytes().split(b"\0")[0]
        except OSError:
            return False
        return first == b"/usr/local/bin/sluice" and f"\t{self.box.state('MainPID')}\n" in status

    def test_4_a_reload_takes_the_new_configuration_and_no_faulty_one(self):
        file = self.box.tree / "etc" / "sluice" / "config.yaml"
        before = file.read_text(encoding="utf-8")
        file.write_text(before.replace('"model_name": "echo"', '"model_name": "echo2"'), encoding="utf-8")
        self.box.inside("systemctl", "reload", "sluice")
        self.box.wait(lambda: self.box.complete(self.key, "echo2")[0], 200, 10)
        file.write_text("nonsense: [", encoding="utf-8")
        self.box.inside("systemctl", "reload", "sluice")
        time.sleep(1)
        self.assertEqual(self.box.complete(self.key, "echo2")[0], 200)
        file.write_text(before, encoding="utf-8")
        self.box.inside("systemctl", "reload", "sluice")
        self.box.wait(lambda: self.box.complete(self.key)[0], 200, 10)

    def test_5_killed_it_comes_back_with_its_keys(self):
        restarts = int(self.box.state("NRestarts"))
        self.box.inside("kill", "-9", self.box.state("MainPID"))
        self.box.wait(lambda: int(self.box.state("NRestarts")), restarts + 1)
        self.box.wait(self.box.serves, 200)
        self.assertEqual(self.box.complete(self.key)[0], 200)

    def test_6_stopped_it_has_drained_and_no_key_is_in_its_journal(self):
        self.box.inside("systemctl", "stop", "sluice")
        self.assertEqual((self.box.state("Result"), self.box.state("ExecMainStatus")), ("success", "0"))
        journal = self.box.inside("journalctl", "-u", "sluice", "--no-pager", "-o", "cat")
        self.assertIn("stopped", journal)
        self.assertNotIn(MASTER, journal)
        self.assertNotIn(self.key, journal)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "release")
    parser.add_argument("--tree", type=pathlib.Path)
    given, others = parser.parse_known_args()
    missing = [tool for tool in ("debootstrap", "systemd-nspawn", "nsenter") if not shutil.which(tool)]
    if missing or os.geteuid() != 0:
        sys.exit(f"booted.py: needs root and {', '.join(missing) or 'nothing else'}; sudo apt-get install debootstrap systemd-container")
    with tempfile.TemporaryDirectory(prefix="sluice-box-") as folder:
        Service.tree, Service.build = given.tree or pathlib.Path(folder, "tree"), given.build
        unittest.main(argv=[sys.argv[0], "-v", *others])


if __name__ == "__main__":
    main()
