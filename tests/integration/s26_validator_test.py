"""M: `sluice plugin check` passes what is shipped and finds what is broken; inspect and chain."""
import json
import multiprocessing.pool
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from scenario import KEY, SANITIZED, SLOW, main  # noqa: E402
from processes import gateway_binary  # noqa: E402

LIB = gateway_binary().parent.parent / "lib" / "sluice"

# number of the fault in tests/broken_plugins/broken.cpp: the test that finds it, and a word of what it says
BROKEN = {
    1: ("static.exports", "does not export sluice_plugin_entry_v1"), 2: ("static.manifest", 'version is "one"'),
    3: ("static.manifest", "description is missing"), 4: ("static.manifest", "ABI 9"),
    5: ("scan.interfaces", "names sluice.router/1"), 6: ("static.manifest", 'capability "root"'),
    7: ("static.manifest", "not a JSON object"), 8: ("scan.unknown", "gives something"),
    9: ("scan.describe", "say different things"), 10: ("scan.interfaces", "a size of 3"),
    11: ("config.create", "crashed (signal 6"), 12: ("config.create", "created nothing"),
    13: ("hooks.state", "request_begin without request_end"), 14: ("hooks.verdicts", "verdict 77 is not allowed in pre_call"),
    15: ("hooks.verdicts", "verdict 3 is not allowed in pre_call"), 16: ("hooks.verdicts", "pre_call on route chat"),
    17: ("hooks.verdicts", "an exception crosses the border"), 18: ("hooks.verdicts", "verdict 1 is not allowed"),
    19: ("hooks.quick", "pre_call took 3"), 20: ("hooks.bodies", "crashed (signal 11"),
    21: ("hooks.verdicts", "did not end within"), 22: ("stream.chunks", "cut otherwise"),
    23: ("stream.ends", "an unknown exception"), 24: ("stream.chunks", "on_stream"),
    25: ("stream.chunks", "on_stream"), 26: ("contract.locks", "did not end within"),
    27: ("contract.leftovers", "threads of an instance"), 28: ("hooks.records", "threw an exception"),
    29: ("load.memory", "KiB behind"), 30: ("load.parallel", "crashed (signal 6"),
    31: ("contract.unknown", "crashed (signal 6"), 32: ("static.unique", "-fno-gnu-unique"),
    33: ("reload.unload", "keeps it mapped"), 34: ("reload.state", "could not be taken over"),
    35: ("roles.router", "it picks 0"), 36: ("roles.endpoint", "a route of the gateway itself"),
    37: ("config.create", "it gave no reason"), 38: ("config.nonsense", "buffer|bytes; there are 64"),
    39: ("config.nonsense", "crashed|threw"), 40: ("contract.poor", "crashed (signal 6"),
    41: ("contract.rich", "whose structs have grown"), 42: ("config.create", "crashed (signal 6"),
    43: ("static.exports", "helper"), 44: ("scan.load", "incomplete entry"),
    45: ("static.stack", "executable stack"), 46: ("scan.load", "nobody_has_this"),
}
# With a sanitizer in the process these end in its own words, or not at all.
NOT_SANITIZED = {11, 20, 25, 30, 31, 32, 33, 38, 40, 42, 45, 46}


def patience(number):
    """Short only for those that are to run into it: the machine may be busy."""
    return str(int((4 if "did not end" in BROKEN[number][1] else 30) * SLOW))


def check(path, *options):
    run = subprocess.run([str(gateway_binary()), "plugin", "check", str(path), "--json", *options], capture_output=True, text=True, check=False)
    return run.returncode, json.loads(run.stdout)


class Validator(unittest.TestCase):
    def failures(self, path, *options):
        code, outcome = check(path, *options)
        failed = {one["test"]: one["text"] for one in outcome["results"] if one["result"] == "fail"}
        self.assertEqual(code, 1 if failed else 0)
        return failed, outcome

    def test_m01_every_shipped_plugin_and_example_passes(self):
        configs = {"c_plugin": '{"word":"secret"}', "rust_plugin": None, "http_enricher": '{"url":"http://127.0.0.1:9/x"}'}
        paths = sorted([*(LIB / "plugins").glob("*.so"), *(LIB / "examples").glob("*.so"), *(LIB / "test_plugins").glob("*_probe.so")])
        self.assertGreater(len(paths), 8)
        for path in paths:
            with self.subTest(path.name):
                given = configs.get(path.stem)
                failed, outcome = self.failures(path, "--timeout", str(int(20 * SLOW)), *(["--config", given] if given else []))
                self.assertEqual(failed, {})
                self.assertGreater(outcome["passed"], 20)

    def test_m02_every_broken_plugin_fails_in_the_right_line(self):
        if not (LIB / "broken_plugins").is_dir():
            self.skipTest(f"{LIB}/broken_plugins is not built")
        numbers = [number for number in BROKEN if not (SANITIZED and number in NOT_SANITIZED)]
        with multiprocessing.pool.ThreadPool(4) as pool:  # some wait for their timeout
            found = pool.map(lambda number: self.failures(LIB / "broken_plugins" / f"broken_{number}.so", "--timeout", patience(number),
                                                          "--only", BROKEN[number][0])[0], numbers)
        for number, failed in zip(numbers, found):
            test, words = BROKEN[number]
            with self.subTest(number, test=test):
                self.assertIn(test, failed)
                self.assertTrue(any(word in failed[test] for word in words.split("|")), failed[test])

    def test_m03_the_same_source_without_a_fault_passes(self):
        path = LIB / "broken_plugins" / "broken_0.so"
        if not path.exists():
            self.skipTest(f"{path} is not built")
        self.assertEqual(self.failures(path)[0], {})

    def test_m07_plugins_built_from_the_headers_of_the_first_release(self):
        for name, config in (("frozen_c", '{"word":"secret"}'), ("frozen_broken", "{}")):
            path = LIB / "frozen_plugins" / f"{name}.so"
            if not path.exists():
                self.skipTest(f"{path} is not built")
            failed, outcome = self.failures(path, "--config", config)
            self.assertEqual(failed, {})
            self.assertGreater(outcome["passed"], 20)

    def new(self, folder, *options):
        return subprocess.run([str(gateway_binary()), "plugin", "new", *options], cwd=folder, capture_output=True, text=True, check=False)

    def test_m08_a_new_project_builds_and_passes(self):
        root = pathlib.Path(__file__).resolve().parents[2]
        templates = ["--templates", str(root / "sdk" / "templates")]
        with tempfile.TemporaryDirectory(prefix="sluice-new-") as folder:
            made = self.new(folder, "--id", "com.acme.word_guard", "--hooks", "pre_call,on_stream", "--lang", "c", *templates)
            self.assertEqual(made.returncode, 0, made.stderr)
            project = pathlib.Path(folder) / "word_guard"
            built = subprocess.run(["make", f"SLUICE_SDK={root}", "test"], cwd=project, capture_output=True, text=True, check=False)
            self.assertEqual(built.returncode, 0, built.stdout + built.stderr)
            (project / "word_guard.so").chmod(0o644)
            failed, outcome = self.failures(project / "word_guard.so", "--timeout", str(int(20 * SLOW)))
            self.assertEqual(failed, {})
            self.assertIn(b'"id":"com.acme.word_guard"', (project / "word_guard.so").read_bytes())
            again = self.new(folder, "--id", "word_guard", "--hooks", "pre_call", *templates)
            self.assertEqual(again.returncode, 2)
            self.assertIn("is there already", again.stderr)
            for options, words in ((("--id", "Bad-Name", "--hooks", "pre_call"), "[a-z][a-z0-9_]*"),
                                   (("--id", "x", "--hooks", "pre_cal"), "did you mean pre_call?"),
                                   (("--id", "x", "--hooks", "pre_call", "--templates", "/nowhere"), "no templates at")):
                refused = self.new(folder, *options)
                self.assertEqual(refused.returncode, 2)
                self.assertIn(words, refused.stderr)

    def test_m04_files_that_are_none(self):
        with tempfile.TemporaryDirectory(prefix="sluice-validator-") as folder:
            folder = pathlib.Path(folder)
            good = (LIB / "plugins" / "provider_echo.so").read_bytes()
            for name, data, mode, test, words in (("text.so", b"hello", 0o644, "static.file", "not a 64-bit ELF"),
                                                  ("writable.so", good, 0o666, "static.file", "chmod go-w"),
                                                  ("bare.so", good.replace(b".sluice.manifest", b".sluice.nothing!"), 0o644, "static.manifest", "no section")):
                path = folder / name
                path.write_bytes(data)
                path.chmod(mode)
                failed, outcome = self.failures(path)
                self.assertIn(words, failed[test])
                self.assertTrue(any(one["text"] == f"{test} has to pass first" for one in outcome["results"]), outcome)
            os.symlink(LIB / "plugins" / "provider_echo.so", folder / "link.so")
            self.assertIn("symbolic link", self.failures(folder / "link.so")[0]["static.file"])
            self.assertIn("static.file", self.failures(folder / "missing.so")[0])

    def test_m05_inspect_runs_no_code(self):
        path = LIB / "broken_plugins" / "broken_11.so"  # would abort
        if not path.exists():
            self.skipTest(f"{path} is not built")
        run = subprocess.run([str(gateway_binary()), "plugin", "inspect", str(path), "--json"], capture_output=True, text=True, check=True)
        value = json.loads(run.stdout)
        self.assertEqual((value["manifest"]["id"], len(value["sha256"])), ("broken", 64))
        bad = subprocess.run([str(gateway_binary()), "plugin", "inspect", __file__], capture_output=True, text=True, check=False)
        self.assertEqual((bad.returncode, bad.stdout), (1, ""))
        self.assertIn("not a 64-bit ELF", bad.stderr)

    def test_m06_the_chain_of_a_tenant(self):
        config = {"model_list": [{"model_name": "echo", "litellm_params": {"model": "echo/echo"}}], "general_settings": {"master_key": KEY},
                  "plugin_dirs": [str(LIB / "plugins"), str(LIB / "test_plugins")],
                  "plugins": [{"id": "all", "plugin": "phase_probe", "order": 5},
                              {"id": "acme", "plugin": "phase_probe", "scope": {"tenants": ["acme"]}, "on_error": "open"}]}
        with tempfile.TemporaryDirectory(prefix="sluice-chain-") as folder:
            file = pathlib.Path(folder) / "config.yaml"
            file.write_text(json.dumps(config))

            def chain(*options):
                run = subprocess.run([str(gateway_binary()), "chain", "-c", str(file), *options], capture_output=True, text=True, check=False)
                return run.returncode, [line.split()[:2] for line in run.stdout.splitlines()], run
            self.assertIn(["pre_call", "all"], chain()[1])
            self.assertNotIn(["pre_call", "acme"], chain()[1])
            _, lines, _ = chain("--tenant", "acme", "--route", "messages")
            self.assertLess(lines.index(["pre_call", "acme"]), lines.index(["pre_call", "all"]))
            self.assertLess(lines.index(["post_call", "all"]), lines.index(["post_call", "acme"]))
            code, _, run = chain("--route", "nowhere")
            self.assertEqual(code, 2)
            self.assertIn('no route "nowhere"', run.stderr)


if __name__ == "__main__":
    main()
