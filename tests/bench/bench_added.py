"""What a gateway adds to single requests and streams, and how fast it starts: DESIGN's rows that are no CPU and no memory."""

import json
import statistics
import time
import urllib.request
from pathlib import Path

from bench_processes import Failed, free_port
from bench_servers import KEY, request

STREAMS, GAP_MS, CHUNKS, RAMP = 200, 20, 100, 200
PROMPT_BYTES = 1_000_000
KEYS, PLUGINS = 1_000, 20
# Real ones, as an installation has them; none of them needs another server.
START_PLUGINS = ["store_sqlite", "auth_keys", "admin_api", "pricing", "limits", "ledger", "cache_memory", "cache", "guard_pii",
                 "guard_secrets", "guard_injection", "lua", "callback_prometheus", "callback_jsonl", "router_simple_shuffle",
                 "router_latency", "router_least_busy", "router_filters", "router_affinity", "router_cost"]
START_CONFIG = {"store_sqlite": {"path": "DIR/start.db"}, "ledger": {"spool": "DIR/start.spool"}, "callback_jsonl": {"path": "DIR/start.jsonl"}}


def load(servers, server, *arguments, timeout):
    output = servers.processes.run([servers.tool("sluice_loadgen"), "--url", server.url, "--header", f"Authorization: Bearer {KEY}",
                                    *map(str, arguments)], timeout=timeout)
    figures = json.loads(output)
    if figures["errors"]:
        raise Failed(f"{server.name}: {figures['errors']} errors, the first: {figures['first_error']}")
    return figures


def pairs(measure, upstream, gateway, rounds):
    """The same load on the upstream itself and through the gateway, one directly after the other, in turn who is first."""
    for number in range(rounds):
        order = (upstream, gateway) if number % 2 else (gateway, upstream)
        found = {server.name: measure(server) for server in order}
        yield found[upstream.name], found[gateway.name]


def of_streams(servers, upstream, gateways, rounds, progress):
    """us added to the first token (p50, p99) and to a gap (p99), medians over pairs, by gateway."""
    def run(server):
        figures = load(servers, server, "--streams", STREAMS, "--ramp-per-second", RAMP, "--ramp", "random", "--chunks", CHUNKS,
                       "--hold", CHUNKS * GAP_MS / 1000 + 5, timeout=60)
        if figures["complete"] != STREAMS:
            raise Failed(f"{server.name}: {figures['complete']} of {STREAMS} streams came through whole")
        return figures
    added = {}
    for gateway in gateways:
        progress(f"{STREAMS} paced streams through {gateway.name}")
        found = list(pairs(run, upstream, gateway, rounds))
        def median(kind, percentile, found=found):
            return statistics.median(there[kind][percentile] - here[kind][percentile] for here, there in found)
        added[gateway.name] = {"first_token_p50_us": median("first_token_us", "p50"), "first_token_p99_us": median("first_token_us", "p99"),
                               "gap_p99_us": median("gap_us", "p99")}
    return added


def of_prompt(servers, upstream, gateway, rounds):
    """us added to the p50 of a prompt of 1 MB, median over pairs."""
    def run(server):
        return load(servers, server, "--connections", 1, "--seconds", 1, "--warmup", 0.2, "--body-bytes", PROMPT_BYTES, timeout=30)
    return statistics.median(there["latency_us"]["p50"] - here["latency_us"]["p50"] for here, there in pairs(run, upstream, gateway, rounds))


def start_seconds(servers, upstream, rounds):
    """From exec to the first 200 of a completion, with 20 plugins and 1,000 keys in the store."""
    config, port = Path(start_config(servers, upstream)), free_port()
    def start(name):
        return servers.processes.start(name, [servers.sluice, "serve", "-c", str(config), "--listen", f"127.0.0.1:{port}"])
    process = start("start_0")
    servers.until_ready("start_0", process, lambda: ask(port))
    for number in range(KEYS):
        post(port, "/key/generate", {"key_alias": f"key {number}"})
    found = []
    for number in range(rounds):
        servers.processes.stop(process)
        began = time.monotonic()
        process = start(f"start_{number + 1}")
        while ask(port)[0] != 200:
            if process.poll() is not None or time.monotonic() > began + 20:
                raise Failed("a gateway with 20 plugins did not start")
            time.sleep(0.002)
        found.append(time.monotonic() - began)
    servers.processes.stop(process)
    return statistics.median(found)


def start_config(servers, upstream):
    assert len(START_PLUGINS) == PLUGINS
    plugins = [{"plugin": name, **({"config": START_CONFIG[name]} if name in START_CONFIG else {})} for name in START_PLUGINS]
    return servers.fill("configs/start.yaml.in", "start.yaml", UPSTREAM_PORT=upstream.port,
                        PLUGINS=json.dumps(plugins).replace("DIR", str(servers.directory)))


def ask(port):
    """0 instead of a status: nobody listens yet."""
    try:
        return request(port, "POST", "/v1/chat/completions",
                       json.dumps({"model": "gpt-test", "messages": [{"role": "user", "content": "Hello"}]}), KEY)
    except OSError:
        return 0, ""


def post(port, path, body):
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", json.dumps(body).encode(), {"authorization": f"Bearer {KEY}"})
    return json.loads(urllib.request.urlopen(asked, timeout=10).read())


def measure(servers, rounds, progress):
    """All of it, on gateways of its own."""
    upstream = servers.start_upstream("added_upstream", "--gap-ms", str(GAP_MS), "--chunks", str(CHUNKS))
    gateways = [servers.start_sluice(chain, upstream, f"added_{chain}") for chain in ("bare", "quickstart")]
    if servers.nginx:
        gateways.append(servers.start_nginx(upstream, "added_nginx", buffering="off"))
    found = {"streams": of_streams(servers, upstream, gateways, rounds, progress)}
    progress("prompts of 1 MB")
    found["prompt_p50_us"] = of_prompt(servers, upstream, gateways[1], rounds)
    for server in gateways:
        servers.processes.stop(server.process)
    progress(f"starting with {PLUGINS} plugins and {KEYS} keys")
    found["start_seconds"] = start_seconds(servers, upstream, rounds)
    servers.processes.stop(upstream.process)
    return found
