"""Z: each example plugin is loaded and called, and what it does is seen from outside."""
import json
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

import events  # noqa: E402
from scenario import KEY, USER, Scenario, deployment, main, request, wait_until, whole_lines  # noqa: E402
from harness import REPO_ROOT  # noqa: E402 (scenario finds it)
from processes import gateway_binary  # noqa: E402

LIB = gateway_binary().parent.parent / "lib" / "sluice"
CHAT = "/v1/chat/completions"
BODY = {"model": "gpt", "messages": USER}


def delta(choice=0, **what):
    return events.data({"choices": [{"index": choice, "delta": what}]})


class Example(Scenario):
    plugin = None   # the file's name
    instance = {}   # more of its entry in plugins:

    @classmethod
    def setUpClass(cls):
        if not (LIB / "examples" / f"{cls.plugin}.so").exists():
            raise unittest.SkipTest(f"{cls.plugin}.so is not built: no {LIB / 'examples' / cls.plugin}.so")
        super().setUpClass()

    @classmethod
    def config(cls, upstream):
        entry = {"plugin": cls.plugin, **cls.instance}
        cls.settings = {"plugin_dirs": [f"{LIB}/plugins", f"{LIB}/examples"],
                        "plugins": [entry, {"plugin": "callback_jsonl", "config": {"path": "records.jsonl"}}], **cls.settings}
        return super().config(upstream)

    def record(self, answer):
        path, call_id = self.gateway.directory / "records.jsonl", answer.headers["x-litellm-call-id"]

        def mine():
            lines = whole_lines(path)
            return [record for record in map(json.loads, lines) if record["id"] == call_id]
        return wait_until(mine, 5, "a record")[-1]

    def attributes(self, answer):
        return self.record(answer)["metadata"].get("attributes", {})


class Hello(Example):
    plugin = "hello"

    def test_z01_hello(self):
        self.assertEqual(self.call(CHAT, BODY).headers["x-hello"], "world")
        self.assertIn("hello, gateway", self.gateway.stderr())


class CPlugin(Example):
    plugin = "c_plugin"
    instance = {"config": {"word": "xyzzy"}}

    def test_z02_c_a_word_is_refused(self):
        answer = self.call(CHAT, {**BODY, "messages": [{"role": "user", "content": "say xyzzy now"}]})
        self.assertEqual(self.assert_error(answer, 400, contains="a word that is not allowed")["code"], "forbidden_word")
        self.assertNotIn("xyzzy", answer.text())  # that reason is for the record
        self.assertIn('it contains \\"xyzzy\\"', json.dumps(self.record(answer)))
        self.assertEqual(self.upstream.log(), [])
        self.assertEqual(self.call(CHAT, BODY).status, 200)

    def test_z03_c_its_faults_are_told(self):
        """what the schema sees, and what only the plugin can see"""
        for word, says in (("two words", "letters and digits"), ("x" * 65, "letters and digits"), ("", "at least 1"), (1, "word")):
            config = self.config(self.upstream)
            config["plugins"][0]["config"] = {"word": word}
            path = self.gateway.directory / "faulty.yaml"
            path.write_text(json.dumps(config))
            done = subprocess.run([gateway_binary().resolve(), "check", "--load", "-c", path], capture_output=True, text=True, cwd=path.parent)
            self.assertNotEqual(done.returncode, 0, word)
            self.assertIn(says, done.stdout + done.stderr)


class RustPlugin(Example):
    plugin = "rust_plugin"

    def test_z04_rust_reads_sets_and_blocks(self):
        body = json.dumps(BODY).encode()
        answer = self.call(CHAT, body, x_body_max=str(len(body)), content_type="application/json")
        self.assertEqual(answer.status, 200, answer.body)
        fingerprint = 0xcbf29ce484222325
        for byte in body:
            fingerprint = (fingerprint ^ byte) * 0x100000001b3 % 2**64
        self.assertEqual(self.attributes(answer)["rust_plugin.fingerprint"], f"{fingerprint:016x}")
        answer = self.call(CHAT, body, x_body_max=str(len(body) - 1), content_type="application/json")
        self.assertEqual(self.assert_error(answer, 400)["code"], "body_too_long")

    def test_z05_rust_a_panic_stays_inside(self):
        self.assertEqual(self.call(CHAT, BODY, x_body_max="many").status, 500)
        self.assertEqual(self.call(CHAT, BODY).status, 200)


class RustBinding(unittest.TestCase):
    def test_z06_rust_its_binding_is_what_the_headers_say(self):
        script = REPO_ROOT / "examples" / "plugins" / "rust_plugin" / "tools" / "rust_binding.py"
        done = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)


class StreamCounter(Example):
    plugin = "stream_counter"

    def test_z07_a_stream_is_counted_by_lane(self):
        """words that are cut, two choices, characters of several bytes"""
        sent = [delta(content="On"), delta(1, content="zwölf "), delta(content="e tw"), delta(content="o, three"),
                delta(1, content="Äpfel"), delta(reasoning_content="hm ")]
        self.upstream.script({"sse": {"events": [*sent, *events.ENDING["chat"]]}})
        answer = self.call(CHAT, {**BODY, "stream": True})
        self.assertIn(sent[2].encode(), answer.body)  # observed, not changed
        seen = self.attributes(answer)
        self.assertEqual(seen["stream_counter.text"], f"{len('One two, threezwölf Äpfel')} characters, 5 words")
        self.assertEqual(seen["stream_counter.reasoning"], "3 characters, 1 words")

    def test_z08_a_plain_answer_is_not_counted(self):
        self.assertEqual([name for name in self.attributes(self.call(CHAT, BODY)) if name.startswith("stream_counter")], [])


class HttpEnricher(Example):
    plugin = "http_enricher"
    on_error = "closed"

    @classmethod
    def config(cls, upstream):
        cls.instance = {"config": {"url": f"{upstream.url}/callers", "timeout_ms": 2000}, "on_error": cls.on_error}
        return super().config(upstream)

    def ask(self, reply):
        """with a service that replies so"""
        self.upstream.script({"respond": reply}, path_contains="/callers")
        return self.call(CHAT, BODY)


class EnricherThatMustAnswer(HttpEnricher):
    def test_z09_the_answer_of_a_service_goes_upstream(self):
        answer = self.ask({"status": 200, "body": {"plan": "gold"}})
        self.assertEqual(answer.status, 200, answer.body)
        asked, sent = self.said(2)
        self.assertEqual(json.loads(asked["body"])["model"], "gpt")
        self.assertEqual(json.loads(sent["body"])["metadata"], {"plan": "gold"})
        self.assertEqual(self.attributes(answer)["http_enricher.status"], "200")

    def test_z10_a_service_that_fails_is_a_failed_hook(self):
        self.assertEqual(self.ask({"status": 500, "body": {}}).status, 500)
        self.assertEqual(self.ask({"status": 200, "body": "no JSON"}).status, 500)


class EnricherThatMayFail(HttpEnricher):
    on_error = "open"

    def test_z11_without_its_answer_the_request_goes_on_as_it_was(self):
        self.assertEqual(self.ask({"status": 500, "body": {}}).status, 200)
        self.assertNotIn("metadata", json.loads(self.said(2)[-1]["body"]))


class CustomRouter(Example):
    plugin = "custom_router"
    settings = {"router_settings": {"routing_strategy": "primary-first"}}

    @classmethod
    def models(cls, base):
        def of(name, model_id, **params):
            return deployment(name, f"openai/{model_id}", base + "/v1", {"id": model_id}, **params)
        return [of("gpt", "none"), of("gpt", "second", order=2), of("gpt", "first", order=1),
                of("twins", "left", order=1), of("twins", "right", order=1)]

    def test_z12_the_lowest_order_is_preferred(self):
        self.assertEqual({self.call(CHAT, BODY).headers["x-litellm-model-id"] for _ in range(10)}, {"first"})

    def test_z13_among_equals_the_less_busy_one(self):
        self.upstream.script({"sse": {"events": events.BEGUN["chat"], "end": "stall"}})
        with self.stream(CHAT, {**BODY, "model": "twins", "stream": True}) as held:
            busy = held.headers["x-litellm-model-id"]
            free = {self.call(CHAT, {**BODY, "model": "twins"}).headers["x-litellm-model-id"] for _ in range(5)}
        self.assertEqual({busy} | free, {"left", "right"})
        self.assertNotIn(busy, free)


class Endpoint(Example):
    plugin = "endpoint"
    instance = {"config": {"requests_per_day": 2}}
    QUOTA = "/v1/quota"

    def test_z14_a_route_of_its_own(self):
        """a caller sees what is left of its quota; asking costs nothing; beyond it, there is 429"""
        self.assertEqual(self.get(self.QUOTA).json(), {"user": "default_user_id", "requests_per_day": 2, "used": 0, "left": 2})
        self.assertEqual(self.call(CHAT, BODY).status, 200)
        answer = self.get(self.QUOTA)
        self.assertEqual((answer.json()["used"], answer.json()["left"]), (1, 1))
        self.assertEqual(answer.headers["content-type"], "application/json")
        self.assertIn("x-litellm-call-id", answer.headers)
        self.assertEqual([self.call(CHAT, BODY).status for _ in range(3)], [200, 429, 429])
        self.assertEqual(self.get(self.QUOTA).json()["left"], 0)

    def test_z15_its_route_is_guarded_as_every_other(self):
        for key, status in ((None, 401), ("sk-wrong", 401), (KEY, 200)):
            self.assertEqual(self.get(self.QUOTA, key).status, status, key)
        self.assertEqual(self.call(self.QUOTA, {}).status, 405)
        self.assertEqual(self.get(self.QUOTA + "/more").status, 404)

    def get(self, path, key=KEY):
        return request(self.gateway.port, "GET", path, None, {"authorization": f"Bearer {key}"} if key else {})


if __name__ == "__main__":
    main()
