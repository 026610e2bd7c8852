"""QQ: limits and budgets: of keys, users, teams, members, customers, tags and models; on streams; nothing that is taken is kept."""
import concurrent.futures
import json
import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from scenario import KEY, SLOW, USER, Scenario, deployment, main, sse, wait_until  # noqa: E402

CHAT = "/v1/chat/completions"
BODY = {"model": "gpt", "messages": USER, "max_tokens": 10}
# gpt-4o: 2.50 USD a million tokens of prompts, 10 of answers
USAGE = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}
COST = (100 * 2.5 + 10 * 10) / 1e6


def at_once(count, work):
    with concurrent.futures.ThreadPoolExecutor(max_workers=count) as pool:
        return list(pool.map(work, range(count)))


class Limited(Scenario):
    limits = {}

    @classmethod
    def models(cls, base):
        return [deployment("gpt", "openai/gpt-4o", base + "/v1", {"id": "gpt"}), deployment("other", "openai/gpt-4o", base + "/v1", {"id": "other"}),
                deployment("claude", "anthropic/claude-sonnet-4-5-20250929", base, {"id": "claude"})]

    @classmethod
    def config(cls, upstream):
        cls.settings = {"plugins": [{"plugin": "store_sqlite", "config": {"path": "sluice.db"}}, {"plugin": "auth_keys"}, {"plugin": "admin_api"},
                                    {"plugin": "pricing"}, {"plugin": "limits", "config": cls.limits}, {"plugin": "admin", "grants": ["admin"]}]}
        return super().config(upstream)

    def make(self, what="key", **wishes):
        answer = self.call("/key/generate" if what == "key" else f"/{what}/new", wishes)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json().get("key")

    def ask(self, key, body=BODY, **headers):
        return self.call(CHAT, body, key=key, **headers)

    def passing(self, key, tries, body=BODY):
        return sum(self.ask(key, body).status == 200 for _ in range(tries))

    def answers(self, usage=USAGE, sleep_ms=0, times=None):
        whole = {"respond": {"status": 200, "body": {"id": "x", "object": "chat.completion", "choices": [], "usage": usage}}}
        self.upstream.script([{"sleep_ms": sleep_ms}, whole] if sleep_ms else whole, times=times)


class Limits(Limited):
    limits = {"tags": {"batch": {"rpm_limit": 1}}, "refresh_ms": 200}

    def test_qq01_requests_a_minute(self):
        """the error names whose limit it is, what it is, and when there is room again"""
        key = self.make(rpm_limit=3)
        answers = [self.ask(key) for _ in range(5)]
        self.assertEqual([a.status for a in answers], [200, 200, 200, 429, 429])
        self.assertEqual([a.headers["x-ratelimit-remaining-requests"] for a in answers[:3]], ["2", "1", "0"])
        self.assert_error(answers[3], 429, "throttling_error", "Rate limit exceeded for api_key: ")
        self.assertIn("Limit type: requests. Current limit: 3, Remaining: 0.", json.loads(answers[3].body)["error"]["message"])
        self.assertGreater(int(answers[3].headers["retry-after"]), 50)
        self.assertEqual(answers[3].headers["rate_limit_type"], "requests")

    def test_qq02_many_at_once_are_counted_in_one_step(self):
        key = self.make(rpm_limit=20)
        self.answers()
        statuses = at_once(60, lambda _: self.ask(key).status)
        self.assertEqual(statuses.count(200), 20)
        self.assertEqual(statuses.count(429), 40)

    def test_qq03_who_else_has_limits(self):
        """all of them hold at the same time: the smallest counts"""
        self.make("team", team_id="qq03-team", rpm_limit=4)
        self.make("user", user_id="qq03-user", rpm_limit=3)
        key = self.make(team_id="qq03-team", user_id="qq03-user", rpm_limit=10)
        colleague = self.make(team_id="qq03-team")
        self.assertEqual(self.passing(key, 6), 3)
        self.assertEqual(self.passing(colleague, 6), 1)

    def test_qq04_of_a_model(self):
        key = self.make(model_rpm_limit={"gpt": 2})
        self.assertEqual(self.passing(key, 4), 2)
        self.assertEqual(self.passing(key, 4, {**BODY, "model": "other"}), 4)

    def test_qq05_places(self):
        """as many at once as the key may have; a place is free as soon as the answer is over"""
        key = self.make(max_parallel_requests=2)
        self.answers(sleep_ms=int(500 * SLOW))
        statuses = at_once(6, lambda _: self.ask(key).status)
        self.assertEqual(statuses.count(200), 2, statuses)
        self.assertEqual(self.passing(key, 2), 2)

    def test_qq06_a_place_comes_back_whatever_ends_the_request(self):
        """clients that leave before the answer, in the middle of it, upstreams that break: a hundred times, one place"""
        key = self.make(max_parallel_requests=1)
        fields = f"POST {CHAT} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\ncontent-type: application/json\r\n"
        ends = {"leaves": [{"sleep_ms": 3000}, {"default": True}], "resets": [{"reset": True}], "500": [{"respond": {"status": 500, "body": "x"}}],
                "cut": [{"sse": {"events": ["data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}"], "end": "cut"}}]}
        for name, actions in ends.items():
            for _ in range(5):
                with self.subTest(name):
                    self.upstream.reset()
                    self.upstream.script(actions)
                    body = json.dumps({**BODY, "stream": name == "cut"})
                    connection = self.raw()
                    connection.send(f"{fields}content-length: {len(body)}\r\n\r\n{body}".encode())
                    if name == "leaves":
                        wait_until(lambda: self.upstream.log())
                        connection.close()
                    else:
                        connection.head()
                    self.upstream.reset()
                    wait_until(lambda: self.ask(key).status == 200, timeout=5 * SLOW)

    def test_qq07_tokens_hold_on_streams(self):
        """what a stream has used counts for the next request, as if it had not been streamed"""
        for stream in (False, True):
            with self.subTest(stream=stream):
                key = self.make(tpm_limit=250)
                self.upstream.reset()
                if stream:
                    usage = "data: " + json.dumps({"id": "c", "object": "chat.completion.chunk", "choices": [], "usage": USAGE})
                    chunk = "data: " + json.dumps({"id": "c", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": "a"}}]})
                    self.upstream.script({"sse": {"events": [chunk, usage], "done": True}}, times=None)
                else:
                    self.answers()
                statuses = []
                for _ in range(6):
                    if stream:
                        try:
                            with sse(self.port, CHAT, {**BODY, "stream": True}, {"authorization": f"Bearer {key}"}) as events:
                                list(events)
                            statuses.append(200)
                        except Exception as error:
                            statuses.append(getattr(error, "status", 429))
                    else:
                        statuses.append(self.ask(key).status)
                self.assertEqual(statuses, [200, 200, 200, 429, 429, 429])

    def test_qq08_a_budget_is_right_to_the_request(self):
        key = self.make(max_budget=COST * 5)
        self.answers()
        self.assertEqual(self.passing(key, 12), 5)
        error = self.assert_error(self.ask(key), 429, "budget_exceeded", "Budget has been exceeded! api_key: ")
        self.assertIn("Current cost: 0.00175, Max budget: 0.00175.", error["message"])
        self.call("/key/update", {"key": key, "max_budget": COST * 7})
        self.assertEqual(self.passing(key, 12), 2)

    def test_qq09_two_hundred_at_once_against_a_budget_for_twenty(self):
        """none of the first ten is refused; what goes beyond is what the estimate was wrong by"""
        key = self.make(max_budget=COST * 20)
        self.answers(sleep_ms=int(200 * SLOW))
        statuses = at_once(200, lambda _: self.ask(key, {**BODY, "messages": [{"role": "user", "content": "word " * 80}]}).status)
        passed = statuses.count(200)
        self.assertGreaterEqual(passed, 10)
        self.assertLessEqual(passed, 25)
        self.assertEqual(passed + statuses.count(429), 200)

    def test_qq10_budgets_of_models_teams_members_customers(self):
        self.answers()
        key = self.make(model_max_budget={"gpt": {"budget_limit": COST * 2, "time_period": "1d"}})
        self.assertEqual((self.passing(key, 5), self.passing(key, 3, {**BODY, "model": "other"})), (2, 3))
        self.make("team", team_id="qq10", max_budget=COST * 3)
        self.assertEqual(self.passing(self.make(team_id="qq10"), 2) + self.passing(self.make(team_id="qq10"), 5), 3)
        self.make("customer", user_id="qq10-customer", max_budget=COST * 4)
        self.assertEqual(self.passing(self.make(), 9, {**BODY, "user": "qq10-customer"}), 4)

    def test_qq16_who_has_an_answer_finds_the_books_closed(self):
        """asking again at once: the place is free, the estimate has become the true figure"""
        self.answers()
        one = self.make(max_parallel_requests=1)
        self.assertEqual(self.passing(one, 60), 60)
        self.assertEqual(self.passing(one, 20, {**BODY, "stream": True}), 20)
        paid = self.make(max_budget=COST * 30)
        self.assertEqual(self.passing(paid, 40), 30)

    def test_qq11_a_reload_forgets_nothing(self):
        key, place = self.make(rpm_limit=4), self.make(max_parallel_requests=1)
        self.assertEqual(self.passing(key, 3), 3)
        self.answers(sleep_ms=int(1500 * SLOW), times=1)
        with concurrent.futures.ThreadPoolExecutor() as pool:
            held = pool.submit(self.ask, place)
            wait_until(lambda: self.upstream.log())
            self.assertEqual(self.call("/admin/reload", {}).status, 200)
            self.assertEqual(self.ask(place).status, 429)
            self.assertEqual(held.result().status, 200)
        self.assertEqual(self.passing(place, 1), 1)
        self.assertEqual(self.passing(key, 5), 1)

    def test_qq12_every_route_is_counted(self):
        """none is a way around"""
        routes = {"/v1/chat/completions": {"model": "gpt", "messages": USER}, "/v1/completions": {"model": "gpt", "prompt": "a"},
                  "/v1/embeddings": {"model": "gpt", "input": "a"}, "/v1/responses": {"model": "gpt", "input": "a"},
                  "/v1/messages": {"model": "claude", "messages": USER, "max_tokens": 9}, "/v1/moderations": {"model": "gpt", "input": "a"},
                  "/v1/images/generations": {"model": "gpt", "prompt": "a"}, "/v1/rerank": {"model": "gpt", "query": "a", "documents": ["b"]},
                  "/v1/audio/speech": {"model": "gpt", "input": "a", "voice": "alloy"}, "/openai/deployments/gpt/chat/completions": {"messages": USER}}
        for path, body in routes.items():
            with self.subTest(path):
                key = self.make(rpm_limit=1)
                self.call(path, body, key=key)
                self.assertEqual(self.call(path, body, key=key).status, 429)

    def test_qq13_one_call_id_is_one_place_each(self):
        """a client that always sends the same x-litellm-call-id gains nothing by it"""
        key = self.make(max_parallel_requests=2)
        self.answers(sleep_ms=int(500 * SLOW))
        statuses = at_once(6, lambda _: self.ask(key, x_litellm_call_id="same").status)
        self.assertEqual(statuses.count(200), 2)

    def test_qq14_the_master_key_has_no_limits(self):
        self.assertEqual(self.passing(KEY, 5), 5)


class Everything(Limited):
    """for all callers together, from LiteLLM's settings; time zones; defaults"""
    limits = {"defaults": {"key": {"rpm_limit": 2}}}

    @classmethod
    def config(cls, upstream):
        config = super().config(upstream)
        return {**config, "litellm_settings": {"max_budget": COST * 6, "budget_duration": "1d", "timezone": "Europe/Berlin"}}

    def test_qq20_a_budget_for_all(self):
        self.answers()
        first, second = self.make(), self.make()
        self.assertEqual((self.passing(first, 4), self.passing(second, 4)), (2, 2))
        self.assertEqual(self.passing(KEY, 5), 2)
        self.assert_error(self.ask(KEY), 429, "budget_exceeded", "proxy: all")


if __name__ == "__main__":
    main()
