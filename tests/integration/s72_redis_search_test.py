"""AR: the semantic cache in Redis' vector search."""
import json
import pathlib
import shutil
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from scenario import SLOW, main, wait_until, whole_lines  # noqa: E402
from cache_scene import CHAT, Cached, ask  # noqa: E402
from processes import Gateway  # noqa: E402
from redis_search import Index, RedisSearch  # noqa: E402
from servers import Redis  # noqa: E402
from wire import request  # noqa: E402

HIT = "x-litellm-cache-hit"


class InRedis(Cached):
    index = "answers"
    wait_ms = int(200 * SLOW)

    @classmethod
    def config(cls, upstream):
        cls.redis = cls.enterClassContext(RedisSearch(password="r-secret"))
        cls.prepare()
        cls.params = {"type": "redis-semantic", "host": "127.0.0.1", "port": cls.redis.port, "password": "r-secret", "similarity_threshold": 0.8,
                      "redis_semantic_cache_index_name": cls.index, "redis_timeout_ms": cls.wait_ms, "wait_ms": int(1000 * SLOW), **cls.more_params}
        return super().config(upstream)

    more_params = {}

    @classmethod
    def prepare(cls):
        pass

    def setUp(self):
        super().setUp()
        self.call("/cache/flushall", {})
        wait_until(lambda: not self.redis.values, 10 * SLOW, "an empty Redis")
        self.redis.faults.clear()
        self.redis.heard.clear()

    def hashes(self):
        with self.redis.lock:
            return {key: dict(value) for key, value in self.redis.values.items() if isinstance(value, dict)}

    def keep(self, body, count=1):
        answer = self.call(CHAT, body)
        self.assertEqual(answer.status, 200)
        wait_until(lambda: len(self.hashes()) == count and self.index.encode() in self.redis.indices, 10 * SLOW, f"{count} questions in the index")
        return answer

    def unexpected(self):
        return [fault for fault in self.redis.faults if "no such index" not in fault[1] and "already exists" not in fault[1]]

    def said(self, text):
        return self.gateway.stderr().count(text)


class Nearly(InRedis):
    def test_ar01_what_is_near_is_found_there(self):
        first = self.keep(ask("How do I reset my password?"))
        near = self.call(CHAT, ask("how can I reset the password"))
        self.assertEqual((near.headers.get(HIT), near.body), ("True", first.body))
        self.assertGreater(float(near.headers["x-litellm-semantic-similarity"]), 0.8)
        for number, body in enumerate((ask("how can I reset the password", temperature=1), ask("how can I reset the password 2"),
                                       ask("how can I reset the password", tools=[]), ask("What is the capital of France?"))):
            with self.subTest(body):
                self.assertNotIn(HIT, self.call(CHAT, body).headers)
                wait_until(lambda: len(self.hashes()) == number + 2, 10 * SLOW, "its own question")
        for key, fields in self.hashes().items():
            self.assertRegex(key.decode(), r"\A\{answers\}:[0-9a-f]{64}\Z")  # one slot of a cluster for all of them
            self.assertEqual(set(fields), {b"scope", b"key", b"text", b"vector", b"expires_ms"})
            self.assertEqual(fields[b"text"], b"")  # only where samples are taken
            wait_until(lambda: b"sluice-cache:" + fields[b"key"] in self.redis.values, 10 * SLOW, "its answer")
            self.assertAlmostEqual(wait_until(lambda: self.redis.expires.get(key), 10 * SLOW, "its end, a command of its own") - time.time(), 600, delta=60)
        self.assertEqual(self.unexpected(), [])
        ping = self.get("/cache/ping")
        self.assertEqual(ping.json()["semantic"], {"index": "redis", "name": "answers", "healthy": True})
        self.assertNotIn("r-secret", ping.text() + self.get("/cache/settings").text())

    def test_ar02_another_ones_answer_is_not_taken_although_it_is_sent(self):
        self.keep(ask("Where do I park my car?"))
        (kept,) = self.hashes().values()
        honest = self.redis.do_ft_search

        def liar(words):  # whatever is asked for, what it finds is of the first scope
            return honest([words[0], b"(@scope:{" + kept[b"scope"] + b"})=>" + words[1].split(b"=>")[1], *words[2:]])

        self.redis.do_ft_search = liar
        self.addCleanup(delattr, self.redis, "do_ft_search")
        searches = self.redis.heard.count("FT.SEARCH")
        self.assertNotIn(HIT, self.call(CHAT, ask("where do I park my car", temperature=0.1)).headers)
        self.assertEqual(self.redis.heard.count("FT.SEARCH"), searches + 1)
        self.assertEqual(self.unexpected(), [])

    def test_ar03_another_gateway_finds_it(self):
        first = self.keep(ask("How long does a parcel to Norway take?"))
        with Gateway(json.dumps(self.config_of_another())) as other:
            near = request(other.port, "POST", CHAT, ask("how long does the parcel to norway take"), {"authorization": "Bearer sk-it"})
        self.assertEqual((near.status, near.headers.get(HIT), near.body), (200, "True", first.body))

    def config_of_another(self):
        config = json.loads(self.gateway.config.read_text())
        config["plugins"] = []
        return config

    def test_ar04_nothing_that_a_client_says_gets_into_a_query(self):
        """every one of these is a scope of its own, and no query is broken by it"""
        evil = ["a}|{b", "*", "x})=>[KNN", "\\}", "@scope:{*}", "a|b", "'\"-", "}"]
        for number, name in enumerate(evil):
            body = ask("Who wrote the song about the river?", cache={"namespace": name})
            self.assertNotIn(HIT, self.call(CHAT, body).headers)
            wait_until(lambda: len(self.hashes()) == number + 1, 10 * SLOW, "its own question")
        for name in evil:
            near = self.call(CHAT, {**ask("who wrote the song about the river", cache={"namespace": name}), "user": "}|*"})
            self.assertTrue(near.headers["x-litellm-cache-key"].startswith(name + ":"), near.headers)
        for words in ("} | @scope:{*", "x})=>[KNN 100 @vector $v AS distance] (", "\u0000\r\n*1\r\n$8\r\nFLUSHALL\r\n"):
            self.assertEqual(self.call(CHAT, ask(words, x=words)).status, 200)
        self.assertEqual(self.unexpected(), [])

    def test_ar05_a_request_without_the_cache_refreshes_the_question(self):
        self.keep(ask("Which bus goes to the harbour?", cache={"ttl": 60}))
        (before,) = self.hashes().values()
        self.assertNotIn(HIT, self.call(CHAT, ask("Which bus goes to the harbour?", cache={"no-cache": True, "ttl": 600})).headers)
        wait_until(lambda: [fields[b"expires_ms"] for fields in self.hashes().values()] != [before[b"expires_ms"]], 10 * SLOW, "the new time")
        self.assertGreater(int(next(iter(self.hashes().values()))[b"expires_ms"]), int(before[b"expires_ms"]) + 300_000)
        self.assertEqual(self.call(CHAT, ask("which bus goes to the harbour")).headers.get(HIT), "True")
        self.assertEqual(self.calls(), 2)

    def test_ar06_an_index_that_goes_is_made_again(self):
        self.keep(ask("How warm is the sea in May?"))
        with self.redis.lock:
            self.redis.values.clear()
            self.redis.indices.clear()
        self.assertNotIn(HIT, self.call(CHAT, ask("how warm is the sea in may")).headers)
        wait_until(lambda: self.hashes() and self.redis.indices, 10 * SLOW, "the index and the question")
        self.assertEqual(self.call(CHAT, ask("How warm, in may, is the sea?")).headers.get(HIT), "True")

    def test_ar07_an_answer_that_is_gone_takes_its_question_with_it(self):
        self.keep(ask("What does a ticket to the zoo cost?"))
        key = self.call(CHAT, ask("What does a ticket to the zoo cost?")).headers["x-litellm-cache-key"]
        self.call("/cache/delete", {"keys": [key]})
        (old,) = self.hashes()
        self.assertNotIn(HIT, self.call(CHAT, ask("what does the ticket to the zoo cost")).headers)
        wait_until(lambda: old not in self.hashes() and len(self.hashes()) == 1, 10 * SLOW, "the new question instead of the old one")


class Shadowed(InRedis):
    more_params = {"semantic": {"mode": "shadow", "samples_path": "samples.jsonl"}}

    def test_ar08_in_shadow_it_only_says_what_it_would_have_done(self):
        self.keep(ask("How do I reset my password?"))
        self.assertNotIn(HIT, self.call(CHAT, ask("how can I reset the password")).headers)
        self.assertNotIn(HIT, self.call(CHAT, ask("how can I reset the password 2")).headers)
        samples = self.gateway.directory / "samples.jsonl"
        wait_until(lambda: whole_lines(samples), 10 * SLOW, "a sample")
        (row,) = [json.loads(line) for line in whole_lines(samples)]
        self.assertEqual((row["question"], row["other_question"]), ("how can I reset the password", "How do I reset my password?"))
        self.assertGreater(row["similarity"], 0.8)


class Slow(InRedis):
    wait_ms = int(50 * SLOW)

    def test_ar10_it_costs_its_deadline_and_then_nothing(self):
        self.keep(ask("ar10 first question"))
        self.redis.delay = 2 * SLOW
        self.addCleanup(setattr, self.redis, "delay", 0)
        for number in range(8):
            begin = time.monotonic()
            self.assertEqual(self.call(CHAT, ask(f"ar10 question {'x' * number}")).status, 200)
            self.assertLess(time.monotonic() - begin, 1.5 * SLOW)
        wait_until(lambda: self.redis.heard.count("FT.SEARCH") >= 1, 10 * SLOW, "a search")
        self.assertEqual(self.said("searches in Redis take longer than"), 1)
        self.assertIn("longer", self.get("/cache/ping").json()["semantic"]["error"])


class Away(InRedis):
    def test_ar11_without_redis_requests_go_on(self):
        self.keep(ask("ar11 first question"))
        self.redis.server.shutdown()
        self.redis.server.server_close()
        for number in range(3):
            self.assertEqual(self.call(CHAT, ask(f"ar11 question {'x' * number}")).status, 200)

    def setUp(self):
        Cached.setUp(self)


class Plain(InRedis):
    """a Redis without vector search"""

    @classmethod
    def prepare(cls):
        cls.redis.module = False

    def test_ar12_one_message_says_what_is_missing(self):
        for number in range(5):
            self.assertEqual(self.call(CHAT, ask(f"ar12 question {'x' * number}")).status, 200)
        self.assertEqual(self.said("has no vector search (FT.SEARCH): that is part of Redis 8 and Redis Stack"), 1)
        self.assertEqual(self.call(CHAT, ask("ar12 question ")).headers.get(HIT), "True")  # the same is the same
        self.assertEqual(self.hashes(), {})
        semantic = self.get("/cache/ping").json()["semantic"]
        self.assertEqual((semantic["healthy"], "Redis Stack" in semantic["error"]), (False, True))


@unittest.skipUnless(shutil.which("redis-server"), "no redis-server")
class RealPlain(Cached):
    """a redis-server, which has no vector search: its words for that"""

    @classmethod
    def config(cls, upstream):
        cls.redis = cls.enterClassContext(Redis(password="r-secret"))
        cls.params = {"type": "redis-semantic", "redis_url": f"redis://:r-secret@127.0.0.1:{cls.redis.port}", "redis_timeout_ms": int(500 * SLOW), "wait_ms": int(1000 * SLOW)}
        return super().config(upstream)

    def test_ar15_one_message_says_what_is_missing(self):
        for number in range(4):
            self.assertEqual(self.call(CHAT, ask(f"ar15 question {'x' * number}")).status, 200)
        wait_until(lambda: self.gateway.stderr().count("has no vector search (FT.SEARCH)") == 1, 10 * SLOW, "the message")
        wait_until(lambda: HIT in self.call(CHAT, ask("ar15 question ")).headers, 10 * SLOW, "the same question's answer")
        self.assertEqual(self.redis.ask("KEYS", "{sluice_cache}*"), b"*0\r\n")
        self.assertNotIn("r-secret", self.gateway.stderr() + self.get("/cache/ping").text() + self.get("/cache/settings").text())


class OtherVectors(InRedis):
    """an index of that name that holds something else"""
    index = "taken"

    @classmethod
    def prepare(cls):
        cls.redis.indices[b"taken"] = Index([b"taken", b"ON", b"HASH", b"PREFIX", b"1", b"{taken}:", b"SCHEMA", b"scope", b"TAG", b"vector", b"VECTOR", b"HNSW",
                                             b"6", b"TYPE", b"FLOAT32", b"DIM", b"8", b"DISTANCE_METRIC", b"COSINE"])

    def setUp(self):
        Cached.setUp(self)

    def test_ar13_other_dimensions(self):
        for number in range(3):
            self.assertEqual(self.call(CHAT, ask(f"ar13 question {'x' * number}")).status, 200)
        text = "the index taken in Redis cannot be used: its vectors have 8 dimensions, those of the embedding model 384; choose another redis_index"
        wait_until(lambda: self.said(text) == 1, 10 * SLOW, "the message")


class OtherOwner(OtherVectors):
    @classmethod
    def prepare(cls):
        cls.redis.indices[b"taken"] = Index([b"taken", b"ON", b"HASH", b"PREFIX", b"1", b"docs:", b"SCHEMA", b"owner", b"TAG", b"embedding", b"VECTOR", b"FLAT",
                                             b"6", b"TYPE", b"FLOAT32", b"DIM", b"384", b"DISTANCE_METRIC", b"COSINE"])

    def test_ar13_other_dimensions(self):
        self.assertEqual(self.call(CHAT, ask("ar14 question")).status, 200)
        wait_until(lambda: self.said("something else has made it") == 1, 10 * SLOW, "the message")


if __name__ == "__main__":
    main()
