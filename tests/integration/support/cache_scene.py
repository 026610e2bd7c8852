"""What scenarios about the cache begin with: a gateway whose answers are kept in memory, and its records."""
import json
import unittest

from scenario import SLOW, Scenario, wait_until, whole_lines
from processes import gateway_binary

CHAT = "/v1/chat/completions"


def ask(text, **more):
    return {"model": "gpt", "messages": [{"role": "user", "content": text}], **more}


class Cached(Scenario):
    params = {"type": "local"}
    more = {}

    @classmethod
    def config(cls, upstream):
        lib = gateway_binary().parent.parent / "lib" / "sluice"
        if not (lib / "plugins" / "cache_memory.so").exists():
            raise unittest.SkipTest(f"{lib}/plugins/cache_memory.so is not built")
        cls.settings = {"plugin_dirs": [f"{lib}/plugins", f"{lib}/test_plugins"], "litellm_settings": {"cache": True, "cache_params": cls.params},
                        "plugins": [{"plugin": "callback_jsonl", "config": {"path": "records.jsonl"}}, {"plugin": "callback_prometheus"}], **cls.more}
        return super().config(upstream)

    def calls(self):
        return len(self.upstream.log())

    def records(self, count):
        file = self.gateway.directory / "records.jsonl"
        wait_until(lambda: len(whole_lines(file)) >= count, 10 * SLOW, f"{count} records")
        return [json.loads(line) for line in whole_lines(file)]
