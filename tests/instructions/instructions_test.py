#!/usr/bin/env python3
"""How many instructions a request takes on the event loop, counted by valgrind's callgrind: a figure that a busy machine does not change.

    tests/instructions/instructions_test.py            fails if a chain takes over 3 % more than instructions.json says
    tests/instructions/instructions_test.py --write    writes down what it takes now: for a change that is meant to cost that

Each chain runs twice, with FEW and with MANY requests: the difference has no start and no end in it. Two chains: `bare`, and `default`, which has
keys, limits, prices, the ledger, metrics and a line for each request. User space alone; system calls are not in it.
SLUICE_BIN is the gateway; without valgrind the test is skipped, and says so.
"""
import argparse
import http.client
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))

from harness import Upstream, free_port, gateway_binary, request, wait_until  # noqa: E402

FIGURES = HERE / "instructions.json"
FEW, MANY = 200, 700
MORE = 1.03          # of the figure: what a change may add unnoticed
LESS = 0.97
KEY = "sk-instructions"
PATH = "/v1/chat/completions"
BODY = json.dumps({"model": "gpt", "messages": [{"role": "user", "content": "What is it that takes so long? " * 30}]})
LIMITS = {"rpm_limit": 1_000_000, "tpm_limit": 10**9, "max_parallel_requests": 1000, "max_budget": 1000, "budget_duration": "30d"}
PRICES = {"input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6}


def config(chain, upstream, folder):
    model = {"model_name": "gpt", "litellm_params": {"model": "openai/gpt-up", "api_base": upstream.url + "/v1", "api_key": "sk-up"}, "model_info": {"id": "gpt-1"}}
    whole = {"model_list": [model], "listen": {"workers": 1}}
    if chain == "default":
        model["litellm_params"].update(PRICES)
        whole["general_settings"] = {"master_key": KEY}
        whole["plugins"] = [{"plugin": "store_sqlite", "config": {"path": f"{folder}/books.db"}}, {"plugin": "auth_keys"}, {"plugin": "admin_api"},
                            {"plugin": "pricing"}, {"plugin": "limits"}, {"plugin": "ledger", "config": {"spool": f"{folder}/spool"}},
                            {"plugin": "callback_prometheus"}, {"plugin": "callback_jsonl", "config": {"path": f"{folder}/records.jsonl"}}]
    return whole


class Counted:
    """A gateway under callgrind."""

    def __init__(self, chain, upstream, folder):
        self.port, self.folder = free_port(), pathlib.Path(folder)
        file = self.folder / "config.json"
        file.write_text(json.dumps(config(chain, upstream, folder)))
        command = ["valgrind", "--tool=callgrind", "--separate-threads=yes", f"--callgrind-out-file={folder}/counts", gateway_binary(), "serve", "-c", file,
                   "--listen", f"127.0.0.1:{self.port}"]
        self.log = (self.folder / "log").open("w+")
        self.process = subprocess.Popen([str(part) for part in command], stdout=self.log, stderr=self.log)
        try:
            wait_until(self.ready, 120, "the gateway under valgrind")
        except BaseException:
            self.process.kill()
            raise

    def ready(self):
        if self.process.poll() is not None:
            sys.exit(f"the gateway ended at once:\n{(self.folder / 'log').read_text()[-2000:]}")
        try:
            return request(self.port, "GET", "/health/liveliness").status == 200
        except OSError:
            return False

    def key(self):
        """A key of a team, both with limits of all kinds."""
        fields = {"authorization": f"Bearer {KEY}"}
        assert request(self.port, "POST", "/team/new", {"team_id": "t", **LIMITS}, fields).status == 200
        return request(self.port, "POST", "/key/generate", {"team_id": "t", **LIMITS}, fields).json()["key"]

    def ask(self, count, fields):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        for _ in range(count):
            connection.request("POST", PATH, BODY, {"content-type": "application/json", **fields})
            answer = connection.getresponse()
            text = answer.read()
            assert answer.status == 200, text
        connection.close()

    def end(self):
        """Instructions of the event loop's thread."""
        self.process.terminate()
        self.process.wait(timeout=120)
        self.log.close()
        for path in self.folder.glob("counts-*"):
            text = path.read_text(errors="replace")
            if "Loop::turn" in text and not path.name.endswith("-01"):
                return int(re.search(r"^(?:summary|totals): (\d+)", text, re.MULTILINE)[1])
        sys.exit("callgrind has seen no event loop: is the gateway stripped of its names?")


def whole_run(chain, upstream, count):
    with tempfile.TemporaryDirectory(prefix="sluice-instructions-") as folder:
        gateway = Counted(chain, upstream, folder)
        try:
            gateway.ask(count, {"authorization": f"Bearer {gateway.key()}"} if chain == "default" else {})
            return gateway.end()
        finally:
            if gateway.process.poll() is None:
                gateway.process.kill()
                gateway.process.wait()


def judge(found, known):
    fine = True
    for chain, count in found.items():
        share = count / known[chain]
        line = f"{chain}: {count} instructions a request, {known[chain]} written down ({100 * (share - 1):+.1f} %)"
        if share > MORE:
            fine = False
            line += ": TOO MANY. What is it that costs more? If it is worth it, write it down: --write"
        elif share < LESS:
            line += ": fewer. Write it down, so that they do not come back: --write"
        print(line)
    return fine


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="write the figures down")
    options = parser.parse_args()
    if not shutil.which("valgrind"):
        print("skipped: valgrind is not installed (tools/install/install.sh test)")
        return 77
    with Upstream() as upstream:
        found = {chain: round((whole_run(chain, upstream, MANY) - whole_run(chain, upstream, FEW)) / (MANY - FEW)) for chain in ("bare", "default")}
    if options.write:
        FIGURES.write_text(json.dumps(found, indent=2) + "\n")
        print(f"written: {found}")
        return 0
    return 0 if judge(found, json.loads(FIGURES.read_text())) else 1


if __name__ == "__main__":
    sys.exit(main())
