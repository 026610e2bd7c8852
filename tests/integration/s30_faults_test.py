"""CC: sixteen ways in which an upstream fails, by name: what the client gets, what the upstreams saw, and what was booked.

The group `gpt` has a primary (/a) and a second deployment (/b); `alone` has one; `backup` is where its fallbacks go.
"""
import json
import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

import events  # noqa: E402
from scenario import SLOW, STREAMS, USER, Scenario, deployment, main, wait_until, whole_lines  # noqa: E402

CHAT = "/v1/chat/completions"
BODY = {"model": "gpt", "messages": USER}
ERROR = {"error": {"message": "no", "type": "x", "param": None, "code": "x"}}


def failing(status, headers=None, body=None):
    return [{"respond": {"status": status, "headers": headers or {}, "body": body if body is not None else ERROR}}]


class Routed(Scenario):
    router = {}

    @classmethod
    def models(cls, base):
        return [deployment("gpt", "openai/gpt-a", base + "/a/v1", {"id": "a"}, order=1),
                deployment("gpt", "openai/gpt-b", base + "/b/v1", {"id": "b"}, order=2),
                deployment("alone", "openai/gpt-alone", base + "/alone/v1", {"id": "alone"}),
                deployment("backup", "openai/gpt-backup", base + "/backup/v1", {"id": "backup"}),
                deployment("large", "openai/gpt-large", base + "/large/v1", {"id": "large"}),
                deployment("lax", "openai/gpt-lax", base + "/lax/v1", {"id": "lax"}),
                deployment("claude", "anthropic/claude-a", base + "/a", {"id": "claude-a"}, order=1),
                deployment("claude", "anthropic/claude-b", base + "/b", {"id": "claude-b"}, order=2)]

    @classmethod
    def config(cls, upstream):
        cls.settings = {"plugins": [{"plugin": "callback_jsonl", "config": {"path": "records.jsonl"}}], "router_settings": cls.router}
        return super().config(upstream)

    def setUp(self):
        super().setUp()
        self.file = self.gateway.directory / "records.jsonl"
        self.before = len(whole_lines(self.file))

    def at(self, where, *actions, times=1):
        """The next `times` requests to a deployment are answered so."""
        for one in actions:
            self.upstream.script(one, path_contains=f"/{where}/", times=times)

    def seen(self):
        """The deployments that the upstreams were asked for, in this order."""
        return [entry["path"].split("/")[1] for entry in self.upstream.log()]

    def record(self):
        lines = wait_until(lambda: whole_lines(self.file)[self.before:])
        self.assertEqual(len(lines), 1, lines)
        return json.loads(lines[0])

    def assert_booked(self, *attempts):
        """The record tells of the same attempts as the upstreams' log, and of their tokens together."""
        self.assertEqual(self.seen(), list(attempts))
        record = self.record()
        listed = record["attempt_information"]
        ids = {"claude-a": "a", "claude-b": "b"}
        self.assertEqual([ids.get(one["model_id"], one["model_id"]) for one in listed], list(attempts))
        self.assertEqual(record["hidden_params"]["attempts"], len(attempts))
        usage = [one["usage_object"] for one in listed if one["usage_object"]]
        self.assertEqual(record["prompt_tokens"], sum(u["prompt_tokens"] for u in usage))
        self.assertEqual(record["completion_tokens"], sum(u["completion_tokens"] for u in usage))
        return record

    def streamed(self, body=None, path=CHAT):
        with self.stream(path, {**BODY, "stream": True, **(body or {})}) as stream:
            return list(stream)

    def assert_whole_stream(self, got, text="gpt-b heard: hello"):
        said = "".join(choice["delta"].get("content") or "" for event in got if event.data and event.data != "[DONE]"
                       for choice in json.loads(event.data)["choices"])
        self.assertEqual(said.strip(), text)
        self.assertEqual(got[-1].data, "[DONE]")


class Faults(Routed):
    """Each fault once, with a second deployment at hand."""
    # the gap is below the 2 s after which an opening is passed on
    router = {"num_retries": 2, "disable_cooldowns": True, "breaker_failures": 0, "timeout": 0.4 * SLOW, "stream_timeout": min(0.4 * SLOW, 1.5),
              "fallbacks": [{"alone": ["backup"]}], "context_window_fallbacks": [{"alone": ["large"]}],
              "content_policy_fallbacks": [{"lax": ["backup"]}]}

    def test_cc01_429_with_retry_after(self):
        """a second deployment is asked at once; the only one is asked again when it said"""
        self.at("a", failing(429, {"retry-after": "1"}))
        begin = time.monotonic()
        self.assertEqual(self.call(CHAT, BODY).status, 200)
        self.assertLess(time.monotonic() - begin, 0.9 * SLOW)
        self.assert_booked("a", "b")

    def test_cc02_429_with_retry_after_of_the_only_deployment(self):
        self.at("alone", failing(429, {"retry-after": "1"}))
        begin = time.monotonic()
        self.assertEqual(self.call(CHAT, {**BODY, "model": "alone"}).status, 200)
        self.assertGreaterEqual(time.monotonic() - begin, 0.99)
        self.assert_booked("alone", "alone")

    def test_cc03_persistent_429(self):
        """the client gets the 429 and the Retry-After; the upstreams are asked three times, not more"""
        for where in ("a", "b"):
            self.at(where, failing(429, {"retry-after": "60"}), times=None)
        answer = self.call(CHAT, BODY)
        self.assertEqual((answer.status, answer.headers["retry-after"], answer.json()), (429, "60", ERROR))
        self.assert_booked("a", "b")

    def test_cc04_500_once(self):
        self.at("a", failing(500))
        answer = self.call(CHAT, BODY)
        self.assertEqual((answer.status, answer.headers["x-litellm-attempted-retries"], answer.headers["x-litellm-model-id"]), (200, "1", "b"))
        self.assert_booked("a", "b")

    def test_cc05_500_twice_at_the_only_deployment(self):
        """LiteLLM's contract: two retries on [500, 500, 200] are three calls and a 200"""
        self.at("alone", failing(500), times=2)
        self.assertEqual(self.call(CHAT, {**BODY, "model": "alone"}).status, 200)
        self.assert_booked("alone", "alone", "alone")

    def test_cc06_persistent_503(self):
        """retries and fallbacks share one budget: three attempts, then each fallback once"""
        for where in ("alone", "backup"):
            self.at(where, failing(503, body="<html>"), times=None)
        answer = self.call(CHAT, {**BODY, "model": "alone"})
        self.assert_error(answer, 503, contains="503")
        record = self.assert_booked("alone", "alone", "alone", "backup")
        self.assertEqual((record["status"], record["hidden_params"]["attempted_fallbacks"]), ("failure", 1))

    def test_cc07_reset(self):
        self.at("a", [{"reset": True}])
        self.assertEqual(self.call(CHAT, BODY).status, 200)
        self.assert_booked("a", "b")

    def test_cc08_no_response_at_all(self):
        self.at("a", [{"stall": True}])
        begin = time.monotonic()
        self.assertEqual(self.call(CHAT, BODY).status, 200)
        self.assertLess(time.monotonic() - begin, 1.5 * SLOW)
        self.assert_booked("a", "b")
        wait_until(lambda: self.upstream.log()[0]["peer_closed_at"])

    def test_cc09_slow_first_token(self):
        """pings and a role are no token: the stream is replaced, and the client sees one stream"""
        role = events.data({"id": "c", "choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}}]})
        for begun in ([], [role], [": ping", role, ": ping"]):
            with self.subTest(begun):
                self.upstream.reset()
                self.at("a", {"sse": {"events": begun, "gap_ms": 20, "end": "stall"}})
                self.assert_whole_stream(self.streamed())
                self.assertEqual(self.seen(), ["a", "b"])

    def test_cc10_cut_before_the_first_text(self):
        for end in ("cut", "reset", "ok"):
            with self.subTest(end):
                self.upstream.reset()
                self.at("a", {"sse": {"events": [": hello"], "gap_ms": 10, "end": end}})
                self.assert_whole_stream(self.streamed())
                self.assertEqual(self.seen(), ["a", "b"])

    def test_cc11_stream_cut(self):
        """after its first text a stream cannot be replaced: an explicit error, and what was said is booked"""
        for end in ("cut", "reset", "ok"):
            with self.subTest(end):
                self.upstream.reset()
                self.before = len(whole_lines(self.file))
                self.at("a", {"sse": {"events": events.BEGUN["chat"], "gap_ms": 20, "end": end}})
                got = self.streamed()
                self.assertEqual([event.raw.decode().strip() for event in got[:-1]], events.BEGUN["chat"])
                self.assertTrue(events.is_error("chat", got[-1]), got[-1])
                record = self.assert_booked("a")
                self.assertEqual((record["completion_tokens"], record["usage_estimated"], record["status"]), (3, True, "failure"))

    def test_cc12_stream_stalled(self):
        self.at("a", {"sse": {"events": events.BEGUN["chat"], "gap_ms": 10, "end": "stall"}})
        got = self.streamed()
        self.assertTrue(events.is_error("chat", got[-1]), got[-1])
        self.assert_booked("a")
        wait_until(lambda: self.upstream.log()[0]["peer_closed_at"])

    def test_cc13_malformed_chunk(self):
        """as the first event it is replaced, later it ends the stream in an error; in every dialect"""
        for name, (path, body, _) in STREAMS.items():
            with self.subTest(name):
                self.upstream.reset()
                self.at("a", {"sse": {"events": ["data: {oops"], "gap_ms": 10}})
                got = self.streamed(body, path)
                self.assertFalse(any(events.is_error(name, event) for event in got), got)
                self.assertEqual(self.seen(), ["a", "b"])
                self.upstream.reset()
                self.at("a", {"sse": {"events": [*events.BEGUN[name], "data: {oops", *events.ENDING[name]], "gap_ms": 20}})
                got = self.streamed(body, path)
                self.assertTrue(events.is_error(name, got[-1]), got[-1])
                self.assertEqual(self.seen(), ["a"])

    def test_cc14_a_stream_without_done(self):
        """a finish reason and a whole body will do: nothing is asked twice"""
        self.at("a", {"sse": {"events": [*events.BEGUN["chat"], events.chat("", "stop")]}})
        got = self.streamed()
        self.assertFalse(any(events.is_error("chat", event) for event in got))
        self.assertEqual(self.assert_booked("a")["status"], "success")

    def test_cc15_context_length_exceeded(self):
        """no deployment of the group is asked again: the fallback for it is"""
        too_long = {"error": {"message": "This model's maximum context length is 8 tokens", "type": "invalid_request_error", "param": "messages",
                              "code": "context_length_exceeded"}}
        self.at("alone", failing(400, body=too_long))
        self.assertEqual(self.call(CHAT, {**BODY, "model": "alone"}).status, 200)
        self.assert_booked("alone", "large")

    def test_cc16_context_length_exceeded_without_a_fallback(self):
        for said in ({"error": {"message": "prompt is too long: 9 tokens > 8 maximum", "type": "invalid_request_error"}},
                     {"error": {"message": "x", "type": "x", "code": "context_length_exceeded"}}):
            with self.subTest(said):
                self.upstream.reset()
                self.at("a", failing(400, body=said))
                self.assertEqual(self.call(CHAT, BODY).status, 400)
                self.assertEqual(self.seen(), ["a"])

    def test_cc17_content_filter(self):
        """a refusal is not routed around: not by retries, not by fallbacks; only by those for it"""
        refused = {"error": {"message": "The response was filtered", "type": None, "param": "prompt", "code": "content_filter",
                             "innererror": {"code": "ResponsibleAIPolicyViolation"}}}
        self.at("alone", failing(400, body=refused))
        answer = self.call(CHAT, {**BODY, "model": "alone"})
        self.assertEqual((answer.status, answer.json()), (400, refused))
        self.assert_booked("alone")
        self.upstream.reset()
        self.before = len(whole_lines(self.file))
        self.at("lax", failing(400, body=refused))
        self.assertEqual(self.call(CHAT, {**BODY, "model": "lax"}).status, 200)
        self.assert_booked("lax", "backup")

    def test_cc18_a_fallback_that_rejects_a_prefilled_assistant_turn(self):
        """the client is told how its own model failed, not what the fallback did not like about the request"""
        self.at("alone", failing(503), times=None)
        self.at("backup", failing(400, body={"error": {"message": "the last message must be the user's", "type": "invalid_request_error", "code": "x"}}))
        body = {"model": "alone", "messages": [*USER, {"role": "assistant", "content": "Once upon"}]}
        answer = self.call(CHAT, body)
        self.assertEqual((answer.status, answer.json()), (503, ERROR))
        self.assert_booked("alone", "alone", "alone", "backup")

    def test_cc19_flapping_primary(self):
        """every second request to it fails: no client sees that, and each is asked for twice at most"""
        for number in range(12):
            self.upstream.reset()
            if number % 2:
                self.at("a", failing(500))
            self.assertEqual(self.call(CHAT, BODY).status, 200)
            self.assertEqual(self.seen(), ["a", "b"] if number % 2 else ["a"])

    def test_cc20_accounting(self):
        """an attempt that was paid for and thrown away counts, and so does the one that answered"""
        usage = {"prompt_tokens": 7, "completion_tokens": 0, "total_tokens": 7}
        start = events.data({"id": "c", "choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}}], "usage": usage})
        self.at("a", {"sse": {"events": [start], "gap_ms": 10, "end": "cut"}})
        self.assert_whole_stream(self.streamed())
        record = self.assert_booked("a", "b")
        self.assertEqual(record["attempt_information"][0]["usage_object"]["prompt_tokens"], 7)

    def test_cc21_an_error_as_the_first_event(self):
        self.at("a", {"sse": {"events": ['data: {"error":{"message":"overloaded","code":503}}'], "gap_ms": 10}})
        self.assert_whole_stream(self.streamed())
        self.assertEqual(self.seen(), ["a", "b"])

    def test_cc22_the_clients_400_is_asked_once(self):
        self.at("a", failing(400))
        self.assertEqual(self.call(CHAT, BODY).status, 400)
        self.assert_booked("a")

    def test_cc23_a_short_answer_that_is_cut(self):
        head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
        for tail in ("content-length: 100\r\n\r\n{", "transfer-encoding: chunked\r\n\r\n1\r\n{\r\n", "\r\n{\"cut\":"):
            with self.subTest(tail):
                self.upstream.reset()
                self.at("a", [{"send": head + tail}, {"close": True}])
                self.assertEqual(self.call(CHAT, BODY).status, 200)
                self.assertEqual(self.seen(), ["a", "b"])

    def test_cc24_bad_key(self):
        """another deployment's key may be good; the only one's is not asked again"""
        self.at("a", failing(401))
        self.assertEqual(self.call(CHAT, BODY).status, 200)
        self.assertEqual(self.seen(), ["a", "b"])
        self.upstream.reset()
        self.at("alone", failing(401), times=None)
        self.assertEqual(self.call(CHAT, {**BODY, "model": "alone", "disable_fallbacks": True}).status, 401)
        self.assertEqual(self.seen(), ["alone"])


class Wishes(Routed):
    """What a client may ask for."""
    router = {"num_retries": 2, "disable_cooldowns": True, "breaker_failures": 0, "fallbacks": [{"*": ["backup"]}]}

    def test_cc30_num_retries(self):
        for given in ({"x_litellm_num_retries": "0"}, {"body": {"num_retries": 0}}):
            with self.subTest(given):
                self.upstream.reset()
                self.at("alone", failing(500), times=None)
                body = {**BODY, "model": "alone", **given.get("body", {})}
                headers = {name: value for name, value in given.items() if name != "body"}
                self.assertEqual(self.call(CHAT, body, **headers).status, 200)
                self.assertEqual(self.seen(), ["alone", "backup"])
                self.assertNotIn("num_retries", json.loads(self.upstream.log()[0]["body"]))

    def test_cc31_timeout_is_the_whole_requests(self):
        self.at("alone", [{"stall": True}], times=None)
        begin = time.monotonic()
        answer = self.call(CHAT, {**BODY, "model": "alone"}, x_litellm_timeout=str(0.3 * SLOW))
        self.assertEqual(answer.status, 408)
        self.assertLess(time.monotonic() - begin, 1.0 * SLOW)
        self.assertEqual(self.seen(), ["alone"])

    def test_cc32_stream_timeout(self):
        self.at("a", {"sse": {"events": [], "end": "stall"}}, times=None)
        with self.stream(CHAT, {**BODY, "stream": True}, **{"x-litellm-stream-timeout": str(0.3 * SLOW)}) as stream:
            self.assert_whole_stream(list(stream))

    def test_cc33_fallbacks_of_the_client(self):
        """as names, or with members of their own; they go before the configuration's and no further than the gateway"""
        self.at("alone", failing(500), times=None)
        body = {**BODY, "model": "alone", "num_retries": 0, "fallbacks": [{"model": "large", "messages": [{"role": "user", "content": "other"}]}]}
        answer = self.call(CHAT, body)
        self.assertEqual((answer.status, answer.headers["x-litellm-attempted-fallbacks"]), (200, "1"))
        self.assertEqual(self.seen(), ["alone", "large"])
        sent = [json.loads(entry["body"]) for entry in self.upstream.log()]
        self.assertFalse(any("fallbacks" in one for one in sent))
        self.assertEqual(sent[1]["messages"][0]["content"], "other")

    def test_cc34_a_fallback_that_does_not_exist(self):
        self.at("alone", failing(500), times=None)
        answer = self.call(CHAT, {**BODY, "model": "alone", "num_retries": 0, "fallbacks": ["nobody", "large"]})
        self.assertEqual(answer.status, 200)
        self.assertEqual(self.seen(), ["alone", "large"])

    def test_cc35_anthropics_own_fallbacks_go_on(self):
        body = {"model": "claude", "messages": USER, "max_tokens": 16, "fallbacks": [{"model": "x"}], "timeout": 1}
        self.assertEqual(self.call("/v1/messages", body).status, 200)
        sent = json.loads(self.upstream.log()[0]["body"])
        self.assertEqual((sent["fallbacks"], sent["timeout"]), ([{"model": "x"}], 1))

    def test_cc36_no_fallbacks_please(self):
        self.at("alone", failing(500), times=None)
        self.assertEqual(self.call(CHAT, {**BODY, "model": "alone", "disable_fallbacks": True}).status, 500)
        self.assertEqual(self.seen(), ["alone"] * 3)


if __name__ == "__main__":
    main()
