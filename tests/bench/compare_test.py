#!/usr/bin/env python3
"""The comparison's arithmetic and its page, on data that is known: no server is started.

    python3 tests/bench/compare_test.py
"""
import json
import sys
import tempfile
import unittest
import xml.etree.ElementTree
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE / "compare")]

import crosscheck  # noqa: E402
import figures  # noqa: E402
import ladder  # noqa: E402
import page  # noqa: E402
import peers  # noqa: E402
import stats  # noqa: E402


def contender(name, kind, cpu=(), **more):
    rounds = {"cpu": [{"round": i, "cpu_us": us, "rps": 1e6 / us, "rss_max_bytes": 3e7, "requests": 9} for i, us in enumerate(cpu) if us]}
    return {"name": name, "kind": kind, "about": name, "rss_idle": 20_000_000, "start_seconds": 0.1, "capacity": 100.0, "rounds": rounds, "errors": {}, **more}


def result(*contenders, **more):
    return {"date": "2026-01-01 00:00 UTC", "minutes": 1, "command": "x", "quick": False, "commit": "c", "memory_bytes": 1e9, "descriptors": 20000, "load_before": 0.1,
            "machine": {"cpu": "cpu", "cores": 2, "kernel": "6", "python": "3"}, "steal_seconds": 0, "versions": {"nginx": "1"}, "missing": {"X": "why"},
            "notes": [], "sizes": {"rounds": {"cpu": 3}}, "crosscheck": None, "contenders": list(contenders), **more}


class StatsTest(unittest.TestCase):
    def test_percentiles_are_upper_edges_and_need_records_beyond_them(self):
        histogram = [(10.0, 500), (20.0, 490), (30.0, 10)]
        self.assertEqual([stats.percentile(histogram, f) for f in (0.5, 0.99, 0.999)], [10.0, 20.0, None])
        self.assertEqual(stats.percentile([], 0.5), None)

    def test_histograms_are_pooled_by_edge(self):
        self.assertEqual(stats.pooled([[[1.0, 2], [3.0, 1]], [[1.0, 5]]]), [(1.0, 7), (3.0, 1)])

    def test_an_interval_holds_its_figure_and_is_the_same_each_time(self):
        rounds = [{"x": value} for value in (1.0, 2.0, 3.0, 4.0, 100.0)]
        first, second = (stats.interval(rounds, stats.median_of(lambda r: r["x"])) for _ in range(2))
        self.assertEqual(first, second)
        self.assertTrue(1.0 <= first["low"] <= first["value"] == 3.0 <= first["high"] <= 100.0, first)
        self.assertEqual(stats.interval([], stats.median_of(lambda r: r["x"]))["value"], None)

    def test_added_is_of_the_same_rounds(self):
        rounds = [{"through": [[50.0, 100]], "direct": [[20.0, 100]]}] * 3
        self.assertEqual(stats.interval(rounds, stats.added(0.5, "through", "direct"), draws=20), {"value": 30.0, "low": 30.0, "high": 30.0})

    def test_ratios_are_taken_within_rounds_that_both_have(self):
        nginx, other = contender("nginx", "proxy", (10, 20, None)), contender("bare", "sluice", (20, 40, 1000))
        self.assertEqual(figures.ratio(other, nginx, "cpu", "cpu_us")["value"], 2.0)


class CrosscheckTest(unittest.TestCase):
    def test_a_tool_that_sees_something_else_is_named(self):
        ours = [{"rps": 1000.0, "p50_us": 5000.0, "cpu_us": 10.0}]
        found = {"slow": {"sluice_loadgen": ours, "wrk": ours, "h2load": [{"rps": 1300.0, "p50_us": 5000.0, "cpu_us": 10.0}]}}
        said = {(v["tool"], v["figure"]): v["verdict"] for v in crosscheck.verdicts(found)}
        self.assertEqual(said, {("wrk", "rps"): "agrees", ("wrk", "p50_us"): "agrees", ("h2load", "rps"): "DIFFERS", ("h2load", "p50_us"): "agrees"})
        self.assertEqual(len(list(page.crosscheck_faults({"crosscheck": {"verdicts": list(crosscheck.verdicts(found)), "faults": []}}))), 1)


class PageTest(unittest.TestCase):
    def written(self, data):
        with tempfile.TemporaryDirectory() as name:
            page.write(json.loads(json.dumps(data)), Path(name))
            return (Path(name) / "RESULTS.md").read_text(), {p.stem: p.read_text() for p in Path(name).glob("plots/*.svg")}

    def test_figures_faults_and_what_is_missing_are_on_the_page(self):
        auth = contender("+auth", "sluice", (26, 27, 29))
        died = contender("Peer", "peer", errors={"start": "ended at once\nwith 1"})
        text, plots = self.written(result(contender("nginx", "proxy", (10, 10, 10)), contender("bare", "sluice", (25, 25, 25)), auth, died))
        self.assertIn("| Sluice bare | 25.0 (25.0 to 25.0) | 2.50 (2.50 to 2.50) |", text)
        self.assertIn("| Sluice +auth | Sluice bare | 2.00 (1.00 to 4.00) | +auth |", text)
        self.assertIn("- Peer, start: ended at once / with 1", text)
        self.assertIn("- X: why", text)
        self.assertIn("plots/cpu.svg", text)
        self.assertEqual(list(plots), ["cpu"])
        xml.etree.ElementTree.fromstring(plots["cpu"])

    def test_another_gateways_fault_is_not_ours(self):
        data = result(contender("Peer", "peer", errors={"streams": "status 500"}))
        self.assertEqual((len(list(page.faults(data))), list(page.own_faults(data))), (1, []))
        data["contenders"][0]["kind"] = "sluice"
        self.assertEqual(len(list(page.own_faults(data))), 1)

    def test_numbers_have_three_digits_that_mean_something(self):
        self.assertEqual([page.number(n) for n in (None, 1234.6, 99.94, 1.234, -0.001)], ["-", "1,235", "99.9", "1.23", "0"])


class PeersTest(unittest.TestCase):
    def test_manifests_are_whole(self):
        for key, manifest in peers.manifests().items():
            with self.subTest(peer=key):
                self.assertLessEqual({"name", "version", "from", "needs", "install", "installed", "start", "does"}, set(manifest))
                for file in manifest.get("files", []):
                    self.assertTrue((HERE / "peers" / key / f"{file}.in").is_file(), file)
                texts = [*manifest["start"], *((HERE / "peers" / key / f"{file}.in").read_text() for file in manifest.get("files", []))]
                self.assertTrue(not manifest["start"] or "port" in manifest or any("@PORT@" in text for text in texts))

    def test_a_long_failure_keeps_its_end(self):
        text = peers.ends_of("x ended at once with 1: " + "noise " * 200 + "lookup x.example on 10.1.2.3:53: no such host")
        self.assertTrue(text.startswith("x ended at once") and text.endswith("lookup x.example: no such host") and len(text) <= 420, text)

    def test_why_it_could_not_be_had_names_no_registry(self):
        output = "go: x@v1: reading https://registry.example/x/@v/v1.info: 403 Forbidden\n\tserver response: This module version is not available.\nbye\n"
        self.assertEqual(peers.gist(output), "go: x@v1: reading x/@v/v1.info: 403 Forbidden / server response: This module version is not available.")


class LadderTest(unittest.TestCase):
    def test_each_step_has_what_the_one_before_has(self):
        before = set()
        for step in ladder.NAMES:
            config = json.loads(ladder.configuration(step, 1, DIR="/d", ROOT="/r", SINK="http://s"))
            plugins = {plugin["plugin"] for plugin in config["plugins"]} | set(config)
            self.assertLessEqual(before, plugins)
            self.assertTrue(plugins > before or step == "+answers", step)
            before = plugins
        self.assertNotIn("@", json.dumps(config))


if __name__ == "__main__":
    unittest.main()
