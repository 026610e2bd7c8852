"""AF: /metrics: what Prometheus reads of requests, deployments, guardrails, plugins and the process; its size has a bound."""
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from scenario import KEY, SLOW, USER, Scenario, deployment, main, wait_until  # noqa: E402

CHAT = "/v1/chat/completions"
LINE = re.compile(r'^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$')
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


def series(text):
    """(name, frozenset of labels) -> value"""
    out = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            name, labels, value = LINE.match(line).groups()
            out[(name, frozenset(LABEL.findall(labels or "")))] = float(value)
    return out


class Metrics(Scenario):
    settings = {"litellm_settings": {"callbacks": ["prometheus"]}, "callback_settings": {"prometheus": {"end_user_label": True}},
                "router_settings": {"num_retries": 0, "cooldown_time": 60 * SLOW, "allowed_fails": 1},
                "plugins": [{"plugin": "pricing"}]}

    @classmethod
    def models(cls, base):
        return [deployment("gpt", "openai/gpt-4o", base + "/v1", {"id": "gpt-1"}), deployment("bad", "openai/gpt-4o", base + "/bad/v1", {"id": "bad-1"}),
                deployment("bad", "openai/gpt-4o", base + "/worse/v1", {"id": "bad-2"})]

    def page(self):
        answer = self.call("/metrics", method="GET", key=None)
        self.assertEqual((answer.status, answer.headers["content-type"]), (200, "text/plain; version=0.0.4; charset=utf-8"))
        return answer.text()

    def value(self, name, **labels):
        return sum(v for (n, have), v in series(self.page()).items() if n == name and set(labels.items()) <= have)

    def counted(self, name, want, **labels):
        wait_until(lambda: self.value(name, **labels) >= want, timeout=10 * SLOW)
        self.assertEqual(self.value(name, **labels), want)

    def test_af01_requests_tokens_and_spend(self):
        usage = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}
        self.upstream.script({"respond": {"status": 200, "body": {"id": "x", "object": "chat.completion", "choices": [], "usage": usage}}}, times=None)
        for _ in range(3):
            self.assertEqual(self.call(CHAT, {"model": "gpt", "messages": USER, "user": "af01"}).status, 200)
        self.counted("litellm_requests_metric_total", 3, model="gpt-4o")
        self.counted("litellm_input_tokens_metric_total", 300, requested_model="gpt")
        self.counted("litellm_output_tokens_metric_total", 30, requested_model="gpt")
        self.assertAlmostEqual(self.value("litellm_spend_metric_total", model="gpt-4o"), 3 * (100 * 2.5 + 10 * 10) / 1e6, places=12)
        self.counted("litellm_proxy_total_requests_metric_total", 3, requested_model="gpt", status_code="200", route="chat")
        self.counted("litellm_request_total_latency_metric_count", 3, requested_model="gpt")
        self.assertGreater(self.value("litellm_llm_api_latency_metric_sum", requested_model="gpt"), 0)

    def test_af02_failures_and_the_state_of_deployments(self):
        self.upstream.script({"respond": {"status": 500, "body": {"error": {"message": "no"}}}}, times=None)
        for _ in range(8):
            self.call(CHAT, {"model": "bad", "messages": USER})
        wait_until(lambda: self.value("litellm_deployment_state", model_group="bad") > 0, timeout=10 * SLOW)
        self.assertEqual(self.value("litellm_deployment_state", model_id="gpt-1"), 0)
        out = [v for (n, have), v in series(self.page()).items() if n == "sluice_deployment_out_of_service_seconds" and ("model_group", "bad") in have]
        self.assertTrue(any(0 < v <= 60 * SLOW for v in out), out)
        self.assertGreaterEqual(self.value("litellm_deployment_failure_responses_total", model_group="bad"), 2)
        self.assertGreaterEqual(self.value("litellm_proxy_failed_requests_metric_total", requested_model="bad"), 2)

    def test_af03_of_the_process_and_its_plugins(self):
        got = series(self.page())
        names = {name for name, _ in got}
        for name in ("litellm_in_flight_requests", "sluice_generation", "sluice_generations_alive", "process_resident_memory_bytes",
                     "process_cpu_seconds_total", "process_open_fds", "process_start_time_seconds", "sluice_plugin_breaker_open", "sluice_waiting_requests"):
            self.assertIn(name, names)
        self.assertEqual(self.value("sluice_plugin_failures_total", instance="pricing"), 0)
        self.assertGreaterEqual(self.value("litellm_in_flight_requests"), 1, "this one")

    def test_af04_prometheus_takes_the_page(self):
        promtool = shutil.which("promtool")
        if not promtool:
            self.skipTest("no promtool: install the package prometheus")
        self.call(CHAT, {"model": "gpt", "messages": USER})
        done = subprocess.run([promtool, "check", "metrics"], input=self.page(), capture_output=True, text=True, timeout=60)
        faults = [line for line in done.stderr.splitlines() if "no help text" in line or "error" in line.lower()]
        self.assertEqual(faults, [], done.stderr)

    def test_af05_the_page_keeps_its_size(self):
        """names that a client chooses are bounded: what is beyond counts as "other\""""
        for i in range(1300):
            self.call(CHAT, {"model": f"no-such-{i}", "messages": USER})
        wait_until(lambda: self.value("litellm_proxy_total_requests_metric_total", requested_model="other") > 0, timeout=20 * SLOW)
        total = sum(1 for (name, _) in series(self.page()) if name == "litellm_proxy_total_requests_metric_total")
        self.assertLessEqual(total, 1001)


class Guarded(Scenario):
    settings = {"litellm_settings": {"callbacks": ["prometheus"]}, "callback_settings": {"prometheus": {"require_auth": True}}}

    def test_af10_with_a_key_if_wanted(self):
        self.assertEqual(self.call("/metrics", method="GET", key=None).status, 401)
        self.assertEqual(self.call("/metrics", method="GET", key=KEY).status, 200)


if __name__ == "__main__":
    main()
