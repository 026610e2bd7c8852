"""AL: what callbacks must not tell: prompts and answers where that is turned off, masked data, secrets; and that a receiver that hangs holds up nobody."""
import json
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from scenario import KEY, SLOW, Gateway, main, request, wait_until  # noqa: E402
from callback_scene import SOON, Scene  # noqa: E402
from line_receivers import Datagrams, Frames  # noqa: E402
from receivers import Receiver  # noqa: E402

PROMPT = "vermilion is what I asked"
SECRETS = {name: f"{name}-secret-of-an-account" for name in ("dd", "lf", "ls", "he", "up")}
ROUTES = {
    "/v1/chat/completions": {"messages": [{"role": "system", "content": "be " + PROMPT}, {"role": "user", "content": PROMPT}]},
    "/v1/completions": {"prompt": PROMPT}, "/v1/responses": {"input": PROMPT, "instructions": PROMPT},
    "/v1/messages": {"messages": [{"role": "user", "content": PROMPT}], "system": PROMPT, "max_tokens": 16}, "/v1/embeddings": {"input": [PROMPT]},
}


class Leaks(Scene):
    def setUp(self):
        super().setUp()
        self.lines, self.datagrams = self.enterContext(Frames()), self.enterContext(Datagrams())

    def callbacks(self, base=None, frames=None, **more):
        """Every exporter there is, at receivers of this test."""
        url = base or self.receiver.url
        common = {"spool": str(self.spool), **SOON, **more}
        signals = {"enable_metrics": True, "enable_events": True, "metrics_interval_s": 0.2}
        return {
            "datadog": {"url": url + "/dd", "api_key": SECRETS["dd"], **common},
            "datadog_llm_observability": {"url": url + "/obs", "api_key": SECRETS["dd"], **common},
            "datadog_metrics": {"url": url + "/metrics", "api_key": SECRETS["dd"], **common},
            "langfuse": {"host": url + "/lf", "public_key": "pk", "secret_key": SECRETS["lf"], **common},
            "langsmith": {"base_url": url + "/ls", "api_key": SECRETS["ls"], **common},
            "helicone": {"base_url": url + "/he", "api_key": SECRETS["he"], **common},
            "generic_api": {"url": url + "/http", **common},
            "otel": {"endpoint": url + "/otel", "protocol": "http/json", **signals, **common},
            "otel_messages": {"endpoint": url + "/said", "protocol": "http/json", **signals, **common},
            "syslog": {"address": f"tcp://127.0.0.1:{frames or self.lines.port}", "format": "json", **common},
            "statsd": {"address": self.datagrams.address, **common},
            "jsonl": {"path": str(self.folder / "records.jsonl"), **{key: value for key, value in more.items() if key == "turn_off_message_logging"}},
        }

    def start(self, callbacks, plugins=(), guardrails=(), models=None, **litellm):
        models = models or [{"model_name": "m", "litellm_params": {"model": "echo/echo"}}]
        gateway = Gateway(json.dumps({
            "model_list": models, "general_settings": {"master_key": KEY}, "router_settings": {"num_retries": 0}, "guardrails": list(guardrails),
            "litellm_settings": {"callbacks": list(callbacks), **litellm}, "callback_settings": callbacks, "plugins": list(plugins),
            "listen": {"limits": {"drain_timeout_ms": 5000}}}))
        self.addCleanup(gateway.stop)
        return gateway

    def ask_all(self, gateway, key=KEY):
        """Each route, whole and as a stream; their call ids."""
        ids = []
        for path, body in ROUTES.items():
            for stream in (False, True):
                if stream and "embeddings" in path:
                    continue
                ids.append(f"call-{len(ids)}")
                fields = {"authorization": f"Bearer {key}", "x-litellm-call-id": ids[-1]}
                answer = request(gateway.port, "POST", path, {"model": "m", **body, **({"stream": True} if stream else {})}, fields)
                self.assertEqual(answer.status, 200, answer.body)
                # or the test would see no leak; a stream has it word by word
                self.assertIn("vermilion" if "embeddings" not in path else "", answer.body.decode())
        return ids

    PLACES = ("dd", "obs", "metrics", "lf", "ls", "he", "http", "otel", "said")

    def everything(self, gateway, ids):
        """What all receivers have got once each has the last record, as one text a receiver; and what is on the disk and in the log."""
        wait_until(lambda: all(any(call.path.startswith(f"/{place}/") or call.path == f"/{place}" for call in self.receiver.taken()) for place in self.PLACES),
                   20 * SLOW, "something at each receiver")
        wait_until(lambda: len(self.lines.messages) >= len(ids), 20 * SLOW, "a line each")
        time.sleep(0.2)
        self.assertEqual(gateway.stop(), 0)
        got = {place: b"\n".join(call.body for call in self.receiver.taken() if call.path.split("/")[1] == place).decode() for place in self.PLACES}
        got.update(syslog="\n".join(self.lines.messages), statsd="\n".join(self.datagrams.lines()), jsonl=(self.folder / "records.jsonl").read_text(),
                   disk="".join(path.read_bytes().decode(errors="replace") for path in self.spool.rglob("*.records")), log=gateway.stderr())
        for place in ("dd", "obs", "lf", "ls", "he", "http", "otel", "said", "syslog", "jsonl"):
            self.assertEqual([one for one in ids if one not in got[place]], [], place)
        return got

    def test_al40_prompts_and_answers_where_they_are_wanted(self):
        """or the next scenarios prove nothing: on every route, whole and in streams"""
        gateway = self.start(self.callbacks())
        got = self.everything(gateway, self.ask_all(gateway))
        for place in ("dd", "obs", "lf", "ls", "he", "http", "said"):
            self.assertGreaterEqual(got[place].count("vermilion"), 18 if place != "lf" else 9, place)
        for place in ("metrics", "otel", "syslog", "statsd", "disk", "log"):
            self.assertNotIn("vermilion", got[place], place)
        for name, secret in SECRETS.items():
            self.assertEqual([place for place, text in got.items() if secret in text or KEY in text], [], name)

    def test_al41_turned_off(self):
        """for the gateway, for an exporter, for a key: no prompt and no answer at any receiver, on the disk, in the log"""
        store = [{"plugin": "store_sqlite", "config": {"path": str(self.folder / "sluice.db")}}, {"plugin": "auth_keys"}, {"plugin": "admin_api"}]
        for how in ("gateway", "exporter", "key"):
            with self.subTest(how):
                self.setUp()
                callbacks = self.callbacks(**({"turn_off_message_logging": True} if how == "exporter" else {}))
                if how == "key":
                    del callbacks["jsonl"]  # it knows no keys
                    (self.folder / "records.jsonl").write_text("call-0 call-1 call-2 call-3 call-4 call-5 call-6 call-7 call-8")
                gateway = self.start(callbacks, plugins=store if how == "key" else [], **({"turn_off_message_logging": True} if how == "gateway" else {}))
                key = KEY
                if how == "key":
                    made = request(gateway.port, "POST", "/key/generate", {"metadata": {"turn_off_message_logging": True}}, {"authorization": f"Bearer {KEY}"})
                    self.assertEqual(made.status, 200, made.body)
                    key = made.json()["key"]
                got = self.everything(gateway, self.ask_all(gateway, key))
                self.assertEqual([place for place, text in got.items() if "vermilion" in text], [])
                self.assertEqual([place for place, text in got.items() if key in text], [])
                self.assertIn("redacted-by-litellm" if how != "gateway" else '"messages":null', got["http"])

    def test_al42_masked_stays_masked(self):
        """what guardrails have taken out of a request and an answer is in no record"""
        guard = {"guardrail_name": "pii", "litellm_params": {"guardrail": "pii", "mode": ["pre_call", "post_call"], "default_on": True,
                                                             "pii_entities_config": {"EMAIL_ADDRESS": "MASK"}}}
        gateway = self.start(self.callbacks(), guardrails=[guard])
        ids = []
        for number, stream in enumerate((False, True)):
            ids.append(f"call-{number}")
            body = {"model": "m", "stream": stream, "messages": [{"role": "user", "content": "write to zebra@example.com now"}]}
            answer = request(gateway.port, "POST", "/v1/chat/completions", body, {"authorization": f"Bearer {KEY}", "x-litellm-call-id": ids[-1]})
            self.assertEqual(answer.status, 200, answer.body)
        got = self.everything(gateway, ids)
        self.assertEqual([place for place, text in got.items() if "zebra@" in text], [])
        self.assertIn("EMAIL_ADDRESS", got["http"])

    def test_al43_receivers_that_hang(self):
        """all of them at once: requests take no longer, and the gateway ends in time"""
        self.receiver.always(lambda call: "hang")
        with Frames(hang=True) as stuck:
            gateway = self.start(self.callbacks(frames=stuck.port, timeout_ms=1000, queue_records=50, spool="", drain_ms=500))
            slowest = 0.0
            for number in range(150):
                begin = time.monotonic()
                answer = request(gateway.port, "POST", "/v1/chat/completions", {"model": "m", "messages": [{"role": "user", "content": "x"}]},
                                 {"authorization": f"Bearer {KEY}"})
                slowest = max(slowest, time.monotonic() - begin)
                self.assertEqual(answer.status, 200)
            self.assertLess(slowest, 2.0 * SLOW)
            begin = time.monotonic()
            self.assertEqual(gateway.stop(), 0)
            self.assertLess(time.monotonic() - begin, 15 * SLOW)
            self.receiver.let_go.set()


if __name__ == "__main__":
    main()
