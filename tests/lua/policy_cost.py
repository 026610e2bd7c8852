#!/usr/bin/env python3
"""What policies cost in the gateway: CPU time of its process for a request of five messages and 2 KB, with and without them.

    SLUICE_BIN=build/release/bin/sluice python3 tests/lua/policy_cost.py [--rounds N] [--loadgen build/bench-tools/bin/sluice_loadgen]

Gateways with the provider echo run side by side and are asked in turn; the best round of each counts, because whoever else uses the machine only ever
makes a round dearer. Without --loadgen over one connection each, one request after the other from Python: the gateway sleeps between two requests and
finds its memory cold. With it under load, over eight connections: what a request costs a gateway that has work to do.
"""
import argparse
import http.client
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from harness import Gateway  # noqa: E402

EACH = 100
LOADED = 3_000
SENTENCE = "A sentence of an ordinary prompt. "
BODY = json.dumps({"model": "e", "messages": [{"role": "user", "content": SENTENCE * 12}] * 5})
LOOKS = "function on_request(ctx) for m in ctx:messages() do if m.text == 'x' then return ctx:block('x') end end end"
KINDS = {
    "no plugin": None,
    "no plugin, another process": None,  # what two processes that do the same differ by
    "no policy bound": {"name": "p", "code": LOOKS, "bind": {"tenant": "nobody"}},
    "an empty on_request": {"name": "p", "code": "function on_request(ctx) end"},
    "looks at every message": {"name": "p", "code": LOOKS},
    "an expression on every message": {"name": "p", "code": "local r = re.words({'falcon', 'owl'}) function on_request(ctx) for m in ctx:messages() do "
                                                           "if r:test(m.text) then return ctx:block('x') end end end"},
}


def cpu_us(pid):
    tasks = pathlib.Path(f"/proc/{pid}/task")
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks.iterdir()) / 1000


class Asked:
    def __init__(self, one):
        config = {"model_list": [{"model_name": "e", "litellm_params": {"model": "echo/words"}}], "general_settings": {"master_key": "sk-1"},
                  "listen": {"workers": 1}, "plugins": [{"plugin": "lua", "config": {"policies": [one]}}] if one else []}
        self.gateway = Gateway(json.dumps(config))
        self.connection = http.client.HTTPConnection("127.0.0.1", self.gateway.port, timeout=60)
        self.costs = []

    def loaded_round(self, loadgen, body):
        before = cpu_us(self.gateway.pid)
        done = subprocess.run([loadgen, "--url", f"http://127.0.0.1:{self.gateway.port}/v1/chat/completions", "--body", body, "--connections", "8",
                               "--header", "Authorization: Bearer sk-1", "--requests", str(LOADED), "--warmup", "0", "--seconds", "30"], check=True, capture_output=True, text=True)
        self.costs.append((cpu_us(self.gateway.pid) - before) / json.loads(done.stdout)["requests"])

    def round(self):
        before = cpu_us(self.gateway.pid)
        for _ in range(EACH):
            self.connection.request("POST", "/v1/chat/completions", BODY, {"authorization": "Bearer sk-1", "content-type": "application/json"})
            answer = self.connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise SystemExit(f"status {answer.status}")
        self.costs.append((cpu_us(self.gateway.pid) - before) / EACH)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--loadgen", help="the load generator of tests/bench")
    options = parser.parse_args()
    asked = {name: Asked(one) for name, one in KINDS.items()}
    body = tempfile.NamedTemporaryFile("w", suffix=".json")  # noqa: SIM115: it lives as long as this process
    body.write(BODY)
    body.flush()
    try:
        for _ in range(options.rounds + 1):
            for one in asked.values():
                one.loaded_round(options.loadgen, body.name) if options.loadgen else one.round()
        bare = asked["no plugin"].costs[1:]
        print(f"no plugin: {min(bare):.1f} us of CPU a request, median {statistics.median(bare):.1f}")
        for name, one in list(asked.items())[1:]:
            paired = statistics.median(mine - its for mine, its in zip(one.costs[1:], bare))
            print(f"{name}: {min(one.costs) - min(bare):+.1f} us, median of the differences {paired:+.1f}")
    finally:
        for one in asked.values():
            one.gateway.stop()


if __name__ == "__main__":
    main()
