"""What an integration test imports:

    import sys, pathlib
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
    from harness import Gateway, IntegrationTest, Upstream, request, sse, wait_until

processes.py has the upstream and the gateway, wire.py the clients, waiting.py the rest.
"""
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from processes import Gateway, Upstream, gateway_binary  # noqa: E402
from waiting import REPO_ROOT, SLOW, data_dir, free_port, wait_until  # noqa: E402
from wire import Response, SseEvent, SseStream, raw, request, sse  # noqa: E402

__all__ = ["Gateway", "IntegrationTest", "REPO_ROOT", "Response", "SLOW", "SseEvent", "SseStream", "Upstream", "data_dir",
           "free_port", "gateway_binary", "raw", "request", "sse", "wait_until"]


class IntegrationTest(unittest.TestCase):
    """When a test fails, shows the end of the output of each gateway that ran meanwhile."""

    def run(self, result=None):
        result = self.defaultTestResult() if result is None else result
        before = len(result.failures) + len(result.errors)
        running, started = list(Gateway.running), len(Gateway.started)
        super().run(result)
        if len(result.failures) + len(result.errors) > before:
            for gateway in [*running, *Gateway.started[started:]]:
                gateway.show(f"{self.id()} failed")
        return result
