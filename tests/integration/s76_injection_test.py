"""AV: what clients and upstreams say must not become a line of a log, a record, a metric or a header of its own, nor a command to a terminal."""
import base64
import json
import pathlib
import re
import sys
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from beside import Hostile  # noqa: E402
from everything import everything  # noqa: E402
from scenario import USER, main, post, request, wait_until  # noqa: E402

CHAT = "/v1/chat/completions"
FORGED = "2026-01-01T00:00:00.000 info FORGED"
# name -> what an attacker writes where a name is wanted
TEXTS = {"LF": f"a\n{FORGED}", "CR LF": f"a\r\n{FORGED}", "CR": f"a\r{FORGED}", "NUL": f"a\0{FORGED}", "a title for the terminal": f"a\x1b]0;{FORGED}\x07",
         "clear the screen": "a\x1b[2J\x1b[1;1H" + FORGED,
         "C1": f"a\x9b2J\x85{FORGED}", "separators": f"a\u2028{FORGED}\u2029\x0b\x0c\x1e", "backspaces": "a" + "\b" * 30 + FORGED, "DEL": "a\x7f" * 9 + FORGED,
         "quotes": f'a"}},"x":"{FORGED}',
         "a label": f'a"}} 1\nFORGED_metric{{x="', "backslash": f"a\\\n{FORGED}\\", "bidi": f"a\u202e{FORGED}", "a format": "a{} {0} %s %n %x " + FORGED, "long": "a" * 100_000}
C0 = re.compile(rb"[\x00-\x09\x0b-\x1f]")  # but the line feed
CONTROL = re.compile(rb"[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]")  # DEL and C1 too: what moves a terminal, which shows the log
METRIC = re.compile(r'^[a-zA-Z_:][a-zA-Z0-9_:]*(?:\{[a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\"n])*"(?:,[a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\"n])*")*,?\})? [-+.\w]+$')
LOG_LINE = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3} (debug|info|warning|error) ")


class Injection(Hostile):
    settings = {**everything({"plugin": "auth_keys"}, {"plugin": "admin_api"}), "callback_settings": {"prometheus": {"end_user_label": True}}}

    @classmethod
    def config(cls, upstream):
        made = super().config(upstream)
        made["litellm_settings"] = {**made["litellm_settings"], "set_verbose": True}
        return made

    def setUp(self):
        super().setUp()
        self.records_before = len(self.record_lines())

    def record_lines(self):
        """As bytes: text would also be cut at U+2028 and its kin."""
        return (pathlib.Path(self.gateway.directory) / "records.jsonl").read_bytes().split(b"\n")[:-1]

    def assert_clean(self):
        """Every line is one that the gateway wrote itself, in the log, the records and the metrics."""
        self.assertEqual(self.call(CHAT, {"model": "gpt", "messages": USER, "user": "last"}).status, 200)
        lines = wait_until(lambda: (lambda all_lines: all_lines if b'"last"' in b"".join(all_lines[-3:]) else None)(self.record_lines()[self.records_before:]), 10.0)
        for line in lines:
            self.assertIn("outcome", json.loads(line))
            self.assertIsNone(C0.search(line), line[:300])
        log = self.gateway.stderr_file.read_bytes()
        self.assertIsNone(CONTROL.search(log), log[-2000:])
        for line in log.decode("utf-8").split("\n")[:-1]:  # UTF-8 to the last byte, or this fails
            self.assertRegex(line, LOG_LINE)
        self.assert_clean_metrics()

    def assert_clean_metrics(self):
        answer = request(self.port, "GET", "/metrics")
        self.assertEqual(answer.status, 200, answer.body[:300])
        self.assertLess(len(answer.body), 2_000_000)
        for line in answer.body.decode("utf-8").split("\n"):
            if line and not line.startswith("#"):
                self.assertRegex(line[:5000], METRIC)

    def test_av80_in_the_bodys_names(self):
        """model, user, metadata, tags, names of tools and roles"""
        for name, text in TEXTS.items():
            with self.subTest(name):
                for body in ({"model": text, "messages": USER}, {"model": "gpt", "messages": USER, "user": text},
                             {"model": "gpt", "messages": USER, "metadata": {"tags": [text], text: text, "session_id": text}},
                             {"model": "gpt", "messages": [{"role": text, "content": text, "name": text}]}, {"model": "gpt", "messages": USER, text: text},
                             {"model": "gpt", "messages": USER, "guardrails": [text]}, {"model": "gpt", "messages": USER, "fallbacks": [text]},
                             {"model": "gpt", "messages": USER, "stream": text}):
                    answer = self.call(CHAT, body)
                    self.assertLess(answer.status, 500, answer.body[:300])
                    self.assertNotIn("FORGED", "".join(f"{k}: {v}\n" for k, v in answer.headers.items() if "\n" in v or "\r" in v or "\x1b" in v))
        self.assert_clean()

    def test_av81_in_paths_and_queries(self):
        """as they are: refused; percent-encoded: a path that nobody serves, or a deployment that nobody has"""
        for name, text in TEXTS.items():
            if name == "long":
                continue  # 414, s11 has it
            with self.subTest(name):
                raw = self.raw()
                raw.send(b"GET /v1/" + text.encode() + b" HTTP/1.1\r\nHost: g\r\n\r\n")
                self.assertIn(raw.answer().status, (400, 404, 501, 505))
                coded = urllib.parse.quote(text, safe="")
                for path in (f"/v1/{coded}", f"/v1/models/{coded}", f"/v1/models?x={coded}", f"/openai/deployments/{coded}/chat/completions",
                             f"/engines/{coded}/chat/completions", f"/key/info?key={coded}"):
                    answer = self.call(path, {"messages": USER}, "POST" if "completions" in path else "GET")
                    self.assertLess(answer.status, 500, (path, answer.body[:300]))
        self.assert_clean()

    def test_av82_in_header_values(self):
        """control characters are refused (s10, Q08); what is left, text above ASCII and words with a meaning, stays a value"""
        values = [b"\xc2\x9b2J" + FORGED.encode(), b"\x9b2J\x85", b"\xff\xfe\xc3(", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", "a\u2028b".encode(), b"%0d%0aX-Evil:%201",
                  b"\\r\\nX-Evil: 1", b"a{} %s", b'"}] ,"x":"', b"=?utf-8?Q?=0AX:?="]
        names = ("User-Agent", "X-Litellm-Call-Id", "X-Litellm-Tags", "X-Forwarded-For", "Referer", "Origin", "OpenAI-Organization", "OpenAI-Beta", "X-Request-Id",
                 "X-Litellm-Num-Retries", "X-Litellm-Timeout",
                 "Traceparent", "X-Litellm-Spend-Logs-Metadata", "X-Litellm-Customer-Id", "Langfuse_Trace_Name", "Accept-Language", "Idempotency-Key", "Langfuse-Session-Id")
        body = json.dumps({"model": "gpt", "messages": USER}).encode()
        for value in values:
            for name in names:
                with self.subTest(name, value=value):
                    connection = self.raw()
                    connection.send(post(CHAT, body)[:-len(body) - 2] + name.encode() + b": " + value + b"\r\n\r\n" + body)
                    answer = connection.answer()
                    self.assertLess(answer.status, 500, answer.body[:300])
                    self.assertFalse([k for k, _ in answer.headers if k == "x-evil"])
                    connection.close()
        self.assertFalse([entry for entry in self.upstream.log() if any(field.lower() == "x-evil" for field, _ in entry["headers"])])
        self.assert_clean()

    def test_av83_in_keys(self):
        for text in (b"sk-\xc2\x9b2J" + FORGED.encode(), b"sk-\xff\xfe", b"sk-" + b"x" * 20_000, b"Basic " + base64.b64encode(FORGED.encode()), b"sk-{} %n"):
            connection = self.raw()
            connection.send(post(CHAT, b"{}", key=None)[:-4] + b"Authorization: Bearer " + text + b"\r\n\r\n{}")
            answer = connection.answer()
            self.assertEqual(answer.status, 401)
            self.assertIsNone(CONTROL.search(answer.body), answer.body)
        self.assert_clean()

    def test_av84_from_an_upstream(self):
        """its reason phrase, the values of its fields, its errors, what its answers name"""
        for name, text in TEXTS.items():
            if name == "long":
                continue
            answers = ({"respond": {"status": 400, "body": {"error": {"message": text, "type": text, "code": text}}}}, {"respond": {"status": 500, "body": text}},
                       {"respond": {"status": 429, "body": {"error": text}}},
                       {"respond": {"status": 200, "body": {"id": text, "object": "chat.completion", "model": text,
                                                            "choices": [{"index": 0, "finish_reason": text, "message": {"role": "assistant", "content": text}}],
                                                            "system_fingerprint": text, "usage": {"prompt_tokens": 1, "completion_tokens": 1}}}})
            for number, script in enumerate(answers):
                with self.subTest(name, script=number):
                    self.upstream.script(script, body_contains=f"{name} {number}")
                    answer = self.call(CHAT, {"model": "gpt", "messages": [{"role": "user", "content": f"{name} {number}"}]})
                    self.assertEqual(answer.status, script["respond"]["status"], answer.body[:300])
                    self.assertEqual(answer.headers.get_all("content-length"), [str(len(answer.body))])
        self.assert_clean()

    def test_av85_in_an_upstreams_head(self):
        lines = ["HTTP/1.1 200 \x1b[2J", "HTTP/1.1 500 a\x9b2J", f"HTTP/1.1 200 OK\r\nx-request-id: \x1b]0;{FORGED}\x07", "HTTP/1.1 429 \xff\r\nretry-after: \x9b1",
                 "HTTP/1.1 200 OK\r\nopenai-processing-ms: a\u2028b",
                 f"HTTP/1.1 200 OK\r\ncontent-type: application/json\x9b; {FORGED}", "HTTP/1.1 200 OK\r\nx-request-id: =?utf-8?Q?=0D=0AX-Evil:_1?="]
        for number, line in enumerate(lines):
            with self.subTest(line):
                self.upstream.script([{"send_b64": base64.b64encode(line.encode() + b"\r\ncontent-length: 2\r\n\r\n{}").decode()}], body_contains=f"head {number}")
                connection = self.raw()
                connection.send(post(CHAT, json.dumps({"model": "gpt", "messages": [{"role": "user", "content": f"head {number}"}]}).encode()))
                answer = connection.answer()
                for field, value in answer.headers:
                    self.assertIsNone(re.search(r"[\x00-\x08\x0a-\x1f\x7f]", field + value), (field, value))
                    self.assertNotEqual(field, "x-evil")
        self.assert_clean()

    def test_av86_in_names_of_keys_and_teams(self):
        """what an administrator's client writes is shown by others: to `/metrics`, to records, to the log"""
        for name, text in TEXTS.items():
            if name == "long":
                continue
            with self.subTest(name):
                made = self.call("/key/generate", {"key_alias": text, "user_id": text, "metadata": {"tags": [text]}})
                self.assertLess(made.status, 500, made.body[:300])
                if made.status == 200:
                    key = made.json()["key"]
                    self.assertLess(self.call(CHAT, {"model": "gpt", "messages": USER, "user": name}, key=key).status, 500)
                self.assertLess(self.call("/team/new", {"team_alias": text}).status, 500)
        self.assert_clean()


class AsJson(Injection):
    """the log as lines of JSON"""

    @classmethod
    def config(cls, upstream):
        made = super().config(upstream)
        made["litellm_settings"] = {**made["litellm_settings"], "json_logs": True}
        return made

    def assert_clean(self):
        log = self.gateway.stderr_file.read_bytes()
        self.assertIsNone(CONTROL.search(log), log[-2000:])
        for line in log.decode("utf-8").splitlines():
            if line.startswith("{"):  # what comes before the configuration is read is plain
                self.assertEqual(set(json.loads(line)), {"time", "level", "message"}, line)


if __name__ == "__main__":
    main()
