"""JJ: upstreams are looked after without being asked: connections that are open before they are needed, and probes that only connect."""
import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from s30_faults_test import BODY, CHAT  # noqa: E402
from scenario import KEY, SLOW, Scenario, deployment, main, wait_until  # noqa: E402

LOOPS, WARM = 2, 3


class Probed(Scenario):
    """`dead` and `dead-too` share an address where nobody listens; `spared` does not want to be probed."""

    @classmethod
    def models(cls, base):
        nobody = "http://127.0.0.1:1/v1"
        return [deployment("gpt", "openai/gpt-a", base + "/a/v1", {"id": "a"}), deployment("gpt", "openai/gpt-d", nobody, {"id": "dead"}),
                deployment("dead", "openai/gpt-e", nobody, {"id": "dead-too"}),
                deployment("spared", "openai/gpt-f", "http://127.0.0.1:2/v1", {"id": "spared", "disable_background_health_check": True})]

    @classmethod
    def config(cls, upstream):
        cls.settings = {"listen": {"workers": LOOPS}, "router_settings": {"breaker_failures": 2, "breaker_pause": 60},
                        "general_settings": {"master_key": KEY, "background_health_checks": True, "health_check_interval": 1,
                                             "warm_up_connections": WARM}}
        return super().config(upstream)

    def endpoints(self):
        value = self.get("/health").json()
        return {one["model_id"]: one for one in value["healthy_endpoints"] + value["unhealthy_endpoints"]}

    def test_jj01_what_cannot_be_reached_is_out_before_a_client_asks(self):
        """and no upstream was sent a request, so no token is spent"""
        found = wait_until(lambda: (got := self.endpoints())["dead"]["state"] == "open" and got)
        self.assertEqual((found["dead-too"]["state"], found["dead"]["connect_probe"]["reached"], found["dead"]["requests"]), ("open", False, 0))
        self.assertEqual((found["a"]["state"], found["a"]["connect_probe"]["reached"]), ("serving", True))
        self.assertEqual((found["spared"]["state"], "connect_probe" in found["spared"]), ("serving", False))
        self.assertEqual(self.upstream.log(), [])
        for _ in range(10):
            answer = self.call(CHAT, BODY)
            self.assertEqual((answer.status, answer.headers["x-litellm-attempted-retries"]), (200, "0"))

    def test_jj02_connections_are_open_before_the_first_request(self):
        """each loop opens its own; probing closes its connections, so that their number does not grow"""
        wait_until(lambda: self.upstream.state()["open_connections"] >= LOOPS * WARM)
        before = self.upstream.state()["open_connections"]
        self.assertEqual(self.call(CHAT, {**BODY, "model": "gpt"}).status, 200)
        time.sleep(2.2 * SLOW)
        self.assertLessEqual(self.upstream.state()["open_connections"], before + 1)


if __name__ == "__main__":
    main()
