"""What every scenario begins with: a scripted upstream, a gateway in front of it, and short words for talking to both.

    class Routes(Scenario):
        def test_r01_...(self): ...

A class may change `models` and `settings`, or `config` as a whole. The configuration is JSON, which is YAML.
"""
import json
import os
import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))

from harness import SLOW, Gateway, IntegrationTest, Upstream, data_dir, request, sse, wait_until  # noqa: E402
from raw_http import Closed, RawConnection, post  # noqa: E402

__all__ = ["Closed", "Gateway", "IntegrationTest", "RawConnection", "Upstream", "data_dir", "post", "request", "wait_until"]  # for the scenarios

KEY = "sk-it"
FULL = os.environ.get("SLUICE_TEST_FULL") == "1"
SANITIZED = SLOW > 1  # figures of memory and time mean nothing there

# route -> (path, body without model); all that go to an OpenAI deployment
USER = [{"role": "user", "content": "hello"}]
OPENAI_ROUTES = {
    "/chat/completions": {"messages": USER},
    "/completions": {"prompt": "hello"},
    "/embeddings": {"input": "hello"},
    "/responses": {"input": "hello"},
    "/images/generations": {"prompt": "hello"},
    "/audio/speech": {"input": "hello", "voice": "alloy"},
    "/moderations": {"input": "hello"},
    "/rerank": {"query": "hello", "documents": ["a", "b"]},
}
ANTHROPIC_ROUTES = {
    "/messages": {"messages": USER, "max_tokens": 16},
    "/messages/count_tokens": {"messages": USER},
}
# the routes that stream: (path, body, what the last event holds)
STREAMS = {
    "chat": ("/v1/chat/completions", {"model": "gpt", "messages": USER, "stream": True}, "[DONE]"),
    "completions": ("/v1/completions", {"model": "gpt", "prompt": "hello", "stream": True}, "[DONE]"),
    "responses": ("/v1/responses", {"model": "gpt", "input": "hello", "stream": True}, "response.completed"),
    "messages": ("/v1/messages", {"model": "claude", "messages": USER, "max_tokens": 16, "stream": True}, "message_stop"),
}


def deployment(name, model, base, info=None, **params):
    entry = {"model_name": name, "litellm_params": {"model": model, "api_base": base, "api_key": "up-key", **params}}
    return {**entry, "model_info": info} if info else entry


def usual_models(base):
    return [deployment("gpt", "openai/gpt-up", base + "/v1", {"id": "gpt-1"}),
            deployment("claude", "anthropic/claude-up", base, {"id": "claude-1"})]


def whole_lines(path):
    """The lines of a file that somebody is still writing: the last one only once its end is there."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return text[:text.rfind("\n") + 1].splitlines()


class Scenario(IntegrationTest):
    settings = {}  # more top-level sections of the configuration

    @classmethod
    def models(cls, base):
        return usual_models(base)

    @classmethod
    def config(cls, upstream):
        listen = cls.settings.get("listen", {})
        limits = {"drain_timeout_ms": int(5000 * SLOW), **listen.get("limits", {})}
        # What an upstream does wrong is to be seen as it is; scenarios about retries say that they want them.
        router = {"num_retries": 0, **cls.settings.get("router_settings", {})}
        return {"model_list": cls.models(upstream.url), "general_settings": {"master_key": KEY}, **cls.settings,
                "router_settings": router, "listen": {**listen, "limits": limits}}

    @classmethod
    def setUpClass(cls):
        cls.upstream = cls.enterClassContext(Upstream())
        cls.gateway = cls.enterClassContext(Gateway(json.dumps(cls.config(cls.upstream), ensure_ascii=False)))
        cls.port = cls.gateway.port

    def setUp(self):
        time.sleep(0.02 * SLOW)  # records gather for two milliseconds: that of the test before has been written now
        self.upstream.reset()

    def call(self, path, body=None, method="POST", key=KEY, **headers):
        fields = {"authorization": f"Bearer {key}"} if key else {}
        fields.update({name.replace("_", "-"): value for name, value in headers.items()})
        return request(self.port, method, path, body, fields)

    def get(self, path, **headers):
        return self.call(path, method="GET", **headers)

    def stream(self, path, body, **headers):
        return sse(self.port, path, body, {"authorization": f"Bearer {KEY}", **headers})

    def raw(self, **options):
        connection = RawConnection(self.port, **options)
        self.addCleanup(connection.close)
        return connection

    def said(self, count=1):
        """The requests that the upstream has seen, once there are `count` and all are over."""
        return self.upstream.wait_for_log(lambda log: len(log) >= count and all(entry["t_end"] for entry in log))

    def last_said(self):
        return self.said()[-1]

    def assert_error(self, answer, status, kind=None, contains=""):
        """An error as OpenAI shapes it; `code` is a text, as LiteLLM has it."""
        self.assertEqual(answer.status, status, answer.body)
        error = json.loads(answer.body)["error"]
        self.assertEqual(set(error) & {"message", "type", "param", "code"}, {"message", "type", "param", "code"}, error)
        self.assertIsInstance(error["code"], str, error)
        self.assertIn(contains, error["message"])
        if kind:
            self.assertEqual(error["type"], kind)
        return error

    def needs_data(self, *names):
        folder = data_dir()
        path = folder.joinpath(*names) if folder else None
        if not path or not path.is_file():
            self.skipTest(f"no {'/'.join(names)}: set SLUICE_TEST_DATA to the folder of the public test data")
        with open(path, encoding="utf-8") as lines:
            return [json.loads(line) for line in lines]


class CountingResult(unittest.TextTestResult):
    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed = getattr(self, "passed", 0) + 1


def main():
    """Runs the file's scenarios; the last line says how many, so that run.py can add them up. A known bug (expectedFailure)
    is shown and counts as skipped; one that has gone counts as failed, so that its mark goes too."""
    runner = unittest.TextTestRunner(resultclass=CountingResult, verbosity=2 if "-v" in sys.argv else 1)
    program = unittest.main(module="__main__", testRunner=runner, exit=False)
    result = program.result
    for test, _ in result.expectedFailures:
        print(f"known bug: {test.id().removeprefix('__main__.')}: {(test.shortDescription() or '')}")
    for test, why in result.skipped:
        print(f"skipped: {test.id().removeprefix('__main__.')}: {why}")
    failed = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses)
    skipped = len(result.skipped) + len(result.expectedFailures)
    print(f"{getattr(result, 'passed', 0)} passed, {failed} failed, {skipped} skipped", flush=True)
    sys.exit(1 if failed else 0)
