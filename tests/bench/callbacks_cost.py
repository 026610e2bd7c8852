#!/usr/bin/env python3
"""What callbacks cost a request, and what receivers that misbehave do to requests.

    python3 tests/bench/callbacks_cost.py --bin-dir build/bench-tools/bin --sluice build/release/bin/sluice

cost    One run, interleaved: the bare chain, and the same with Prometheus, with Langfuse, with Datadog, and with all three;
        the receivers take everything. CPU time a request of the process, and how it is spread: the event loop, on which
        requests run, the thread of records behind it, and the exporters' own threads. Bar: 5 us a request on the event loop.
faults  Langfuse and Datadog with one receiver that does wrong, round by round: it hangs, answers 500, 413, 429, garbage,
        is away. Beside each a round in which all is well. p99 of requests, most resident memory, and, once the receiver is
        well again, whether each record came once. Bars: p99 within the spread of the good rounds, memory within its bounds.
"""
import argparse
import gzip
import json
import os
import socketserver
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

import bench_servers
from bench_measure import Contender, closed_loop, interleaved_rounds
from bench_processes import TICKS_PER_SECOND, Failed, Processes, rss_bytes
from plugin_cost import PluginServers, Sizes

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "integration" / "support"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from receivers import Receiver, spans  # noqa: E402

SENDERS = "sluice-export"
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


WRONG = {"hangs": lambda call: "hang", "500": lambda call: 500, "429": lambda call: (429, {"retry-after": "1"}, b""), "garbage": lambda call: "garbage",
         "413": lambda call: 413 if len(gzip.decompress(call.raw) if call.headers.get("content-encoding") == "gzip" else call.raw) > 20_000 else None}


def faults(servers, directory, sizes, progress):
    upstream, receiver = servers.start_upstream(), Receiver().start()
    spool = str(directory / "spool")
    quick = {"timeout_ms": 3000, "retry_min_ms": 100, "retry_max_ms": 1000, "spool_bytes": 4 << 30}
    gateway = servers.start_with("faulty", upstream, [langfuse(receiver.url, spool, **quick), datadog(receiver.url, spool, **quick)])
    answered, good, most = 1, [], rss_bytes(gateway.pid)  # one: until it was ready
    rss_good = 0
    for name in ["well", *WRONG, "away"]:
        receiver.always(WRONG.get(name, lambda call: None))
        if name == "away":
            receiver.stop()
        rounds = []
        for _ in range(sizes.rounds):
            figures = closed_loop(servers, gateway, upstream, sizes.seconds, 0)
            answered += figures["answered_all"]
            rounds.append(figures["latency_us"]["p99"] if "latency_us" in figures else figures["p99_us"])
        most = max(most, rss_bytes(gateway.pid))
        if name == "well":
            good, rss_good = rounds, most
        print(f"{name:<8} p99 {statistics.median(rounds):.0f} us ({min(rounds):.0f} to {max(rounds):.0f}); well: {min(good):.0f} to {max(good):.0f}; "
              f"{rss_bytes(gateway.pid) / 1e6:.0f} MB")
        if name == "away":
            receiver.start()
        receiver.always(lambda call: None)
        receiver.let_go.set()
        time.sleep(1.5)
        receiver.let_go.clear()
    deadline, ids = time.monotonic() + 120, []
    while time.monotonic() < deadline and len(set(ids)) < answered:
        time.sleep(1)
        ids = [span["spanId"] for span in spans([call for call in receiver.taken() if "otel" in call.path])]
    print(f"records: {answered} requests, {len(ids)} generations, {len(set(ids))} of them different")
    print(f"memory: {rss_good / 1e6:.0f} MB while all was well, {most / 1e6:.0f} MB at most; the queues may hold {2 * QUEUE['queue_bytes'] / 1e6:.0f} MB")
    receiver.stop()
    return len(set(ids)) != answered  # a receiver that answers too late gets the same ids again


def main():
    parser = argparse.ArgumentParser(description="What callbacks cost.")
    parser.add_argument("--bin-dir", default="build/bench-tools/bin")
    parser.add_argument("--sluice", default="build/release/bin/sluice")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--only", choices=("cost", "faults"), help="leave the other part out")
    options = parser.parse_args()
    missed = False
    with tempfile.TemporaryDirectory(prefix="sluice-bench-") as name:
        processes = Processes(Path(name))
        servers = PluginServers(processes, Path(name), options.bin_dir, os.path.abspath(options.sluice))
        sizes, progress = Sizes(options.rounds, options.seconds), lambda text: print(text, file=sys.stderr)
        try:
            if options.only in (None, "cost"):
                missed |= costs(servers, sizes, progress)
            if options.only in (None, "faults"):
                missed |= faults(servers, Path(name), sizes, progress)
        except Failed as failure:
            print(f"failed: {failure}", file=sys.stderr)
            return 2
        finally:
            processes.stop_all()
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
