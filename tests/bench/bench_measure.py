"""The two measurements: CPU for each request in interleaved rounds, and memory for each open stream."""

import json
import math
import resource
import time

from bench_processes import Failed, cpu_seconds, rss_bytes, settled_cpu_seconds
from bench_servers import KEY, chat, upstream_counts

CONNECTIONS = 64
BODY_BYTES = 1000
GAP_MS = 1000            # of the streams that are held open
SPARE_DESCRIPTORS = 300  # of a gateway, beside two for each stream


class Contender:
    """One server in the rounds, or the reason why it is not in them."""

    def __init__(self, name, server=None, error=None, answers=False):
        """`answers`: it does so by itself, so that the upstream must see next to nothing."""
        self.name, self.server, self.error, self.answers = name, server, error, answers
        self.rounds = []
        self.rss_idle = None


def closed_loop(servers, server, upstream, seconds, warmup, answers=False, rate=0):
    """One run of the load generator against `server`: its figures, and `cpu_us`. `rate`: so many a second; 0: as many as it can."""
    sent_before = upstream_counts(upstream)["completions"]
    cpu_before = cpu_seconds(server.pid)
    output = servers.processes.run(
        [servers.tool("sluice_loadgen"), "--url", server.url, "--connections", str(CONNECTIONS),
         "--seconds", str(seconds), "--warmup", str(warmup), "--body-bytes", str(BODY_BYTES), *(["--rate", str(rate)] if rate else []),
         "--header", f"Authorization: Bearer {KEY}", *(word for header in server.headers for word in ("--header", header)),
         "--expect", "chat.completion"], timeout=seconds + warmup + 15)
    cpu = settled_cpu_seconds(server.pid) - cpu_before
    sent = upstream_counts(upstream)["completions"] - sent_before
    figures = json.loads(output)
    answered = figures["answered_all"]
    if figures["errors"] or not answered:
        raise Failed(f"{figures['errors']} errors beside {answered} answers, the first: {figures['first_error']}")
    if answers and sent > answered // 1000:
        raise Failed(f"{answered} answers, of which {sent} were the upstream's")
    if not answers and sent != answered:
        raise Failed(f"{answered} answers, but {sent} requests reached the upstream")
    figures["cpu_us"] = cpu * 1e6 / answered
    return figures


def interleaved_rounds(servers, contenders, upstream, sizes, progress, rate=0):
    """Idle memory first, then the rounds. The order shifts, so that none always follows the same one."""
    time.sleep(1.0)
    for contender in contenders:
        contender.rss_idle = rss_bytes(contender.server.pid)
    for number in range(-1, sizes.rounds):  # the round before the first fills caches and pools
        shift = number % len(contenders)
        for contender in contenders[shift:] + contenders[:shift]:
            if contender.error:
                continue
            try:
                seconds = 0.5 if number < 0 else sizes.seconds
                figures = closed_loop(servers, contender.server, upstream, seconds, sizes.warmup, contender.answers, rate)
            except Failed as failure:
                contender.error = str(failure)
                continue
            if number >= 0:
                contender.rounds.append(figures)
                progress(f"round {number + 1}/{sizes.rounds} {contender.name}: {figures['cpu_us']:.2f} us CPU a "
                         f"request, {figures['rps']:.0f} requests/s")


def quickstart_faults(servers, contender):
    """A chain that does not authenticate, or does not record, would be measured for nothing."""
    status, _ = chat(contender.server.port, key="sk-wrong")
    if status not in (401, 403):
        yield f"quickstart answers a wrong key with {status}"
    answered = sum(r["answered_all"] for r in contender.rounds)
    try:
        with open(servers.records(contender.name), "rb") as file:
            written = sum(1 for _ in file)
    except FileNotFoundError:
        written = 0
    if written < answered:
        yield f"quickstart wrote {written} records for at least {answered} completions"


def streams_possible(wanted):
    """How many streams a gateway can hold here."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return wanted if hard == resource.RLIM_INFINITY else min(wanted, (hard - SPARE_DESCRIPTORS) // 2)


def memory_for_each_stream(servers, start_gateway, sizes, progress):
    """Opens paced streams through a fresh gateway and divides its growth by them. `start_gateway(upstream)`."""
    count = streams_possible(sizes.streams)
    ramp_seconds = count / sizes.ramp_per_second
    chunks = math.ceil(ramp_seconds * 1000 / GAP_MS) + sizes.hold  # so that all are open for `hold` gaps
    life_seconds = chunks * GAP_MS / 1000
    upstream = servers.start_upstream("streams_upstream", "--gap-ms", str(GAP_MS), "--chunks", str(chunks))
    gateway = start_gateway(upstream)
    time.sleep(1.0)
    idle = rss_bytes(gateway.pid)
    progress(f"opening {count} streams")
    loader = servers.processes.start("streams_load", [
        servers.tool("sluice_loadgen"), "--url", gateway.url, "--header", f"Authorization: Bearer {KEY}",
        "--streams", str(count), "--chunks", str(chunks), "--ramp-per-second", str(sizes.ramp_per_second),
        "--hold", str(life_seconds + 5)])
    open_max, rss_max = watch(loader, gateway, upstream, seconds=ramp_seconds + life_seconds + 10)
    servers.processes.stop(loader)
    report = servers.processes.log_tail("streams_load", lines=1)
    servers.processes.stop(gateway.process)
    servers.processes.stop(upstream.process)
    return judged(json.loads(report or "{}"), sizes.streams, count, open_max, idle, rss_max)


def watch(loader, gateway, upstream, seconds):
    """(most streams seen open at the upstream, most resident bytes seen), until the load generator ends."""
    open_max = rss_max = 0
    end = time.monotonic() + seconds
    while loader.poll() is None and time.monotonic() < end:
        open_max = max(open_max, upstream_counts(upstream)["streams_open"])
        rss_max = max(rss_max, rss_bytes(gateway.pid))
        time.sleep(0.5)
    return open_max, rss_max


def judged(figures, asked, count, open_max, idle, rss_max):
    """Only streams that were all open at once, and all came through whole, give a figure."""
    found = {"asked": asked, "opened": count, "open_max": open_max, "rss_idle_bytes": idle, "rss_open_bytes": rss_max,
             "loadgen": figures}
    if figures.get("complete") != count:
        found["error"] = (f"{figures.get('complete', 0)} of {count} streams came through whole; first error: "
                          f"{figures.get('first_error', 'the load generator did not end')}")
    elif open_max < count:
        found["error"] = f"at most {open_max} of {count} streams were open at once"
    else:
        found["bytes_per_stream"] = (rss_max - idle) / count
    return found
