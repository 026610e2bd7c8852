"""AI: answers kept on Redis: what one gateway was told, another one knows; a Redis that hangs, goes or fails over costs no request."""
import concurrent.futures
import json
import pathlib
import shutil
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from scenario import KEY, SLOW, Gateway, Scenario, main, request, wait_until  # noqa: E402
from processes import gateway_binary  # noqa: E402 (scenario finds it)
from servers import Redis  # noqa: E402

CHAT = "/v1/chat/completions"
PASSWORD = "redis-word-that-nobody-may-see"
WAIT_MS = int(200 * SLOW)  # what a lookup may cost


class Member(Redis):
    """A server with more on its command line; or a sentinel, whose configuration is `file`."""

    def __init__(self, *options, file=None, **more):
        super().__init__(**more)
        self.options, self.file = options, file

    def start(self):
        command = [shutil.which("redis-server")]
        if self.file:
            path = pathlib.Path(self.directory) / "sentinel.conf"
            path.write_text(self.file, encoding="utf-8")
            command.append(str(path))
        command += ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", self.directory, *self.options]
        with open(pathlib.Path(self.directory) / "log", "ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        wait_until(self.answers, timeout=20 * SLOW)
        return self

    def kill(self):
        self.process.kill()
        self.process.wait(10)


class OnRedis(Scenario):
    @classmethod
    def setUpClass(cls):
        if not shutil.which("redis-server"):
            raise unittest.SkipTest("there is no redis-server")
        if not (cls.lib() / "cache_redis.so").exists():
            raise unittest.SkipTest("cache_redis.so is not built")
        cls.begin()
        super().setUpClass()
        cls.well(cls.gateway)

    @classmethod
    def begin(cls):
        """The servers, and `params`: what cache_params say."""
        cls.redis = cls.enterClassContext(Redis(password=PASSWORD))
        cls.params = {"host": "127.0.0.1", "port": cls.redis.port, "password": PASSWORD}

    @staticmethod
    def lib():
        return gateway_binary().parent.parent / "lib" / "sluice" / "plugins"

    @classmethod
    def config(cls, upstream):
        params = {"type": "redis", "ttl": 600, "wait_ms": WAIT_MS, "timeout_ms": int(700 * SLOW), **cls.params}
        cls.settings = {"litellm_settings": {"cache": True, "cache_params": params}, "plugins": []}
        return super().config(upstream)

    @staticmethod
    def well(gateway):
        """Redis is there, and the gateway leaves it alone no longer."""
        def layers():
            answer = request(gateway.port, "GET", "/cache/ping", None, {"authorization": f"Bearer {KEY}"})
            return answer.status == 200 and '"healthy":true' in answer.body.decode().replace(" ", "") and \
                '"left_alone":true' not in answer.body.decode().replace(" ", "")
        wait_until(layers, timeout=20 * SLOW)

    def ask(self, text, gateway=None):
        body = {"model": "gpt", "messages": [{"role": "user", "content": text}]}
        return request((gateway or self.gateway).port, "POST", CHAT, body, {"authorization": f"Bearer {KEY}"})

    def hit(self, text, gateway=None):
        answer = self.ask(text, gateway)
        self.assertEqual(answer.status, 200, answer.body)
        return "x-litellm-cache-hit" in answer.headers

    def under_load(self, seconds, action):
        """Asks all the time, in four threads; `action` meanwhile. All answers."""
        over, answers = threading.Event(), []

        def ask(thread):
            i = 0
            while not over.is_set():
                began = time.monotonic()
                status = self.ask(f"load {thread} {i % 5}").status
                answers.append((status, time.monotonic() - began))
                i += 1

        with concurrent.futures.ThreadPoolExecutor(max_workers=4) as pool:
            running = [pool.submit(ask, t) for t in range(4)]
            try:
                wait_until(lambda: len(answers) > 20, timeout=20 * SLOW)
                action()
                time.sleep(seconds)
            finally:
                over.set()
            for one in running:
                one.result()
        return answers


class OneServer(OnRedis):
    def test_ai01_what_one_gateway_was_told_another_knows(self):
        wait_until(lambda: self.hit("ai01"), timeout=10 * SLOW)
        with Gateway(json.dumps(self.config(self.upstream))) as second:
            self.well(second)
            calls = len(self.upstream.log())
            self.assertTrue(self.hit("ai01", second))
            self.assertEqual(len(self.upstream.log()), calls)
        self.assertNotIn(PASSWORD, self.gateway.stderr())

    def test_ai02_a_redis_that_hangs_and_one_that_goes_lose_no_request(self):
        for away, back in ((self.redis.freeze, self.redis.thaw), (self.redis.stop, self.redis.start)):
            with self.subTest(away.__name__):
                answers = self.under_load(2, away)
                self.assertEqual({status for status, _ in answers}, {200})
                self.assertLess(max(took for _, took in answers), 5 * SLOW)
                back()
                self.well(self.gateway)
                wait_until(lambda: self.hit("ai02"), timeout=20 * SLOW)

    def test_ai03_it_says_how_redis_is(self):
        wait_until(lambda: self.hit("ai03"), timeout=10 * SLOW)
        answer = self.get("/cache/redis/info")
        self.assertEqual(answer.status, 200, answer.body)
        self.assertIn(f"127.0.0.1:{self.redis.port}", answer.body.decode())
        self.assertIn(b"used_memory_bytes", answer.body)
        self.assertNotIn(PASSWORD.encode(), answer.body)


class Failover(OnRedis):
    @classmethod
    def begin(cls):
        cls.master = cls.enterClassContext(Member())
        cls.replica = cls.enterClassContext(Member("--replicaof", f"127.0.0.1 {cls.master.port}", "--repl-diskless-sync-delay", "0"))
        watch = (f"sentinel monitor mymaster 127.0.0.1 {cls.master.port} 2\nsentinel down-after-milliseconds mymaster 1000\n"
                 "sentinel failover-timeout mymaster 5000\n")
        cls.sentinels = [cls.enterClassContext(Member("--sentinel", file=watch)) for _ in range(3)]
        cls.params = {"sentinel_nodes": [["127.0.0.1", s.port] for s in cls.sentinels], "service_name": "mymaster"}

        def ready():
            said = [s.ask("SENTINEL", "MASTER", "mymaster") for s in cls.sentinels]
            return all(b"num-slaves\r\n$1\r\n1" in one and b"num-other-sentinels\r\n$1\r\n2" in one for one in said) and \
                b"master_link_status:up" in cls.replica.ask("INFO", "replication")
        wait_until(ready, timeout=30 * SLOW)

    def test_ai04_a_master_dies_under_load_and_no_request_is_lost(self):
        wait_until(lambda: self.hit("ai04"), timeout=10 * SLOW)

        def failover():
            def is_master():
                try:
                    return b"role:master" in self.replica.ask("INFO", "replication")
                except OSError:  # a sentinel closes a new master's connections
                    return False
            self.master.kill()
            wait_until(is_master, timeout=20 * SLOW)
        answers = self.under_load(1, failover)
        self.assertEqual({status for status, _ in answers}, {200})
        self.assertLess(max(took for _, took in answers), 5 * SLOW)
        self.well(self.gateway)
        wait_until(lambda: self.hit("ai04 again"), timeout=20 * SLOW)
        self.assertIn(f"Redis at 127.0.0.1:{self.replica.port} answers", self.gateway.stderr())
        self.assertIn(b"keys=", self.replica.ask("INFO", "keyspace"))


if __name__ == "__main__":
    main()
