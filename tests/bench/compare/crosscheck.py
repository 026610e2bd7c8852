"""Our load generator beside wrk, h2load and autocannon, each on the same two servers.

`slow`: the upstream with 5 ms before each answer, and few enough clients that nobody is short of anything. What comes out is
known beforehand, so all tools have to agree. `fast`: nginx, saturated. There the server is what limits; a tool that needs more
than a processor of its own shows itself instead of the server, which is said beside it and is why autocannon is not judged.
"""
import json
import re
import shutil
import statistics
import time

import loads
from bench_processes import Failed, cpu_seconds, settled_cpu_seconds

TOLERANCE = {"slow": {"rps": 0.10, "p50_us": 0.10}, "fast": {"rps": 0.25, "cpu_us": 0.25}}
CONNECTIONS = {"slow": 16, "fast": 32}
DELAY_MS = 5
JUDGED_FAST = ("wrk", "h2load")
LUA = """wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
local file = io.open("@BODY@", "rb")
wrk.body = file:read("*a")
file:close()
done = function(summary, latency)
  io.write(string.format("FIGURES %d %d %.1f %.1f %d\\n", summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status + summary.errors.timeout))
end
"""


class Tools:
    def __init__(self, servers, peers_dir):
        self.servers, self.directory = servers, servers.directory
        self.body = self.directory / "crosscheck.json"
        # The same bytes as our own generator's body of 1,000 bytes.
        words, prompt = "Explain in plain words how a lock lifts a ship from one canal to the next. ", ""
        while len(prompt) < 1000:
            prompt += words
        self.body.write_text(json.dumps({"model": "gpt-test", "messages": [{"role": "user", "content": prompt[:1000]}]}, separators=(",", ":")))
        (self.directory / "crosscheck.lua").write_text(LUA.replace("@BODY@", str(self.body)))
        self.autocannon = peers_dir / "autocannon" / "node_modules" / "autocannon" / "autocannon.js"

    def missing(self):
        for name, there in (("wrk", shutil.which("wrk")), ("h2load", shutil.which("h2load")),
                            ("autocannon", self.autocannon.exists() and shutil.which("node"))):
            if not there:
                yield name

    def sluice_loadgen(self, server, connections, seconds):
        report = loads.generate(self.servers, server, "--connections", connections, "--seconds", seconds, "--warmup", 0, "--body", self.body, timeout=seconds + 15)
        loads.require_sound(report)
        return {"requests": report["answered_all"], "rps": report["rps"], "p50_us": report["latency_us"]["p50"], "p99_us": report["latency_us"]["p99"]}

    def wrk(self, server, connections, seconds):
        output = self.servers.processes.run(["wrk", "-t1", f"-c{connections}", f"-d{seconds:.0f}s", "-s", str(self.directory / "crosscheck.lua"), server.url],
                                            timeout=seconds + 20)
        found = re.search(r"^FIGURES (\d+) (\d+) ([\d.]+) ([\d.]+) (\d+)$", output, re.M)
        if not found or int(found[5]):
            raise Failed(f"wrk: {output[-300:]}")
        return {"requests": int(found[1]), "rps": int(found[1]) * 1e6 / int(found[2]), "p50_us": float(found[3]), "p99_us": float(found[4])}

    def h2load(self, server, connections, seconds):
        log = self.directory / "h2load.tsv"
        log.unlink(missing_ok=True)
        output = self.servers.processes.run(["h2load", "--h1", "-t1", f"-c{connections}", "-m1", f"-D{seconds:.0f}", "-d", str(self.body),
                                             "-H", "content-type: application/json", f"--log-file={log}", server.url], timeout=seconds + 20)
        found = re.search(r"finished in .*?, ([\d.]+) req/s", output)
        counted = re.search(r"requests: .*?(\d+) succeeded, (\d+) failed", output)
        if not found or not counted or int(counted[2]) or not log.exists():
            raise Failed(f"h2load: {output[-300:]}")
        each = sorted(int(line.split("\t")[2]) for line in log.read_text().splitlines() if line.split("\t")[1] == "200")
        return {"requests": int(counted[1]), "rps": float(found[1]), "p50_us": each[len(each) // 2], "p99_us": each[len(each) * 99 // 100]}

    def autocannon_(self, server, connections, seconds):
        output = self.servers.processes.run(["node", str(self.autocannon), "-c", str(connections), "-d", f"{seconds:.0f}", "-m", "POST", "-i", str(self.body),
                                             "-H", "content-type=application/json", "--json", server.url], timeout=seconds + 25)
        report = json.loads(output)
        if report["errors"] or report["non2xx"]:
            raise Failed(f"autocannon: {report['errors']} errors, {report['non2xx']} other statuses")
        return {"requests": report["2xx"], "rps": report["2xx"] / report["duration"], "p50_us": report["latency"]["p50"] * 1000, "p99_us": report["latency"]["p99"] * 1000}


def measure(servers, targets, peers_dir, sizes, progress):
    """{"slow" | "fast": {tool: [figures of each round]}}, tools in turn, and what could not be had."""
    tools = Tools(servers, peers_dir)
    runs = {"sluice_loadgen": tools.sluice_loadgen, "wrk": tools.wrk, "h2load": tools.h2load, "autocannon": tools.autocannon_}
    missing = list(tools.missing())
    found, faults = {target: {} for target in targets}, []
    for number in range(sizes.rounds["crosscheck"]):
        for target, server in targets.items():
            names = [name for name in runs if name not in missing]
            for name in names[number % len(names):] + names[:number % len(names)]:
                cpu = cpu_seconds(server.pid)
                try:
                    figures = runs[name](server, CONNECTIONS[target], sizes.crosscheck_seconds)
                except (Failed, ValueError, KeyError, IndexError) as failure:
                    faults.append(f"{name} on {target}: {failure}")
                    continue
                figures["cpu_us"] = (settled_cpu_seconds(server.pid) - cpu) * 1e6 / max(1, figures["requests"])
                found[target].setdefault(name, []).append(figures)
                progress(f"crosscheck {number + 1} {target} {name}: {figures['rps']:.0f} requests/s, p50 {figures['p50_us']:.0f} us, {figures['cpu_us']:.2f} us CPU")
                time.sleep(0.1)
    return {"figures": found, "missing": missing, "faults": faults, "verdicts": list(verdicts(found))}


def verdicts(found):
    """Each tool's medians over ours, within the tolerance or not."""
    for target, tools in found.items():
        ours = tools.get("sluice_loadgen")
        for name, rounds in tools.items():
            if name == "sluice_loadgen" or not ours:
                continue
            for figure, tolerance in TOLERANCE[target].items():
                ratio = statistics.median(r[figure] for r in rounds) / statistics.median(r[figure] for r in ours)
                judged = target == "slow" and (figure != "p50_us" or name != "autocannon") or name in JUDGED_FAST and target == "fast"
                verdict = ("agrees" if abs(ratio - 1) <= tolerance else "DIFFERS") if judged else "not judged"
                yield {"target": target, "tool": name, "figure": figure, "ratio": ratio, "tolerance": tolerance, "verdict": verdict}


def run(servers, peers_dir, nginx, sizes, progress):
    slow = servers.start_upstream("crosscheck_upstream", "--delay-ms", str(DELAY_MS))
    try:
        return measure(servers, {"slow": slow, **({"fast": nginx} if nginx else {})}, peers_dir, sizes, progress)
    finally:
        servers.processes.stop(slow.process)
