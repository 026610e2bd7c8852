"""SS: the books: a thousand requests over all routes, streamed and not, with cached, cache-write and reasoning tokens, against a table made by hand."""
import json
import pathlib
import random
import sys
import unittest
from decimal import Decimal

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

import events  # noqa: E402
from scenario import SLOW, USER, Scenario, deployment, main, wait_until, whole_lines  # noqa: E402

# USD a million tokens, written down by hand: prompt, read from the cache, written to it for 5 minutes, for an hour, answer
TABLE = {
    "gpt-4o": ("2.5", "1.25", None, None, "10"),
    "gpt-4o-mini": ("0.15", "0.075", None, None, "0.6"),
    "gpt-4.1-nano": ("0.1", "0.025", None, None, "0.4"),
    "gpt-5": ("1.25", "0.125", None, None, "10"),
    "o3": ("2", "0.5", None, None, "8"),
    "claude-sonnet-4-5": ("3", "0.3", "3.75", "6", "15"),
    "claude-haiku-4-5": ("1", "0.1", "1.25", "2", "5"),
    "text-embedding-3-large": ("0.13", None, None, None, None),
}
OPENAI = [name for name in TABLE if name[0] in "go"]
CLAUDE = [name for name in TABLE if name.startswith("claude")]
PAIRS = 500  # each figure once streamed, once not


def cost(model, fresh, cached=0, written=0, written_1h=0, answer=0):
    """To the last digit: a million tokens cost so much, so one costs a millionth of it."""
    prices = TABLE[model]
    parts = zip((fresh, cached, written, written_1h, answer), prices)
    return sum((Decimal(count) * Decimal(price) for count, price in parts if count), Decimal(0)) / 1_000_000


def openai_usage(dice, words):
    """Usage as chat, completions and responses give it: cached tokens are part of the prompt's, reasoning part of the answer's."""
    prompt, answer = dice.randrange(1, 200_000), dice.randrange(0, 20_000)
    cached, reasoning = dice.choice((0, dice.randrange(0, prompt + 1))), dice.choice((0, dice.randrange(0, answer + 1)))
    usage = {words[0]: prompt, words[1]: answer, "total_tokens": prompt + answer,
             words[0] + "_details": {"cached_tokens": cached}, words[1] + "_details": {"reasoning_tokens": reasoning}}
    return usage, {"fresh": prompt - cached, "cached": cached, "answer": answer}


def chat(dice):
    model = dice.choice(OPENAI)
    usage, parts = openai_usage(dice, ("prompt_tokens", "completion_tokens"))
    whole = {"id": "c", "object": "chat.completion", "choices": [], "usage": usage}
    last = events.data({"id": "c", "object": "chat.completion.chunk", "choices": [], "usage": usage})
    return "/v1/chat/completions", {"messages": USER}, model, whole, [*events.BEGUN["chat"], events.chat("", "stop"), last, events.DONE], cost(model, **parts)


def completions(dice):
    model = dice.choice(OPENAI)
    usage, parts = openai_usage(dice, ("prompt_tokens", "completion_tokens"))
    whole = {"id": "c", "object": "text_completion", "choices": [], "usage": usage}
    last = events.data({"id": "c", "object": "text_completion", "choices": [], "usage": usage})
    return "/v1/completions", {"prompt": "hello"}, model, whole, [*events.BEGUN["completions"], events.completion("", "stop"), last, events.DONE], cost(model, **parts)


def responses(dice):
    model = dice.choice(OPENAI)
    usage, parts = openai_usage(dice, ("input_tokens", "output_tokens"))
    whole = {"id": "r", "object": "response", "status": "completed", "output": [], "usage": usage}
    last = events.named({"type": "response.completed", "response": {"id": "r", "status": "completed", "usage": usage}})
    return "/v1/responses", {"input": "hello"}, model, whole, [*events.BEGUN["responses"], last], cost(model, **parts)


def messages(dice):
    """Anthropic counts apart: what was fresh, read and written; each in its own figure. Below 200,000 tokens, from where other prices hold."""
    model = dice.choice(CLAUDE)
    fresh, cached, answer = dice.randrange(1, 90_000), dice.choice((0, dice.randrange(0, 60_000))), dice.randrange(1, 20_000)
    short, long = dice.choice((0, dice.randrange(0, 20_000))), dice.choice((0, dice.randrange(0, 20_000)))
    usage = {"input_tokens": fresh, "cache_read_input_tokens": cached, "cache_creation_input_tokens": short + long, "output_tokens": answer,
             "cache_creation": {"ephemeral_5m_input_tokens": short, "ephemeral_1h_input_tokens": long}}
    whole = {"id": "m", "type": "message", "content": [], "usage": usage}
    begin = events.named({"type": "message_start", "message": {"id": "m", "usage": {**usage, "output_tokens": 1}}})
    delta = events.named({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": answer}})
    stream = [begin, *events.BEGUN["messages"][1:], delta, events.ENDING["messages"][1]]
    return "/v1/messages", {"messages": USER, "max_tokens": 9}, model, whole, stream, cost(model, fresh, cached, short, long, answer)


def embeddings(dice):
    prompt = dice.randrange(1, 8000)
    whole = {"object": "list", "data": [], "usage": {"prompt_tokens": prompt, "total_tokens": prompt}}
    return "/v1/embeddings", {"input": "hello"}, "text-embedding-3-large", whole, None, cost("text-embedding-3-large", prompt)


class Books(Scenario):
    @classmethod
    def models(cls, base):
        return [deployment(name, ("anthropic/" if name in CLAUDE else "openai/") + name, base + ("" if name in CLAUDE else "/v1")) for name in TABLE]

    @classmethod
    def config(cls, upstream):
        cls.settings = {"plugins": [{"plugin": "store_sqlite", "config": {"path": "sluice.db"}}, {"plugin": "auth_keys"}, {"plugin": "admin_api"},
                                    {"plugin": "pricing"}, {"plugin": "limits"}, {"plugin": "ledger"},
                                    {"plugin": "callback_jsonl", "config": {"path": "records.jsonl"}}]}
        return super().config(upstream)

    def test_ss01_a_thousand_requests(self):
        """each record, their sum, the ledger's sum and the key's spending are what the table says; streamed is what unstreamed is"""
        dice = random.Random(48)
        key = self.call("/key/generate", {"max_budget": 1_000_000}).json()["key"]
        file = self.gateway.directory / "records.jsonl"
        due = []
        for number in range(PAIRS):
            path, body, model, whole, stream, price = dice.choice((chat, chat, completions, responses, messages, messages, embeddings))(dice)
            for streamed in (False, True):
                if streamed and stream:
                    self.upstream.script({"sse": {"events": stream}})
                else:
                    self.upstream.script({"respond": {"status": 200, "body": whole}})
                answer = self.call(path, {"model": model, **body, **({"stream": True} if streamed and stream else {})}, key=key,
                                   x_litellm_call_id=f"books-{len(due)}")
                self.assertEqual(answer.status, 200, answer.body)
                due.append((path, model, bool(streamed and stream), price))
        lines = wait_until(lambda: (lambda all_: all_ if len(all_) >= len(due) else None)(whole_lines(file)), timeout=30 * SLOW)
        self.assertEqual(len(lines), len(due))
        # By their ids: two loops may write the records of two requests in another order than the answers went out.
        records = {record["litellm_call_id"]: record for record in (json.loads(line, parse_float=Decimal) for line in lines)}
        wrong = []
        for number, (path, model, streamed, price) in enumerate(due):
            record = records[f"books-{number}"]
            if Decimal(record["response_cost"]) != price or record["model_group"] != model or bool(record["stream"]) != streamed:
                wrong.append((path, model, streamed, price, record["response_cost"]))
        self.assertEqual(wrong, [])
        total = sum(price for *_, price in due)
        print(f"{len(due)} requests, {total} USD")
        self.assertEqual(self.spent(key, total), total)

    def spent(self, key, total):
        """What the books say, once they are complete."""
        def look():
            answer = self.get(f"/spend/logs?api_key={key}&summarize=false&limit=1000")
            rows = json.loads(answer.body, parse_float=Decimal, parse_int=Decimal)
            rows = rows.get("data", rows) if isinstance(rows, dict) else rows
            booked = sum((Decimal(row["spend"]) for row in rows), Decimal(0))
            return booked if booked >= total else None
        return wait_until(look, timeout=15 * SLOW)


if __name__ == "__main__":
    main()
