"""AP: answers to nearly the same question, and marks for the cache of a provider."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from scenario import KEY, SLOW, Scenario, deployment, main, wait_until, whole_lines  # noqa: E402
from cache_scene import CHAT, Cached, ask  # noqa: E402
from qdrant import Qdrant  # noqa: E402


class Nearly(Cached):
    """the semantic cache, with the local embedding"""
    params = {"type": "local", "semantic": {"threshold": 0.8}}

    def similarity(self, answer):
        return float(answer.headers["x-litellm-semantic-similarity"])

    def test_ap60_nearly_the_same_question_of_the_same_tenant(self):
        first = self.call(CHAT, ask("How do I reset my password?"))
        self.assertEqual(self.similarity(first), 0)
        near = self.call(CHAT, ask("how can I reset the password"))
        self.assertEqual((near.body, near.headers["x-litellm-cache-hit"]), (first.body, "True"))
        self.assertGreater(self.similarity(near), 0.8)
        far = self.call(CHAT, ask("What is the capital of France?"))
        self.assertEqual((self.similarity(far), self.calls()), (0, 2))
        self.assertIn("text/event-stream", self.call(CHAT, ask("How could I reset my password?", stream=True)).headers["content-type"])
        self.assertEqual(self.calls(), 2)

    def test_ap61_all_else_has_to_be_equal(self):
        system = {"role": "system", "content": "be brief"}
        self.call(CHAT, ask("Where is the nearest train station?"))
        for number, body in enumerate((ask("where is the nearest train station", temperature=1), ask("where is the nearest train station", tools=[]),
                                       {"model": "gpt", "messages": [system, {"role": "user", "content": "where is the nearest train station"}]},
                                       ask("where is the nearest train station 2"), ask("where is the nearest train station", cache={"namespace": "n"}),
                                       ask("where is the nearest train station", cache={"no-cache": True}))):
            with self.subTest(body):
                self.assertNotIn("x-litellm-cache-hit", self.call(CHAT, body).headers)
                self.assertEqual(self.calls(), number + 2)


class Shadowed(Cached):
    params = {"type": "local", "semantic": {"mode": "shadow", "threshold": 0.8, "samples_path": "samples.jsonl", "index_path": "index.bin"}}

    def test_ap62_in_shadow_it_only_says_what_it_would_have_done(self):
        self.call(CHAT, ask("How do I reset my password?"))
        self.assertNotIn("x-litellm-cache-hit", self.call(CHAT, ask("how can I reset the password")).headers)
        self.assertEqual(self.calls(), 2)
        samples = self.gateway.directory / "samples.jsonl"
        wait_until(lambda: whole_lines(samples), 10 * SLOW, "a sample")
        row = json.loads(whole_lines(samples)[0])
        self.assertEqual((row["question"], row["other_question"]), ("how can I reset the password", "How do I reset my password?"))
        self.assertIn("choices", row["kept_answer"])
        self.assertGreater(row["similarity"], 0.8)
        wait_until(lambda: (self.gateway.directory / "index.bin").stat().st_size > 1000, 10 * SLOW, "the index on the disk")


class ByModel(Cached):
    """vectors of an embedding model, of which the upstream plays the part; and what happens when it is away"""

    @classmethod
    def config(cls, upstream):
        cls.params = {"type": "local", "semantic": {"threshold": 0.9, "embedding_model": "embed", "embedding_api_base": upstream.url + "/v1",
                                                    "embedding_api_key": "e-key", "embedding_timeout_ms": 500}}
        return super().config(upstream)

    def vectors(self, *vectors):
        for vector in vectors:
            answer = {"respond": {"status": 200, "body": {"data": [{"embedding": vector}]}}} if isinstance(vector, list) else vector
            self.upstream.script(answer, path_contains="/embeddings")

    def test_ap63_the_model_decides_what_is_near(self):
        self.vectors([1, 0, 0], [0.99, 0.1, 0], [0, 1, 0])
        self.call(CHAT, ask("eins"))
        near, far = self.call(CHAT, ask("uno")), self.call(CHAT, ask("zwei"))
        self.assertEqual(near.headers["x-litellm-cache-hit"], "True")
        self.assertNotIn("x-litellm-cache-hit", far.headers)
        embeddings = [entry for entry in self.upstream.log() if "embeddings" in entry["path"]]
        self.assertEqual(json.loads(embeddings[0]["body"]), {"model": "embed", "input": "eins"})
        self.assertEqual(len(self.upstream.log()), 5)

    def test_ap64_without_vectors_requests_go_on(self):
        self.vectors({"respond": {"status": 500, "body": {}}}, [0, 0, 0], {"respond": {"status": 200, "body": {"data": []}}}, {"stall": True})
        for text in ("ap64 a", "ap64 b", "ap64 c", "ap64 d"):
            self.assertEqual(self.call(CHAT, ask(text)).status, 200)


class InQdrant(Cached):
    """the index in Qdrant: what one gateway has kept another one finds; and Qdrant's faults are no request's"""

    @classmethod
    def config(cls, upstream):
        cls.qdrant = cls.enterClassContext(Qdrant(api_key="q-key"))
        cls.params = {"type": "qdrant-semantic", "similarity_threshold": 0.8, "qdrant_api_base": cls.qdrant.url, "qdrant_api_key": "q-key",
                      "qdrant_collection_name": "answers"}
        return super().config(upstream)

    def test_ap65_what_is_near_is_found_there(self):
        self.call(CHAT, ask("How do I reset my password?"))
        wait_until(lambda: self.qdrant.collections.get("answers", {}).get("points"), 10 * SLOW, "a point")
        near = self.call(CHAT, ask("how can I reset the password"))
        self.assertEqual(near.headers["x-litellm-cache-hit"], "True")
        self.assertNotIn("x-litellm-cache-hit", self.call(CHAT, ask("how can I reset the password", temperature=1)).headers)
        (point,) = [one for one in self.qdrant.collections["answers"]["points"].values() if one["payload"]["key"] == near.headers["x-litellm-cache-key"]]
        self.assertEqual(point["payload"]["text"], "")  # only where samples are taken
        points = self.qdrant.collections["answers"]["points"]
        wait_until(lambda: len(points) == 2, 10 * SLOW, "the point of the question with another temperature")

    def test_ap66_another_ones_answer_is_not_taken_although_it_is_sent(self):
        """the scope is looked at here, too"""
        self.call(CHAT, ask("Where do I park my car?"))
        wait_until(lambda: len(self.qdrant.collections.get("answers", {}).get("points", {})) >= 1, 10 * SLOW, "a point")
        honest = self.qdrant.carry_out

        def liar(method, path, body):
            if "filter" in body:
                body["filter"] = {"must": []}
            return honest(method, path, body)

        self.qdrant.carry_out = liar
        self.addCleanup(setattr, self.qdrant, "carry_out", honest)
        self.assertNotIn("x-litellm-cache-hit", self.call(CHAT, ask("where do I park my car", temperature=0.1)).headers)

    def test_ap67_when_it_fails_requests_go_on(self):
        self.qdrant.status = 500
        self.addCleanup(setattr, self.qdrant, "status", None)
        for number in ("one", "two"):
            self.assertEqual(self.call(CHAT, ask(f"does it matter to {number}")).status, 200)


class PromptCaching(Scenario):
    """LiteLLM's cache_control_injection_points: marks for clients that set none"""
    POINTS = [{"location": "tools"}, {"location": "message", "role": "system"}, {"location": "message", "role": "user", "index": 0},
              {"location": "message", "index": -1, "control": {"type": "ephemeral", "ttl": "1h"}}]

    @classmethod
    def models(cls, base):
        return [deployment("claude", "anthropic/claude-up", base, cache_control_injection_points=cls.POINTS)]

    def sent(self, **body):
        self.upstream.reset()
        self.assertEqual(self.call("/v1/messages", {"model": "claude", "max_tokens": 9, **body}).status, 200)
        return self.last_said()["body"]

    def test_ap50_marks_stand_where_the_configuration_says(self):
        mark, hour = {"type": "ephemeral"}, {"type": "ephemeral", "ttl": "1h"}
        got = json.loads(self.sent(system="be brief", tools=[{"name": "a"}, {"name": "b"}], messages=[
            {"role": "user", "content": "one"}, {"role": "assistant", "content": [{"type": "thinking", "thinking": "hm", "signature": "s"}]},
            {"role": "user", "content": [{"type": "text", "text": "two"}, {"type": "text", "text": ""}]}]))
        self.assertEqual(got["tools"], [{"name": "a"}, {"name": "b", "cache_control": mark}])
        self.assertEqual(got["system"], [{"type": "text", "text": "be brief", "cache_control": mark}])
        self.assertEqual(got["messages"][0]["content"], [{"type": "text", "text": "one", "cache_control": mark}])
        self.assertNotIn("cache_control", json.dumps(got["messages"][1]))
        self.assertEqual(got["messages"][2]["content"], [{"type": "text", "text": "two", "cache_control": hour}, {"type": "text", "text": ""}])

    def test_ap51_a_clients_own_marks_stay_and_there_are_never_more_than_four(self):
        own = {"type": "text", "text": "x", "cache_control": {"type": "ephemeral", "ttl": "5m"}}
        messages = [{"role": "user", "content": [own]}, {"role": "assistant", "content": [own]}, {"role": "user", "content": [own]}]
        got = self.sent(system="s", tools=[{"name": "a"}], messages=messages)
        self.assertEqual(got.count('"cache_control"'), 4)
        self.assertEqual(json.loads(got)["messages"], messages)
        got = self.sent(system=[{**own}], messages=messages)
        self.assertEqual(got.count('"cache_control"'), 4)

    def test_ap52_every_other_byte_stays(self):
        connection = self.raw()
        body = b'{"model":"claude", "max_tokens" : 1e1,"messages":[ {"role":"user","content":"h\\u00e9 \\/"} ,{"content":"z","x":1.0,"role":"assistant"}, {"role":"user","content":[ ]}],"y":12345678901234567890123}'
        connection.send(b"POST /v1/messages HTTP/1.1\r\nhost: a\r\nauthorization: Bearer %s\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s"
                        % (KEY.encode(), len(body), body))
        self.assertEqual(connection.answer().status, 200)
        sent = self.last_said()["body"]
        self.assertIn('{"role":"user","content":[{"type":"text","text":"h\\u00e9 \\/","cache_control":{"type":"ephemeral"}}]} ,{"content":"z","x":1.0,"role":"assistant"}, {"role":"user","content":[ ]}]', sent)
        self.assertIn('"y":12345678901234567890123', sent)


if __name__ == "__main__":
    main()
