"""AH: answers on a disk: over restarts, kill -9 and reloads; one gateway a directory."""
import json
import pathlib
import signal
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from scenario import KEY, SLOW, main, request, usual_models  # noqa: E402
from harness import Gateway, Upstream, wait_until  # noqa: E402
from processes import gateway_binary  # noqa: E402

CHAT = "/v1/chat/completions"


def ask(text):
    return {"model": "gpt", "messages": [{"role": "user", "content": text}]}


class OnDisk(unittest.TestCase):
    def setUp(self):
        lib = gateway_binary().parent.parent / "lib" / "sluice" / "plugins"
        for name in ("cache", "cache_disk"):
            if not (lib / f"{name}.so").exists():
                self.skipTest(f"{lib}/{name}.so is not built")
        self.folder = self.enterContext(tempfile.TemporaryDirectory(prefix="sluice-cache-"))
        self.upstream = self.enterContext(Upstream())

    def gateway(self, **more):
        # A busy machine may take its time.
        params = {"type": "disk", "disk_cache_dir": self.folder + "/kept", "wait_ms": int(5000 * SLOW), **more}
        plugins = [{"plugin": "admin", "grants": ["admin"]}]
        config = {"model_list": usual_models(self.upstream.url), "general_settings": {"master_key": KEY}, "plugins": plugins,
                  "litellm_settings": {"cache": True, "cache_params": params}, "router_settings": {"num_retries": 0}, "listen": {"workers": 2}}
        return Gateway(json.dumps(config))

    def call(self, gateway, text):
        answer = request(gateway.port, "POST", CHAT, ask(text), {"authorization": f"Bearer {KEY}"})
        self.assertEqual(answer.status, 200, answer.body)
        return answer

    def hit(self, gateway, text):
        return self.call(gateway, text).headers.get("x-litellm-cache-hit") == "True"

    def kept(self, gateway, text):
        """Asks until the answer is there for others; on the disk it is a little later (`puts`): for a moment identical requests get the
        answer of the one that has just ended."""
        wait_until(lambda: self.hit(gateway, text), 20 * SLOW, f"a hit for {text}")
        return self.call(gateway, text).body

    def puts(self, gateway):
        said = request(gateway.port, "GET", "/cache/ping", None, {"authorization": f"Bearer {KEY}"})
        return sum(layer["puts"] for layer in said.json()["layers"] if layer["type"] == "disk")

    def test_ah01_answers_outlive_a_restart_and_kill(self):
        for end in (signal.SIGTERM, signal.SIGKILL):
            with self.subTest(end):
                text = f"ah01 {end}"
                gateway = self.gateway()
                self.addCleanup(gateway.stop)
                body = self.kept(gateway, text)
                wait_until(lambda: self.puts(gateway) == 1, 20 * SLOW, "the answer on the disk")
                gateway.shown = True  # that it was killed is no news
                gateway.stop(end)
                with self.gateway() as gateway:
                    again = self.call(gateway, text)
                    self.assertEqual((again.headers.get("x-litellm-cache-hit"), again.body), ("True", body))

    def test_ah02_answers_outlive_a_reload_and_the_old_generation_goes(self):
        with self.gateway() as gateway:
            body = self.kept(gateway, "ah02")
            for _ in range(2):
                done = request(gateway.port, "POST", "/admin/reload", None, {"authorization": f"Bearer {KEY}"}).json()
                self.assertTrue(done["reloaded"], done)
                again = self.call(gateway, "ah02")
                self.assertEqual((again.headers.get("x-litellm-cache-hit"), again.body), ("True", body))
            self.kept(gateway, "ah02 new")

    def test_ah03_a_second_gateway_says_so_and_takes_over_later(self):
        with self.gateway() as first:
            body = self.kept(first, "ah03")
            with self.gateway() as second:
                pid = first.pid
                wait_until(lambda: f"kept is in use by process {pid}: gateways must not share" in second.stderr(), 10 * SLOW, "the error")
                self.assertFalse(self.hit(second, "ah03"))
                self.assertTrue(self.hit(first, "ah03"))
                self.assertEqual(first.stop(), 0)
                self.assertEqual(self.kept(second, "ah03"), body)


if __name__ == "__main__":
    main()
