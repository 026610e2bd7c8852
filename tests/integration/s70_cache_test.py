"""AP: the cache: the same answer for the same question of the same tenant, in either form, past every guard, at no cost; one call for many at once."""
import concurrent.futures
import json
import pathlib
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

import events  # noqa: E402
from lanes import MASK, WORD  # noqa: E402
from scenario import ANTHROPIC_ROUTES, KEY, OPENAI_ROUTES, SLOW, STREAMS, USER, deployment, main, usual_models, wait_until  # noqa: E402
from cache_scene import CHAT, Cached, ask  # noqa: E402


class Answers(Cached):
    def test_ap01_the_second_time_nobody_is_asked(self):
        first, second = self.call(CHAT, ask("ap01")), self.call(CHAT, ask("ap01"))
        self.assertEqual((first.status, second.status), (200, 200))
        self.assertEqual(first.body, second.body)
        self.assertEqual(self.calls(), 1)
        self.assertNotIn("x-litellm-cache-key", first.headers)
        self.assertEqual((second.headers["x-litellm-cache-hit"], len(second.headers["x-litellm-cache-key"])), ("True", 64))
        self.assertIn("age", second.headers)

    def test_ap02_order_and_white_space_do_not_count_content_does(self):
        self.call(CHAT, ask("ap02", temperature=0.5))
        self.call(CHAT, {"temperature": 0.5, "messages": [{"content": "ap02", "role": "user"}], "model": "gpt", "user": "somebody"})
        self.assertEqual(self.calls(), 1)
        for change in ({"temperature": 0.6}, {"seed": 1}, {"tools": []}, {"messages": USER}, {"unheard_of": 1}):
            self.call(CHAT, {**ask("ap02", temperature=0.5), **change})
        self.assertEqual(self.calls(), 6)

    def test_ap03_every_route_that_is_kept(self):
        routes = {**OPENAI_ROUTES, **ANTHROPIC_ROUTES}
        for path in ("/chat/completions", "/completions", "/embeddings", "/responses", "/rerank", "/messages"):
            with self.subTest(path):
                self.upstream.reset()
                body = {"model": "claude" if path == "/messages" else "gpt", **routes[path], "unheard_of": "ap03"}
                one, two = self.call("/v1" + path, body), self.call("/v1" + path, body)
                self.assertEqual((one.status, one.body), (200, two.body))
                self.assertEqual(self.calls(), 1)
        for path in ("/images/generations", "/moderations"):
            self.upstream.reset()
            for _ in range(2):
                self.call("/v1" + path, {"model": "gpt", **routes[path], "unheard_of": "ap03"})
            self.assertEqual(self.calls(), 2, path)

    def test_ap04_streams_come_again_as_they_were(self):
        for dialect, (path, body, _) in STREAMS.items():
            with self.subTest(dialect):
                self.upstream.reset()
                body = {**body, "unheard_of": "ap04"}
                one, two = self.call(path, body), self.call(path, body)
                self.assertEqual(one.body, two.body)
                self.assertEqual(self.calls(), 1)
                self.assertIn("text/event-stream", two.headers["content-type"])
                self.assertEqual(two.headers["x-litellm-cache-hit"], "True")

    def test_ap05_one_form_serves_the_other(self):
        for dialect, (path, body, end) in STREAMS.items():
            with self.subTest(dialect, kept="stream"):
                self.upstream.reset()
                body = {**body, "unheard_of": "ap05"}
                self.call(path, body)
                whole = self.call(path, {**body, "stream": False})
                self.assertEqual((whole.status, whole.headers["x-litellm-cache-hit"]), (200, "True"))
                whole.json()
            with self.subTest(dialect, kept="whole"):
                body = {**body, "unheard_of": "ap05b", "stream": False}
                self.call(path, body)
                stream = self.call(path, {**body, "stream": True})
                self.assertEqual(stream.headers["x-litellm-cache-hit"], "True")
                self.assertIn(end, stream.text())
                self.assertEqual(self.calls(), 2)

    def test_ap06_the_usage_chunk_only_for_those_who_asked_for_it(self):
        body = ask("ap06", stream=True)
        self.upstream.script({"sse": {"events": [events.chat("hi"), events.chat("", "stop"), events.USAGE, events.DONE]}})
        self.assertNotIn("total_tokens", self.call(CHAT, body).text())
        self.assertNotIn("total_tokens", self.call(CHAT, body).text())
        self.assertIn("total_tokens", self.call(CHAT, {**body, "stream_options": {"include_usage": True}}).text())
        self.assertEqual(self.calls(), 1)

    def test_ap07_failures_and_halves_are_not_kept(self):
        broken = [{"respond": {"status": 500, "body": {"error": {"message": "x"}}}}, {"respond": {"status": 429, "body": {"error": {"message": "x"}}}},
                  {"sse": {"events": [events.chat("half")], "end": "cut"}}, {"sse": {"events": [events.chat("half"), events.data({"error": {"message": "x"}})]}}]
        for number, action in enumerate(broken):
            with self.subTest(action):
                self.upstream.reset()
                body = ask(f"ap07-{number}", stream="sse" in action)
                self.upstream.script(action)
                self.call(CHAT, body)
                self.assertNotIn("x-litellm-cache-hit", self.call(CHAT, body).headers)
                self.assertEqual(self.calls(), 2)
                self.assertIn("x-litellm-cache-hit", self.call(CHAT, body).headers)

    def test_ap08_controls(self):
        self.call(CHAT, ask("ap08", cache={"no-store": True}))
        self.call(CHAT, ask("ap08", cache={"ttl": 60}))
        self.assertEqual(self.calls(), 2)
        for entry in self.upstream.log():
            self.assertNotIn("cache", json.loads(entry["body"]))
        self.assertIn("x-litellm-cache-hit", self.call(CHAT, ask("ap08")).headers)
        self.assertNotIn("x-litellm-cache-hit", self.call(CHAT, ask("ap08", cache={"no-cache": True})).headers)
        self.assertNotIn("x-litellm-cache-hit", self.call(CHAT, ask("ap08", cache={"s-maxage": 0})).headers)
        self.assertNotIn("x-litellm-cache-hit", self.call(CHAT, ask("ap08", cache={"namespace": "other"})).headers)
        self.assertTrue(self.call(CHAT, ask("ap08", cache={"namespace": "other"})).headers["x-litellm-cache-key"].startswith("other:"))
        refused = self.call(CHAT, ask("ap08", cache={"tll": 1}))
        self.assert_error(refused, 400, contains="cache.tll")

    def test_ap09_the_record_of_a_hit(self):
        before = len(self.records(0))
        self.call(CHAT, ask("ap09"), x_litellm_call_id="ap09-a")
        self.call(CHAT, ask("ap09"), x_litellm_call_id="ap09-b")
        wait_until(lambda: {"ap09-a", "ap09-b"} <= {one["litellm_call_id"] for one in self.records(before)}, 10 * SLOW, "both records")
        by_id = {one["litellm_call_id"]: one for one in self.records(before)}
        miss, hit = by_id["ap09-a"], by_id["ap09-b"]
        self.assertEqual((miss["cache_hit"], miss["cache_key"]), (False, None))
        self.assertEqual((hit["cache_hit"], hit["status"], hit["response_cost"]), (True, "success", 0))
        self.assertEqual(len(hit["cache_key"]), 64)
        self.assertEqual(hit["total_tokens"], miss["total_tokens"])
        self.assertEqual(hit["attempt_information"], [])
        self.assertRegex(self.get("/metrics").text(), r'litellm_cache_hits_metric_total\{[^}]*model="gpt"[^}]*\} [1-9]')
        self.assertRegex(self.get("/metrics").text(), r'sluice_cache_lookups_total\{[^}]*result="hit"[^}]*\} [1-9]')

    def test_ap10_routes_about_it(self):
        self.assertEqual(self.get("/cache/ping").json()["status"], "healthy")
        self.call(CHAT, ask("ap10"))
        key = self.call(CHAT, ask("ap10")).headers["x-litellm-cache-key"]
        self.assertEqual(self.call("/cache/delete", {"keys": [key]}).json()["deleted"], 1)
        self.assertNotIn("x-litellm-cache-hit", self.call(CHAT, ask("ap10")).headers)
        self.assertEqual(self.call("/cache/flushall", {}).status, 200)
        self.assertNotIn("x-litellm-cache-hit", self.call(CHAT, ask("ap10")).headers)
        self.assertEqual(self.get("/cache/settings").json()["share"], "tenant")
        self.assertEqual(self.call("/cache/flushall", {}, key="sk-wrong").status, 401)
        self.assert_error(self.call("/cache/delete", {"keys": []}), 400, contains="keys")

    def test_ap11_deep_and_broken_bodies(self):
        deep = "[" * 70 + "]" * 70
        for _ in range(2):
            self.call(CHAT, '{"model":"gpt","messages":[{"role":"user","content":"ap11"}],"x":' + deep + "}")
        self.assertEqual(self.calls(), 2)  # no key, but an answer


class Together(Cached):
    def crowd(self, count, body, **options):
        with concurrent.futures.ThreadPoolExecutor(64) as pool:
            return list(pool.map(lambda _: self.call(CHAT, body), range(count)))

    def test_ap20_a_thousand_at_once_make_one_call(self):
        for stream in (False, True):
            with self.subTest(stream=stream):
                self.upstream.reset()
                self.upstream.script([{"sleep_ms": 300}, {"default": True}], times=None)
                answers = self.crowd(1000, ask(f"ap20-{stream}", stream=stream))
                self.assertEqual({answer.status for answer in answers}, {200})
                self.assertEqual(len({answer.body for answer in answers}), 1)
                self.assertEqual(self.calls(), 1)

    def test_ap21_the_failure_of_one_is_not_the_failure_of_all(self):
        self.upstream.script([{"sleep_ms": 300}, {"respond": {"status": 500, "body": {"error": {"message": "x"}}}}])
        answers = self.crowd(30, ask("ap21"))
        self.assertEqual(sorted(answer.status for answer in answers), [200] * 29 + [500])
        self.assertEqual(self.calls(), 2)

    def test_ap22_a_leader_that_leaves(self):
        """the others do not wait for somebody who has gone"""
        self.upstream.script([{"sleep_ms": 60000}, {"default": True}])
        leader = self.raw()
        body = json.dumps(ask("ap22")).encode()
        leader.send(b"POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\nauthorization: Bearer %s\r\ncontent-type: application/json\r\n"
                    b"content-length: %d\r\n\r\n%s" % (KEY.encode(), len(body), body))
        wait_until(lambda: self.calls() == 1, 10 * SLOW, "the leader's call")
        got = []
        follower = threading.Thread(target=lambda: got.append(self.call(CHAT, ask("ap22"))))
        follower.start()
        leader.close()
        follower.join(30 * SLOW)
        self.assertEqual([answer.status for answer in got], [200])

    def test_ap23_an_answer_too_large_to_be_kept_makes_nobody_wait_in_a_row(self):
        big = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "x" * (2 << 20)}, "finish_reason": "stop"}]}
        self.upstream.script([{"sleep_ms": 200}, {"respond": {"status": 200, "body": big}}], times=None)
        answers = self.crowd(20, ask("ap23"))
        self.assertEqual({answer.status for answer in answers}, {200})
        self.assertEqual(self.calls(), 20)


class Guarded(Cached):
    more = {"guardrails": [{"guardrail_name": f"{action}-{mode}", "litellm_params": {"guardrail": "word", "mode": mode, "words": {WORD: action}}}
                           for action, mode in (("mask", "post_call"), ("block", "post_call"), ("block", "during_call"))]}

    def answered(self, stream):
        if stream:
            self.upstream.script({"sse": {"events": [events.chat("the Fal"), events.chat("con flies"), events.chat("", "stop"), events.DONE]}})
        else:
            self.upstream.script({"respond": {"status": 200, "body": {"choices": [
                {"index": 0, "message": {"role": "assistant", "content": "the Falcon flies"}, "finish_reason": "stop"}]}}})

    def test_ap30_a_hit_passes_every_guard_of_the_request_that_asks(self):
        """what was kept is what the provider said; each caller's own guards look at it"""
        for kept in (False, True):
            for wanted in (False, True):
                with self.subTest(kept=kept, wanted=wanted):
                    self.upstream.reset()
                    self.answered(kept)
                    text = f"ap30-{kept}-{wanted}"
                    self.assertIn("Fal", self.call(CHAT, ask(text, stream=kept)).text())
                    masked = self.call(CHAT, ask(text, stream=wanted, guardrails=["mask-post_call"]))
                    self.assertEqual(masked.headers["x-litellm-cache-hit"], "True")
                    self.assertNotIn("Fal", masked.text())
                    self.assertIn(MASK, masked.text())
                    blocked = self.call(CHAT, ask(text, stream=wanted, guardrails=["block-post_call"]))
                    self.assertNotIn("Fal", blocked.text())
                    self.assertIn("blocked by a guardrail", blocked.text())
                    self.assertEqual(self.calls(), 1)

    def test_ap31_a_guard_beside_the_call_looks_at_a_hit_too(self):
        self.assertEqual(self.call(CHAT, ask("ap31 Falcon")).status, 200)
        self.assertEqual(self.call(CHAT, ask("ap31 Falcon")).headers["x-litellm-cache-hit"], "True")
        self.assertEqual(self.call(CHAT, ask("ap31 Falcon", guardrails=["block-during_call"])).status, 400)


class Fallbacks(Cached):
    more = {"router_settings": {"fallbacks": [{"gone": ["gpt"]}], "num_retries": 0}}

    @classmethod
    def models(cls, base):
        return [*usual_models(base), deployment("gone", "openai/x", "http://127.0.0.1:1/v1")]

    def test_ap40_an_answer_of_a_fallback_is_not_kept_for_the_model_that_failed(self):
        for _ in range(2):
            answer = self.call(CHAT, {**ask("ap40"), "model": "gone"})
            self.assertEqual(answer.status, 200)
            self.assertNotIn("x-litellm-cache-hit", answer.headers)
        self.assertEqual(self.calls(), 2)


if __name__ == "__main__":
    main()
