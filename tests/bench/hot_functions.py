#!/usr/bin/env python3
"""Which functions of the gateway's program a request runs, counted by callgrind; cmake/SluiceHotCode.cmake says what for.

    tests/bench/hot_functions.py --bin-dir build/bench/bin --sluice build/release/bin/sluice > cmake/hot_functions.txt

Streams of one event through the quickstart's chain, and whole answers through that of keys, limits and the ledger, FEW and MANY of them: a
function whose own cost grows with their number is part of a request. The most expensive first. The gateway must not be stripped; a minute.
"""
import argparse
import re
import sys
import tempfile
from collections import Counter
from pathlib import Path

import plugin_cost
from bench_processes import Failed, Processes
from bench_servers import KEY, chat, chat_as, free_port

FEW, MANY, STREAMS_PER_SECOND = 50, 150, 20


def of_section(name):
    """The name that the function's section has: a complete constructor or destructor (C1, D1) stands in that of the base's (C2, D2)."""
    name = re.sub(r"'\d+$", "", name)  # a function that calls itself is counted by depth
    return re.sub(r"([CD])1E", r"\g<1>2E", name)


def own_costs(profile):
    """Instructions of each function of the program itself, by mangled name (format: valgrind's manual, "Callgrind Format Specification")."""
    names, objects, costs = {}, {}, Counter()
    here = program = callee = None
    for line in profile.splitlines():
        if found := re.match(r"(c?)(fn|ob)=\((\d+)\)(?: (.+))?$", line):
            called, kind, number, text = found.groups()
            table = names if kind == "fn" else objects
            if text:
                table[number] = text
            if kind == "fn" and not called:
                here = of_section(table[number])
            elif kind == "ob" and not called:
                program = Path(table[number]).name in ("sluice", "???")  # that is what callgrind says of moved sections
        elif line.startswith("calls="):
            callee = True  # the next line is the callee's cost, not this function's own
        elif found := re.match(r"[+\-*\d]\S* (\d+)$", line):
            if program and not callee and here.startswith("_Z"):  # "???" are also plugins, by addresses
                costs[here] += int(found[1])
            callee = False
    return costs


def valgrind(out):
    return ["valgrind", "--tool=callgrind", "--demangle=no", "--separate-threads=yes", f"--callgrind-out-file={out}"]


def of_streams(servers, folder, upstream, streams):
    port, out = free_port(), Path(folder) / f"streams{streams}"
    config = servers.fill("configs/quickstart.yaml.in", f"hot{streams}.yaml", UPSTREAM_PORT=upstream.port, WORKERS=1, RECORDS=servers.records("hot"))
    process = servers.processes.start(f"hot{streams}", [*valgrind(out), servers.sluice, "serve", "-c", config, "--listen", f"127.0.0.1:{port}"])
    servers.until_ready(f"hot{streams}", process, lambda: chat(port), 120)
    servers.processes.run([servers.tool("sluice_loadgen"), "--url", f"http://127.0.0.1:{port}/v1/chat/completions", "--streams", str(streams), "--chunks", "1",
                           "--ramp-per-second", str(STREAMS_PER_SECOND), "--hold", "60", "--header", f"Authorization: Bearer {KEY}"], timeout=300)
    return of_loop(servers, process, out)


def of_accounts(servers, folder, upstream, requests):
    """Whole answers, for a key with limits."""
    out, chain = Path(folder) / f"accounts{requests}", [plugin for _, plugins in plugin_cost.ACCOUNTS for plugin in plugins]
    gateway = plugin_cost.account_gateway(servers, folder, f"accounts{requests}", upstream, chain, *plugin_cost.KEYS[0][1:], before=valgrind(out), patience=120)
    for _ in range(requests):
        chat_as(gateway)
    return of_loop(servers, gateway.process, out)


def of_loop(servers, process, out):
    servers.processes.stop(process, patience=120)
    for thread in out.parent.glob(out.name + "-*"):
        text = thread.read_text(errors="replace")
        if re.search(r"^c?fn=.*4Loop4turnEv", text, re.MULTILINE):
            return own_costs(text)
    raise Failed("callgrind has seen no event loop: is the gateway stripped of its names?")


def grown_by(count, *where):
    few, many = (count(*where, number) for number in (FEW, MANY))
    return Counter({name: cost - few[name] for name, cost in many.items() if cost - few[name] >= MANY - FEW})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin-dir", required=True, help="where sluice_loadgen and sluice_paced_upstream are")
    parser.add_argument("--sluice", required=True, help="the gateway")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sluice-hot-") as folder:
        processes = Processes(Path(folder))
        servers = plugin_cost.PluginServers(processes, Path(folder), options.bin_dir, options.sluice)
        try:
            upstream = servers.start_upstream("upstream", "--gap-ms", "20", "--chunks", "1")
            grown = sum((grown_by(count, servers, folder, upstream) for count in (of_streams, of_accounts)), Counter())
        finally:
            processes.stop_all()
    print("# Functions that a request runs, by the linker's names, the most expensive first. Written by tests/bench/hot_functions.py.")
    print("\n".join(name for name, _ in grown.most_common()))


if __name__ == "__main__":
    try:
        main()
    except Failed as failed:
        sys.exit(f"hot_functions.py: {failed}")
