"""The measurements. Each phase is rounds over all contenders, in an order that shifts; what fails ends one contender's phase."""
import time

import bench_servers
import loads
from bench_measure import streams_possible
from bench_processes import Failed, rss_bytes
from peers import ends_of

FRESH = ("open", "inflight")  # measured on instances of their own
P99_MAX_US = 5000     # of requests a second "at p99 <= 5 ms"
GAP_MS, CHUNKS = 20, 100
SIZES = {"1 KB": 1_000, "10 KB": 10_000, "100 KB": 100_000, "1 MB": 1_000_000}


class Run:
    """What all phases share. `clock`: seconds each phase may take; it stops early, and says so, rather than run over."""

    def __init__(self, servers, upstream, sizes, progress, notes):
        self.servers, self.upstream, self.sizes, self.progress, self.notes = servers, upstream, sizes, progress, notes
        self.broken_off = False

    def rounds(self, phase, contenders, measure):
        """`measure(contender, number)` gives the figures of one round."""
        count, seconds_max = self.sizes.rounds[phase], self.sizes.seconds_max[phase]
        began = time.monotonic()
        for number in range(count):
            spent = time.monotonic() - began
            if number and spent / number * (number + 1) > seconds_max * 1.15:
                self.notes.append(f"{phase}: {number} rounds instead of {count}, for want of time ({spent:.0f} s of {seconds_max:.0f} s spent)")
                return
            shift = number % len(contenders)
            for contender in contenders[shift:] + contenders[:shift]:
                self.one(phase, contender, number, measure)

    def one(self, phase, contender, number, measure):
        if phase in contender.errors or "died" in contender.errors:
            return
        try:
            figures = measure(contender, number)
        except Failed as failure:
            contender.errors[phase] = ends_of(str(failure))
            self.progress(f"{phase} {contender.name}: {failure}")
            if phase not in FRESH and contender.server.process.poll() is not None:
                contender.errors["died"] = f"ended with {contender.server.process.returncode} during {phase}"
            return
        contender.rounds.setdefault(phase, []).append({"round": number, **figures})
        self.progress(f"{phase} {number + 1} {contender.name}: " + ", ".join(f"{k} {v:.4g}" for k, v in figures.items() if isinstance(v, (int, float))))

    # Short, not part of any figure: how large the loads of this contender may be. It warms up caches, pools and compilers as well.
    def calibrate(self, contender):
        for _ in range(2 if contender.kind == "peer" else 1):  # just-in-time compilers are not done after the first
            report = loads.requests(self.servers, contender.server, self.upstream, "--connections", 16, seconds=self.sizes.calibration,
                                    warmup=self.sizes.calibration / 2)
            contender.capacity = report["rps"]
        return {"rps": report["rps"]}

    @staticmethod
    def connections(contender):
        return 64 if contender.capacity >= 2000 else 16

    def cpu(self, contender, _number):
        """Closed loop, saturated."""
        report = loads.requests(self.servers, contender.server, self.upstream, "--connections", self.connections(contender), seconds=self.sizes.cpu_seconds)
        return {key: report[key] for key in ("cpu_us", "rps", "rss_max_bytes", "requests")} | {
            "p50_us": report["latency_us"]["p50"], "p99_us": report["latency_us"]["p99"]}

    def offered(self, contender, rate):
        """Whether `rate` is kept with p99 within the bound; once more if it was not: a stall of the machine is not the server's."""
        for _ in range(2):
            report = loads.requests(self.servers, contender.server, self.upstream, "--connections", 64, "--rate", f"{rate:.1f}",
                                    seconds=self.sizes.probe_seconds, warmup=0.2, lenient=True)
            kept = not report["errors"] and report["rps"] >= 0.97 * rate
            if kept and report["latency_us"]["p99"] <= P99_MAX_US:
                return True
        return False

    def saturation(self, contender, number):
        """The highest offered rate that holds, by halving; later rounds begin at what earlier ones found."""
        before = [r["rps_at_p99"] for r in contender.rounds.get("saturation", [])]
        low, high = 0.0, None
        rate = max(before) if before and max(before) else 0.7 * contender.capacity
        probes = []
        for _ in range(self.sizes.probes[min(number, 1)]):
            held = self.offered(contender, rate)
            probes.append([round(rate, 1), held])
            low, high = (rate, high) if held else (low, rate)
            if high is None:
                rate *= 1.2
            elif low == 0.0:
                rate *= 0.5
            else:
                rate = (low + high) / 2
            if rate < 1 or (low and high and high / low < 1.04):
                break
        return {"rps_at_p99": low, "probes": probes}

    def latency(self, contender, number):
        """Open loop at a modest rate: the upstream itself, then the contender, at once one after the other."""
        rate = max(5.0, min(self.sizes.rate_max, 0.2 * contender.capacity))
        connections = 16 if rate >= 100 else 4
        def run(server):
            return loads.requests(self.servers, server, self.upstream, "--connections", connections, "--rate", f"{rate:.1f}", "--buckets", "yes",
                                  cpu_wanted=server is not self.upstream, seconds=self.sizes.latency_seconds, warmup=max(0.5, 2 * connections / rate))
        pair = {}
        for name in ("direct", "through") if number % 2 == 0 else ("through", "direct"):
            pair[name] = run(self.upstream if name == "direct" else contender.server)
        through = pair["through"]
        return {"rate": rate, "cpu_us": through["cpu_us"], "p50_us": through["latency_us"]["p50"], "direct_p50_us": pair["direct"]["latency_us"]["p50"],
                "through": through["latency_buckets"], "direct": pair["direct"]["latency_buckets"]}

    def streams(self, contender, number):
        """Paced streams, paired as above."""
        count = int(min(self.sizes.streams, max(4, contender.capacity / 20)))
        def run(server):
            return loads.streams(self.servers, server, count, CHUNKS, GAP_MS, ramp_per_second=max(20, count / 0.5))
        pair = {}
        for name in ("direct", "through") if number % 2 == 0 else ("through", "direct"):
            pair[name] = run(self.upstream if name == "direct" else contender.stream_server)
        return {"streams": count, "chunks_checked": pair["through"]["chunks"], "cpu_us_per_chunk": pair["through"]["cpu_us_per_chunk"],
                "first_token_p50_us": pair["through"]["first_token_us"]["p50"],
                **{f"{name}_{what}": pair[name][f"{what}_buckets"] for name in pair for what in ("first_token", "gap")}}

    def prompts(self, contender, _number):
        """One client, prompts of growing size. A size that is refused leaves the others standing."""
        found = {}
        for name, size in SIZES.items():
            arguments = ("--connections", 1, "--body-bytes", size)
            try:
                direct = loads.requests(self.servers, self.upstream, self.upstream, *arguments, seconds=self.sizes.prompt_seconds, warmup=0.1, cpu_wanted=False)
                through = loads.requests(self.servers, contender.server, self.upstream, *arguments, seconds=self.sizes.prompt_seconds, warmup=0.1)
            except Failed as failure:
                found[name] = {"error": str(failure)[:300]}
                continue
            found[name] = {"added_p50_us": through["latency_us"]["p50"] - direct["latency_us"]["p50"], "direct_p50_us": direct["latency_us"]["p50"],
                           "cpu_us": through["cpu_us"], "rss_max_bytes": through["rss_max_bytes"]}
        return {"sizes": found}


def memory_of_streams(run, contender):
    """Bytes of resident memory for each open stream, of a fresh instance."""
    sizes = run.sizes
    count = int(min(streams_possible(sizes.open_streams), max(20, contender.capacity * 1.0)))
    ramp_seconds = max(1.0, count / min(1000.0, max(10.0, contender.capacity / 4)))
    chunks = int(ramp_seconds) + 1 + sizes.hold
    upstream = run.servers.start_upstream("gap_upstream", "--gap-ms", "1000", "--chunks", str(chunks))
    server = contender.start(upstream, f"{slug(contender.name)}_streams", True)
    try:
        time.sleep(1.0)
        idle = rss_bytes(server.pid)
        with loads.Memory(server.pid) as memory, loads.Counted(upstream, "streams_open") as opened:
            report = loads.generate(run.servers, server, "--streams", count, "--chunks", chunks, "--ramp-per-second", f"{count / ramp_seconds:.1f}",
                                    "--hold", chunks + 10, "--timeout", 30, timeout=ramp_seconds + chunks + 45)
        loads.require_sound(report)
        if report["complete"] != count or opened.most < count:
            raise Failed(f"{report['complete']} of {count} streams came through whole, {opened.most} were open at once")
    finally:
        run.servers.processes.stop(server.process)
        run.servers.processes.stop(upstream.process)
    return {"streams": count, "rss_idle_bytes": idle, "rss_open_bytes": memory.max_bytes, "bytes_per_stream": (memory.max_bytes - idle) / count}


def in_flight(run, contender):
    """Requests that wait for a slow upstream all at once, as it counted them."""
    sizes = run.sizes
    arriving = sizes.arriving_seconds
    count = int(min(streams_possible(sizes.in_flight), max(20, 0.5 * contender.capacity * arriving)))
    delay = arriving + sizes.together_seconds
    upstream = run.servers.start_upstream("slow_upstream")
    server = contender.start(upstream, f"{slug(contender.name)}_slow", True)
    try:
        time.sleep(1.0)
        idle = rss_bytes(server.pid)
        bench_servers.request(upstream.port, path=f"/delay-ms/{delay * 1000:.0f}")  # not before it was found ready
        with loads.Memory(server.pid) as memory, loads.Counted(upstream, "waiting") as waiting:
            report = loads.generate(run.servers, server, "--connections", count, "--requests", count, "--rate", f"{count / arriving:.1f}", "--warmup", 0,
                                    "--seconds", arriving + 5, "--timeout", delay + 40, timeout=arriving + delay + 60)
    finally:
        run.servers.processes.stop(server.process)
        run.servers.processes.stop(upstream.process)
    return {"asked": sizes.in_flight, "requests": count, "delay_s": delay, "waiting_max": waiting.most, "answered": report["answered_all"],
            "errors": report["errors"], "first_error": report["first_error"], "rss_idle_bytes": idle, "rss_max_bytes": memory.max_bytes,
            "bytes_each": (memory.max_bytes - idle) / count,
            "over_p50_ms": report["latency_us"]["p50"] / 1000 - delay * 1000, "over_p99_ms": report["latency_us"]["p99"] / 1000 - delay * 1000}


def slug(name):
    return "".join(c if c.isalnum() else "_" for c in name)
