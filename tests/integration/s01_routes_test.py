"""R: every route in every form, and where it goes upstream."""
import base64
import json
import pathlib
import sys
from urllib.parse import quote

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from scenario import (ANTHROPIC_ROUTES, KEY, OPENAI_ROUTES, Scenario, deployment, main, post, request,  # noqa: E402
                      usual_models)

MODEL_FORMS = ("/engines/{}", "/openai/deployments/{}", "/v1/engines/{}")
FORM_TYPE = "multipart/form-data; boundary=xyz"


def transcription(model):
    return (f'--xyz\r\nContent-Disposition: form-data; name="model"\r\n\r\n{model}\r\n'
            '--xyz\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\nContent-Type: audio/wav\r\n\r\n'
            ).encode() + bytes(range(256)) + b"\r\n--xyz--\r\n"


class Routes(Scenario):
    @classmethod
    def models(cls, base):
        return [*usual_models(base), deployment("org/model-1.5", "openai/slashed-up", base + "/v1")]

    def assert_goes_to(self, answer, path):
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual([entry["path"] for entry in self.said()], [path])
        self.upstream.reset()

    def test_r01_with_and_without_v1(self):
        for route, body in OPENAI_ROUTES.items():
            for prefix in ("/v1", "", "/openai/v1"):
                with self.subTest(prefix + route):
                    self.assert_goes_to(self.call(prefix + route, {"model": "gpt", **body}), "/v1" + route)

    def test_r02_anthropic_routes(self):
        for route, body in ANTHROPIC_ROUTES.items():
            for prefix in ("/v1", ""):
                with self.subTest(prefix + route):
                    self.assert_goes_to(self.call(prefix + route, {"model": "claude", **body}), "/v1" + route)

    def test_r03_model_in_the_path(self):
        for route, body in OPENAI_ROUTES.items():
            for form in MODEL_FORMS:
                with self.subTest(form + route):
                    self.assert_goes_to(self.call(form.format("gpt") + route, body), "/v1" + route)

    def test_r04_the_path_wins_over_the_body(self):
        answer = self.call("/openai/deployments/gpt/chat/completions?api-version=2024-10-21",
                           {"model": "something-else", **OPENAI_ROUTES["/chat/completions"]})
        self.assertEqual(answer.status, 200, answer.body)
        entry = self.last_said()
        self.assertEqual(entry["path"], "/v1/chat/completions", "the client's api-version is none of the upstream's business")
        self.assertEqual(json.loads(entry["body"])["model"], "gpt-up")

    def test_r05_model_with_a_slash(self):
        body = OPENAI_ROUTES["/chat/completions"]
        for name in ("org/model-1.5", quote("org/model-1.5", safe=""), quote("org/model-1.5", safe="").lower(), "%6frg/model-1%2E5"):
            for form in MODEL_FORMS:
                with self.subTest(form.format(name)):
                    self.assert_goes_to(self.call(form.format(name) + "/chat/completions", body), "/v1/chat/completions")
        self.assert_goes_to(self.call("/v1/chat/completions", {"model": "org/model-1.5", **body}), "/v1/chat/completions")

    def test_r06_transcriptions(self):
        for path in ("/v1/audio/transcriptions", "/audio/transcriptions", "/openai/deployments/gpt/audio/transcriptions"):
            with self.subTest(path):
                answer = self.call(path, transcription("gpt"), content_type=FORM_TYPE)
                self.assertIn("gpt-up heard: 256 bytes of a.wav", answer.text())
                self.assert_goes_to(answer, "/v1/audio/transcriptions")

    def test_r07_transcription_is_the_same_but_for_the_model(self):
        sent = transcription("gpt")
        self.call("/v1/audio/transcriptions", sent, content_type=FORM_TYPE)
        entry = self.last_said()
        self.assertEqual(base64.b64decode(entry["body_b64"]), sent.replace(b"\r\n\r\ngpt\r\n", b"\r\n\r\ngpt-up\r\n"))
        self.assertEqual(dict(entry["headers"])["content-type"], FORM_TYPE)

    def test_r08_speech_arrives_byte_for_byte(self):
        answer = self.call("/v1/audio/speech", {"model": "gpt", "input": "hello", "voice": "alloy"})
        self.assertEqual(answer.body, b"ID3" + bytes(range(256)) * 16 + b"hello")
        self.assertEqual(answer.headers["content-type"], "audio/mpeg")

    def test_r09_models(self):
        for path in ("/v1/models", "/models", "/openai/v1/models"):
            with self.subTest(path):
                listed = self.get(path).json()
                self.assertEqual(listed["object"], "list")
                self.assertEqual({model["id"] for model in listed["data"]}, {"gpt", "claude", "org/model-1.5"})
                self.assertTrue(all(model["object"] == "model" and type(model["created"]) is int and model["owned_by"]
                                    for model in listed["data"]))
        self.assertEqual(self.upstream.log(), [], "the list is the gateway's own")

    def test_r10_one_model(self):
        for path in ("/v1/models/gpt", "/models/gpt", "/v1/models/org/model-1.5", "/v1/models/org%2Fmodel-1.5"):
            with self.subTest(path):
                model = self.get(path).json()
                self.assertEqual((model["id"], model["object"]), ("gpt" if "gpt" in path else "org/model-1.5", "model"))
        self.assert_error(self.get("/v1/models/nothing"), 404, "not_found_error", "nothing")

    def test_r11_health_needs_no_key(self):
        for path in ("/health/liveliness", "/health/liveness"):
            with self.subTest(path):
                answer = self.get(path, key=None)
                self.assertEqual((answer.status, answer.json()), (200, "I'm alive!"))
        ready = self.get("/health/readiness", key=None)
        self.assertEqual(ready.status, 200)
        self.assertEqual(ready.json()["status"], "healthy")
        self.assertIn("litellm_version", ready.json())

    def test_r12_head_is_get_without_a_body(self):
        for path in ("/health/liveliness", "/health/readiness", "/v1/models", "/v1/models/gpt"):
            with self.subTest(path):
                got = self.get(path)
                head = self.call(path, method="HEAD")
                self.assertEqual((head.status, head.body), (200, b""))
                if path != "/health/readiness":
                    self.assertEqual(head.headers["content-length"], str(len(got.body)))

    def test_r13_query_strings_do_not_matter(self):
        self.assert_goes_to(self.call("/v1/chat/completions?x=1&beta=true", {"model": "gpt", **OPENAI_ROUTES["/chat/completions"]}),
                            "/v1/chat/completions")
        self.assert_goes_to(self.call("/v1/messages?beta=true", {"model": "claude", **ANTHROPIC_ROUTES["/messages"]}),
                            "/v1/messages?beta=true")

    def test_r14_absolute_form(self):
        body = json.dumps({"model": "gpt", **OPENAI_ROUTES["/chat/completions"]}).encode()
        connection = self.raw()
        connection.send(post("http://gateway.example/v1/chat/completions", body))
        self.assertEqual(connection.answer().status, 200)
        self.assertEqual(self.last_said()["path"], "/v1/chat/completions")

    def test_r15_headers_of_an_answer(self):
        answer = self.call("/v1/chat/completions", {"model": "gpt", **OPENAI_ROUTES["/chat/completions"]},
                           x_litellm_call_id="call-0815")
        headers = answer.headers
        self.assertEqual(headers["x-litellm-call-id"], "call-0815")
        self.assertEqual(headers["x-litellm-model-id"], "gpt-1")
        self.assertEqual(headers["x-litellm-model-group"], "gpt")
        self.assertTrue(headers["x-litellm-version"])
        self.assertGreater(float(headers["x-litellm-overhead-duration-ms"]), 0)
        self.assertEqual(headers["x-request-id"][:4], "req_", "the upstream's own headers stay")
        self.assertEqual(headers["x-ratelimit-limit-requests"], "10000")
        self.assertTrue(headers["date"])
        for name in set(headers):
            self.assertEqual(len(headers.get_all(name)), 1, f"{name} stands more than once")

    def test_r16_a_call_id_for_each_request(self):
        ids = {self.get("/v1/models").headers["x-litellm-call-id"] for _ in range(5)}
        self.assertEqual(len(ids), 5)
        refused = self.call("/v1/chat/completions", {"model": "nope"})
        self.assertTrue(refused.headers["x-litellm-call-id"], "errors carry one too")

    def test_r17_every_header_that_takes_a_key(self):
        for name in ("authorization", "x-litellm-api-key", "api-key", "x-api-key", "x-goog-api-key"):
            for value in (KEY, f"Bearer {KEY}"):
                with self.subTest(name, value=value):
                    self.assertEqual(request(self.port, "GET", "/v1/models", headers={name: value}).status, 200)

    def test_r18_the_clients_key_stays_here(self):
        self.call("/v1/chat/completions", {"model": "gpt", **OPENAI_ROUTES["/chat/completions"]}, api_key=KEY, cookie="a=b",
                  x_litellm_api_key=KEY)
        self.call("/v1/messages", {"model": "claude", **ANTHROPIC_ROUTES["/messages"]}, x_api_key=KEY)
        for entry in self.said(2):
            head = base64.b64decode(entry["raw_head_b64"])
            self.assertNotIn(KEY.encode(), head)
            self.assertNotIn(b"cookie", head.lower())
            self.assertIn(b"up-key", head)


if __name__ == "__main__":
    main()
