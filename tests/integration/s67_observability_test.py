"""AM: exemplars behind latencies, a page that keeps its size, and a dashboard and alert rules that name what is there."""
import http.client
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from scenario import FULL, KEY, SLOW, USER, Scenario, deployment, main, wait_until  # noqa: E402
from callback_scene import CHAT, at_once  # noqa: E402
from receivers import Receiver  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Metrics(Scenario):
    @classmethod
    def config(cls, upstream):
        return {**super().config(upstream), "litellm_settings": {"callbacks": ["prometheus"]}, "callback_settings": {"prometheus": {"end_user_label": True}},
                "plugins": [{"plugin": "auth_keys"}, {"plugin": "store_sqlite", "config": {"path": cls.enterClassContext(tempfile.TemporaryDirectory()) + "/s.db"}}]}

    @classmethod
    def models(cls, base):
        return [deployment("gpt", "openai/gpt-4o", base + "/v1", {"id": "gpt-1"})]

    def page(self, accept=None):
        answer = self.call("/metrics", method="GET", key=None, **({"accept": accept} if accept else {}))
        self.assertEqual(answer.status, 200)
        return answer

    def test_am40_exemplars(self):
        """OpenMetrics for who asks for it: a trace stands behind a latency; the plain format stays what it was"""
        accept = "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.3"
        self.page(accept)  # from now on they are kept
        def asked():
            self.call(CHAT, {"model": "gpt", "messages": USER})
            answer = self.page(accept)
            return answer if "# {trace_id=" in answer.text() else None

        answer = wait_until(asked, 20 * SLOW, "an exemplar")
        self.assertTrue(answer.headers["content-type"].startswith("application/openmetrics-text"))
        text = answer.text()
        self.assertTrue(text.endswith("# EOF\n"))
        line = next(line for line in text.splitlines() if line.startswith("litellm_request_total_latency_metric_bucket") and "trace_id" in line)
        self.assertRegex(line, r' # \{trace_id="[0-9a-f]{32}"\} [0-9.e+-]+ [0-9.]+$')
        bound, value = float(re.search(r'le="([^"]+)"', line)[1].replace("+Inf", "inf")), float(line.split("} ")[2].split(" ")[0])
        self.assertLessEqual(value, bound)
        self.assertIn("# TYPE litellm_proxy_total_requests_metric counter\n", text)
        try:
            from prometheus_client.openmetrics.parser import text_string_to_metric_families
            self.assertGreater(len(list(text_string_to_metric_families(text))), 20)
        except ImportError:
            pass
        plain = self.page().text()
        self.assertNotIn("trace_id", plain)
        self.assertNotIn("# EOF", plain)

    def test_am41_the_page_keeps_its_size(self):
        """however many end users there are"""
        def ask(numbers):
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            for number in numbers:
                connection.request("POST", CHAT, json.dumps({"model": "no-such", "messages": USER}),
                                   {"authorization": f"Bearer {KEY}", "content-type": "application/json", "x-litellm-customer-id": f"customer-{number}"})
                connection.getresponse().read()
            connection.close()

        def counted(want):
            page = self.page().text()
            total = sum(float(line.rsplit(" ", 1)[1]) for line in page.splitlines() if line.startswith("litellm_proxy_total_requests_metric_total{") and "no-such" in line
                        or line.startswith('litellm_proxy_total_requests_metric_total{end_user="other"'))
            return page if total >= want else None

        first, more = 1200, (100_000 if FULL else 1200)
        at_once(*(lambda which=which: ask(range(which, first, 4)) for which in range(4)))
        before = wait_until(lambda: counted(first - 200), 30 * SLOW, "the first")
        at_once(*(lambda which=which: ask(range(first + which, first + more, 4)) for which in range(4)))
        after = wait_until(lambda: counted(first + more - 200), 60 * SLOW, "the rest")
        self.assertLess(len(after), 1.1 * len(before) + 20_000)
        for name in ("litellm_proxy_total_requests_metric_total", "litellm_proxy_failed_requests_metric_total"):
            self.assertLessEqual(sum(line.startswith(name + "{") for line in after.splitlines()), 1001)


def named(text):
    """The metrics that an expression of PromQL names."""
    text = re.sub(r'"[^"]*"', '""', text)
    text = re.sub(r'\{[^}]*\}', '', text)
    text = re.sub(r'\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)', '', text)
    return set(re.findall(r'\b(?:litellm|sluice|process)_[a-z0-9_]+\b', text))


class Observability(Scenario):
    """examples/observability"""
    folder = ROOT / "examples" / "observability"

    @classmethod
    def config(cls, upstream):
        cls.receiver = cls.enterClassContext(Receiver())
        cls.receiver.next(401)  # what is refused is dropped and counted
        webhook = {"url": cls.receiver.url, "spool": "", "flush_interval_s": 0.05}
        guard = {"guardrail_name": "words", "litellm_params": {"guardrail": "litellm_content_filter", "mode": "pre_call", "default_on": True,
                                                               "blocked_words": [{"keyword": "forbidden-word", "action": "BLOCK"}]}}
        return {**super().config(upstream), "litellm_settings": {"callbacks": ["prometheus"]}, "guardrails": [guard],
                "plugins": [{"plugin": "pricing"}, {"plugin": "callback_http", "config": webhook}]}

    @classmethod
    def models(cls, base):
        return [deployment("gpt", "openai/gpt-4o", base + "/v1", {"id": "gpt-1"}), deployment("bad", "openai/gpt-4o", base + "/bad/v1", {"id": "bad-1"})]

    def expressions(self):
        dashboard = json.loads((self.folder / "grafana.json").read_text())
        queries = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", [])]
        self.assertGreater(len(queries), 30)
        queries += [variable["query"]["query"] for variable in dashboard["templating"]["list"] if variable["type"] == "query"]
        return queries + re.findall(r"^ *expr: (?:>-\n)?((?:.*\n)(?: {10,}.*\n)*)", (self.folder / "rules.yml").read_text(), re.M)

    def test_am50_what_is_named_is_there(self):
        """every metric of the dashboard and the rules stands in /metrics, and the rules are rules"""
        usage = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}
        wanted = set.union(*map(named, self.expressions()))
        self.assertGreater(len(wanted), 25)
        self.upstream.script({"respond": {"status": 200, "body": {"id": "x", "object": "chat.completion", "choices": [], "usage": usage}}})
        self.assertEqual(self.call(CHAT, {"model": "gpt", "messages": USER}).status, 200)
        self.upstream.reset()
        self.assertTrue(list(self.stream(CHAT, {"model": "gpt", "messages": USER, "stream": True})))
        self.upstream.script({"respond": {"status": 500, "body": {"error": {"message": "no"}}}})
        self.call(CHAT, {"model": "bad", "messages": USER})

        def missing():
            page = self.call("/metrics", method="GET", key=None).text()
            return wanted - {line.split("{")[0].split(" ")[0] for line in page.splitlines() if not line.startswith("#")}

        def all_there():
            self.call(CHAT, {"model": "bad", "messages": USER})  # one more record: what was refused is dropped, what comes later is delivered
            return not missing()

        try:
            wait_until(all_there, 20)
        finally:
            self.assertEqual(missing(), set())

    def test_am51_rules(self):
        promtool = shutil.which("promtool")
        if not promtool:
            self.skipTest("no promtool: install the package prometheus")
        done = subprocess.run([promtool, "check", "rules", str(self.folder / "rules.yml")], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        done = subprocess.run([promtool, "check", "config", str(self.folder / "prometheus.yml")], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    main()
