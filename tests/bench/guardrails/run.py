#!/usr/bin/env python3
"""What the guardrails find, what they miss, and what they cost: the figures of each engine, and of a gateway with all of them on.

    python3 tests/bench/guardrails/run.py --build build/release

Data come from SLUICE_TEST_DATA (default ../shared/data from the project's root); other data of the same layout go as well. Each line: figure, value, bar, aim,
and whether it is met. The exit code is 1 if a bar is missed.
"""
import argparse
import http.client
import json
import os
import pathlib
import random
import re
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests" / "support"))
sys.path.insert(0, str(ROOT / "tests" / "integration" / "support"))

BENCHES = ("pii", "names", "secrets", "injection", "content")
LESS_IS_BETTER = re.compile(r"(^|[._])(us|ms)([._]|$)|false_alarms")  # times, and what should not be
GUARDS = ("pii", "guard_secrets", "guard_injection", "guard_content")
WORDS = ("report meeting schedule customer invoice delivery because however quarter estimate please review attached summary numbers team project deadline question "
         "answer between several important changes yesterday afternoon probably consider option price region weather travel kitchen garden music bicycle school").split()


def better(name, value, limit):
    return value <= limit if LESS_IS_BETTER.search(name) else value >= limit


def show(name, value, bar, aim):
    """True if the bar is met, or there is none."""
    met = bar is None or better(name, value, bar)
    word = "" if bar is None else "aim" if aim is not None and better(name, value, aim) else "bar" if met else "MISSED"
    number = f"{value:.4f}" if value < 10 else f"{value:.1f}"
    print(f"{name:<44} {number:>12} {'' if bar is None else bar!s:>8} {'' if aim is None else aim!s:>8}  {word}")
    return met


def engine(build, name, environment):
    program = build / "bin" / f"sluice_guard_{name}_bench"
    if not program.exists():
        print(f"{name}: {program} is not built")
        return True
    done = subprocess.run([program], capture_output=True, text=True, env=environment, timeout=600, check=False)
    met = True
    for line in done.stdout.splitlines():
        fields = line.split("\t")
        if len(fields) < 2:
            continue
        bar, aim = (float(f) if f and f != "-" else None for f in (fields + ["", ""])[2:4])
        met &= show(fields[0], float(fields[1]), bar, aim)
    if done.returncode != 0:
        print(f"{name}: it ended with {done.returncode}: {done.stderr[-300:]}")
    return met


def prompts(count):
    """Ordinary texts of 2 KB, each another."""
    dice = random.Random(7)
    texts = []
    for _ in range(count):
        words = []
        while sum(len(word) + 1 for word in words) < 2048:
            words.append(dice.choice(WORDS) + dice.choice(("", "", "", "", ",", ".")))
        texts.append(" ".join(words)[:2048])
    return texts


def cpu_of(pid):
    """seconds of all its threads, to the nanosecond; those that have ended do not count"""
    return sum(int(task.joinpath("schedstat").read_text().split()[0]) for task in pathlib.Path(f"/proc/{pid}/task").iterdir()) / 1e9


def ask(port, texts):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for text in texts:
        body = json.dumps({"model": "e", "messages": [{"role": "user", "content": text}]})
        connection.request("POST", "/v1/chat/completions", body, {"content-type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"status {answer.status}")
    connection.close()


def whole_gateway(rounds, requests):
    """CPU time that all four guards add to a request whose prompt has 2 KB; answered by echo, so the answer is looked at as well."""
    from harness import Gateway  # noqa: PLC0415: only here
    base = {"model_list": [{"model_name": "e", "litellm_params": {"model": "echo/x"}}], "listen": {"workers": 1}}
    guards = [{"guardrail_name": kind, "litellm_params": {"guardrail": kind, "mode": "pre_call", "default_on": True}} for kind in GUARDS]
    texts = prompts(requests)
    each = []
    with Gateway(json.dumps(base)) as plain, Gateway(json.dumps({**base, "guardrails": guards})) as guarded:
        for gateway in (plain, guarded):
            ask(gateway.port, texts[:50])
        for _ in range(rounds):
            used = []
            for gateway in (plain, guarded):
                before = cpu_of(gateway.process.pid)
                ask(gateway.port, texts)
                used.append((cpu_of(gateway.process.pid) - before) / len(texts) * 1e6)
            each.append(used[1] - used[0])
    return statistics.median(each)


def main():
    parser = argparse.ArgumentParser(description="What the guardrails find, miss and cost.")
    parser.add_argument("--build", default="build/release", type=pathlib.Path)
    parser.add_argument("--only", choices=(*BENCHES, "gateway"))
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--requests", type=int, default=1500)
    options = parser.parse_args()
    build = options.build.resolve()
    data = pathlib.Path(os.environ.get("SLUICE_TEST_DATA", ROOT.parent / "shared" / "data"))
    os.environ.setdefault("SLUICE_BIN", str(build / "bin" / "sluice"))
    environment = {**os.environ, "SLUICE_TEST_DATA": str(data)}
    print(f"{'figure':<44} {'value':>12} {'bar':>8} {'aim':>8}")
    started, met = time.monotonic(), True
    for name in BENCHES:
        if options.only in (None, name):
            met &= engine(build, name, environment)
    if options.only in (None, "gateway"):
        met &= show("gateway.us_2kb_all_four_guards", whole_gateway(options.rounds, options.requests), 150, 40)
    print(f"{time.monotonic() - started:.0f} s")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
