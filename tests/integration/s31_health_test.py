"""DD: which deployment gets requests at all: breaker, cooldown, slow start, the last resort, room, priorities, and what /health says."""
import json
import pathlib
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from s30_faults_test import BODY, CHAT, ERROR, Routed, failing  # noqa: E402
from scenario import KEY, SLOW, USER, deployment, main, wait_until  # noqa: E402


class Broken(Routed):
    """Every test has groups of its own: health outlives tests."""
    router = {"num_retries": 1, "cooldown_time": 0.5 * SLOW, "breaker_failures": 3, "breaker_pause": 1.5 * SLOW, "slow_start": 0.3 * SLOW}

    @classmethod
    def models(cls, base):
        pairs = [(group, letter) for group in ("one", "two", "three", "four", "five", "six") for letter in "ab"]
        return [*(deployment(group, f"openai/{group}-{letter}", f"{base}/{group}-{letter}/v1", {"id": f"{group}-{letter}"}, order=ord(letter))
                  for group, letter in pairs),
                deployment("single", "openai/single", base + "/single/v1", {"id": "single"})]

    def ask(self, group, **headers):
        return self.call(CHAT, {**BODY, "model": group}, **headers)

    def health(self, where):
        value = self.get("/health").json()
        self.assertEqual(value["healthy_count"], len(value["healthy_endpoints"]))
        self.assertEqual(value["unhealthy_count"], len(value["unhealthy_endpoints"]))
        return next(one for one in value["healthy_endpoints"] + value["unhealthy_endpoints"] if one["model_id"] == where)

    def test_dd01_a_dead_deployment_is_left_alone_and_comes_back(self):
        """three failures in a row; then nobody goes there; then one request finds out; no client notices"""
        self.at("one-a", [{"reset": True}], times=None)
        for _ in range(10):
            self.assertEqual(self.ask("one").status, 200)
        self.assertEqual(self.seen().count("one-a"), 3)
        self.assertEqual(self.health("one-a")["state"], "open")
        time.sleep(1.55 * SLOW)
        self.assertEqual(self.ask("one").status, 200)  # the probe fails
        self.assertEqual(self.seen().count("one-a"), 4)
        self.assertEqual(self.ask("one").status, 200)
        self.assertEqual(self.seen().count("one-a"), 4)
        self.upstream.reset()
        time.sleep(1.55 * SLOW)
        self.assertEqual(self.ask("one").headers["x-litellm-model-id"], "one-a")
        self.assertEqual(self.health("one-a")["state"], "recovering")
        time.sleep(0.35 * SLOW)
        for _ in range(5):
            self.assertEqual(self.ask("one").headers["x-litellm-model-id"], "one-a")

    def test_dd02_a_rate_limit_cools_down_for_as_long_as_it_says(self):
        self.at("two-a", failing(429, {"retry-after": str(int(SLOW))}))
        self.assertEqual(self.ask("two").headers["x-litellm-model-id"], "two-b")
        health = self.health("two-a")
        self.assertEqual((health["state"], health["last_error"]), ("cooling_down", "RateLimitError"))
        self.assertGreater(health["back_in_seconds"], 0)
        self.assertEqual(self.ask("two").headers["x-litellm-model-id"], "two-b")
        time.sleep(int(SLOW) + 0.05)
        self.assertEqual(self.ask("two").headers["x-litellm-model-id"], "two-a")

    def test_dd03_a_bad_key_benches_that_deployment_only(self):
        self.at("three-a", failing(401))
        for _ in range(3):
            self.assertEqual(self.ask("three").headers["x-litellm-model-id"], "three-b")
        self.assertEqual(self.seen().count("three-a"), 1)
        self.assertEqual(self.health("three-b")["state"], "serving")

    def test_dd04_the_clients_mistakes_bench_nobody(self):
        self.at("four-a", failing(400), times=20)
        for _ in range(20):
            self.assertEqual(self.ask("four").status, 400)
        self.assertEqual(self.health("four-a")["state"], "serving")

    def test_dd05_a_single_deployment_is_never_cooled_into_an_outage(self):
        self.at("single", failing(500), times=20)
        for _ in range(10):
            self.assertEqual(self.ask("single").status, 500)
        self.assertEqual(self.health("single")["state"], "open")
        self.upstream.reset()
        self.assertEqual(self.ask("single").status, 200)

    def test_dd06_all_are_down_the_one_that_is_back_first_is_the_last_resort(self):
        self.at("five-a", failing(401))
        self.at("five-b", failing(401))
        self.assertEqual(self.ask("five").status, 401)
        self.assertEqual(self.ask("five").status, 200)

    def test_dd07_model_info_shows_no_secret(self):
        answer = self.get("/model/info")
        data = answer.json()["data"]
        self.assertEqual({"model_name", "litellm_params", "model_info"}, set(data[0]))
        self.assertEqual((data[0]["model_info"]["id"], data[0]["litellm_params"]["model"]), ("one-a", "openai/one-a"))
        self.assertNotIn("up-key", answer.text())
        self.assertEqual(self.get("/v1/model/info").json()["data"][0]["model_name"], "one")
        self.assertEqual(self.call("/health", method="GET", key="wrong").status, 401)

    def test_dd08_a_client_that_leaves_says_nothing_about_the_deployment(self):
        for _ in range(5):
            self.at("six-a", [{"stall": True}])
            connection = self.raw()
            connection.send(b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer " + KEY.encode() +
                            b"\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(json.dumps({**BODY, "model": "six"})) +
                            json.dumps({**BODY, "model": "six"}).encode())
            seen = len(self.upstream.log())
            wait_until(lambda: len(self.upstream.log()) > seen or len(self.upstream.log()) >= 5 or self.upstream.log())
            connection.close()
            wait_until(lambda: all(entry["peer_closed_at"] for entry in self.upstream.log()))
        self.assertEqual(self.health("six-a")["state"], "serving")
        wait_until(lambda: self.health("six-a")["in_flight_requests"] == 0)


class NoLastResort(Routed):
    router = {"num_retries": 0, "cooldown_time": 60, "last_resort": False}

    def test_dd10_all_cooled_down(self):
        """LiteLLM's words and a Retry-After"""
        for where in ("a", "b"):
            self.at(where, failing(401))
            self.assertEqual(self.call(CHAT, BODY).status, 401)
        answer = self.call(CHAT, BODY)
        self.assert_error(answer, 429, contains="No deployments available for selected model, Try again in ")
        self.assertGreater(int(answer.headers["retry-after"]), 50)


class Room(Routed):
    """max_parallel_requests: who does not fit waits, in the order of priority, and not for ever."""
    router = {"num_retries": 0, "queue_max": 3, "queue_timeout": 1.0 * SLOW}

    @classmethod
    def models(cls, base):
        return [deployment("narrow", "openai/n", base + "/n/v1", {"id": "n"}, max_parallel_requests=1),
                deployment("wide", "openai/w", base + "/w/v1", {"id": "w"})]

    def ask_beside(self, results, name, **body):
        def run():
            answer = self.call(CHAT, {**BODY, "model": "narrow", **body})
            results.append((name, answer.status))
        thread = threading.Thread(target=run)
        thread.start()
        self.addCleanup(thread.join)
        return thread

    def test_dd20_in_the_order_of_priority(self):
        """the second and third wait for the first; the one with the lower priority number goes first"""
        self.at("n", [{"sleep_ms": 300 * SLOW}, {"default": True}], times=3)
        results = []
        threads = [self.ask_beside(results, "first")]
        wait_until(lambda: self.upstream.log())
        threads.append(self.ask_beside(results, "low", priority=5))
        time.sleep(0.05 * SLOW)
        threads.append(self.ask_beside(results, "high", priority=1))
        time.sleep(0.05 * SLOW)
        self.assertEqual(len(self.upstream.log()), 1, "one at a time")
        for thread in threads:
            thread.join()
        self.assertEqual(results, [("first", 200), ("high", 200), ("low", 200)])
        self.assertNotIn("priority", json.loads(self.upstream.log()[1]["body"]))

    def test_dd21_not_for_ever_and_not_too_many(self):
        self.at("n", [{"sleep_ms": 2000 * SLOW}, {"default": True}])
        results = []
        threads = [self.ask_beside(results, "holds")]
        wait_until(lambda: self.upstream.log())
        threads += [self.ask_beside(results, "waits") for _ in range(3)]
        time.sleep(0.3 * SLOW)
        begin = time.monotonic()
        answer = self.call(CHAT, {**BODY, "model": "narrow"})
        self.assert_error(answer, 429, contains="queue_max")
        self.assertIn("retry-after", answer.headers)
        self.assertLess(time.monotonic() - begin, 0.5 * SLOW)
        self.assertEqual(self.call(CHAT, {**BODY, "model": "wide"}).status, 200)
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(results), [("holds", 200)] + [("waits", 429)] * 3)
        self.assertEqual(self.call(CHAT, {**BODY, "model": "narrow"}).status, 200, "the place is free again")

    def test_dd22_who_leaves_the_queue_takes_no_place(self):
        self.at("n", [{"sleep_ms": 500 * SLOW}, {"default": True}])
        results = []
        self.ask_beside(results, "holds")
        wait_until(lambda: self.upstream.log())
        body = json.dumps({**BODY, "model": "narrow"}).encode()
        waiting = self.raw()
        waiting.send(b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer " + KEY.encode() +
                     b"\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body) + body)
        time.sleep(0.1 * SLOW)
        waiting.close()
        self.assertEqual(self.call(CHAT, {**BODY, "model": "narrow"}).status, 200)
        self.assertEqual(len(self.upstream.log()), 2)


class Load(Routed):
    """A deployment that dies under load."""
    router = {"num_retries": 2}

    @classmethod
    def models(cls, base):
        cls.second = cls.enterClassContext(type(cls.first)() if hasattr(cls, "first") else _Upstream())
        return [deployment("pair", "openai/x", base + "/v1", {"id": "p1"}), deployment("pair", "openai/x", cls.second.url + "/v1", {"id": "p2"})]

    def test_dd30_no_client_error_and_soon_as_fast_as_before(self):
        """eight clients; one of the two upstreams is killed in the middle"""
        stop, times, bad = time.monotonic() + 6 * min(SLOW, 2), [], []

        def client():
            while time.monotonic() < stop:
                begin = time.monotonic()
                answer = self.call(CHAT, {**BODY, "model": "pair"})
                times.append((begin, time.monotonic() - begin))
                if answer.status != 200:
                    bad.append((answer.status, answer.body))
        threads = [threading.Thread(target=client) for _ in range(8)]
        for thread in threads:
            thread.start()
        time.sleep(2)
        killed = time.monotonic()
        self.second.process.kill()
        for thread in threads:
            thread.join()
        self.assertEqual(bad, [])
        before = sorted(took for begin, took in times if begin < killed - 0.2)
        after = sorted(took for begin, took in times if begin > killed + 2)
        self.assertGreater(len(after), 50)
        p99 = [row[int(len(row) * 0.99)] for row in (before, after)]
        self.assertLess(p99[1], max(3 * p99[0], 0.1 * SLOW), "p99 is back to normal within two seconds")


from harness import Upstream as _Upstream  # noqa: E402

if __name__ == "__main__":
    main()
