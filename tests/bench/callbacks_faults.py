#!/usr/bin/env python3
"""What receivers of records that misbehave do to requests, to memory, and to the records.

    python3 tests/bench/callbacks_faults.py --bin-dir build/bench-tools/bin --sluice build/release/bin/sluice --rate 2000 --seconds 60

One gateway without callbacks and one with Langfuse, Datadog and Prometheus, at the same rate of requests. For each fault
(the receiver hangs, answers 500, 413, 429, garbage, takes records and answers too late, is away) slices of load on the one and on the other take turns while the
receiver does wrong; then it is well again, until every record has come or is counted as dropped. Printed for each: p50 and p99
of both, resident memory before, at most and afterwards, and the records by their ids: how many came, how many did not and
were counted, how many came twice. A record that came twice is explained if the receiver took the first call when the gateway had
given it up already: it could not know. Bars: p99 with callbacks (median of the slices) within the spread of the slices
without, and of those with a receiver that is well, the worst one left out; memory within what the queues may hold; no record missing, none twice without that reason.
"""
import argparse
import gzip
import json
import os
import re
import select
import socket
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import bench_servers
from bench_processes import Failed, Processes, rss_bytes
from callbacks_cost import PROMETHEUS, QUEUE, datadog, langfuse
from plugin_cost import PluginServers

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "integration" / "support"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from receivers import Receiver, spans  # noqa: E402

SPARE_BYTES = 48 << 20  # of batches under way, of what the allocator keeps
WRONG = {"well": lambda call: None, "hangs": lambda call: "hang", "500": lambda call: 500, "429": lambda call: (429, {"retry-after": "1"}, b""),
         "garbage": lambda call: "garbage", "413": lambda call: 413 if len(call.body) > 20_000 else None, "late": "late", "away": None}


class Watched(Receiver):
    """Notes for each call that it took whether the gateway had hung up by then."""

    def __init__(self):
        super().__init__()
        self.connection = threading.local()

    def handle(self, handler):
        self.connection.now = handler.connection
        super().handle(handler)

    def mark(self, call):
        ready, _, _ = select.select([self.connection.now], [], [], 0)
        call.late = bool(ready) and self.connection.now.recv(1, socket.MSG_PEEK) == b""
        call.body = b""  # a minute of them would fill the memory: unpacked again when they are read

    def does(self, rule):
        def answer(call):
            said = rule(call)
            self.mark(call)  # after it: the rule may have taken its time
            return said

        self.always(answer)


def ids_of(call):
    """(callback, id) of each record in a call."""
    call.body = gzip.decompress(call.raw) if call.headers.get("content-encoding") == "gzip" else call.raw
    if call.path.endswith("/v1/traces"):
        return [("langfuse", span["spanId"]) for span in spans([call]) if span["at"].get("langfuse.observation.type") == "generation"]
    return [("datadog", json.loads(log["message"])["id"]) for log in call.json()]


class Books:
    """What came, by id: calls are read once, when the load is over, and forgotten."""

    def __init__(self, receiver):
        self.receiver, self.seen = receiver, {}  # (callback, id): how often it came in time, and late

    def read(self):
        with self.receiver.lock:
            calls, self.receiver.calls = self.receiver.calls, []
            self.receiver.refused = []
        for call in calls:
            for one in ids_of(call):
                in_time, late = self.seen.get(one, (0, 0))
                self.seen[one] = (in_time + (not call.late), late + call.late)

    def different(self, callback):
        return sum(name == callback for name, _ in self.seen)

    def twice(self):
        """(records too many, those of them that no late call explains)."""
        more = [(in_time + late - 1, max(0, in_time - 1)) for in_time, late in self.seen.values()]
        return sum(all_ for all_, _ in more), sum(unexplained for _, unexplained in more)


class Memory:
    """The most that was resident while it watches."""

    def __init__(self, pid):
        self.pid, self.most, self.over = pid, rss_bytes(pid), threading.Event()
        threading.Thread(target=self.watch, daemon=True).start()

    def watch(self):
        while not self.over.wait(0.2):
            self.most = max(self.most, rss_bytes(self.pid))


def paced(servers, gateway, options, seconds):
    """One slice of load: the load generator's figures."""
    output = servers.processes.run(
        [servers.tool("sluice_loadgen"), "--url", gateway.url, "--rate", str(options.rate), "--connections", str(options.connections), "--seconds", str(seconds),
         "--warmup", "0.5", "--body-bytes", str(options.body_bytes), "--expect", "chat.completion"], timeout=seconds + 30)
    figures = json.loads(output)
    if figures["errors"]:
        raise Failed(f"{gateway.name}: {figures['errors']} errors, the first: {figures['first_error']}")
    return figures


def dropped(gateway):
    """Records that the gateway counts as dropped, by callback and reason."""
    status, page = bench_servers.request(gateway.port, path="/metrics")
    if status != 200:
        raise Failed(f"/metrics answers {status}")
    found = re.findall(r'sluice_callback_dropped_total\{callback="(\w+)",reason="(\w+)"\} (\S+)', page)
    return Counter({(callback, reason): int(float(count)) for callback, reason, count in found})


def settle(books, gateway, answered, seconds):
    """Waits until each record has come or is counted. (missing by callback, dropped)."""
    end = time.monotonic() + seconds
    while True:
        books.read()
        lost = dropped(gateway)
        missing = {name: answered - books.different(name) - sum(count for (callback, _), count in lost.items() if callback == name)
                   for name in ("langfuse", "datadog")}
        if not any(missing.values()) or time.monotonic() > end:
            time.sleep(1.0)  # for one too many
            books.read()
            return missing, lost
        time.sleep(0.5)


def spread(figures, which):
    values = [one["latency_us"][which] for one in figures]
    return f"{statistics.median(values):.0f} ({min(values):.0f}-{max(values):.0f})"


def p99s(figures):
    return [one["latency_us"]["p99"] for one in figures]


class Run:
    def __init__(self, servers, directory, options):
        self.servers, self.options = servers, options
        self.receiver = Watched().start()
        upstream = servers.start_upstream()
        quick = {"timeout_ms": options.timeout_ms, "spool_bytes": options.spool_bytes, "retry_min_ms": 100, "retry_max_ms": 1000}
        self.bare = servers.start_with("bare", upstream, [])
        self.with_callbacks = servers.start_with("with_callbacks", upstream, [PROMETHEUS, langfuse(self.receiver.url, str(directory / "spool"), **quick),
                                                                              datadog(self.receiver.url, str(directory / "spool"), **quick)])
        self.books, self.answered, self.well, self.before = Books(self.receiver), 1, [], Counter()  # one: until it was ready
        self.receiver.does(WRONG["well"])

    def late(self, _):
        time.sleep(self.options.timeout_ms / 1000 + 0.5)

    def fault(self, name):
        """One row; whether a bar was missed."""
        options, gateway = self.options, self.with_callbacks
        time.sleep(1.0)
        rss, memory, twice_before = rss_bytes(gateway.pid), Memory(gateway.pid), self.books.twice()
        if name == "away":
            self.receiver.stop()
        else:
            self.receiver.does(self.late if name == "late" else WRONG[name])
        bare, faulty = [], []
        for _ in range(options.slices):
            bare.append(paced(self.servers, self.bare, options, options.seconds / options.slices))
            faulty.append(paced(self.servers, gateway, options, options.seconds / options.slices))
            self.answered += faulty[-1]["answered_all"]
        if name == "away":
            self.receiver.start()
        self.receiver.does(WRONG["well"])
        self.receiver.let_go.set()
        missing, lost = settle(self.books, gateway, self.answered, max(60, 4 * options.seconds))
        self.receiver.let_go.clear()
        memory.over.set()
        self.well = self.well or faulty
        return self.judge(name, bare, faulty, (rss, memory.most), missing, lost, twice_before)

    def judge(self, name, bare, faulty, rss, missing, lost, twice_before):
        options = self.options
        twice, unexplained = (now - then for now, then in zip(self.books.twice(), twice_before))
        news, self.before = lost - self.before, lost
        reasons = ", ".join(f"{callback} {reason} {count}" for (callback, reason), count in sorted(news.items())) or "none"
        noise = sorted(p99s(bare) + p99s(self.well))[-2]  # the worst slice of all may be the machine's
        bounds = {"p99": statistics.median(p99s(faulty)) <= noise, "memory": rss[1] - rss[0] <= 2 * QUEUE["queue_bytes"] + SPARE_BYTES,
                  "records": not any(missing.values()), "twice": unexplained == 0}
        faults = [what for what, kept in bounds.items() if not kept]
        print(f"{name:<8} p50 {spread(bare, 'p50')} -> {spread(faulty, 'p50')}, p99 {spread(bare, 'p99')} -> {spread(faulty, 'p99')} us; "
              f"RSS {rss[0] / 1e6:.0f}, at most {rss[1] / 1e6:.0f}, after {rss_bytes(self.with_callbacks.pid) / 1e6:.0f} MB; "
              f"{sum(one['answered_all'] for one in faulty)} requests at {options.rate:g}/s: missing {missing}, dropped: {reasons}; "
              f"twice {twice}, of them unexplained {unexplained}: {'MISSES ' + ', '.join(faults) if faults else 'fine'}", flush=True)
        return bool(faults)


def main():
    parser = argparse.ArgumentParser(description="What receivers that misbehave do.")
    parser.add_argument("--bin-dir", default="build/bench-tools/bin")
    parser.add_argument("--sluice", default="build/release/bin/sluice")
    parser.add_argument("--rate", type=float, default=2000, help="requests a second")
    parser.add_argument("--seconds", type=float, default=10, help="of load with each fault, and as many without callbacks; issue 9 says 60")
    parser.add_argument("--slices", type=int, default=5, help="in which they take turns")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--body-bytes", type=int, default=1000)
    parser.add_argument("--timeout-ms", type=int, default=3000, help="of the gateway's requests to the receiver")
    parser.add_argument("--spool-bytes", type=int, default=256 << 20, help="of each callback; what is beyond is dropped and counted")
    parser.add_argument("--only", action="append", choices=[name for name in WRONG if name != "well"], help="this fault; may be repeated")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sluice-bench-") as name:
        processes = Processes(Path(name))
        try:
            run = Run(PluginServers(processes, Path(name), options.bin_dir, os.path.abspath(options.sluice)), Path(name), options)
            missed = [fault for fault in WRONG if (fault == "well" or not options.only or fault in options.only) and run.fault(fault)]
        except Failed as failure:
            print(f"failed: {failure}", file=sys.stderr)
            return 2
        finally:
            processes.stop_all()
    print(f"missed: {', '.join(missed)}" if missed else "every bar was kept")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
