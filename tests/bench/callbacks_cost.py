#!/usr/bin/env python3
"""What callbacks cost a request.

    python3 tests/bench/callbacks_cost.py --bin-dir build/bench-tools/bin --sluice build/release/bin/sluice

One run, interleaved: the bare chain, and the same with Prometheus, with Langfuse, with Datadog, and with all three; the
receivers take everything. CPU time a request of the process, and how it is spread: the event loop, on which requests run,
the thread of records behind it, and the exporters' own threads. Bar: 5 us a request on the event loop.
"""
import argparse
import http.client
import json
import os
import re
import socketserver
import statistics
import sys
import tempfile
import threading
from pathlib import Path

import bench_servers
from bench_measure import Contender, interleaved_rounds
from bench_processes import TICKS_PER_SECOND, Failed, Processes
from plugin_cost import PluginServers, Sizes

SENDERS = "sluice-export"
# Which threads there are, by what only they do. The main thread is left out: its start is never twice the same.
# What is left works for exporters alone; the gateway loads a copy of a plugin, which callgrind finds no names in.
KINDS = {"event loop": "Loop::turn", "records' thread": "RecordQueue::work", "exporters' threads": "\0"}
FEW, MANY = 300, 1_300  # requests under callgrind
PROMPT_BYTES = 1_400    # of which a record of 4 KB is made
BAR_US = 5.0
QUEUE = {"queue_records": 50_000, "queue_bytes": 32 << 20}


class Sink(socketserver.ThreadingTCPServer):
    """Answers 200 to everything and looks at nothing: it must not take the gateway's CPU."""
    daemon_threads = allow_reuse_address = True

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            while True:
                length, line = 0, self.rfile.readline()
                if not line:
                    return
                while line not in (b"\r\n", b""):
                    if line.lower().startswith(b"content-length:"):
                        length = int(line.split(b":")[1])
                    line = self.rfile.readline()
                self.rfile.read(length)
                self.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}")

    def __init__(self):
        super().__init__(("127.0.0.1", 0), self.Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"


def langfuse(url, spool="", **more):
    return {"plugin": "callback_langfuse", "config": {"host": url, "public_key": "pk", "secret_key": "sk", "spool": spool, **QUEUE, **more}}


def datadog(url, spool="", **more):
    return {"plugin": "callback_datadog", "config": {"api_key": "k", "url": url, "spool": spool, **QUEUE, **more}}


PROMETHEUS = {"plugin": "callback_prometheus"}


def thread_seconds(pid):
    """CPU seconds by thread: (name, id)."""
    found = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            name, _, rest = (task / "stat").read_text().rpartition(")")
        except OSError:
            continue
        found[name.split("(", 1)[1], task.name] = sum(int(field) for field in rest.split()[11:13]) / TICKS_PER_SECOND
    return found


def by_kind(before, after):
    """CPU seconds of the event loop (there is one, and it is the busiest), of the exporters' own threads, and of the rest,
    which is the thread that writes records and hands them out."""
    grown = {thread: seconds - before.get(thread, 0) for thread, seconds in after.items()}
    senders = sum(seconds for (name, _), seconds in grown.items() if name.startswith(SENDERS))
    others = [seconds for (name, _), seconds in grown.items() if not name.startswith(SENDERS)]
    return max(others), senders, sum(others) - max(others)


def costs(servers, sizes, progress):
    upstream, sink = servers.start_upstream(), Sink()
    chains = {"bare": [], "prometheus": [PROMETHEUS], "langfuse": [langfuse(sink.url)], "datadog": [datadog(sink.url)],
              "all three": [PROMETHEUS, langfuse(sink.url), datadog(sink.url)]}
    contenders = [Contender(name, servers.start_with(name.replace(" ", "_"), upstream, plugins)) for name, plugins in chains.items()]
    before = {c.name: thread_seconds(c.server.pid) for c in contenders}
    interleaved_rounds(servers, contenders, upstream, sizes, progress)
    for contender in contenders:
        if contender.error:
            raise Failed(f"{contender.name}: {contender.error}")
    def each_us(contender):
        answered = sum(r["answered_all"] for r in contender.rounds)
        return [seconds * 1e6 / answered for seconds in by_kind(before[contender.name], thread_seconds(contender.server.pid))]

    bare, bare_loop = [r["cpu_us"] for r in contenders[0].rounds], each_us(contenders[0])[0]
    print(f"bare chain   {statistics.median(bare):.2f} us CPU a request, {bare_loop:.2f} of it on the event loop")
    missed = False
    for contender in contenders[1:]:
        # Neighbours in time are compared: the machine's moods cancel out.
        each = [there["cpu_us"] - here for here, there in zip(bare, contender.rounds)]
        loop, senders, records = each_us(contender)
        print(f"{contender.name:<12} {statistics.median(each):+.2f} ({min(each):+.2f} to {max(each):+.2f}): event loop {loop - bare_loop:+.2f}, records' thread "
              f"{records:.2f}, exporters' threads {senders:.2f}")
        missed |= contender.name == "all three" and loop - bare_loop > BAR_US
    for contender in contenders:
        servers.processes.stop(contender.server.process)
    servers.processes.stop(upstream.process)
    sink.shutdown()
    return missed


def ask(server, count):
    """Requests one after the other, whose records have 4 KB."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
    body = json.dumps({"model": "gpt-test", "messages": [{"role": "user", "content": "x" * PROMPT_BYTES}]})
    for _ in range(count):
        connection.request("POST", bench_servers.PATH, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise Failed(f"{server.name} answered {answer.status} under callgrind")
    connection.close()


def instructions(servers, name, upstream, plugins, count):
    """Of a gateway's whole life with `count` requests, by kind of thread."""
    out = servers.directory / f"callgrind_{name}_{count}"
    server = servers.start_with(out.name, upstream, plugins,
                                before=["valgrind", "--tool=callgrind", "--separate-threads=yes", f"--callgrind-out-file={out}.out"], patience=120)
    ask(server, count)
    servers.processes.stop(server.process, patience=120)
    total = {kind: 0 for kind in KINDS}
    for path in servers.directory.glob(f"{out.name}.out-*"):
        if path.name.endswith("-01"):
            continue
        text = path.read_text(errors="replace")
        kind = next((kind for kind, function in KINDS.items() if function in text), "exporters' threads")
        total[kind] += int(re.search(r"^(?:summary|totals): (\d+)", text, re.MULTILINE)[1])
    if not total["event loop"]:
        raise Failed(f"callgrind wrote nothing of an event loop: {servers.processes.log_tail(out.name)}")
    return total


def counted(servers):
    """Instructions a request, in user space: exact where time is noisy. The difference of two runs has no start and no end in it."""
    upstream, sink, first = servers.start_upstream(), Sink(), None
    chains = {"bare": [], "prometheus": [PROMETHEUS], "langfuse": [langfuse(sink.url)], "datadog": [datadog(sink.url)],
              "all three": [PROMETHEUS, langfuse(sink.url), datadog(sink.url)]}
    print(f"{'instructions a request':<24}" + "".join(f"{kind:>20}" for kind in KINDS))
    for name, plugins in chains.items():
        few, many = (instructions(servers, name.replace(" ", "_"), upstream, plugins, count) for count in (FEW, MANY))
        each = {kind: (many[kind] - few[kind]) / (MANY - FEW) for kind in KINDS}
        first = first or each
        more = f"  event loop {each['event loop'] - first['event loop']:+.0f}"
        print(f"{name:<24}" + "".join(f"{each[kind]:>20.0f}" for kind in KINDS) + more, flush=True)
    sink.shutdown()
    return False


def main():
    parser = argparse.ArgumentParser(description="What callbacks cost.")
    parser.add_argument("--bin-dir", default="build/bench-tools/bin")
    parser.add_argument("--sluice", default="build/release/bin/sluice")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--callgrind", action="store_true", help="count instructions instead (needs valgrind; two minutes)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sluice-bench-") as name:
        processes = Processes(Path(name))
        servers = PluginServers(processes, Path(name), options.bin_dir, os.path.abspath(options.sluice))
        sizes, progress = Sizes(options.rounds, options.seconds), lambda text: print(text, file=sys.stderr)
        try:
            missed = counted(servers) if options.callgrind else costs(servers, sizes, progress)
        except Failed as failure:
            print(f"failed: {failure}", file=sys.stderr)
            return 2
        finally:
            processes.stop_all()
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
