"""RR: several gateways that count on one Redis: exactly what one would let through; and what happens while Redis is away."""
import concurrent.futures
import json
import pathlib
import shutil
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from scenario import KEY, SLOW, Gateway, Scenario, deployment, main, request, wait_until  # noqa: E402
from servers import Redis  # noqa: E402

CHAT = "/v1/chat/completions"
BODY = {"model": "gpt", "messages": [{"role": "user", "content": "word " * 80}], "max_tokens": 10}
USAGE = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}
COST = (100 * 2.5 + 10 * 10) / 1e6
PASSWORD = "redis-word-that-nobody-may-see"


class Counting(Scenario):
    @classmethod
    def models(cls, base):
        return [deployment("gpt", "openai/gpt-4o", base + "/v1", {"id": "gpt"}),
                deployment("pair", "openai/gpt-4o", base + "/a/v1", {"id": "a"}, rpm=6), deployment("pair", "openai/gpt-4o", base + "/b/v1", {"id": "b"}, rpm=6),
                deployment("frail", "openai/gpt-4o", base + "/c/v1", {"id": "c"}, order=1), deployment("frail", "openai/gpt-4o", base + "/d/v1", {"id": "d"}, order=2)]

    @classmethod
    def config(cls, upstream):
        url = f"redis://:{PASSWORD}@127.0.0.1:{cls.redis.port}/1"
        cls.settings = {"plugins": [{"plugin": "store_sqlite", "config": {"path": str(cls.directory / "sluice.db")}}, {"plugin": "auth_keys"},
                                    {"plugin": "admin_api"}, {"plugin": "pricing"}, {"plugin": "limits", "config": {"refresh_ms": 60000}},
                                    {"plugin": "counters_redis", "config": {"url": url, "deadline_ms": int(100 * SLOW)}}, {"plugin": "admin", "grants": ["admin"]},
                                    {"plugin": "shared_routing", "config": {"interval_ms": 200}}],
                        "router_settings": {"routing_strategy": "usage-based-routing-v2", "num_retries": 0, "cooldown_time": 30}}
        return super().config(upstream)

    @classmethod
    def setUpClass(cls):
        if not shutil.which("redis-server"):
            raise unittest.SkipTest("there is no redis-server")
        cls.directory = pathlib.Path(tempfile.mkdtemp(prefix="sluice-shared-"))
        cls.addClassCleanup(shutil.rmtree, cls.directory, True)
        cls.redis = Redis(password=PASSWORD)
        cls.addClassCleanup(cls.redis.__exit__)
        cls.begin()
        super().setUpClass()

    @classmethod
    def begin(cls):
        """What there is before the gateway starts."""

    def ask(self, key, i=0):
        port = (self.gateway, self.second)[i % 2].port
        return request(port, "POST", CHAT, BODY, {"authorization": f"Bearer {key}"}).status


class Shared(Counting):
    """Two gateways, one file of keys, one Redis."""

    @classmethod
    def begin(cls):
        cls.redis.start()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls.enterClassContext(Gateway(json.dumps(cls.config(cls.upstream))))
        for gateway in (cls.gateway, cls.second):
            wait_until(lambda g=gateway: " counts\n" in g.stderr())

    def setUp(self):
        super().setUp()
        self.redis.thaw()
        self.settle()

    def settle(self):
        """Both gateways know Redis, and each other."""
        wait_until(lambda: all(self.degraded(g) is False for g in (self.gateway, self.second)), timeout=15 * SLOW)

    def degraded(self, gateway):
        said = gateway.stderr()
        return said.rfind("is away") > said.rfind(" counts\n")

    def make(self, **wishes):
        answer = self.call("/key/generate", wishes)
        self.assertEqual(answer.status, 200, answer.body)
        key = answer.json()["key"]
        wait_until(lambda: request(self.second.port, "GET", "/v1/models", None, {"authorization": f"Bearer {key}"}).status == 200)
        return key

    def at_once(self, count, key):
        with concurrent.futures.ThreadPoolExecutor(max_workers=count) as pool:
            return list(pool.map(lambda i: self.ask(key, i), range(count)))

    def answers(self, sleep_ms=0):
        whole = {"respond": {"status": 200, "body": {"id": "x", "object": "chat.completion", "choices": [], "usage": USAGE}}}
        self.upstream.script([{"sleep_ms": sleep_ms}, whole] if sleep_ms else whole, times=None)

    def test_rr01_limits_are_exact_over_both(self):
        self.answers()
        key = self.make(rpm_limit=20)
        statuses = self.at_once(60, key)
        self.assertEqual((statuses.count(200), statuses.count(429)), (20, 40))
        self.assertEqual(self.ask(key, 0), 429)
        self.assertEqual(self.ask(key, 1), 429)

    def test_rr02_two_hundred_at_once_against_a_budget_for_twenty(self):
        """no refusal below half of it; what goes beyond is what the estimates were wrong by"""
        self.answers(sleep_ms=int(200 * SLOW))
        key = self.make(max_budget=COST * 20)
        statuses = self.at_once(200, key)
        passed = statuses.count(200)
        self.assertGreaterEqual(passed, 10)
        self.assertLessEqual(passed, 30)
        self.assertEqual(passed + statuses.count(429), 200)

    def test_rr03_places_of_both_are_the_same(self):
        self.answers(sleep_ms=int(700 * SLOW))
        key = self.make(max_parallel_requests=3)
        self.assertEqual(self.at_once(12, key).count(200), 3)
        self.upstream.reset()
        wait_until(lambda: self.ask(key, 0) == 200 and self.ask(key, 1) == 200)

    def test_rr04_a_budget_that_others_have_used(self):
        self.answers()
        key = self.make(max_budget=COST * 6)
        self.assertEqual([self.ask(key, 0) for _ in range(4)].count(200), 4)
        self.assertEqual([self.ask(key, 1) for _ in range(4)].count(200), 2)
        self.assertEqual(self.ask(key, 0), 429)

    def condition(self, gateway, deployment_id):
        answer = request(gateway.port, "GET", "/health", None, {"authorization": f"Bearer {KEY}"}).json()
        return next(d for d in answer["healthy_endpoints"] + answer["unhealthy_endpoints"] if d["model_id"] == deployment_id)

    def test_rr05_deployments_have_one_rpm_for_all(self):
        """six a minute each: the second gateway knows what the first has used"""
        if time.time() % 60 > 50:
            time.sleep(61 - time.time() % 60)
        self.answers()
        body = {**BODY, "model": "pair"}
        ask = lambda gateway: request(gateway.port, "POST", CHAT, body, {"authorization": f"Bearer {KEY}"}).status  # noqa: E731
        self.assertEqual([ask(self.gateway) for _ in range(12)].count(200), 12)
        wait_until(lambda: all(self.condition(self.second, one)["requests_this_minute"] == 6 for one in "ab"), timeout=20 * SLOW)
        self.assertEqual(ask(self.second), 429)

    def test_rr06_what_one_has_found_broken_the_other_does_not_ask(self):
        self.upstream.script({"respond": {"status": 401, "body": {"error": {"message": "no"}}}}, path_contains="/c/")
        body = {**BODY, "model": "frail"}
        self.assertEqual(request(self.gateway.port, "POST", CHAT, body, {"authorization": f"Bearer {KEY}"}).status, 401)
        wait_until(lambda: self.condition(self.second, "c")["state"] == "cooling_down")
        self.upstream.reset()
        self.assertEqual(request(self.second.port, "POST", CHAT, body, {"authorization": f"Bearer {KEY}"}).status, 200)
        self.assertIn("/d/", self.said()[0]["path"])

    def test_rr10_a_frozen_redis_is_not_noticed(self):
        """SIGSTOP under load: no request fails, none waits; one line in the log; back by itself"""
        self.answers()
        key = self.make(rpm_limit=1_000_000)
        before = self.gateway.stderr().count("is away")
        statuses, times = [], {"before": [], "frozen": []}

        def load(until, name):
            while time.time() < until:
                begin = time.time()
                statuses.append(self.ask(key, 0))
                times[name].append(time.time() - begin)

        for name in times:
            if name == "frozen":
                self.redis.freeze()
            until = time.time() + 2
            with concurrent.futures.ThreadPoolExecutor(8) as pool:
                for job in [pool.submit(load, until, name) for _ in range(8)]:
                    job.result()
        self.assertEqual(set(statuses), {200})
        p99 = {name: sorted(t)[int(len(t) * 0.99)] for name, t in times.items()}
        print(f"p99 before {p99['before'] * 1000:.1f} ms, frozen {p99['frozen'] * 1000:.1f} ms; {len(statuses)} requests")
        waited = {name: sum(took > 0.09 * SLOW for took in t) for name, t in times.items()}
        self.assertLessEqual(waited["frozen"], waited["before"] + 16)  # those that were under way when it froze: eight, and some that the machine held up
        self.assertEqual(self.gateway.stderr().count("is away"), before + 1)
        self.redis.thaw()
        wait_until(lambda: not self.degraded(self.gateway), timeout=10 * SLOW)

    def test_rr11_while_it_is_away_each_has_its_share(self):
        """half of the limit, for there are two; and when it is back, what was counted meanwhile counts for both"""
        self.answers()
        key = self.make(rpm_limit=40)
        time.sleep(3.5)  # a heartbeat of each
        self.redis.freeze()
        statuses = [self.ask(key, 0) for _ in range(30)] + [self.ask(key, 1) for _ in range(30)]
        self.assertLessEqual(abs(statuses[:30].count(200) - 20), 1, statuses)
        self.assertLessEqual(abs(statuses[30:].count(200) - 20), 1, statuses)
        self.redis.thaw()
        self.settle()
        time.sleep(0.5)
        self.assertLessEqual([self.ask(key, i) for i in range(10)].count(200), 2)

    def test_rr12_a_redis_that_has_forgotten_everything(self):
        """restarted, empty, without the scripts: counting goes on, and budgets begin with what the books say"""
        self.answers()
        key = self.make(rpm_limit=5)
        self.assertEqual([self.ask(key, i) for i in range(7)].count(200), 5)
        other = self.make(rpm_limit=10)
        self.redis.stop()
        self.assertEqual(self.ask(other, 0), 200)
        self.assertEqual(self.ask(key, 0), 429)  # this gateway knows what it has counted
        wait_until(lambda: self.degraded(self.gateway))
        self.redis.start()
        self.settle()
        self.redis.ask("SCRIPT", "FLUSH")
        self.assertEqual(self.ask(key, 0), 200)

    def test_rr13_its_password_is_nowhere(self):
        for gateway in (self.gateway, self.second):
            self.assertNotIn(PASSWORD, gateway.stderr())
            status = request(gateway.port, "GET", "/admin/status", None, {"authorization": f"Bearer {KEY}"})
            self.assertNotIn(PASSWORD.encode(), status.body)


class Absent(Counting):
    """no Redis at the start"""
    second = None

    def test_rr20_it_comes_later(self):
        key = self.call("/key/generate", {"rpm_limit": 5}).json()["key"]
        self.assertEqual([self.ask(key) for _ in range(7)].count(200), 5)
        self.redis.start()
        wait_until(lambda: " counts\n" in self.gateway.stderr(), timeout=10 * SLOW)
        self.assertEqual(self.ask(key), 429)


if __name__ == "__main__":
    main()
