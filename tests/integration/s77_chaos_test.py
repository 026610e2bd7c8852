"""AW: a network that cuts the gateway off from Redis and PostgreSQL, loses packets and delays them: what docs/limits.md and store_postgres promise of it."""
import json
import pathlib
import shutil
import signal
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

import islands  # noqa: E402
import postgres  # noqa: E402
from crowd import percentile  # noqa: E402
from scenario import KEY, SLOW, Closed, RawConnection, Scenario, deployment, main, post, request, wait_until  # noqa: E402

CHAT = "/v1/chat/completions"
DEADLINE_MS = int(50 * SLOW)  # counters_redis' default
WAIT_MS = int(50 * SLOW)      # what a look into the cache may cost
CLIENTS = 4  # reports tell of the last 1,000 requests: fewer than that, so that each can be counted
PACE_SECONDS = 0.04


class Load:
    """Clients that keep asking; `(when, seconds, status)` of each answer."""

    def __init__(self, port, key, clients=CLIENTS):
        self.port, self.key, self.seen, self.over = port, key, [], False
        self.threads = [threading.Thread(target=self.run, args=(number,), daemon=True) for number in range(clients)]

    def run(self, number):
        with RawConnection(self.port, timeout=30 * SLOW) as connection:
            asked = 0
            while not self.over:
                asked += 1
                begin = time.monotonic()
                body = {"model": "gpt", "messages": [{"role": "user", "content": f"client {number}, {asked} of {begin}"}]}
                try:
                    connection.send(post(CHAT, json.dumps(body).encode(), key=self.key))
                    status = connection.answer().status
                except (Closed, OSError) as error:
                    self.seen.append((begin, time.monotonic() - begin, repr(error)))
                    return
                self.seen.append((begin, time.monotonic() - begin, status))
                time.sleep(PACE_SECONDS * SLOW)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over = True
        for thread in self.threads:
            thread.join(40 * SLOW)

    def p99(self, begin, end):
        times = [seconds for at, seconds, _ in self.seen if begin <= at < end]
        return percentile(times, 0.99)


class Chaos(Scenario):
    @classmethod
    def setUpClass(cls):
        why = islands.missing() or (None if postgres.programs() and shutil.which("redis-server") else "packages postgresql and redis-server are needed")
        if why:
            raise unittest.SkipTest(why)
        cls.of_redis, cls.of_database = cls.enterClassContext(islands.Island()), cls.enterClassContext(islands.Island())
        cls.redis = cls.enterClassContext(islands.IslandRedis(cls.of_redis))
        cls.database = cls.enterClassContext(islands.IslandPostgres(cls.of_database))
        super().setUpClass()
        wait_until(lambda: " counts\n" in cls.gateway.stderr())

    @classmethod
    def models(cls, base):
        return [deployment("gpt", "openai/gpt-4o", base + "/v1", {"id": "gpt"})]

    @classmethod
    def redis_url(cls):
        return cls.redis.url

    @classmethod
    def config(cls, upstream):
        host, port = cls.redis_url().removeprefix("redis://").split(":")
        cls.settings = {"litellm_settings": {"cache": True, "cache_params": {"type": "redis", "host": host, "port": int(port), "ttl": 60, "wait_ms": WAIT_MS},
                                             "callbacks": ["prometheus"]},
                        "plugins": [{"plugin": "store_postgres", "config": {"url": cls.database.url, "cache_path": ""}}, {"plugin": "auth_keys"},
                                    {"plugin": "admin_api"}, {"plugin": "pricing"},
                                    {"plugin": "limits"}, {"plugin": "ledger"}, {"plugin": "counters_redis", "config": {"url": cls.redis_url(), "deadline_ms": DEADLINE_MS}}]}
        return super().config(upstream)

    def setUp(self):
        super().setUp()
        self.addCleanup(self.of_redis.heal)
        self.addCleanup(self.of_database.heal)

    def make(self, **wishes):
        answer = wait_until(lambda: (lambda a: a if a.status == 200 else None)(self.call("/key/generate", {"rpm_limit": 1_000_000, "max_budget": 1000.0, **wishes})), 20.0)
        return answer.json()["key"]

    def booked(self, key):
        logs = request(self.port, "GET", f"/spend/logs?api_key={key}&summarize=false&limit=1000", None, {"authorization": f"Bearer {KEY}"}, timeout=10 * SLOW)
        return len({row["request_id"] for row in logs.json()}) if logs.status == 200 else -1

    def assert_all_answered(self, load, key):
        self.assertEqual({status for _, _, status in load.seen}, {200})
        wait_until(lambda: self.booked(key) == len(load.seen), 30.0, f"{len(load.seen)} requests are in the books, each once")

    def redis_is_back(self):
        return self.metric("sluice_redis_up") == 1

    def metric(self, name):
        return sum(float(line.rsplit(" ", 1)[1]) for line in request(self.port, "GET", "/metrics").text().splitlines() if line.startswith(name) and not line.startswith("#"))

    def disturb(self, island, begin, seconds=2.5):
        """Load before, during and after; (load, key, p99 before, p99 once the first ones have noticed)."""
        key = self.make()
        with Load(self.port, key) as load:
            times = [time.monotonic()]
            time.sleep(1.0)
            times.append(time.monotonic())
            begin()
            time.sleep(0.5 * SLOW)
            times.append(time.monotonic())
            time.sleep(seconds)
            times.append(time.monotonic())
            island.heal()
            time.sleep(1.0)
        return load, key, load.p99(times[0], times[1]), load.p99(times[2], times[3])

    def test_aw01_cut_off_from_redis(self):
        """no request fails, none waits once the first ones have, and it counts on Redis again afterwards"""
        for what in ("questions", "answers", "refused"):
            with self.subTest(what):
                load, key, before, meanwhile = self.disturb(self.of_redis, lambda w=what: self.of_redis.cut(w))
                print(f"{what} to Redis cut: p99 {before * 1000:.0f} ms before, {meanwhile * 1000:.0f} ms meanwhile, {len(load.seen)} requests", file=sys.stderr)
                self.assertLess(meanwhile, max(3 * before, (DEADLINE_MS + WAIT_MS) / 1000 + 0.1 * SLOW))
                self.assert_all_answered(load, key)
                wait_until(self.redis_is_back, 30.0, "it counts on Redis again")

    def test_aw02_cut_off_from_the_database(self):
        """valid keys work, no request waits for it, and the books are whole afterwards"""
        for what in ("questions", "answers", "refused"):
            with self.subTest(what):
                load, key, before, meanwhile = self.disturb(self.of_database, lambda w=what: self.of_database.cut(w))
                print(f"{what} to PostgreSQL cut: p99 {before * 1000:.0f} ms before, {meanwhile * 1000:.0f} ms meanwhile, {len(load.seen)} requests", file=sys.stderr)
                self.assertLess(meanwhile, max(3 * before, 0.1 * SLOW))
                self.assert_all_answered(load, key)

    def test_aw03_packets_are_lost(self):
        """15 % of them, of both: slower, and that is all"""
        def lose():
            self.of_redis.lose(0.15)
            self.of_database.lose(0.15)
        load, key, before, meanwhile = self.disturb(self.of_redis, lose, seconds=4.0)
        self.of_database.heal()
        print(f"15 % of packets lost: p99 {before * 1000:.0f} ms before, {meanwhile * 1000:.0f} ms meanwhile, {len(load.seen)} requests", file=sys.stderr)
        self.assertLess(meanwhile, 1.5 * SLOW)
        self.assert_all_answered(load, key)
        wait_until(self.redis_is_back, 30.0, "it counts on Redis again")

    def test_aw04_a_reload_on_the_wrong_side(self):
        """of both cuts: the new generation serves the keys that the old one knew"""
        key = self.make()
        self.assertEqual(self.call(CHAT, {"model": "gpt", "messages": []}, key=key).status, 200)
        generation = self.metric("sluice_generation ")
        self.of_redis.cut("questions")
        self.of_database.cut("questions")
        with Load(self.port, key, clients=2) as load:
            config = json.loads(self.gateway.config.read_text(encoding="utf-8"))
            config["general_settings"]["warm_up_connections"] = 1
            self.gateway.config.write_text(json.dumps(config), encoding="utf-8")
            self.gateway.process.send_signal(signal.SIGHUP)
            wait_until(lambda: self.metric("sluice_generation ") > generation, 40.0, "the new generation serves")
            time.sleep(1.0)
        self.assertEqual({status for _, _, status in load.seen}, {200})
        self.of_redis.heal()
        self.of_database.heal()
        wait_until(lambda: self.booked(key) == len(load.seen) + 1, 30.0, f"the books have {len(load.seen) + 1} requests")


class Delay(Chaos):
    """Redis is 20 ms away, each way: within what a request may wait"""

    @classmethod
    def setUpClass(cls):
        if not shutil.which("redis-server"):
            raise unittest.SkipTest("there is no redis-server")
        super().setUpClass()

    @classmethod
    def redis_url(cls):
        cls.link = cls.enterClassContext(islands.SlowLink(cls.of_redis.host, cls.redis.port))
        return f"redis://127.0.0.1:{cls.link.port}"

    test_aw01_cut_off_from_redis = test_aw02_cut_off_from_the_database = test_aw03_packets_are_lost = test_aw04_a_reload_on_the_wrong_side = None

    def test_aw10_limits_stay_exact(self):
        self.link.delay = 0.01
        key = self.make(rpm_limit=20)
        with Load(self.port, key) as load:
            wait_until(lambda: len(load.seen) >= 40, 20.0)
        statuses = [status for _, _, status in load.seen]
        self.assertEqual((statuses.count(200), set(statuses)), (20, {200, 429}))

    def test_aw11_it_becomes_slower_than_a_request_may_wait(self):
        """and well again: nobody fails, and after the first ones nobody waits"""
        key = self.make()
        self.link.delay = 0.0
        with Load(self.port, key) as load:
            time.sleep(1.0)
            self.link.delay = 0.4 * SLOW
            time.sleep(2.0 * SLOW)
            middle = time.monotonic()
            time.sleep(2.0 * SLOW)
            end = time.monotonic()
            self.link.delay = 0.0
            time.sleep(1.0)
        print(f"400 ms to Redis: p99 {load.p99(middle, end) * 1000:.0f} ms, {len(load.seen)} requests", file=sys.stderr)
        self.assertEqual({status for _, _, status in load.seen}, {200})
        wait_until(self.redis_is_back, 30.0)


if __name__ == "__main__":
    main()
