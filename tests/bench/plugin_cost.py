#!/usr/bin/env python3
"""What plugins cost: one more with an empty hook, one more without any on the path, one that rewrites streams, and
the chain that checks keys, limits and books.

    python3 tests/bench/plugin_cost.py --bin-dir build/bench-tools/bin --sluice build/release/bin/sluice

One run, interleaved. INSTANCES instances of the same plugin stand beside the bare chain; the difference in CPU time a
request, divided by their number, is the cost of one. Streams: CPU time of the gateway for 200 streams at 50 events a
second that the plugin works on and that it leaves alone; it holds 12 bytes of text back and looks at every window.
"""
import argparse
import json
import random
import statistics
import sys
import tempfile
import urllib.request
from pathlib import Path

import bench_servers
from bench_measure import Contender, interleaved_rounds
from bench_processes import Failed, Processes, cpu_seconds, settled_cpu_seconds
from bench_servers import Servers

INSTANCES = 20
STREAMS, GAP_MS, CHUNKS = 200, 20, 150


class Sizes:
    def __init__(self, rounds, seconds):
        self.rounds, self.seconds, self.warmup = rounds, seconds, 0.3


class PluginServers(Servers):
    """Gateways with a list of plugin instances."""

    def start_with(self, name, upstream, plugins, before=(), patience=10):
        """`before`: a command that runs the gateway, such as valgrind."""
        port = bench_servers.free_port()
        library = Path(self.sluice).resolve().parent.parent / "lib" / "sluice"
        config = self.fill("configs/plugins.yaml.in", f"{name}.yaml", UPSTREAM_PORT=upstream.port, WORKERS=bench_servers.WORKERS,
                            LIB=library, PLUGINS=json.dumps(plugins))
        process = self.processes.start(name, [*before, self.sluice, "serve", "-c", config, "--listen", f"127.0.0.1:{port}"])
        self.until_ready(name, process, lambda: bench_servers.chat(port), patience)
        return bench_servers.Server(name, process, port)


def instances(plugin):
    return [{"id": f"{plugin}_{number}", "plugin": plugin} for number in range(INSTANCES)]


def hook_costs(servers, sizes, progress):
    upstream = servers.start_upstream()
    contenders = [Contender("bare", servers.start_with("bare", upstream, [])),
                  Contender("no hook", servers.start_with("no_hook", upstream, instances("stateless"))),
                  Contender("empty hook", servers.start_with("empty_hook", upstream, instances("empty_hook")))]
    interleaved_rounds(servers, contenders, upstream, sizes, progress)
    for contender in contenders:
        if contender.error:
            raise Failed(f"{contender.name}: {contender.error}")
        servers.processes.stop(contender.server.process)
    cpu = {c.name: [r["cpu_us"] for r in c.rounds] for c in contenders}
    for name in ("no hook", "empty hook"):
        # Neighbours in time are compared: the machine's moods cancel out.
        each = [(there - here) / INSTANCES for here, there in zip(cpu["bare"], cpu[name])]
        print(f"one more plugin, {name:<11} {statistics.median(each):+.3f} us CPU a request (of {min(each):+.3f} to {max(each):+.3f})")
    print(f"bare chain                   {statistics.median(cpu['bare']):.2f} us CPU a request")


# Each chain is the one before and one more: what a key, prices, a record, limits and the ledger add to a request.
PRICE = {"input_cost_per_token": 2.5e-6, "output_cost_per_token": 1e-5}
ACCOUNTS = [("keys", [{"plugin": "store_sqlite", "config": {"path": "DIR/NAME.db"}}, {"plugin": "auth_keys"}, {"plugin": "admin_api"}]),
            ("prices", [{"plugin": "pricing", "config": {"models": {"gpt-upstream": PRICE}}}]), ("limits", [{"plugin": "limits"}]),
            ("ledger", [{"plugin": "ledger", "config": {"spool": "DIR/NAME.spool"}}])]
LIMITED = {"rpm_limit": 1_000_000_000, "tpm_limit": 10**12, "max_parallel_requests": 10_000, "max_budget": 9_000_000, "budget_duration": "30d"}


# What a key of the whole chain may have; the first is what each part of the chain is measured with.
KEYS = [("limits of all kinds, and so has its team", LIMITED, LIMITED),
        ("a limit of requests and a budget", {name: LIMITED[name] for name in ("rpm_limit", "max_budget", "budget_duration")}, {}),
        ("no limits", {}, {})]


def account_gateway(servers, directory, name, upstream, chain, key_limits, team_limits, **started):
    """A gateway and a key of a team on it, both with those limits. `started`: of start_with()."""
    plugins = json.loads(json.dumps(chain).replace("DIR", str(directory)).replace("NAME", name))
    gateway = servers.start_with(name, upstream, [*plugins, {"plugin": "auth_master_key", "config": {"master_key": bench_servers.KEY}}], **started)
    def post(path, limits):
        request = urllib.request.Request(f"http://127.0.0.1:{gateway.port}{path}", json.dumps({"team_id": "t", **limits}).encode(),
                                         {"authorization": f"Bearer {bench_servers.KEY}"})
        return json.loads(urllib.request.urlopen(request).read())
    post("/team/new", team_limits)
    key = post("/key/generate", key_limits)["key"]
    return bench_servers.Server(name, gateway.process, gateway.port, (f"x-litellm-api-key: {key}",))


def account_costs(servers, directory, sizes, progress, rate):
    """What each part of the chain adds, with a key that has all limits; then the whole chain by what its key has. `rate`: of requests a second, the same for all."""
    upstream = servers.start_upstream()
    contenders, chain = [Contender("bare", servers.start_with("bare", upstream, []))], []
    _, key_limits, team_limits = KEYS[0]
    for name, plugins in ACCOUNTS:
        chain = [*chain, *plugins]
        contenders.append(Contender(f"and {name}", account_gateway(servers, directory, name, upstream, chain, key_limits, team_limits)))
    for number, (what, key_limits, team_limits) in enumerate(KEYS[1:]):
        contenders.append(Contender(f"all of it, the key has {what}",
                                    account_gateway(servers, directory, f"key{number}", upstream, chain, key_limits, team_limits)))
    interleaved_rounds(servers, contenders, upstream, sizes, progress, rate)
    for contender in contenders:
        if contender.error:
            raise Failed(f"{contender.name}: {contender.error}")
    bare, *others = ([r["cpu_us"] for r in c.rounds] for c in contenders)
    print(f"{rate} requests a second" if rate else "as many requests as each can")
    print(f"bare chain, CPU us a request       {statistics.median(bare):.2f}; more than that, the key has {KEYS[0][0]}:")
    for contender, cpu in zip(contenders[1:], others):
        each = [there - here for here, there in zip(bare, cpu)]
        print(f"{contender.name:<62} {statistics.median(each):+.2f} ({min(each):+.2f} to {max(each):+.2f})")


def cache_costs(servers, sizes, progress):
    """A hit from memory against a plugin that answers without looking anything up: no upstream in either."""
    upstream = servers.start_upstream()
    kept = [{"plugin": "cache_memory"}, {"plugin": "cache"}]
    contenders = [Contender("bare", servers.start_with("bare", upstream, [])),
                  Contender("answered", servers.start_with("answered", upstream, [{"plugin": "responder"}]), answers=True),
                  Contender("hit", servers.start_with("hit", upstream, kept), answers=True)]
    interleaved_rounds(servers, contenders, upstream, sizes, progress)
    for contender in contenders:
        if contender.error:
            raise Failed(f"{contender.name}: {contender.error}")
    cpu = {c.name: [r["cpu_us"] for r in c.rounds] for c in contenders}
    each = [hit - answered for answered, hit in zip(cpu["answered"], cpu["hit"])]
    print(f"bare chain, with an upstream call    {statistics.median(cpu['bare']):.2f} us CPU a request")
    print(f"an answer without looking anything up {statistics.median(cpu['answered']):.2f}")
    print(f"a hit from memory                    {statistics.median(cpu['hit']):.2f}: {statistics.median(each):+.2f} "
          f"({min(each):+.2f} to {max(each):+.2f}); {1e6 / statistics.median(cpu['hit']):.0f} a second and core")


def stream_load(servers, gateway, header):
    """us of the gateway's CPU time a second and stream while its streams run."""
    before = cpu_seconds(gateway.pid)
    output = servers.processes.run(
        [servers.tool("sluice_loadgen"), "--url", gateway.url, "--streams", str(STREAMS), "--chunks", str(CHUNKS),
         "--ramp-per-second", "2000", "--hold", str(CHUNKS * GAP_MS / 1000 + 5), "--header", header], timeout=60)
    cpu = settled_cpu_seconds(gateway.pid) - before
    figures = json.loads(output)
    if figures["errors"] or figures["complete"] != STREAMS:
        raise Failed(f"{gateway.name}: {figures['complete']} of {STREAMS} streams came through whole; {figures['first_error']}")
    return cpu * 1e6 / STREAMS / (CHUNKS * GAP_MS / 1000)


def stream_costs(servers, rounds):
    """The same gateway with streams that the plugin rewrites and streams that it leaves alone, one directly after the other
    and in turns who is first: two processes differ by more than the plugin costs."""
    upstream = servers.start_upstream("paced", "--gap-ms", str(GAP_MS), "--chunks", str(CHUNKS))
    gateway = servers.start_with("streams", upstream, [{"id": "rewrite", "plugin": "stream_probe"}])
    headers = {"left alone": "x-nothing: here", "rewritten": "x-stream: same"}
    figures = {kind: [] for kind in headers}
    for header in headers.values():
        stream_load(servers, gateway, header)
    for number in range(rounds):
        for kind in list(headers)[::1 if number % 2 else -1]:
            figures[kind].append(stream_load(servers, gateway, headers[kind]))
    each = [there - here for here, there in zip(figures["left alone"], figures["rewritten"])]
    low, high = interval(each)
    print(f"a stream at {1000 // GAP_MS} events/s      {statistics.median(figures['left alone']):.0f} us CPU a second left alone, "
          f"{statistics.median(figures['rewritten']):.0f} rewritten: {statistics.median(each):+.0f} "
          f"(95 % of the medians by bootstrap {low:+.0f} to {high:+.0f}, {rounds} rounds)")


def interval(figures, draws=2000):
    """Where the median lies with 95 % confidence: bootstrap over the rounds."""
    chance = random.Random(1)
    medians = sorted(statistics.median(chance.choices(figures, k=len(figures))) for _ in range(draws))
    return medians[int(draws * 0.025)], medians[int(draws * 0.975) - 1]


def main():
    parser = argparse.ArgumentParser(description="What plugins cost.")
    parser.add_argument("--bin-dir", default="build/bench-tools/bin")
    parser.add_argument("--sluice", default="build/release/bin/sluice")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--only", choices=("hooks", "streams", "accounts", "cache"), help="leave the other parts out")
    parser.add_argument("--rate", type=int, default=0, help="accounts: so many requests a second for each chain; default: as many as it can")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sluice-bench-") as name:
        processes = Processes(Path(name))
        servers = PluginServers(processes, Path(name), options.bin_dir, options.sluice)
        try:
            sizes, progress = Sizes(options.rounds, options.seconds), lambda text: print(text, file=sys.stderr)
            if options.only in (None, "hooks"):
                hook_costs(servers, sizes, progress)
            if options.only in (None, "accounts"):
                account_costs(servers, Path(name), sizes, progress, options.rate)
            if options.only in (None, "cache"):
                cache_costs(servers, sizes, progress)
            if options.only in (None, "streams"):
                stream_costs(servers, options.rounds)
        except Failed as failure:
            print(f"the run broke off: {failure}", file=sys.stderr)
            return 2
        finally:
            processes.stop_all()
    return 0


if __name__ == "__main__":
    sys.exit(main())
