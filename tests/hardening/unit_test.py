#!/usr/bin/env python3
"""deploy/systemd/sluice.service: systemd knows every word of it, finds little to expose, and lets the gateway do what the container's
profile allows."""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import seccomp  # noqa: E402

DEPLOY = HERE.parents[1] / "deploy"
UNIT = DEPLOY / "systemd" / "sluice.service"
EXPOSURE_MAX = 12  # tenths of systemd's points, of 100; what is left is that it talks over networks
# Not needed once systemd itself has given up root, or asked for by container runtimes only.
BY_SYSTEMD = {"capset", "setfsgid", "setfsuid", "setgid", "setgroups", "setregid", "setresgid", "setresuid", "setreuid", "setrlimit", "setuid",
              "chown", "fchown", "fchownat", "lchown"}


def analyze(*arguments):
    return subprocess.run(["systemd-analyze", *map(str, arguments)], capture_output=True, text=True, timeout=60)


def calls_of(group, seen=()):
    """All calls of a group such as @system-service, those of the groups in it too."""
    words = [line.strip() for line in analyze("syscall-filter", group).stdout.splitlines()[1:]]
    names = {word for word in words if word and not word.startswith(("#", "@"))}
    for inner in (word for word in words if word.startswith("@") and word not in seen):
        names |= calls_of(inner, (*seen, inner))
    return names


def settings():
    lines = [line.partition("=") for line in UNIT.read_text(encoding="utf-8").splitlines() if "=" in line and not line.startswith("#")]
    return [(key, value) for key, _, value in lines]


class Unit(unittest.TestCase):
    def setUp(self):
        if not shutil.which("systemd-analyze"):
            self.skipTest("systemd-analyze is not installed")

    def verify(self, text):
        with tempfile.TemporaryDirectory(prefix="sluice-unit-") as folder:
            unit = pathlib.Path(folder, "sluice.service")
            # It need not be installed here.
            unit.write_text(text.replace("/usr/local/bin/sluice", "/bin/true"), encoding="utf-8")
            done = analyze("verify", "--man=no", unit)
        # What it says of other units of this machine is not about this one.
        return [line for line in (done.stdout + done.stderr).splitlines() if "sluice.service" in line]

    def test_systemd_understands_it(self):
        text = UNIT.read_text(encoding="utf-8")
        self.assertEqual(self.verify(text), [])
        self.assertNotEqual(self.verify(text.replace("ProtectHome=yes", "ProtectHom=yes")), [])

    def test_little_is_exposed(self):
        done = analyze("security", "--offline=true", f"--threshold={EXPOSURE_MAX}", "--no-pager", UNIT)
        self.assertEqual(done.returncode, 0, done.stdout[-600:] + done.stderr)
        rows = json.loads(analyze("security", "--offline=true", "--json=short", UNIT).stdout)
        open_doors = {row["name"] for row in rows if row["exposure"]}
        self.assertEqual(open_doors, {
            "PrivateNetwork=", "RestrictAddressFamilies=~AF_(INET|INET6)",          # it is a gateway
            "RestrictAddressFamilies=~AF_UNIX", "RestrictAddressFamilies=~AF_NETLINK",  # syslog and databases; getaddrinfo
            "IPAddressDeny=",                                                         # who is upstream is a matter of the site
            "RootDirectory=/RootImage=", "DeviceAllow="})                             # the clock's device, of ProtectClock itself

    def test_it_lets_the_gateway_do_what_it_needs(self):
        filters = [value for key, value in settings() if key == "SystemCallFilter"]
        calls = set()
        for value in filters:
            names = set().union(*(calls_of(word) if word.startswith("@") else {word} for word in value.lstrip("~").split()))
            calls = calls - names if value.startswith("~") else calls | names
        profile = seccomp.load(DEPLOY / "seccomp" / "sluice.json")
        self.assertEqual(seccomp.allowed(profile) - BY_SYSTEMD - calls, set())
        self.assertFalse(calls & {"mount", "ptrace", "bpf", "init_module", "keyctl", "setuid", "chroot", "io_uring_setup"})

    def test_paths_agree_with_the_container(self):
        values = dict(settings())
        container = (DEPLOY / "container" / "Containerfile").read_text(encoding="utf-8")
        self.assertIn(values["ExecStart"].split()[0], container)
        self.assertIn(values["ExecStart"].split()[-1], container)
        self.assertIn(values["WorkingDirectory"], container)


if __name__ == "__main__":
    unittest.main()
