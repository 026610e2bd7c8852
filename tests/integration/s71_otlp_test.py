"""AQ: metrics and log records over OTLP, read by OpenTelemetry's own classes: none lost, none counted twice, nothing in them that may not be."""
import json
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from scenario import KEY, SLOW, Gateway, main, request, wait_until  # noqa: E402
from callback_scene import CHAT, SOON, Scene  # noqa: E402
from otlp import attributes, calls_of, exported, logs, ready, spans, total  # noqa: E402
from receivers import Receiver  # noqa: E402

PROMPT = "the colour is vermilion"
TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
DURATION, TOKENS, COST = "gen_ai.client.operation.duration", "gen_ai.client.token.usage", "sluice.cost"
SECONDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92]


class Otlp(Scene):
    def setUp(self):
        super().setUp()
        ready()

    def otel(self, plugin="callback_otel", plugins=(), env=None, grants=None, models=(), **config):
        """A gateway with the plugin, at the receiver of this test unless `endpoint` says otherwise."""
        config = {"endpoint": self.receiver.url, "spool": str(self.spool), **SOON, "metrics_interval_s": 0.2, **config}
        config = {key: value for key, value in config.items() if value is not None}
        echo = {"model": "echo/echo", "input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6}
        instance = {"plugin": plugin, "config": config, **({"grants": grants} if grants else {})}
        gateway = Gateway(json.dumps({
            "model_list": [{"model_name": "echo", "litellm_params": echo}, *models], "general_settings": {"master_key": KEY},
            "router_settings": {"num_retries": 0}, "plugins": [instance, {"plugin": "admin", "grants": ["admin"]}, *plugins],
            "listen": {"limits": {"drain_timeout_ms": 8000}}}), env=env)
        self.addCleanup(gateway.stop)
        return gateway

    def stream(self, gateway):
        body = {"model": "echo", "stream": True, "messages": [{"role": "user", "content": "one two three four"}]}
        self.assertEqual(request(gateway.port, "POST", CHAT, body, {"authorization": f"Bearer {KEY}"}).status, 200)

    def refused(self, gateway, call_id="refused", key=KEY):
        answer = request(gateway.port, "POST", CHAT, {"model": "no such model", "messages": []}, {"authorization": f"Bearer {key}", "x-litellm-call-id": call_id})
        self.assertGreaterEqual(answer.status, 400)

    def counted(self, count, name=DURATION, receiver=None):
        """Waits until the points of the metric add up to that, and looks that they do not go beyond."""
        receiver = receiver or self.receiver
        wait_until(lambda: total(exported(receiver.taken()), name) >= count, 20 * SLOW, f"{count} times {name}")
        time.sleep(0.3)
        self.assertEqual(total(exported(receiver.taken()), name), count)
        return exported(receiver.taken())

    # --- metrics ---

    def test_aq01_metrics_of_the_conventions(self):
        """names, units, buckets and attributes; each request counted once; costs add up"""
        gateway = self.otel(enable_metrics=True, environment="test")
        self.send(gateway, 30, "m")
        for _ in range(5):
            self.stream(gateway)
        self.refused(gateway)
        last = self.counted(36)[-1]
        self.assertEqual((last.resource["service.name"], last.resource["deployment.environment.name"]), ("litellm", "test"))
        self.assertRegex(last.resource["service.instance.id"], r"^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
        units = {TOKENS: "{token}", DURATION: "s", "gen_ai.server.request.duration": "s", "gen_ai.server.time_to_first_token": "s",
                 "gen_ai.server.time_per_output_token": "s", COST: "USD"}
        self.assertEqual({name: metric.unit for name, metric in last.metrics.items()}, units)
        self.assertEqual({last.data(name).aggregation_temporality for name in units}, {2})
        self.assertTrue(last.data(COST).is_monotonic)
        served = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "echo", "gen_ai.request.model": "echo", "gen_ai.response.model": "echo"}
        failed = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "unknown", "error.type": "NotFoundError"}
        durations = {key: point.count for key, point in last.points(DURATION).items()}
        self.assertEqual(sum(durations.values()), 36)
        self.assertEqual(durations[json.dumps(served, sort_keys=True)], 35)
        ((odd, one),) = [(json.loads(key), count) for key, count in durations.items() if "error.type" in key]
        self.assertEqual((one, {**odd, "error.type": "NotFoundError"}), (1, failed))
        for point in last.points(DURATION).values():
            self.assertEqual((list(point.explicit_bounds), sum(point.bucket_counts), len(point.bucket_counts)), (SECONDS, point.count, 15))
            self.assertTrue(0 <= point.min <= point.max and point.min * point.count <= point.sum * 1.001 <= point.max * point.count * 1.002)
            self.assertLess(point.start_time_unix_nano, point.time_unix_nano)
            self.assertAlmostEqual(point.time_unix_nano / 1e9, time.time(), delta=60 * SLOW)
        self.assertEqual({json.loads(key)["gen_ai.token.type"]: point.count for key, point in last.points(TOKENS).items()}, {"input": 35, "output": 35})
        self.assertEqual(total([last], "gen_ai.server.request.duration"), 35)
        self.assertEqual(total([last], "gen_ai.server.time_to_first_token"), 5)
        self.assertEqual(total([last], "gen_ai.server.time_per_output_token"), 5)
        used = {json.loads(key)["gen_ai.token.type"]: point.sum for key, point in last.points(TOKENS).items()}
        self.assertAlmostEqual(total([last], COST, lambda point: point.as_double), used["input"] * 1e-6 + used["output"] * 2e-6, places=12)
        self.assertEqual(self.figures(gateway, "otel_metrics"), (36, 36, {}))

    def test_aq02_differences_while_a_receiver_fails(self):
        """JSON, delta: what was refused or not answered comes with the next request, and intervals touch without overlapping"""
        self.receiver.next(503, "close", (429, {"retry-after": "0"}, b""), 200, 503, 200)
        gateway = self.otel(enable_metrics=True, enable_traces=False, protocol="http/json", metrics_temporality="delta")
        for wave in range(4):
            self.send(gateway, 10, f"w{wave}")
            time.sleep(0.25)
        exports = self.counted(40)
        self.assertEqual({call.headers["content-type"] for call in self.receiver.taken()}, {"application/json"})
        ends = {}
        for one in exports:
            self.assertEqual(one.data(DURATION).aggregation_temporality, 1)
            for name in one.metrics:
                for key, point in one.points(name).items():
                    self.assertGreaterEqual(point.start_time_unix_nano, ends.get((name, key), 0))
                    ends[name, key] = point.time_unix_nano
        self.assertGreater(len(exports), 1)
        self.assertEqual(self.figures(gateway, "otel_metrics"), (40, 40, {}))
        self.assertFalse(self.spool.exists() and any(self.spool.rglob("*.records")))

    def test_aq03_an_outage(self):
        """cumulative: after it one request says it all; sums never go back; requests take no longer; other signals go on"""
        self.receiver.always(lambda call: "hang" if call.path == "/v1/metrics" else None)
        gateway = self.otel(enable_metrics=True, timeout_ms=300)
        ids, slowest = self.send(gateway, 60, "h")
        self.assertLess(slowest, 1.0 * SLOW)
        self.receiver.wait(lambda calls: len(spans(calls)) >= 60, "the spans")
        self.receiver.always(lambda call: 500 if call.path == "/v1/metrics" else None)
        self.receiver.let_go.set()
        self.send(gateway, 20, "i")
        self.receiver.always(lambda call: None)
        exports = self.counted(80)
        seen = {}
        for one in exports:
            for key, point in one.points(DURATION).items():
                self.assertGreaterEqual(point.count, seen.get(key, 0))
                seen[key] = point.count
        self.assertEqual(len({one.resource["service.instance.id"] for one in exports}), 1)
        self.assertEqual(self.figures(gateway, "otel_metrics"), (80, 80, {}))

    def test_aq04_a_bounded_number_of_sets(self):
        """a client that asks for a new model each time fills one set, and the page keeps its size"""
        wild = [{"model_name": "echo/*", "litellm_params": {"model": "echo/*"}}]
        gateway = self.otel(enable_metrics=True, enable_traces=False, metrics_sets_max=5, models=wild)
        for number in range(60):
            self.ask(gateway, model=f"echo/model-{number}")
        last = self.counted(60)[-1]
        for name in last.metrics:
            points = last.points(name)
            self.assertLessEqual(len(points), 5)
            self.assertIn('{"otel.metric.overflow": true}', points)
        self.assertEqual(last.points(DURATION)['{"otel.metric.overflow": true}'].count, 56)

    def test_aq05_the_end(self):
        """what was counted since the last request is sent in the drain, or is counted as lost"""
        gateway = self.otel(enable_metrics=True, metrics_interval_s=3600)
        self.send(gateway, 25, "e")
        self.assertEqual(calls_of(self.receiver.taken(), "metrics"), [])
        self.assertEqual(self.figures(gateway, "otel_metrics"), (25, 25, {}))
        self.assertEqual(total(exported(self.receiver.taken()), DURATION), 25)
        failing = iter([503, "close"])
        self.receiver.always(lambda call: next(failing, None) if call.path == "/v1/metrics" else None)
        gateway = self.otel(enable_metrics=True, metrics_interval_s=3600, service_name="twice")
        self.send(gateway, 5, "f")
        self.assertEqual(self.figures(gateway, "otel_metrics"), (5, 5, {}))
        self.receiver.always(lambda call: 503 if call.path == "/v1/metrics" else None)
        gateway = self.otel(enable_metrics=True, metrics_interval_s=3600, drain_ms=500, service_name="lost")
        self.send(gateway, 7, "g")
        begin = time.monotonic()
        self.assertEqual(self.figures(gateway, "otel_metrics"), (7, 0, {"closing": 7}))
        self.assertLess(time.monotonic() - begin, 10 * SLOW)

    def test_aq06_reloads(self):
        """old and new generations count on in one stream"""
        for temporality in ("cumulative", "delta"):
            with self.subTest(temporality):
                self.setUp()
                gateway = self.otel(enable_metrics=True, enable_traces=False, metrics_temporality=temporality)
                for wave in range(3):
                    self.send(gateway, 20, f"r{wave}")
                    answer = request(gateway.port, "POST", "/admin/reload", None, {"authorization": f"Bearer {KEY}"}, timeout=60)
                    self.assertEqual(answer.status, 200, answer.body)
                self.send(gateway, 20, "last")
                exports = self.counted(80)
                self.assertEqual(len({one.resource["service.instance.id"] for one in exports}), 1)
                gateway.stop()
                self.assertEqual(total(exported(self.receiver.taken()), DURATION), 80)

    def test_aq07_refused_for_good(self):
        """differences that a receiver will not have are counted as lost; sums are said again; too large ones come in parts"""
        self.receiver.next(401)
        gateway = self.otel(enable_metrics=True, enable_traces=False, metrics_temporality="delta", metrics_interval_s=0.5)
        self.send(gateway, 4, "a")
        wait_until(lambda: self.receiver.refused, 20 * SLOW, "a refusal")
        self.send(gateway, 6, "b")
        self.counted(6)
        self.assertEqual(self.figures(gateway, "otel_metrics"), (10, 6, {"rejected": 4}))
        self.receiver.next(401)
        gateway = self.otel(enable_metrics=True, enable_traces=False, service_name="sums")
        self.send(gateway, 10, "c")
        self.counted(16)
        self.assertEqual(self.figures(gateway, "otel_metrics"), (10, 10, {}))
        with Receiver() as small:
            small.always(lambda call: 413 if len(call.body) > 1500 else None)
            gateway = self.otel(enable_metrics=True, enable_traces=False, endpoint=small.url)
            self.send(gateway, 10, "d")
            self.stream(gateway)
            self.counted(11, receiver=small)
            self.assertEqual(set().union(*(one.metrics for one in exported(small.taken()))), set(exported([*self.receiver.taken()])[-1].metrics) | {
                "gen_ai.server.time_to_first_token", "gen_ai.server.time_per_output_token"})

    # --- log records ---

    def test_aq10_a_log_record_a_request(self):
        """in the trace of its span, with severity; nothing of what was said, whatever other callbacks get"""
        for protocol in ("http/protobuf", "http/json"):
            with self.subTest(protocol), Receiver() as other:
                self.setUp()
                also = {"plugin": "callback_http", "config": {"url": other.url, "spool": "", **SOON}}
                gateway = self.otel(enable_events=True, protocol=protocol, plugins=[also])
                self.ask(gateway, "l1", messages=[{"role": "user", "content": PROMPT}], temperature=0.5)
                self.refused(gateway, "l2")
                fields = {"authorization": f"Bearer {KEY}", "traceparent": f"00-{TRACE}-{SPAN}-01", "x-litellm-call-id": "l3"}
                self.assertEqual(request(gateway.port, "POST", CHAT, {"model": "echo", "messages": [{"role": "user", "content": PROMPT}]}, fields).status, 200)
                other.wait(lambda calls: b"vermilion" in b"".join(call.body for call in calls), "content at the other one")
                self.receiver.wait(lambda calls: len(logs(calls)) >= 3 and len(spans(calls)) >= 3, "three log records and spans")
                self.assertEqual(self.figures(gateway, "otel_logs"), (3, 3, {}))
                found = {at["metadata.litellm_call_id"]: (record, at) for record, at in logs(self.receiver.taken())}
                traced = {at["metadata.litellm_call_id"]: (span, at) for span, at in spans(self.receiver.taken())}
                self.assertEqual(set(found), {"l1", "l2", "l3"})
                for name, (record, at) in found.items():
                    span, same = traced[name]
                    self.assertEqual((record.trace_id, record.span_id, record.flags), (span.trace_id, span.span_id, 1))
                    self.assertEqual(at, same)
                    self.assertEqual((record.event_name, record.time_unix_nano), ("gen_ai.client.inference.operation.details", span.end_time_unix_nano))
                self.assertEqual(found["l3"][0].trace_id.hex(), TRACE)
                good, bad = found["l1"], found["l2"]
                self.assertEqual((good[0].severity_number, good[0].severity_text, good[0].body.string_value), (9, "INFO", "chat echo: success, 200"))
                self.assertEqual((bad[0].severity_number, bad[0].severity_text, bad[1]["error.type"]), (17, "ERROR", traced["l2"][1]["error.type"]))
                self.assertEqual((good[1]["gen_ai.request.temperature"], good[1]["gen_ai.provider.name"]), (0.5, "echo"))
                self.assertNotIn(b"vermilion", b"".join(call.body for call in self.receiver.taken()))

    def test_aq11_messages_where_they_are_wanted(self):
        """by otel_messages, in the conventions' structure; not where the gateway, the exporter, a key or a request has turned them off"""
        def said(gateway, key=KEY, **fields):
            answer = request(gateway.port, "POST", CHAT, {"model": "echo", "messages": [{"role": "user", "content": PROMPT}]},
                             {"authorization": f"Bearer {key}", **fields})
            self.assertEqual(answer.status, 200)
            before = len(logs(self.receiver.taken()))
            self.receiver.wait(lambda calls: len(logs(calls)) > before or logs(calls), "a log record")
            gateway.stop()
            (found,) = [at for _, at in logs(self.receiver.taken())]
            body = b"".join(call.body for call in self.receiver.taken())
            self.receiver.calls.clear()
            return found, b"vermilion" in body

        at, shown = said(self.otel("callback_otel_messages", enable_events=True))
        self.assertTrue(shown)
        self.assertEqual(at["gen_ai.input.messages"], [{"role": "user", "parts": [{"type": "text", "content": PROMPT}]}])
        (answer,) = at["gen_ai.output.messages"]
        self.assertEqual((answer["role"], answer["finish_reason"], answer["parts"][0]["type"]), ("assistant", "stop", "text"))
        self.assertIn(PROMPT, answer["parts"][0]["content"])
        hidden = "redacted-by-litellm"
        at, shown = said(self.otel("callback_otel_messages", enable_events=True, turn_off_message_logging=True))
        self.assertEqual((shown, at["gen_ai.input.messages"][0]["parts"][0]["content"]), (False, hidden))
        at, shown = said(self.otel("callback_otel_messages", enable_events=True, message_logging=False))
        self.assertEqual((shown, [key for key in at if "messages" in key]), (False, []))
        at, shown = said(self.otel("callback_otel_messages", enable_events=True), **{"litellm-enable-message-redaction": "true"})
        self.assertEqual((shown, at["gen_ai.output.messages"][0]["parts"][0]["content"]), (False, hidden))
        store = [{"plugin": "store_sqlite", "config": {"path": str(self.folder / "sluice.db")}}, {"plugin": "auth_keys"}, {"plugin": "admin_api"}]
        gateway = self.otel("callback_otel_messages", enable_events=True, plugins=store)
        made = request(gateway.port, "POST", "/key/generate", {"metadata": {"turn_off_message_logging": True}}, {"authorization": f"Bearer {KEY}"})
        self.assertEqual(made.status, 200, made.body)
        at, shown = said(gateway, key=made.json()["key"])
        self.assertEqual((shown, at["gen_ai.input.messages"][0]["parts"][0]["content"]), (False, hidden))

    def test_aq12_an_outage(self):
        """log records wait on the disk, through kill -9, and come once"""
        self.receiver.always(lambda call: 503)
        gateway = self.otel(enable_events=True, enable_traces=False)
        ids, slowest = self.send(gateway, 40, "o")
        self.assertLess(slowest, 1.0 * SLOW)
        self.wait_spooled(40)
        gateway.process.kill()
        gateway.process.wait()
        gateway.stop()
        self.receiver.always(lambda call: None)
        self.otel(enable_events=True, enable_traces=False)
        self.receiver.wait(lambda calls: len(logs(calls)) >= 40, "forty log records")
        time.sleep(0.3)
        self.assertEqual(sorted(at["metadata.litellm_call_id"] for _, at in logs(self.receiver.taken())), sorted(ids))

    # --- all of them ---

    def test_aq20_sampling(self):
        """a trace that is not sampled has no span; its log record says so, and metrics count it whatever is sampled"""
        gateway = self.otel(enable_metrics=True, enable_events=True)
        fields = {"authorization": f"Bearer {KEY}", "traceparent": f"00-{TRACE}-{SPAN}-00", "x-litellm-call-id": "s1"}
        body = {"model": "echo", "messages": [{"role": "user", "content": "hello"}]}
        self.assertEqual(request(gateway.port, "POST", CHAT, body, fields).status, 200)
        self.ask(gateway, "s2")
        self.counted(2)
        self.receiver.wait(lambda calls: len(logs(calls)) >= 2 and spans(calls), "two log records and a span")
        flags = {at["metadata.litellm_call_id"]: (record.flags, record.trace_id.hex()) for record, at in logs(self.receiver.taken())}
        self.assertEqual((flags["s1"], flags["s2"][0]), ((0, TRACE), 1))
        self.assertEqual([at["metadata.litellm_call_id"] for _, at in spans(self.receiver.taken())], ["s2"])
        gateway.stop()
        self.receiver.calls.clear()
        gateway = self.otel(enable_metrics=True, enable_events=True, sample_rate=0, service_name="none")
        self.send(gateway, 12, "n")
        self.counted(12)
        self.assertEqual((logs(self.receiver.taken()), spans(self.receiver.taken())), ([], []))

    def test_aq21_tenants(self):
        """a key with an endpoint of its own has all signals there and nowhere else; who it was is told only where that is allowed"""
        store = [{"plugin": "store_sqlite", "config": {"path": str(self.folder / "sluice.db")}}, {"plugin": "auth_keys"}, {"plugin": "admin_api"}]
        with Receiver() as own:
            gateway = self.otel(enable_metrics=True, enable_events=True, plugins=store, own_hosts=[own.url], headers={"x-account": "usual"},
                                metrics_attributes=["user_api_key_alias"])

            def key(alias, **more):
                made = request(gateway.port, "POST", "/key/generate", {"key_alias": alias, "metadata": more}, {"authorization": f"Bearer {KEY}"})
                self.assertEqual(made.status, 200, made.body)
                return made.json()["key"]
            theirs = key("theirs", logging=[{"callback_name": "otel", "callback_type": "success_and_failure",
                                             "callback_vars": {"otel_endpoint": own.url, "otel_headers": "x-account=own%20one"}}])
            hidden, shown = key("hidden", redact_user_api_key_info=True), key("shown")
            for number in range(3):
                self.ask(gateway, f"t{number}", key=theirs)
            self.ask(gateway, "h", key=hidden)
            self.ask(gateway, "s", key=shown)
            self.counted(3, receiver=own)
            last = self.counted(2)[-1]
            own.wait(lambda calls: len(logs(calls)) >= 3 and len(spans(calls)) >= 3, "those of the key")
            self.receiver.wait(lambda calls: len(logs(calls)) >= 2 and len(spans(calls)) >= 2, "the others")
            gateway.stop()
            self.assertEqual({call.path for call in own.taken()}, {"/v1/traces", "/v1/metrics", "/v1/logs"})
            self.assertEqual({call.headers["x-account"] for call in own.taken()}, {"own one"})
            self.assertEqual({call.headers["x-account"] for call in self.receiver.taken()}, {"usual"})
            self.assertEqual({at["metadata.user_api_key_alias"] for _, at in logs(own.taken())}, {"theirs"})
            usual = b"".join(call.body for call in self.receiver.taken())
            for name in (b"theirs", b"hidden", theirs.encode(), hidden.encode(), shown.encode()):
                self.assertNotIn(name, usual)
            aliases = sorted(json.loads(point).get("metadata.user_api_key_alias", "") for point in last.points(DURATION))
            self.assertEqual(aliases, ["", "shown"])
            who = {at["metadata.litellm_call_id"]: at.get("metadata.user_api_key_alias") for _, at in logs(self.receiver.taken())}
            self.assertEqual(who, {"h": None, "s": "shown"})
            self.assertNotEqual(exported(own.taken())[-1].resource["service.instance.id"], last.resource["service.instance.id"])

    def test_aq22_off_unless_asked_for(self):
        """by keys, or by OpenTelemetry's and LiteLLM's variables where they were granted; a signal may go elsewhere"""
        gateway = self.otel()
        self.ask(gateway, "v0")
        self.receiver.wait(lambda calls: calls, "a span")
        gateway.stop()
        self.assertEqual({call.path for call in self.receiver.taken()}, {"/v1/traces"})
        self.receiver.calls.clear()
        with Receiver() as far:
            env = {"OTEL_EXPORTER_OTLP_ENDPOINT": self.receiver.url + "/base/v1/traces/", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": far.url + "/in/v1/metrics",
                   "OTEL_EXPORTER_OTLP_HEADERS": "api-key=a%3Db, x-two=2", "OTEL_EXPORTER_OTLP_METRICS_HEADERS": "api-key=far",
                   "LITELLM_OTEL_INTEGRATION_ENABLE_METRICS": "true", "LITELLM_OTEL_INTEGRATION_ENABLE_EVENTS": "True", "OTEL_SERVICE_NAME": "named",
                   "OTEL_METRIC_EXPORT_INTERVAL": "200", "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE": "delta",
                   "OTEL_EXPORTER_OTLP_PROTOCOL": "http/json", "OTEL_ENVIRONMENT_NAME": "prod"}
            gateway = self.otel(env=env, endpoint=None, metrics_interval_s=None, grants=["net", *(f"secrets:{name}" for name in env)])
            self.ask(gateway, "v1")
            (one,) = self.counted(1, receiver=far)
            self.receiver.wait(lambda calls: logs(calls) and spans(calls), "a log record and a span")
            self.assertEqual((one.resource["service.name"], one.resource["deployment.environment.name"], one.data(DURATION).aggregation_temporality), ("named", "prod", 1))
            self.assertEqual({(call.path, call.headers["api-key"], call.headers.get("x-two")) for call in far.taken()}, {("/in/v1/metrics", "far", None)})
            self.assertEqual({(call.path, call.headers["api-key"], call.headers.get("x-two")) for call in self.receiver.taken()},
                             {("/base/v1/traces", "a=b", "2"), ("/base/v1/logs", "a=b", "2")})
            self.assertEqual({call.headers["content-type"] for call in [*far.taken(), *self.receiver.taken()]}, {"application/json"})

    def test_aq23_bad_configurations(self):
        """say which key and what is allowed"""
        for config, told in (({"message_logging": True}, ("message_logging", "otel_messages")), ({"enable_traces": False}, ("enable_traces", "enable_metrics")),
                             ({"metrics_temporality": "sometimes"}, ("metrics_temporality", "delta")), ({"metrics_sets_max": 1}, ("metrics_sets_max", "2")),
                             ({"metrics_attributes": ["requester_ip_address"]}, ("metrics_attributes", "model_group")),
                             ({"enable_metrics": True, "metrics_endpoint": "grpc://x"}, ("metrics_endpoint", "http://")),
                             ({"endpoint": None, "logs_endpoint": "http://x", "enable_events": True}, ("endpoint", "http://")),
                             ({"protocol": "grpc"}, ("protocol", "http/json"))):
            with self.subTest(config), self.assertRaises(RuntimeError):
                self.otel(**config)
            for text in told:
                self.assertIn(text, Gateway.started[-1].output)
        env = {"OTEL_METRIC_EXPORT_INTERVAL": "soon", "OTEL_EXPORTER_OTLP_HEADERS": "no equals"}
        for name, more in (("OTEL_METRIC_EXPORT_INTERVAL", {"enable_metrics": True, "metrics_interval_s": None}), ("OTEL_EXPORTER_OTLP_HEADERS", {})):
            with self.subTest(name), self.assertRaises(RuntimeError):
                self.otel(env=env, grants=["net", f"secrets:{name}"], **more)
            self.assertIn(name, Gateway.started[-1].output)


if __name__ == "__main__":
    main()
