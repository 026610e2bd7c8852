"""AR: settings of the cache that change while the gateway runs; transcriptions; embeddings text by text."""
import json
import pathlib
import shutil
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from scenario import SLOW, deployment, main, usual_models, wait_until  # noqa: E402
from cache_scene import CHAT, Cached, ask  # noqa: E402
from processes import Gateway  # noqa: E402
from wire import request  # noqa: E402

HIT = "x-litellm-cache-hit"


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

    def test_ar33_answers_that_are_no_json(self):
        self.upstream.script({"respond": {"status": 200, "headers": {"content-type": "text/plain; charset=utf-8"}, "body": "1\n00:00 --> 00:01\nhi\n"}})
        first, again = (self.ask(response_format="srt", prompt="ar33") for _ in range(2))
        self.assertEqual((again.headers.get(HIT), again.body, again.headers["content-type"]), ("True", first.body, first.headers["content-type"]))

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
