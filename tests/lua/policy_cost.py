#!/usr/bin/env python3
"""What policies cost in the gateway: CPU time of its process for a request of five messages and 2 KB, with and without them.

    SLUICE_BIN=build/release/bin/sluice python3 tests/lua/policy_cost.py [ROUNDS]

Gateways with the provider echo run side by side and are asked in turn, over one connection each; the best round of each counts, because whoever else
uses the machine only ever makes a round dearer. More rounds, closer figures.
"""
import http.client
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from harness import Gateway  # noqa: E402

EACH = 100
SENTENCE = "A sentence of an ordinary prompt. "
BODY = json.dumps({"model": "e", "messages": [{"role": "user", "content": SENTENCE * 12}] * 5})
LOOKS = "function on_request(ctx) for m in ctx:messages() do if m.text == 'x' then return ctx:block('x') end end end"
KINDS = {
    "no plugin": None,
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
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    asked = {name: Asked(one) for name, one in KINDS.items()}
    try:
        for _ in range(rounds + 1):
            for one in asked.values():
                one.round()
        bare = min(asked["no plugin"].costs)
        print(f"no plugin: {bare:.1f} us of CPU a request")
        for name, one in list(asked.items())[1:]:
            print(f"{name}: {min(one.costs) - bare:+.1f} us")
    finally:
        for one in asked.values():
            one.gateway.stop()


if __name__ == "__main__":
    main()
