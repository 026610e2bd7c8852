#!/usr/bin/env python3
"""What routing costs: the same requests through model groups of 1, 2 and 100 deployments, and through strategies and filters.

    python3 tests/bench/routing_cost.py --bin-dir build/bench-tools/bin --sluice build/release/bin/sluice [--callgrind]

One run, interleaved; all deployments are the same upstream. With one deployment there is nothing to choose, so what the others
cost more is what routing costs. --callgrind counts the gateway's instructions a request as well: exact where time is noisy.
"""
import argparse
import http.client
import json
import re
import statistics
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import bench_servers
from bench_measure import Contender, interleaved_rounds
from bench_processes import Failed, Processes
from bench_servers import PATH, Server, Servers

LIMIT_US = 1.0            # issue 4's bar, at 100 deployments
FEW, MANY = 300, 2_300    # requests under callgrind: the difference has no start and no end in it
TAGS = ("paid", "free")


class Case(NamedTuple):
    """One gateway: how many deployments, and how it chooses."""
    name: str
    deployments: int
    router: dict
    headers: tuple = ()


CASES = [
    Case("1 deployment", 1, {}),
    Case("2, simple-shuffle", 2, {}),
    Case("100, simple-shuffle", 100, {}),
    Case("100, least-busy", 100, {"routing_strategy": "least-busy"}),
    Case("100, latency-based", 100, {"routing_strategy": "latency-based-routing"}),
    Case("100, tags", 100, {"enable_tag_filtering": True}, (f"x-litellm-tags: {TAGS[0]}",)),
]


class Sizes:
    def __init__(self, rounds, seconds):
        self.rounds, self.seconds, self.warmup = rounds, seconds, 0.3


class RoutingServers(Servers):
    def start_case(self, case, upstream, name, before=(), patience=10):
        """`before`: a command that runs the gateway, such as valgrind."""
        params = {"model": "openai/gpt-upstream", "api_base": f"http://127.0.0.1:{upstream.port}/v1", "api_key": "sk-up"}
        models = [{"model_name": "gpt-test", "litellm_params": {**params, "tags": [TAGS[number % len(TAGS)]]}, "model_info": {"id": f"d{number}"}}
                  for number in range(case.deployments)]
        config = self.directory / f"{name}.yaml"
        config.write_text(json.dumps({"model_list": models, "router_settings": case.router, "listen": {"workers": bench_servers.WORKERS}}))
        port = bench_servers.free_port()
        process = self.processes.start(name, [*before, self.sluice, "serve", "-c", str(config), "--listen", f"127.0.0.1:{port}"])
        self.until_ready(name, process, lambda: bench_servers.chat(port), patience)
        return Server(case.name, process, port, case.headers)


def time_costs(servers, cases, sizes, progress):
    upstream = servers.start_upstream()
    contenders = [Contender(case.name, servers.start_case(case, upstream, f"case_{number}")) for number, case in enumerate(cases)]
    interleaved_rounds(servers, contenders, upstream, sizes, progress)
    for contender in contenders:
        if contender.error:
            raise Failed(f"{contender.name}: {contender.error}")
        servers.processes.stop(contender.server.process)
    servers.processes.stop(upstream.process)
    first = [figures["cpu_us"] for figures in contenders[0].rounds]
    print(f"{'gateway':<22} CPU us/req   (min-max)   more than with 1, within each round")
    for contender in contenders:
        cpu = [figures["cpu_us"] for figures in contender.rounds]
        more = [there - here for here, there in zip(first, cpu)]
        beside = "" if contender is contenders[0] else f"   {statistics.median(more):+.2f} us ({min(more):+.2f} to {max(more):+.2f})"
        print(f"{contender.name:<22} {statistics.median(cpu):>10.2f} {f'({min(cpu):.1f}-{max(cpu):.1f})':>13}{beside}", flush=True)


def ask(server, count):
    """`count` requests, one after the other, on one connection."""
    body = json.dumps({"model": "gpt-test", "messages": [{"role": "user", "content": "x" * 1000}]})
    fields = {"content-type": "application/json", **dict(text.split(": ", 1) for text in server.headers)}
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    for _ in range(count):
        connection.request("POST", PATH, body, fields)
        answer = connection.getresponse()
        if answer.status != 200 or not answer.read():
            raise Failed(f"{server.name} answered {answer.status} under callgrind")
    connection.close()


def instructions(servers, case, upstream, count):
    """Of a gateway's whole life with `count` requests."""
    name = f"callgrind_{count}_{CASES.index(case)}"
    out = servers.directory / f"{name}.out"
    server = servers.start_case(case, upstream, name, ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}"], patience=120)
    ask(server, count)
    servers.processes.stop(server.process, patience=60)
    found = re.search(r"^(?:summary|totals): (\d+)", out.read_text(), re.MULTILINE)
    if not found:
        raise Failed(f"callgrind wrote no total: {servers.processes.log_tail(name)}")
    return int(found[1])


def counted_costs(servers, cases):
    upstream = servers.start_upstream("counted_upstream")
    first = None
    print(f"{'gateway':<22} instructions/req   more than with 1")
    for case in cases:
        each = (instructions(servers, case, upstream, MANY) - instructions(servers, case, upstream, FEW)) / (MANY - FEW)
        first = first or each
        print(f"{case.name:<22} {each:>16.0f}   {each - first:+.0f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description="What routing costs.")
    parser.add_argument("--bin-dir", default="build/bench-tools/bin")
    parser.add_argument("--sluice", default="build/release/bin/sluice")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--callgrind", action="store_true", help="count instructions too (needs valgrind; some minutes)")
    parser.add_argument("--only", default="", help="beside one deployment, only those whose name holds this")
    options = parser.parse_args()
    cases = [case for case in CASES if case is CASES[0] or options.only in case.name]
    with tempfile.TemporaryDirectory(prefix="sluice-bench-") as name:
        processes = Processes(Path(name))
        servers = RoutingServers(processes, Path(name), options.bin_dir, options.sluice)
        try:
            print(f"bar: at most {LIMIT_US} us more CPU a request with 100 deployments")
            time_costs(servers, cases, Sizes(options.rounds, options.seconds), lambda text: print(text, file=sys.stderr))
            if options.callgrind:
                counted_costs(servers, cases)
        except Failed as failure:
            print(f"the run broke off: {failure}", file=sys.stderr)
            return 2
        finally:
            processes.stop_all()
    return 0


if __name__ == "__main__":
    sys.exit(main())
