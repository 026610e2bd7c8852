"""AR: the semantic cache in Redis' vector search; settings that change while the gateway runs; transcriptions; embeddings text by text."""
import json
import pathlib
import shutil
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from scenario import SLOW, deployment, main, usual_models, wait_until  # noqa: E402
from cache_scene import CHAT, Cached, ask  # noqa: E402
from processes import Gateway  # noqa: E402
from redis_search import Index, RedisSearch  # noqa: E402
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
                      "redis_semantic_cache_index_name": cls.index, "redis_timeout_ms": cls.wait_ms, "wait_ms": int(1000 * SLOW)}
        return super().config(upstream)

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
            self.assertAlmostEqual(self.redis.expires[key] - time.time(), 600, delta=60)
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


class Settings(Cached):
    """/cache/settings, with a store"""
    params = {"type": "local", "ttl": 600, "semantic": {"threshold": 0.8, "qdrant_api_key": "q-secret"}}

    @classmethod
    def config(cls, upstream):
        cls.folder = tempfile.mkdtemp(prefix="sluice-ar-")
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.more = {"plugins": [{"plugin": "store_sqlite", "config": {"path": f"{cls.folder}/store.db"}}, {"plugin": "callback_prometheus"}]}
        return super().config(upstream)

    def change(self, **settings):
        return self.call("/cache/settings", {"cache_settings": settings})

    def tearDown(self):
        self.change(**{name: None for name in self.get("/cache/settings").json()["changed"]})

    def test_ar20_a_change_is_in_use_at_once_and_can_be_taken_back(self):
        said = self.change(mode="default_off", ttl="60", semantic_mode="shadow")
        self.assertEqual((said.status, said.json()["status"]), (200, "success"), said.body)
        self.assertEqual(said.json()["settings"], {"mode": "default_off", "ttl": "60", "semantic_mode": "shadow"})
        now = self.get("/cache/settings").json()
        self.assertEqual((now["mode"], now["ttl"], now["semantic_mode"], now["current_values"]["ttl"]), ("default_off", 60, "shadow", 60))
        self.assertEqual({field["field_name"]: field["field_value"] for field in now["fields"]}["mode"], "default_off")
        for _ in range(2):
            self.assertNotIn(HIT, self.call(CHAT, ask("ar20")).headers)
        self.assertEqual(self.change(mode=None).json()["current_values"]["mode"], "default_on")
        self.call(CHAT, ask("ar20"))
        self.assertEqual(self.call(CHAT, ask("ar20")).headers.get(HIT), "True")
        self.assertEqual(self.get("/cache/settings").json()["changed"], {"ttl": "60", "semantic_mode": "shadow"})

    def test_ar21_what_is_wrong_is_refused_and_changes_nothing(self):
        before = self.get("/cache/settings").json()
        for settings, words in (({"ttl": 0}, "cache_settings.ttl: allowed: seconds"), ({"ttl": "soon"}, "cache_settings.ttl"), ({"ttl": [1]}, "cache_settings.ttl"),
                                ({"mode": "on"}, "default_on, default_off"), ({"wait_ms": 1e9}, "1 to 10000"), ({"wait_ms": True}, "wait_ms"), ({"namespace": "a b"}, "white space"),
                                ({"supported_call_types": ["video"]}, "supported_call_types"), ({"supported_call_types": [1]}, "supported_call_types"),
                                ({"similarity_threshold": 2}, "0 to 1"), ({"ttl": 5, "password": "p-secret"}, "cache_settings.password"), ({"host": "h"}, "configuration file"),
                                ({"backends": []}, "allowed here: ttl"), ({"max_entry_bytes": 1}, "1024")):
            with self.subTest(settings):
                answer = self.change(**settings)
                self.assert_error(answer, 400, contains=words)
                self.assertNotIn("p-secret", answer.text())
        for body in ("{}", "[]", "nonsense", '{"cache_settings": 1}', '{"cache_settings": ' + "[" * 50 + "]" * 50 + "}"):
            self.assert_error(self.call("/cache/settings", body), 400, contains="cache_settings")
        self.assertEqual(self.get("/cache/settings").json(), before)
        self.assertNotIn("q-secret", self.get("/cache/settings").text())

    def test_ar22_it_is_tried_without_being_changed(self):
        tried = self.call("/cache/settings/test", {"cache_settings": {"ttl": 5}})
        self.assertEqual((tried.status, tried.json()["status"]), (200, "success"))
        self.assert_error(self.call("/cache/settings/test", {"cache_settings": {"ttl": -5}}), 400, contains="cache_settings.ttl")
        self.assertEqual(self.get("/cache/settings").json()["changed"], {})

    def test_ar23_it_outlives_a_restart_and_others_follow(self):
        self.change(ttl=77)
        config = json.loads(self.gateway.config.read_text())
        with Gateway(json.dumps(config)) as other:
            def ttl():
                return request(other.port, "GET", "/cache/settings", None, {"authorization": "Bearer sk-it"}).json()["ttl"]
            self.assertEqual(ttl(), 77)
            self.change(ttl=88)
            wait_until(lambda: ttl() == 88, 15 * SLOW, "what the other one was told")

    def test_ar24_only_admins(self):
        for path in ("/cache/settings", "/cache/settings/test"):
            self.assertEqual(self.call(path, {"cache_settings": {"ttl": 5}}, key="sk-wrong").status, 401)
            self.assertEqual(self.call(path, {"cache_settings": {"ttl": 5}}, key=None).status, 401)
        self.assertEqual(self.get("/cache/settings").json()["changed"], {})


class NoStore(Cached):
    def test_ar25_without_a_store_nothing_is_changed(self):
        self.assert_error(self.call("/cache/settings", {"cache_settings": {"ttl": 5}}), 503, contains="there is no store")
        self.assertEqual(self.get("/cache/settings").json()["ttl"], 600)


def form(parts, boundary="xyz", extra=()):
    lines = []
    for name, value in parts:
        file = f'; filename="{value[0]}"\r\nContent-Type: {value[2]}' if isinstance(value, tuple) else ""
        data = value[1] if isinstance(value, tuple) else value.encode()
        lines.append(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'.encode() + data + b"\r\n")
    return b"".join(lines) + f"--{boundary}--\r\n".encode()


class Transcriptions(Cached):
    PATH = "/v1/audio/transcriptions"
    AUDIO = ("speech.wav", b"RIFF\0\0\xff\r\n--not the boundary\r\n" * 50, "audio/wav")

    @classmethod
    def models(cls, base):
        return [*usual_models(base), deployment("whisper", "openai/whisper-1", base)]

    def ask(self, *parts, boundary="xyz", **fields):
        fields = {"model": "whisper", "file": self.AUDIO, **fields}
        parts = parts or list(fields.items())
        return self.call(self.PATH, form(parts, boundary), content_type=f"multipart/form-data; boundary={boundary}")

    def test_ar30_the_same_recording_is_asked_once(self):
        self.upstream.script({"respond": {"status": 200, "body": {"text": "what was said"}}}, times=None)
        first = self.ask()
        self.assertEqual((first.status, first.json()), (200, {"text": "what was said"}))
        for parts, boundary in (((), "xyz"), ((), "another-one"), ((("file", self.AUDIO), ("model", "whisper")), "b"),
                                ((("user", "somebody"), ("file", ("other name.WAV", *self.AUDIO[1:])), ("model", "whisper")), "b")):
            with self.subTest(boundary=boundary, order=[name for name, _ in parts]):
                again = self.ask(*parts, boundary=boundary)
                self.assertEqual((again.headers.get(HIT), again.body), ("True", first.body))
        self.assertEqual(self.calls(), 1)

    def test_ar31_what_can_change_the_answer_counts(self):
        self.upstream.script({"respond": {"status": 200, "body": {"text": "x"}}}, times=None)
        name, data, kind = audio = ("ar31.wav", self.AUDIO[1] + b"ar31", "audio/wav")
        words = ("timestamp_granularities[]", "word"), ("timestamp_granularities[]", "segment")
        usual = [("model", "whisper"), ("file", audio)]
        different = [[*usual, ("language", "de")], [*usual, ("language", "en")], [*usual, ("prompt", "de")], [*usual, ("response_format", "srt")], [*usual, ("temperature", "0")],
                     [*usual, ("stream", "false")], [*usual, *words], [*usual, *words[::-1]], [*usual, ("file", "text")], [*usual, ("unheard of", "x")],
                     [usual[0], ("file", (name, data + b"x", kind))], [usual[0], ("file", ("speech.mp3", data, kind))], [usual[0], ("file", (name, data, "audio/mpeg"))],
                     [usual[0], ("file2", audio)], [usual[0], ("file", (name, data[:-1], kind))]]
        for number, parts in enumerate([usual, *different]):
            with self.subTest(parts[-1][0]):
                self.assertNotIn(HIT, self.ask(*parts).headers)
                self.assertEqual(self.calls(), number + 1)

    def test_ar32_long_recordings_and_controls(self):
        self.upstream.script({"respond": {"status": 200, "body": {"text": "long"}}}, times=None)
        long = ("long.wav", bytes(range(256)) * 4096, "audio/wav")
        self.ask(file=long)
        self.assertEqual(self.ask(file=long).headers.get(HIT), "True")
        self.assertNotIn(HIT, self.ask(file=long, cache='{"no-cache": true}').headers)
        self.assert_error(self.ask(file=long, cache='{"tll": 1}'), 400, contains="cache.tll")
        self.assertEqual(self.calls(), 2)
        for entry in self.upstream.log():
            self.assertNotIn("no-cache", str(entry["body"])[-2000:])


class Embeddings(Cached):
    PATH = "/v1/embeddings"
    VECTORS = {"one": [0.1, -2.5e-05], "two": [1, 2], "three": [3.0, 0]}

    def ask(self, *texts, **more):
        return self.call(self.PATH, {"model": "gpt", "input": list(texts), **more})

    def answers(self, *texts, model="e", tokens=10):
        # not in the order of the texts: the index counts
        data = [{"object": "embedding", "index": index, "embedding": self.VECTORS[text]} for index, text in enumerate(texts)][::-1]
        self.upstream.script({"respond": {"status": 200, "body": {"object": "list", "data": data, "model": model, "usage": {"prompt_tokens": tokens, "total_tokens": tokens}}}},
                             path_contains="/embeddings")

    def vectors(self, answer):
        return [one["embedding"] for one in sorted(answer.json()["data"], key=lambda one: one["index"])]

    def test_ar40_texts_that_are_known_need_nobody(self):
        self.answers("one", "two", tokens=11)
        self.answers("three", tokens=4)
        self.ask("one", "two")
        self.ask("three")
        self.assertEqual(self.calls(), 2)
        mixed = self.ask("three", "one", "three")
        self.assertEqual((mixed.headers.get(HIT), self.vectors(mixed)), ("True", [self.VECTORS["three"], self.VECTORS["one"], self.VECTORS["three"]]))
        self.assertEqual([one["index"] for one in mixed.json()["data"]], [0, 1, 2])
        self.assertEqual((mixed.json()["model"], mixed.json()["object"]), ("e", "list"))
        both = self.ask("two", "one")
        self.assertEqual(both.json()["usage"], {"prompt_tokens": 11, "total_tokens": 11})  # what both have used together
        alone = self.call(self.PATH, {"model": "gpt", "input": "two"})
        self.assertEqual((alone.headers.get(HIT), self.vectors(alone)), ("True", [[1, 2]]))
        self.assertEqual(self.calls(), 2)

    def test_ar41_one_that_is_not_known_sends_all_and_whose_and_how_counts(self):
        self.answers("one", "two")
        self.ask("one", "two", user="x", dimensions=7)
        for number, body in enumerate(({"input": ["one", "three"], "dimensions": 7}, {"input": ["two"], "dimensions": 8}, {"input": ["two"], "dimensions": 7, "encoding_format": "base64"},
                                       {"input": ["two"], "dimensions": 7, "cache": {"namespace": "n"}}, {"input": [["two"]], "dimensions": 7})):
            with self.subTest(body):
                self.assertNotIn(HIT, self.call(self.PATH, {"model": "gpt", **body}).headers)
                self.assertEqual(self.calls(), number + 2)

    def test_ar42_answers_that_fit_nothing_are_not_taken_apart(self):
        broken = [{"data": []}, {"data": [{"index": 0, "embedding": [1]}, {"index": 0, "embedding": [2]}]}, {"data": [{"index": 0, "embedding": [1]}, {"index": 7, "embedding": [2]}]},
                  {"data": [{"embedding": [1]}, {"embedding": [2]}]}, {"data": "x"}]
        for number, body in enumerate(broken):
            with self.subTest(body):
                self.upstream.reset()
                self.upstream.script({"respond": {"status": 200, "body": {"object": "list", "model": "e", **body}}}, path_contains="/embeddings")
                self.ask(f"ar42 {number} a", f"ar42 {number} b")
                self.assertNotIn(HIT, self.ask(f"ar42 {number} b").headers)
                self.assertEqual(self.calls(), 2)

    def test_ar43_vectors_of_two_models_are_not_mixed(self):
        self.answers("one", model="e-1")
        self.answers("two", model="e-2")
        self.ask("one", seed=43)
        self.ask("two", seed=43)
        self.assertNotIn(HIT, self.ask("one", "two", seed=43).headers)
        self.assertEqual(self.calls(), 3)


if __name__ == "__main__":
    main()
