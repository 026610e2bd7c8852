"""One load on one server: what the load generator saw, CPU time and memory of the server meanwhile, and the checks."""
import json
import threading

from bench_processes import Failed, cpu_seconds, rss_bytes, settled_cpu_seconds
from bench_servers import KEY, upstream_counts

SAMPLE_SECONDS = 0.2


class Memory(threading.Thread):
    """Most resident bytes of a process and its descendants while the block runs."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.max_bytes, self.ended = pid, 0, threading.Event()

    def run(self):
        while True:
            self.max_bytes = max(self.max_bytes, rss_bytes(self.pid))
            if self.ended.wait(SAMPLE_SECONDS):
                return

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.join()


class Counted(threading.Thread):
    """The most that the upstream counted at once of `what` (waiting, streams_open)."""

    def __init__(self, upstream, what):
        super().__init__(daemon=True)
        self.upstream, self.what, self.most, self.ended = upstream, what, 0, threading.Event()

    def run(self):
        while not self.ended.wait(0.25):
            try:
                self.most = max(self.most, upstream_counts(self.upstream)[self.what])
            except (OSError, ValueError):
                continue

    __enter__, __exit__ = Memory.__enter__, Memory.__exit__


def generate(servers, server, *arguments, timeout):
    """The load generator's report."""
    own = any(header.lower().startswith("authorization:") for header in server.headers)
    given = server.headers if own else (f"Authorization: Bearer {KEY}", *server.headers)
    headers = [word for header in given for word in ("--header", header)]
    output = servers.processes.run([servers.tool("sluice_loadgen"), "--url", server.url, "--model", server.model, *headers,
                                    *map(str, arguments)], timeout=timeout)
    try:
        return json.loads(output)
    except ValueError as error:
        raise Failed(f"the load generator said {output[:200]!r}") from error


def require_sound(report):
    if report["errors"] or not report.get("requests", report.get("complete")):
        raise Failed(f"{report['errors']} errors beside {report.get('answered_all', report.get('complete'))} answers, the first: {report['first_error']}")


def requests(servers, server, upstream, *arguments, seconds, warmup=0.3, patience=15, lenient=False, cpu_wanted=True):
    """Chat completions. With `lenient`, errors are the caller's to judge; otherwise each answer is checked, and each
    has to be the upstream's: as many reached it as were answered."""
    sent, cpu = upstream_counts(upstream)["completions"], cpu_seconds(server.pid)
    with Memory(server.pid) as memory:
        report = generate(servers, server, "--seconds", seconds, "--warmup", warmup, "--expect", "chat.completion", *arguments,
                          timeout=seconds + warmup + patience)
    if lenient:
        return report
    require_sound(report)
    if cpu_wanted:
        report["cpu_us"] = (settled_cpu_seconds(server.pid) - cpu) * 1e6 / report["answered_all"]
    report["rss_max_bytes"] = memory.max_bytes
    sent = upstream_counts(upstream)["completions"] - sent
    if sent != report["answered_all"]:
        raise Failed(f"{report['answered_all']} answers, but {sent} requests reached the upstream")
    return report


def streams(servers, server, count, chunks, gap_ms, ramp_per_second):
    """Paced streams, each chunk of each numbered: all have to come through once, in order, to their end."""
    cpu = cpu_seconds(server.pid)
    life = chunks * gap_ms / 1000
    report = generate(servers, server, "--streams", count, "--chunks", chunks, "--ramp-per-second", ramp_per_second, "--ramp", "random",
                      "--hold", life + 5, "--buckets", "yes", timeout=count / ramp_per_second + life + 25)
    require_sound(report)
    if report["complete"] != count:
        raise Failed(f"{report['complete']} of {count} streams came through whole")
    report["cpu_us_per_chunk"] = (settled_cpu_seconds(server.pid) - cpu) * 1e6 / report["chunks"]
    return report
