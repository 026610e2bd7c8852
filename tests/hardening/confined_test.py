#!/usr/bin/env python3
"""deploy/seccomp/sluice.json is enough for the gateway, and not for more: it serves, reloads and stops under it, as a user without
privileges on a read-only root; and what it never needs is refused."""
import json
import os
import pathlib
import signal
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from confined import PROFILE, USER, Confined, program, reason, request, run, wait_until  # noqa: E402
import seccomp  # noqa: E402

AUTH = {"authorization": "Bearer sk-1234"}
CHAT = "/v1/chat/completions"
REFUSED = {"EPERM", "ENOSYS", "EAFNOSUPPORT"}
WORDS = "function on_request(ctx) if ctx:last_user():find('codename', 1, true) then return ctx:block('a word') end end"


def config(*models):
    """Most of what uses the kernel: databases, files, a cache on a disk, signals of its own to threads of plugins."""
    return json.dumps({
        "model_list": [{"model_name": name, "litellm_params": {"model": "echo/words"}} for name in models],
        "general_settings": {"master_key": "sk-1234"},
        "litellm_settings": {"cache": True, "cache_params": {"type": "disk", "disk_cache_dir": "kept"}},
        "plugins": [{"plugin": "store_sqlite", "config": {"path": "sluice.db"}}, {"plugin": "auth_keys"}, {"plugin": "admin_api"}, {"plugin": "pricing"},
                    {"plugin": "limits"}, {"plugin": "ledger"}, {"plugin": "callback_jsonl", "config": {"path": "records.jsonl"}},
                    {"plugin": "callback_prometheus"}, {"plugin": "guard_secrets"},
                    {"plugin": "lua", "config": {"policies": [{"name": "words", "code": WORDS}]}}]})


class UnderTheProfile(unittest.TestCase):
    def setUp(self):
        if reason():
            self.skipTest(reason())

    def ask(self, gateway, text="hello", model="echo", **more):
        body = {"model": model, "messages": [{"role": "user", "content": text}], **more}
        return request(gateway.port, "POST", CHAT, body, AUTH)

    def test_it_serves_reloads_and_stops(self):
        with Confined(config("echo")) as gateway:
            self.assertIn("You said: hello", self.ask(gateway).text())
            self.assertIn("data: [DONE]", self.ask(gateway, stream=True).text())
            self.assertEqual(self.ask(gateway, "the codename").status, 400)
            made = request(gateway.port, "POST", "/key/generate", {"key_alias": "a"}, AUTH)
            self.assertEqual(made.status, 200, made.text())
            # A reload: a child process that tries the new configuration, plugins that are loaded anew, state that is handed over.
            gateway.config.write_text(config("echo", "another"), encoding="utf-8")
            gateway.process.send_signal(signal.SIGHUP)
            wait_until(lambda: "generation 2 serves" in gateway.words() or "refused" in gateway.words(), 30.0, "the reload")
            self.assertIn("You said: again", self.ask(gateway, "again", "another").text())
            self.assertEqual(request(gateway.port, "GET", "/metrics", headers=AUTH).status, 200)
            self.assertEqual(gateway.stop(), 0, gateway.words())
            records = (gateway.state / "records.jsonl").read_text(encoding="utf-8").splitlines()
            self.assertGreaterEqual(len(records), 4)
            self.assertTrue((gateway.state / "sluice.db").exists())

    def test_it_has_no_privileges(self):
        with Confined(config("echo")) as gateway:
            user = USER if os.geteuid() == 0 else os.geteuid()
            self.assertEqual(set(gateway.status("Uid").split()), {str(user)})
            for capabilities in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
                if capabilities != "CapBnd" or os.geteuid() == 0:
                    self.assertEqual(int(gateway.status(capabilities), 16), 0, capabilities)
            self.assertEqual((gateway.status("NoNewPrivs"), gateway.status("Seccomp")), ("1", "2"))
            mounts = pathlib.Path(f"/proc/{gateway.process.pid}/mountinfo").read_text(encoding="utf-8").splitlines()
            writable = {line.split()[4] for line in mounts if "rw" in line.split()[5].split(",")}
            self.assertEqual(writable, {str(gateway.state)})

    def test_what_it_never_needs_is_refused(self):
        with tempfile.TemporaryDirectory(prefix="sluice-confined-") as folder:
            done = run(folder, program("forbidden"))
        self.assertEqual(done.returncode, 0, done.stderr)
        answers = dict(line.split() for line in done.stdout.splitlines())
        self.assertGreater(len(answers), 15)
        self.assertEqual({name: answer for name, answer in answers.items() if answer not in REFUSED}, {})

    def test_the_test_can_fail(self):
        """without a call that everything needs, nothing starts; without the profile, most of what is refused above is not"""
        lame = seccomp.load(PROFILE)
        lame["syscalls"] = [{**rule, "names": [name for name in rule["names"] if name != "mmap"]} for rule in lame["syscalls"]]
        with tempfile.TemporaryDirectory(prefix="sluice-confined-") as folder:
            self.assertNotEqual(run(folder, program("forbidden"), profile=lame).returncode, 0)
            free = run(folder, program("forbidden"), profile={"defaultAction": "SCMP_ACT_ALLOW", "syscalls": []})
        answers = dict(line.split() for line in free.stdout.splitlines())
        self.assertIn("allowed", answers["write_and_execute"])
        self.assertNotIn(answers["keyctl"], {"EPERM", "ENOSYS"})


if __name__ == "__main__":
    unittest.main()
