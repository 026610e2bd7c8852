"""AT: receivers that answer too late, budgets of parts, connections that run out, and what /metrics says of the gateway itself."""
import base64
import contextlib
import json
import pathlib
import re
import socket
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from scenario import KEY, SLOW, USER, Gateway, main, request, wait_until  # noqa: E402
from callback_scene import Scene  # noqa: E402
from receivers import Receiver, records, spans  # noqa: E402

CHAT = "/v1/chat/completions"


class Late(Scene):
    """What a receiver took and did not confirm in time is sent again: at least once, under the ids that it had."""

    def late_once(self, receiver, seconds):
        """The first call with records is answered after the gateway has given up."""
        first = []

        def rule(call):
            if not first:
                first.append(call)
                time.sleep(seconds)

        receiver.always(rule)
        return first

    def test_at01_the_same_ids(self):
        """Langfuse: the spans of a batch that comes again are the same spans; none comes a third time, and none is lost"""
        first = self.late_once(self.receiver, 1.0 * SLOW)
        gateway = self.gateway("callback_langfuse", host=self.receiver.url, public_key="pk", secret_key="sk", timeout_ms=int(400 * SLOW), scores=False)
        self.send(gateway, 20, "late")
        self.receiver.wait(lambda calls: first and first[0] in calls and len({span["spanId"] for span in spans(calls)}) == 20, "all of them, and the late one")
        time.sleep(0.5 * SLOW)  # for one too many
        calls = self.receiver.taken()
        again = {span["spanId"] for span in spans(first)}
        seen = [span["spanId"] for call in calls for span in spans([call])]
        self.assertEqual({one for one in seen if seen.count(one) > 1}, again)
        self.assertEqual(len(seen), 20 + len(again))
        told = [span for call in calls for span in spans([call]) if span["spanId"] in again]
        for one in again:
            self.assertEqual(len({json.dumps(span, sort_keys=True) for span in told if span["spanId"] == one}), 1, "byte for byte what it was")
        self.assertEqual(self.figures(gateway, "langfuse"), (20, 20, {}))

    def test_at02_the_same_webhook_id(self):
        """Standard Webhooks: webhook-id of a request that comes again is the one that it had, so that its receiver knows it"""
        first = self.late_once(self.receiver, 1.0 * SLOW)
        gateway = self.gateway(timeout_ms=int(400 * SLOW), signing_secret="whsec_" + base64.b64encode(b"0123456789abcdef01234567").decode(), batch_size=1)
        self.send(gateway, 3, "hook", threads=1)
        self.receiver.wait(lambda calls: first and first[0] in calls and len(calls) >= 4, "one of three again")
        ids = [call.headers["webhook-id"] for call in self.receiver.taken()]
        self.assertEqual((len(ids), len(set(ids))), (4, 3))
        self.assertEqual(ids.count(first[0].headers["webhook-id"]), 2)
        self.assertEqual(len({record["id"] for record in records(self.receiver.taken())}), 3)


class Told(Scene):
    def told(self, config=None, limits=None, plugins=(), sections=None, **alerting):
        """A gateway with callback_alerts, a webhook and books."""
        self.hook = self.enterContext(Receiver())
        folder = self.folder
        model = {"model": "echo/echo", "input_cost_per_token": 0.01, "output_cost_per_token": 0.01}
        document = {"model_list": [{"model_name": name, "litellm_params": model} for name in ("echo", "other")], "router_settings": {"num_retries": 0},
                    "general_settings": {"master_key": KEY, "alerting": ["webhook"], **alerting}, "environment_variables": {"WEBHOOK_URL": self.hook.url + "/hook"},
                    "litellm_settings": {"callbacks": ["prometheus"]}, **(sections or {}), "listen": {"workers": 2, "limits": {"drain_timeout_ms": 5000, **(limits or {})}},
                    "plugins": [{"plugin": "callback_alerts", "config": {"check_interval_s": 0.1, "metrics_interval_s": 0.1, **(config or {})}},
                                {"plugin": "store_sqlite", "config": {"path": str(folder / "sluice.db")}}, {"plugin": "auth_keys"}, {"plugin": "admin_api"}, {"plugin": "pricing"},
                                {"plugin": "ledger", "config": {"spool": str(folder / "ledger")}}, *plugins]}
        gateway = Gateway(json.dumps(document))
        self.addCleanup(gateway.stop)
        return gateway

    def call(self, gateway, path, body=None, key=KEY, method="POST"):
        answer = request(gateway.port, method, path, body, {"authorization": f"Bearer {key}"})
        self.assertEqual(answer.status, 200, answer.body)
        return answer

    def event(self, condition, what):
        return self.hook.wait(lambda calls: [body for body in map(lambda call: call.json(), calls) if condition(body)], what)[0]

    def test_at03_budgets_of_parts(self):
        """a model of a key, a member of a team, a tag, a project: each crossed is told of, with whose it is; other models and members are not"""
        gateway = self.told(alert_types=["budget_alerts"])
        self.call(gateway, "/team/new", {"team_id": "red", "team_alias": "Red", "team_member_budget": 0.01, "members_with_roles": [{"role": "user", "user_id": "ann"}]})
        self.call(gateway, "/tag/new", {"name": "batch", "max_budget": 0.01})
        self.call(gateway, "/project/new", {"project_id": "apollo", "team_id": "red", "max_budget": 0.01})
        key = self.call(gateway, "/key/generate", {"key_alias": "app", "team_id": "red", "user_id": "ann", "project_id": "apollo",
                                                   "model_max_budget": {"echo": {"budget_limit": 0.01, "time_period": "1d"}, "other": {"budget_limit": 100}}}).json()["key"]
        self.call(gateway, CHAT, {"model": "echo", "messages": USER, "metadata": {"tags": ["batch"]}}, key)
        crossed = lambda **has: lambda body: body["event"] == "budget_crossed" and all(body.get(name) == value for name, value in has.items())  # noqa: E731
        model = self.event(crossed(event_group="key", model="echo"), "the model's budget")
        self.assertIn("model echo of key app", model["event_message"])
        member = self.event(crossed(event_group="team_member"), "the member's budget")
        self.assertEqual((member["team_id"], member["user_id"]), ("red", "ann"))
        self.assertEqual(self.event(crossed(event_group="tag"), "the tag's budget")["tag"], "batch")
        self.assertEqual(self.event(crossed(event_group="project"), "the project's budget")["project_id"], "apollo")
        time.sleep(1.0 * SLOW)  # for one too many
        told = [(body["event_group"], body.get("model")) for body in map(lambda call: call.json(), self.hook.taken())]
        self.assertEqual(sorted(told, key=str), sorted([("key", "echo"), ("team_member", None), ("tag", None), ("project", None)], key=str))

    def test_at04_connections_run_out(self):
        """nine tenths of the connections that clients may have are told of; and when they are gone"""
        gateway = self.told(limits={"connections_max": 20, "connections_per_address_max": 20}, alert_types=["connections_exhausted"])
        about = lambda resolved: lambda body: body["event"] == "connections_exhausted" and body["resolved"] is resolved  # noqa: E731

        def look():
            with contextlib.suppress(OSError):
                request(gateway.port, "POST", CHAT, {"model": "echo", "messages": USER}, {"authorization": f"Bearer {KEY}"})
            return [call.json() for call in self.hook.taken()]

        look()
        self.assertEqual(self.hook.taken(), [])
        with contextlib.ExitStack() as crowd:
            for _ in range(18):
                crowd.enter_context(socket.create_connection(("127.0.0.1", gateway.port)))
            full = wait_until(lambda: [body for body in look() if about(False)(body)], 20 * SLOW, "that they run out")[0]
            self.assertIn("of 20 (9", full["event_message"])
        wait_until(lambda: [body for body in look() if about(True)(body)], 20 * SLOW, "that there is room again")

    def test_at05_metrics_of_the_gateway(self):
        """/metrics has something of plugins, loops, fibers, connections, queues, breakers, generations, cache and guardrails; fibers grow with connections"""
        guard = {"guardrail_name": "keys", "litellm_params": {"guardrail": "hide-secrets", "mode": "pre_call", "default_on": True}}
        gateway = self.told({"metrics_interval_s": 0}, plugins=[{"plugin": "cache_memory"}, {"plugin": "cache"}], sections={"guardrails": [guard]}, alert_types=["budget_alerts"])

        def value(page, series):
            found = re.search(rf"^{re.escape(series)} (\S+)$", page, re.MULTILINE)
            self.assertTrue(found, series)
            return float(found[1])

        def page():
            return request(gateway.port, "GET", "/metrics").body.decode()

        def fibers():
            return sum(value(page(), f'sluice_loop_fibers{{loop="{loop}"}}') for loop in (0, 1))

        self.call(gateway, CHAT, {"model": "echo", "messages": USER})
        # Loops serve a moment before they are shown, and records come after the answer.
        wanted = ("sluice_loop_fibers", "sluice_cache_lookups_total", "litellm_guardrail_requests_total", "litellm_deployment_state")
        text = wait_until(lambda: (lambda now: now if all("\n" + metric + "{" in now for metric in wanted) else None)(page()), 10 * SLOW, wanted)
        self.assertEqual(value(text, "sluice_generation"), 1)
        self.assertEqual(value(text, 'sluice_plugin_breaker_open{instance="pricing",plugin="pricing"}'), 0)
        for loop in (0, 1):
            value(text, f'sluice_upstream_connections{{loop="{loop}",state="idle"}}')
        for series in ("sluice_record_queue_length", "sluice_waiting_requests", "sluice_ledger_waiting", "sluice_records_dropped_total", "process_open_fds"):
            value(text, series)
        self.assertGreater(sum(value(text, f'sluice_loop_fiber_runs_total{{loop="{loop}"}}') for loop in (0, 1)), 0)
        self.assertGreaterEqual(value(text, "sluice_client_connections_max"), value(text, "sluice_client_connections"))
        self.assertGreater(value(text, "process_max_fds"), value(text, "process_open_fds"))
        before = fibers()
        with contextlib.ExitStack() as crowd:
            for _ in range(30):
                crowd.enter_context(socket.create_connection(("127.0.0.1", gateway.port)))
            wait_until(lambda: fibers() >= before + 30, 10 * SLOW, "a fiber for each connection")
        wait_until(lambda: fibers() < before + 15, 10 * SLOW, "that they end with them")


if __name__ == "__main__":
    main()
