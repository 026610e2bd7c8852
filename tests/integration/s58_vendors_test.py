"""AC: records as Datadog's logs and as OpenTelemetry's spans."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from scenario import KEY, main, request  # noqa: E402
from callback_scene import CHAT, Scene  # noqa: E402
from otlp import ready  # noqa: E402
from receivers import spans  # noqa: E402

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Vendors(Scene):
    def test_ac40_datadog(self):
        """entries of the log intake: the record as the message, tags, the key in a field of its own"""
        self.receiver.next((202, {}, b"{}"))
        gateway = self.gateway("callback_datadog", url=self.receiver.url, api_key="dd-secret", env="test", version="7", hostname="here")
        self.ask(gateway, "d1")
        call = self.receiver.wait(lambda calls: calls and calls[0], "a call")
        self.assertEqual((call.path, call.headers["dd-api-key"], call.headers["content-encoding"]), ("/api/v2/logs", "dd-secret", "gzip"))
        entry = call.json()[0]
        self.assertEqual(set(entry), {"ddsource", "ddtags", "hostname", "message", "service", "status"})
        self.assertEqual((entry["ddsource"], entry["service"], entry["hostname"], entry["status"]), ("litellm", "litellm-server", "here", "info"))
        self.assertEqual(json.loads(entry["message"])["litellm_call_id"], "d1")
        self.assertEqual(entry["ddtags"].split(",")[:3], ["env:test", "service:litellm-server", "version:7"])
        self.assertIn("model_group:echo", entry["ddtags"])
        self.assertEqual(self.figures(gateway, "datadog"), (1, 1, {}))
        self.assertNotIn("dd-secret", gateway.stderr())

    def test_ac41_spans_in_json(self):
        """with the GenAI conventions, below the caller's span if it has named one"""
        gateway = self.gateway("callback_otel", endpoint=self.receiver.url, protocol="http/json", headers={"x-team": "a"})
        fields = {"authorization": f"Bearer {KEY}", "traceparent": TRACE}
        self.assertEqual(request(gateway.port, "POST", CHAT, {"model": "echo", "messages": [{"role": "user", "content": "hello"}]}, fields).status, 200)
        self.ask(gateway, "o2")
        self.ask(gateway, "o3")
        found = self.receiver.wait(lambda calls: spans(calls) if len(spans(calls)) >= 3 else None, "three spans")
        call = self.receiver.taken()[0]
        self.assertEqual((call.path, call.headers["x-team"]), ("/v1/traces", "a"))
        below = next(span for span in found if span["traceId"] == TRACE[3:35])
        self.assertEqual((below["parentSpanId"], below["name"], below["kind"]), (TRACE[36:52], "chat echo", 3))
        at = below["at"]
        self.assertEqual((at["gen_ai.operation.name"], at["gen_ai.request.model"], at["http.response.status_code"]), ("chat", "echo", 200))
        self.assertEqual(at["llm.usage.total_tokens"], at["gen_ai.usage.input_tokens"] + at["gen_ai.usage.output_tokens"])
        self.assertEqual(len({span["traceId"] for span in found}), 3)
        self.assertEqual([span for span in found if "parentSpanId" in span], [below])

    def test_ac42_spans_in_protobuf(self):
        """as OpenTelemetry's own classes read them"""
        ready()
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
        gateway = self.gateway("callback_otel", endpoint=self.receiver.url + "/v1/traces", environment="test")
        ids, _ = self.send(gateway, 20, "p")
        self.receiver.wait(lambda calls: calls, "a call")
        self.figures(gateway, "otel")
        found = []
        for call in self.receiver.taken():
            self.assertEqual((call.path, call.headers["content-type"]), ("/v1/traces", "application/x-protobuf"))
            message = ExportTraceServiceRequest.FromString(call.body)
            self.assertEqual({pair.key: pair.value.string_value for pair in message.resource_spans[0].resource.attributes},
                             {"service.name": "litellm", "deployment.environment.name": "test"})
            found += message.resource_spans[0].scope_spans[0].spans
        named = [{pair.key: pair.value for pair in span.attributes} for span in found]
        self.assertEqual(sorted(at["metadata.litellm_call_id"].string_value for at in named), sorted(ids))
        self.assertTrue(all(at["llm.usage.total_tokens"].int_value > 0 and not at["llm.is_streaming"].bool_value for at in named))
        self.assertTrue(all(0 < span.start_time_unix_nano <= span.end_time_unix_nano and len(span.trace_id) == 16 for span in found))


if __name__ == "__main__":
    main()
