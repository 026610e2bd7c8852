"""Datadog's test agent (ddapm-test-agent from PyPI), which takes OTLP as well and says what it has understood."""
import json
import os
import subprocess
import sys
import tempfile
import urllib.request

from processes import end_with_parent
from pypi import packages
from waiting import SLOW, free_port, wait_until

PIN = "ddapm-test-agent==1.69.1"


class TestAgent:
    """`with TestAgent() as agent`: agent.otlp is the URL of its OTLP receiver."""
    __test__ = False

    def __init__(self):
        self.ports = [free_port() for _ in range(4)]
        self.output = tempfile.TemporaryFile("w+")
        self.folder = tempfile.TemporaryDirectory(prefix="sluice-agent-")
        self.process = None

    @property
    def otlp(self):
        return f"http://127.0.0.1:{self.ports[1]}"

    def __enter__(self):
        here = packages(PIN)
        apm, otlp, grpc, _ = (str(port) for port in self.ports)
        command = [sys.executable, "-c", "from ddapm_test_agent.agent import main; main()", "--port", apm, "--otlp-http-port", otlp, "--otlp-grpc-port", grpc]
        self.process = subprocess.Popen(command, stdout=self.output, stderr=self.output, cwd=self.folder.name, env={**os.environ, "PYTHONPATH": here},
                                        preexec_fn=end_with_parent)
        try:
            wait_until(self.ready, 30 * SLOW, "Datadog's test agent")
        except BaseException:
            self.__exit__()
            raise
        return self

    def ready(self):
        if self.process.poll() is not None:
            self.output.seek(0)
            raise AssertionError(f"the test agent ended: {self.output.read()[-2000:]}")
        try:
            return self.understood("traces") is not None
        except OSError:
            return False

    def understood(self, what):
        """`traces`, `metrics` or `logs` that it has taken: the decoded requests."""
        with urllib.request.urlopen(f"{self.otlp}/test/session/{what}", timeout=5 * SLOW) as answer:
            return json.load(answer)

    def __exit__(self, *_):
        if self.process:
            self.process.terminate()
            self.process.wait(10)
        self.output.close()
        self.folder.cleanup()
