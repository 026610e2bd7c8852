"""AM: what a request, a key and a team say of their records; traces from the caller to the upstream; the last records before the end."""
import http.client
import json
import pathlib
import re
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from scenario import KEY, SANITIZED, SLOW, USER, Gateway, Scenario, data_dir, main, request, wait_until, whole_lines  # noqa: E402
from callback_scene import CHAT, SOON, Scene, at_once  # noqa: E402
from receivers import Receiver, Schemas, records, spans  # noqa: E402

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


def hasty(port, key, bodies):
    """Chat requests one after the other on one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for call_id, body in bodies:
        connection.request("POST", CHAT, json.dumps({"model": "echo", "messages": USER, **body}),
                           {"authorization": f"Bearer {key}", "content-type": "application/json", "x-litellm-call-id": call_id})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, answer.status
    connection.close()


class Records(Scene):
    def lines(self, gateway, count):
        path = self.folder / "records.jsonl"
        wait_until(lambda: len(whole_lines(path)) >= count, 20 * SLOW, f"{count} lines")
        return {record["litellm_call_id"]: record for record in map(json.loads, whole_lines(path))}

    def jsonl(self):
        return {"plugin": "callback_jsonl", "config": {"path": str(self.folder / "records.jsonl")}}

    def test_am01_what_the_request_said(self):
        """metadata, tags, parameters and the id of its trace stand in the record, on one line, and within bounds"""
        gateway = self.gateway(plugins=[self.jsonl()])
        body = {"model": "echo", "messages": USER, "temperature": 0.5, "max_tokens": 7, "stop": ["secret"],
                "metadata": {"tags": ["a", "b", 3], "colour": "red", "deep": {"x": [1, None]}}}
        fields = {"authorization": f"Bearer {KEY}", "content-type": "application/json", "x-litellm-call-id": "one", "x-litellm-trace-id": "walk-7"}
        answer = request(gateway.port, "POST", CHAT, json.dumps(body, indent=2).encode(), fields)
        self.assertEqual(answer.status, 200, answer.body)
        self.ask(gateway, "two", metadata={"much": "x" * 20_000}, tags=["of the body"])
        self.ask(gateway, "three", metadata="no object")
        found = self.lines(gateway, 3)
        one, two, three = (found[name] for name in ("one", "two", "three"))
        self.assertEqual(one["metadata"]["requester_metadata"], body["metadata"])
        self.assertEqual((one["request_tags"], one["trace_id"]), (["a", "b"], "walk-7"))
        self.assertEqual(one["model_parameters"], {"temperature": 0.5, "max_tokens": 7})
        for record in (two, three):
            self.assertIsNone(record["metadata"]["requester_metadata"])
            self.assertEqual((record["trace_id"], record["request_tags"]), (record["litellm_call_id"], []))

    def test_am02_a_request_that_wants_no_record(self):
        """by field or body, unless callers do not decide; other callbacks have theirs"""
        gateway = self.gateway(plugins=[self.jsonl()])
        fields = {"authorization": f"Bearer {KEY}", "x-litellm-disable-callbacks": "datadog, generic_api"}
        body = {"model": "echo", "messages": USER}
        self.assertEqual(request(gateway.port, "POST", CHAT, body, {**fields, "x-litellm-call-id": "by-field"}).status, 200)
        self.ask(gateway, "by-body", **{"no-log": True})
        self.ask(gateway, "other", **{"no-log": False})
        self.assertEqual(set(self.lines(gateway, 3)), {"by-field", "by-body", "other"})
        self.receiver.wait(lambda calls: records(calls), "the one")
        gateway.stop()
        self.assertEqual([record["litellm_call_id"] for record in records(self.receiver.taken())], ["other"])
        gateway = self.gateway(callers_decide=False, custom_fields={"region": "eu"}, mask=["metadata.requester_metadata.name", "requester_ip_address"])
        self.ask(gateway, "all-the-same", **{"no-log": True, "metadata": {"name": "Ann", "colour": "red"}})
        self.receiver.wait(lambda calls: len(records(calls)) >= 2, "the other")
        last = records(self.receiver.taken())[-1]
        self.assertEqual((last["litellm_call_id"], last["custom_fields"]), ("all-the-same", {"region": "eu"}))
        self.assertEqual(last["metadata"]["requester_metadata"], {"name": "redacted-by-litellm", "colour": "red"})
        self.assertEqual(last["requester_ip_address"], "redacted-by-litellm")

    def test_am03_the_last_records(self):
        """what waits in memory at SIGTERM is sent, and not left for the next start"""
        gateway = self.gateway(flush_interval_s=600)
        ids, _ = self.send(gateway, 30, "z")
        self.assertEqual(self.receiver.taken(), [])
        self.assertEqual(gateway.stop(), 0)
        self.assert_once(ids, self.receiver.taken())
        self.assertEqual(self.spooled(), [])
        self.assertIn("30 records taken, 30 delivered, 0 dropped", gateway.stderr())

    def test_am04_a_receiver_that_hangs_at_the_end(self):
        """is waited for no longer than drain_ms says; its records are on the disk then"""
        gateway = self.gateway(flush_interval_s=600, drain_ms=500, timeout_ms=60_000)
        self.receiver.always(lambda call: "hang")
        ids, _ = self.send(gateway, 5, "y")
        begin = time.monotonic()
        self.assertEqual(gateway.stop(), 0)
        self.assertLess(time.monotonic() - begin, 15 * SLOW)
        self.receiver.let_go.set()
        self.assertEqual(sorted(self.spooled()), ids)

    def test_am05_two_users_two_accounts(self):
        """by turns, thousands of times: no record of one in the other's account, and none of either in the configured one"""
        other, third = self.enterContext(Receiver()), self.enterContext(Receiver())
        store = [{"plugin": "store_sqlite", "config": {"path": str(self.folder / "sluice.db")}}, {"plugin": "auth_keys"}, {"plugin": "admin_api"}]
        gateway = self.gateway("callback_langfuse", plugins=store, host=self.receiver.url, public_key="pk", secret_key="sk", own_hosts=[other.url, third.url],
                               queue_records=100_000, batch_size=500)
        keys = {}
        for who, receiver in (("ann", other), ("bob", third)):
            account = {"callback_name": "langfuse", "callback_type": "success_and_failure",
                       "callback_vars": {"langfuse_public_key": who, "langfuse_secret": who, "langfuse_host": receiver.url}}
            answer = request(gateway.port, "POST", "/key/generate", {"metadata": {"logging": [account]}}, {"authorization": f"Bearer {KEY}"})
            keys[who] = answer.json()["key"]
        count = 1000 if SANITIZED else 5000

        def bodies(who):
            for number in range(count):
                yield f"{who}-{number}", {"metadata": {"session_id": f"{who}-{number}", "tags": [who], "trace_user_id": who, "note": who}}

        at_once(*(lambda who=who: hasty(gateway.port, keys[who], bodies(who)) for who in keys))
        for who, receiver in (("ann", other), ("bob", third)):
            receiver.wait(lambda calls: sum(call.body.count(b'"session.id"') for call in calls) >= count, f"those of {who}", 60)
            found = spans(receiver.taken())
            self.assertEqual(sorted(span["at"]["langfuse.observation.metadata.litellm_call_id"] for span in found), sorted(f"{who}-{n}" for n in range(count)))
            for span in found:
                at = span["at"]
                self.assertEqual((at["session.id"], at["user.id"], at["langfuse.observation.metadata.note"], at["langfuse.trace.tags"]["values"]),
                                 (at["langfuse.observation.metadata.litellm_call_id"], who, who, [{"stringValue": who}]))
            self.assertEqual(len({span["traceId"] for span in found}), count)
        self.assertEqual(self.receiver.taken(), [])

    def test_am06_callbacks_of_a_team(self):
        """set, shown without secrets and turned off over the API; the gateway follows"""
        other = self.enterContext(Receiver())
        store = [{"plugin": "store_sqlite", "config": {"path": str(self.folder / "sluice.db")}}, {"plugin": "auth_keys"}, {"plugin": "admin_api"}]
        gateway = self.gateway("callback_langfuse", plugins=store, host=self.receiver.url, public_key="pk", secret_key="sk", own_hosts=[other.url])

        def admin(method, path, body=None, status=200, key=KEY):
            answer = request(gateway.port, method, path, body, {"authorization": f"Bearer {key}"})
            self.assertEqual(answer.status, status, answer.body)
            return answer.json()

        admin("POST", "/team/new", {"team_id": "red"})
        key = admin("POST", "/key/generate", {"team_id": "red", "user_id": "ann"})["key"]
        settings = {"callback_name": "langfuse", "callback_type": "success_and_failure",
                    "callback_vars": {"langfuse_public_key": "pk-red", "langfuse_secret_key": "sk-red", "langfuse_host": other.url}}
        self.assertNotIn("sk-red", json.dumps(admin("POST", "/team/red/callback", settings)))
        shown = admin("GET", "/team/red/callback")["data"]
        self.assertEqual((shown["team_id"], shown["success_callback"], shown["failure_callback"]), ("red", ["langfuse"], ["langfuse"]))
        self.assertEqual(shown["callback_vars"], {**settings["callback_vars"], "langfuse_secret_key": "****"})
        admin("POST", "/team/red/callback", settings, 400)
        admin("POST", "/team/blue/callback", settings, 404)
        admin("POST", "/team/red/callback", {**settings, "callback_type": "sometimes"}, 422)
        admin("POST", "/team/red/callback", settings, 403, key)
        self.ask(gateway, "own", key)
        other.wait(lambda calls: spans(calls), "the team's own")
        self.assertEqual(admin("POST", "/team/red/disable_logging")["status"], "success")
        self.assertEqual(admin("GET", "/team/red/callback")["data"]["success_callback"], [])
        self.ask(gateway, "none", key)
        self.ask(gateway, "usual")
        self.receiver.wait(lambda calls: spans(calls), "the usual one")
        gateway.stop()
        self.assertEqual(len(spans(other.taken())), 1)
        self.assertEqual(len(spans(self.receiver.taken())), 1)


class Langfuse(Scene):
    def document(self, **config):
        """A model whose first deployment is not there: a retry, and then a fallback."""
        dead = {"model": "openai/gpt-4o", "api_base": "http://127.0.0.1:9/v1", "api_key": "k"}
        return {"model_list": [{"model_name": "echo", "litellm_params": {"model": "echo/echo"}}, {"model_name": "dead", "litellm_params": dead}],
                "general_settings": {"master_key": KEY}, "router_settings": {"num_retries": 1, "retry_after": 0, "fallbacks": [{"dead": ["echo"]}]},
                "plugins": [{"plugin": "callback_langfuse", "config": {"host": self.receiver.url, "public_key": "pk", "secret_key": "sk", "spool": str(self.spool),
                                                                       **SOON, **config}}],
                "listen": {"limits": {"drain_timeout_ms": 5000}}}

    def faults(self, calls):
        path = data_dir() and data_dir() / "specs" / "langfuse.yml"
        try:
            import yaml
        except ImportError:
            return []
        if not path or not path.is_file():
            return []
        schemas = Schemas(yaml.load(path.read_text(), getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
        return [fault for call in calls for fault in schemas.faults("post", call.path, call.json())]

    ASKED = {"prompt": {"name": "greeting", "version": 3}, "version": "v2", "release": "r9", "trace_metadata": {"team": "red"}, "generation_id": "00f067aa0ba902b7",
             "existing_trace_id": "0123456789abcdef0123456789abcdef", "update_trace_keys": ["output"]}

    def test_am20_controls_and_the_way_to_the_answer(self):
        """prompt, version, release, the trace's metadata; attempts stand below the routing, and the ids are the caller's"""
        gateway = Gateway(json.dumps(self.document()))
        self.addCleanup(gateway.stop)
        self.ask(gateway, "a1", model="dead", metadata=self.ASKED)
        found = self.receiver.wait(lambda calls: spans(calls), "the trace")
        self.assertEqual(self.faults(self.receiver.taken()), [])
        by_name = {span["name"]: span for span in found}
        generation, routing = by_name["litellm-acompletion"], by_name["routing"]
        at = generation["at"]
        self.assertEqual((at["langfuse.observation.prompt.name"], int(at["langfuse.observation.prompt.version"])), ("greeting", 3))
        self.assertEqual((at["langfuse.version"], at["langfuse.release"], at["langfuse.trace.metadata.team"]), ("v2", "r9", "red"))
        self.assertEqual((generation["traceId"], generation["spanId"]), (self.ASKED["existing_trace_id"], self.ASKED["generation_id"]))
        self.assertNotIn("langfuse.trace.input", at)
        self.assertEqual(routing["parentSpanId"], generation["spanId"])
        attempts = [span for span in found if span["name"].startswith("attempt ")]
        self.assertGreaterEqual(len(attempts), 2)
        self.assertEqual({span["parentSpanId"] for span in attempts}, {routing["spanId"]})
        self.assertEqual({span["traceId"] for span in found}, {generation["traceId"]})

    def test_am21_over_the_older_api(self):
        gateway = Gateway(json.dumps(self.document(api="ingestion")))
        self.addCleanup(gateway.stop)
        self.ask(gateway, "b1", model="dead", metadata=self.ASKED)
        calls = self.receiver.wait(lambda calls: calls, "the events")
        self.assertEqual(self.faults(calls), [])
        events = calls[0].json()["batch"]
        generation = next(event["body"] for event in events if event["type"] == "generation-create")
        trace = next(event["body"] for event in events if event["type"] == "trace-create")
        self.assertEqual((generation["promptName"], generation["promptVersion"], generation["version"]), ("greeting", 3, "v2"))
        self.assertEqual((trace["release"], trace["metadata"]), ("r9", {"team": "red"}))
        routing = next(event["body"] for event in events if event["body"].get("name") == "routing")
        below = [event["body"] for event in events if event["body"].get("parentObservationId") == routing["id"]]
        self.assertGreaterEqual(len(below), 2)


class Traces(Scenario):
    @classmethod
    def config(cls, upstream):
        cls.receiver = cls.enterClassContext(Receiver())
        otel = {"endpoint": cls.receiver.url, "protocol": "http/json", "spool": "", "forward_traceparent_to_llm_provider": True, **SOON}
        return {**super().config(upstream), "plugins": [{"plugin": "callback_otel", "config": otel}]}

    def upstream_said(self, **headers):
        self.upstream.reset()
        self.assertEqual(self.call(CHAT, {"model": "gpt", "messages": USER}, **headers).status, 200)
        return {name.lower(): value for name, value in self.last_said()["headers"]}

    def test_am30_from_the_caller_to_the_upstream(self):
        """one trace: the caller's span, the gateway's below it, and the upstream is told of the gateway's"""
        told = self.upstream_said(traceparent=f"00-{TRACE}-{SPAN}-01", tracestate="vendor=1")
        found = re.fullmatch(rf"00-{TRACE}-([0-9a-f]{{16}})-01", told["traceparent"])
        self.assertTrue(found, told["traceparent"])
        self.assertNotEqual(found[1], SPAN)
        self.assertEqual(told["tracestate"], "vendor=1")
        span = self.receiver.wait(lambda calls: next((s for s in spans(calls) if s["traceId"] == TRACE), None), "the span")
        self.assertEqual((span["spanId"], span["parentSpanId"]), (found[1], SPAN))

    def test_am31_traces_of_its_own(self):
        """without a caller's, or with one that is none: a new trace each time"""
        ids = set()
        for field in ({}, {"traceparent": "00-" + "0" * 32 + f"-{SPAN}-01", "tracestate": "vendor=1"}, {"traceparent": "garbage"}):
            told = self.upstream_said(**field)
            found = re.fullmatch(r"00-([0-9a-f]{32})-([0-9a-f]{16})-01", told["traceparent"])
            self.assertTrue(found, told["traceparent"])
            self.assertNotIn("tracestate", told)
            span = self.receiver.wait(lambda calls: next((s for s in spans(calls) if s["traceId"] == found[1]), None), "the span")
            self.assertEqual(span["spanId"], found[2])
            self.assertNotIn("parentSpanId", span)
            ids.add(found[1])
        self.assertEqual(len(ids), 3)

    def test_am32_not_sampled(self):
        """a caller that does not sample its trace gets no span, and the upstream is told"""
        told = self.upstream_said(traceparent=f"00-{TRACE[::-1]}-{SPAN}-00")
        self.assertTrue(told["traceparent"].endswith("-00"), told["traceparent"])
        after = self.upstream_said()["traceparent"].split("-")[1]
        self.receiver.wait(lambda calls: any(s["traceId"] == after for s in spans(calls)), "that of the next one")
        self.assertEqual([s for s in spans(self.receiver.taken()) if s["traceId"] == TRACE[::-1]], [])

    def test_am33_no_log_goes_no_further(self):
        """it is no provider's parameter"""
        self.upstream.reset()
        self.assertEqual(self.call(CHAT, {"model": "gpt", "messages": USER, "no-log": True}).status, 200)
        self.assertNotIn("no-log", self.last_said()["body"])


if __name__ == "__main__":
    main()
