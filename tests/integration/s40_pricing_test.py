"""KK: what requests cost, to the micro-dollar and beyond, by route, streamed and not; whose figure counts; /utils/token_counter."""
import json
import pathlib
import sys
import tempfile
import unittest
from decimal import Decimal

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

import events  # noqa: E402
from scenario import KEY, SLOW, USER, Gateway, Scenario, deployment, main, request, wait_until, whole_lines  # noqa: E402
from trees import Ended  # noqa: E402

CHAT, RESPONSES, EMBEDDINGS, MESSAGES = "/v1/chat/completions", "/v1/responses", "/v1/embeddings", "/v1/messages"
COST = "x-litellm-response-cost"


def million(*parts):
    """USD for (tokens, USD a million tokens)…"""
    return sum((Decimal(tokens) * Decimal(price) for tokens, price in parts), Decimal(0)) / 1_000_000


CHAT_USAGE = {"prompt_tokens": 1003, "completion_tokens": 507, "total_tokens": 1510, "prompt_tokens_details": {"cached_tokens": 600, "audio_tokens": 0},
              "completion_tokens_details": {"reasoning_tokens": 307}}
RESPONSES_USAGE = {"input_tokens": 2001, "output_tokens": 33, "total_tokens": 2034, "input_tokens_details": {"cached_tokens": 1024},
                   "output_tokens_details": {"reasoning_tokens": 20}}
MESSAGES_USAGE = {"input_tokens": 11, "cache_read_input_tokens": 4000, "cache_creation_input_tokens": 700, "output_tokens": 91,
                  "cache_creation": {"ephemeral_5m_input_tokens": 500, "ephemeral_1h_input_tokens": 200}}
# gpt-4o, gpt-5, claude-sonnet-4-5 and text-embedding-3-small by the table that comes with Sluice
CHAT_COST = million((403, "2.5"), (600, "1.25"), (507, "10"))
RESPONSES_COST = million((977, "1.25"), (1024, "0.125"), (33, "10"))
MESSAGES_COST = million((11, "3"), (4000, "0.3"), (500, "3.75"), (200, "6"), (91, "15"))


class Pricing(Scenario):
    pricing = {"models": {"tiny": {"input_cost_per_token": 1e-12, "output_cost_per_token": 5e-13}}}
    extra = {}

    @classmethod
    def models(cls, base):
        free = {"input_cost_per_token": 0, "output_cost_per_token": 0}
        return [deployment("gpt", "openai/gpt-4o-2024-08-06", base + "/v1", {"id": "gpt-1"}),
                deployment("five", "openai/gpt-5", base + "/v1"), deployment("embed", "openai/text-embedding-3-small", base + "/v1"),
                deployment("claude", "anthropic/claude-sonnet-4-5-20250929", base),
                deployment("own", "openai/gpt-4o", base + "/v1", input_cost_per_token=1e-6, output_cost_per_token=2e-6),
                deployment("free", "openai/gpt-4o", base + "/v1", {"id": "free", **free}),
                deployment("based", "azure/our-name", base, {"id": "based", "base_model": "azure/gpt-4o-mini"}, api_version="2024-10-21"),
                deployment("broker", "openrouter/some/model", base + "/v1"), deployment("mystery", "openai/no-such-model", base + "/v1"),
                deployment("tiny", "openai/tiny", base + "/v1"),
                deployment("pair", "openai/gpt-4o", base + "/a/v1", {"id": "a"}, order=1),
                deployment("pair", "openai/gpt-4o-mini", base + "/b/v1", {"id": "b"}, order=2)]

    @classmethod
    def config(cls, upstream):
        cls.settings = {"plugins": [{"plugin": "callback_jsonl", "config": {"path": "records.jsonl"}}, {"plugin": "pricing", "config": cls.pricing}],
                        "router_settings": {"num_retries": 2, "timeout": 5 * SLOW}, **cls.extra}
        return super().config(upstream)

    def setUp(self):
        super().setUp()
        self.file = self.gateway.directory / "records.jsonl"
        self.before = len(whole_lines(self.file))

    def record(self):
        lines = wait_until(lambda: whole_lines(self.file)[self.before:])
        self.assertEqual(len(lines), 1, lines)
        self.before += 1
        return json.loads(lines[0], parse_float=Decimal)

    def answers(self, usage, **more):
        self.upstream.script({"respond": {"status": 200, "body": {"id": "x", "object": "x", "choices": [], "usage": usage, **more}}})

    def streams(self, *all_events, **options):
        self.upstream.script({"sse": {"events": list(all_events), **options}})

    def costs(self, path, model, body, cost, stream=False):
        """One request: the client is told what it costs, and so is the record."""
        body = {"model": model, **body}
        if stream:
            with self.stream(path, {**body, "stream": True}) as events_:
                list(events_)
        else:
            answer = self.call(path, body)
            self.assertEqual(answer.status, 200, answer.body)
            told = answer.headers[COST]
            self.assertEqual(told if told is None else Decimal(told), cost)
        record = self.record()
        got = record["response_cost"]
        self.assertEqual(got if got is None else Decimal(got), cost)
        return record

    def test_kk01_chat_with_cached_and_reasoning_tokens(self):
        self.answers(CHAT_USAGE)
        self.costs(CHAT, "gpt", {"messages": USER}, CHAT_COST)
        usage = events.data({"id": "c", "object": "chat.completion.chunk", "choices": [], "usage": CHAT_USAGE})
        self.streams(*events.BEGUN["chat"], events.chat("", "stop"), usage, events.DONE)
        self.costs(CHAT, "gpt", {"messages": USER}, CHAT_COST, stream=True)

    def test_kk02_responses(self):
        self.answers(RESPONSES_USAGE)
        self.costs(RESPONSES, "five", {"input": "hello"}, RESPONSES_COST)
        end = events.named({"type": "response.completed", "response": {"id": "r", "status": "completed", "usage": RESPONSES_USAGE}})
        self.streams(*events.BEGUN["responses"], end)
        self.costs(RESPONSES, "five", {"input": "hello"}, RESPONSES_COST, stream=True)

    def test_kk03_messages_with_both_kinds_of_cache_writes(self):
        self.answers(MESSAGES_USAGE, type="message", content=[])
        body = {"messages": USER, "max_tokens": 9}
        self.costs(MESSAGES, "claude", body, MESSAGES_COST)
        begin = events.named({"type": "message_start", "message": {"id": "m", "usage": {**MESSAGES_USAGE, "output_tokens": 1}}})
        delta = events.named({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": MESSAGES_USAGE["output_tokens"]}})
        self.streams(begin, *events.BEGUN["messages"][1:], delta, events.ENDING["messages"][1])
        self.costs(MESSAGES, "claude", body, MESSAGES_COST, stream=True)

    def test_kk04_embeddings(self):
        self.answers({"prompt_tokens": 8, "total_tokens": 8})
        self.costs(EMBEDDINGS, "embed", {"input": "hello"}, million((8, "0.02")))

    def test_kk05_the_price_of_a_deployment(self):
        self.answers(CHAT_USAGE)
        self.costs(CHAT, "own", {"messages": USER}, million((1003, "1"), (507, "2")))
        self.answers(CHAT_USAGE)
        self.costs(CHAT, "free", {"messages": USER}, Decimal(0))

    def test_kk06_azure_by_its_base_model(self):
        self.answers({"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110})
        self.costs(CHAT, "based", {"messages": USER}, million((100, "0.15"), (10, "0.6")))

    def test_kk07_the_figure_of_the_provider_wins(self):
        for member in ("cost", "estimated_cost"):
            self.answers({**CHAT_USAGE, member: 0.00012345})
            self.costs(CHAT, "broker", {"messages": USER}, Decimal("0.00012345"))
        self.answers({**CHAT_USAGE, "cost": 0.5})
        self.costs(CHAT, "own", {"messages": USER}, Decimal("0.5"))

    def test_kk08_an_unknown_model_has_no_cost_and_one_line_in_the_log(self):
        for _ in range(3):
            self.answers(CHAT_USAGE)
            self.costs(CHAT, "mystery", {"messages": USER}, None)
        self.assertEqual(self.gateway.stderr().count("no price is known for openai/no-such-model"), 1)

    def test_kk09_less_than_a_millionth_of_a_millionth(self):
        self.answers({"prompt_tokens": 1, "completion_tokens": 3, "total_tokens": 4})
        self.costs(CHAT, "tiny", {"messages": USER}, Decimal("0.000000000002"))  # 2.5 is rounded to even

    def test_kk10_every_attempt_is_booked(self):
        """the first stream breaks off behind its usage; nothing has gone to the client, so another deployment is asked"""
        usage = {"prompt_tokens": 1000, "completion_tokens": 0, "total_tokens": 1000}
        self.upstream.script({"sse": {"events": [events.data({"id": "c", "choices": [], "usage": usage})], "gap_ms": 50, "end": "reset"}}, path_contains="/a/")
        second = events.data({"id": "c", "choices": [], "usage": {"prompt_tokens": 1001, "completion_tokens": 10, "total_tokens": 1011}})
        self.upstream.script({"sse": {"events": [*events.BEGUN["chat"], events.chat("", "stop"), second, events.DONE]}}, path_contains="/b/")
        record = self.costs(CHAT, "pair", {"messages": USER}, million((1000, "2.5"), (1001, "0.15"), (10, "0.6")), stream=True)
        costs = [Decimal(attempt["response_cost"]) for attempt in record["attempt_information"]]
        self.assertEqual(costs, [million((1000, "2.5")), million((1001, "0.15"), (10, "0.6"))])

    def test_kk11_a_failure_costs_nothing_and_the_retry_does(self):
        self.upstream.script({"respond": {"status": 500, "body": {"error": {"message": "no"}}}}, path_contains="/a/")
        self.upstream.script({"respond": {"status": 200, "body": {"choices": [], "usage": CHAT_USAGE}}}, path_contains="/b/")
        self.costs(CHAT, "pair", {"messages": USER}, million((403, "0.15"), (600, "0.075"), (507, "0.6")))

    def test_kk12_a_stream_that_breaks_off_is_booked_as_an_estimate(self):
        self.streams(*events.BEGUN["chat"], gap_ms=20, end="cut")
        with self.stream(CHAT, {"model": "gpt", "messages": USER, "stream": True}) as stream:
            list(stream)
        record = self.record()
        self.assertTrue(record["usage_estimated"])
        self.assertGreater(record["prompt_tokens"], 0)
        self.assertEqual(Decimal(record["response_cost"]), million((record["prompt_tokens"], "2.5"), (record["completion_tokens"], "10")))

    def test_kk13_token_counter(self):
        count = lambda body: self.call("/utils/token_counter", body)  # noqa: E731
        answer = count({"model": "gpt", "messages": [{"role": "user", "content": "hello world"}]})
        self.assertEqual(answer.status, 200, answer.body)
        got = answer.json()
        self.assertEqual((got["total_tokens"], got["request_model"], got["tokenizer_type"]), (3 + 1 + 2 + 3, "gpt", "openai_tokenizer"))
        self.assertEqual(count({"model": "gpt-4o", "prompt": "hello world"}).json()["total_tokens"], 2)
        self.answers(CHAT_USAGE)
        self.call(CHAT, {"model": "gpt", "messages": USER})
        got = count({"model": "gpt", "prompt": "hello world"}).json()
        self.assertEqual((got["model_used"], got["estimated"]), ("gpt-4o-2024-08-06", False))
        self.assertEqual(count({"model": "gpt-4o", "prompt": "a" * 300_000}).json()["total_tokens"], 37500)
        self.assert_error(count({"model": "gpt"}), 400, contains="prompt or messages or contents must be provided")
        self.assertEqual(self.call("/utils/token_counter", {"model": "gpt", "prompt": "x"}, key="sk-wrong").status, 401)

    def test_kk14_the_table_over_http(self):
        table = self.get("/model/cost_map").json()
        self.assertEqual(table["openai/gpt-4o"]["input_cost_per_token"], 2.5e-6)
        self.assertTrue(table["openai/gpt-4o"]["source"].startswith("https://"))
        try:
            self.assertEqual(self.call("/model/cost_map", {"tiny": {"input_cost_per_token": 1e-6, "output_cost_per_token": 0}}).status, 200)
            self.answers({"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10})
            self.costs(CHAT, "tiny", {"messages": USER}, million((7, 1)))
        finally:
            self.call("/model/cost_map", {"tiny": None})
        self.assert_error(self.call("/model/cost_map", {"tiny": {"input_cost": 1}}), 400, contains="tiny.input_cost: there is no such price")
        for method, path in (("GET", "/model/cost_map"), ("POST", "/reload/model_cost_map")):
            self.assertEqual(self.call(path, {}, method=method, key="sk-wrong").status, 401)


class PricesInAFile(Pricing):
    """LiteLLM's form, read again on demand; discounts and margins; the plugin comes by itself"""

    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.path = pathlib.Path(cls.folder) / "prices.json"
        cls.write(1e-6)
        cls.pricing = {"file": str(cls.path)}
        cls.extra = {"litellm_settings": {"cost_discount_config": {"openai": 0.5}, "cost_margin_config": {"global": {"fixed_amount": 0.001}}}}
        super().setUpClass()

    @classmethod
    def write(cls, price):
        cls.path.write_text(json.dumps({"sample_spec": {}, "tiny": {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": price}}))

    def test_kk20_the_file_is_read_again(self):
        usage = {"prompt_tokens": 2000, "completion_tokens": 3, "total_tokens": 2003}
        self.answers(usage)
        self.costs(CHAT, "tiny", {"messages": USER}, Decimal("0.002"))
        self.write(4e-6)
        self.answers(usage)
        self.costs(CHAT, "tiny", {"messages": USER}, Decimal("0.002"))
        answer = self.call("/reload/model_cost_map", {})
        self.assertEqual(answer.status, 200, answer.body)
        self.answers(usage)
        self.costs(CHAT, "tiny", {"messages": USER}, Decimal("0.005"))
        self.path.write_text("{")
        self.assert_error(self.call("/reload/model_cost_map", {}), 400, contains="found no JSON object of models")
        self.answers(usage)
        self.costs(CHAT, "tiny", {"messages": USER}, Decimal("0.005"))
        self.write(1e-6)
        self.call("/reload/model_cost_map", {})


# The scenarios of the first class hold for its own prices only.
for inherited in [name for name in dir(Pricing) if name.startswith("test_")]:
    setattr(PricesInAFile, inherited, None)


class WrongPrices(unittest.TestCase):
    def config(self, pricing, **params):
        return json.dumps({"model_list": [deployment("m", "openai/gpt-4o", "http://127.0.0.1:1/v1", **params)],
                           "general_settings": {"master_key": KEY}, **({"plugins": [{"plugin": "pricing", "config": pricing}]} if pricing else {})})

    def test_kk30_wrong_configurations_are_refused_in_words(self):
        for pricing, words in (({"models": {"m": {"input_cost_per_token": -1}}}, "models.m.input_cost_per_token: found -1"),
                               ({"models": {"m": {"input_price": 1}}}, "models.m.input_price: there is no such price"),
                               ({"file": "/nonexistent/prices.json"}, "/nonexistent/prices.json cannot be read"),
                               ({"prices": {}}, "prices"), ({"cost_discount_config": {"openai": 5}}, "cost_discount_config.openai")):
            with self.subTest(words):
                with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
                    file.write(self.config(pricing))
                    file.flush()
                    ended = Ended("check", "--load", "-c", file.name)
                self.assertEqual(ended.code, 1)
                self.assertIn(words, ended.err)

    def test_kk31_a_price_in_litellm_params_brings_the_plugin(self):
        with Gateway(self.config(None, input_cost_per_token=1e-6)) as gateway:
            answer = request(gateway.port, "POST", "/utils/token_counter", {"model": "m", "prompt": "hi"}, {"authorization": f"Bearer {KEY}"})
            self.assertEqual(answer.status, 200, answer.body)


if __name__ == "__main__":
    main()
