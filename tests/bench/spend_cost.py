#!/usr/bin/env python3
"""How long the reports of spending take, route by route, over a file of usage events that store_bench has made.

    build/release/bin/sluice_store_bench /tmp/bench.db 10000000
    python3 tests/bench/spend_cost.py /tmp/bench.db --sluice build/release/bin/sluice

Wall clock of a client on the same machine, from the request to the last byte of its answer, and what the gateway's threads
have run meanwhile, which others on the machine cannot change. Cold: the first request to a
gateway that has just started, the file out of the page cache (as far as the kernel gives it up). Warm: the five after it.
Dates are given in full, because the file's are those of November 2026.
"""
import argparse
import http.client
import json
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from pathlib import Path

from bench_processes import Failed, Processes, free_port

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import usage_pack  # noqa: E402

MASTER = "sk-bench-master"
DAYS = "start_date=2026-11-01&end_date=2026-11-30"
ROUNDS = 5
WAIT_SECONDS = 60


def routes(key, request_id):
    """Name, path, body."""
    plain = [f"/global/spend?{DAYS}", "/global/spend", f"/global/spend/keys?{DAYS}", f"/global/spend/keys?{DAYS}&limit=1000",
             f"/global/spend/teams?{DAYS}", f"/global/spend/models?{DAYS}", f"/global/spend/provider?{DAYS}", f"/global/spend/logs?{DAYS}",
             f"/global/spend/logs?{DAYS}&api_key={key}", f"/global/spend/tags?{DAYS}", f"/global/spend/all_tag_names",
             "/global/all_end_users"]
    plain += [f"/global/spend/report?{DAYS}&group_by={by}" for by in ("team", "customer", "api_key", "user")]
    plain += [f"/global/activity?{DAYS}", f"/global/activity/model?{DAYS}"]
    plain += ["/spend/keys", "/spend/keys?limit=10000", "/spend/users", "/spend/tags", f"/spend/logs?{DAYS}", f"/spend/logs?{DAYS}&api_key={key}",
              f"/spend/logs?{DAYS}&summarize=false", f"/spend/logs?request_id={request_id}", f"/spend/logs/v2?{DAYS}",
              f"/spend/logs/v2?{DAYS}&api_key={key}", f"/spend/logs/v2?{DAYS}&team_id=team-7", f"/spend/logs/v2?{DAYS}&status_filter=failure"]
    for who in ("user", "team", "organization", "customer", "tag"):
        plain += [f"/{who}/daily/activity?{DAYS}", f"/{who}/daily/activity/aggregated?{DAYS}"]
    plain += [f"/team/daily/activity?{DAYS}&team_ids=team-7", f"/tag/daily/activity?{DAYS}&tags=app-7",
              f"/user/daily/activity?{DAYS}&user_id=user-7", f"/customer/daily/activity?{DAYS}&end_user_ids=customer-7"]
    plain += [f"/{who}/spend/report?{DAYS}" for who in ("key", "team", "user", "organization")]
    posts = [("/global/spend/end_users", {"startTime": "2026-11-01", "endTime": "2026-11-30"}),
             ("/global/spend/end_users", {"startTime": "2026-11-01", "endTime": "2026-11-30", "api_key": key})]
    return [(path, path, None) for path in plain] + [(f"{path} {', '.join(body)}", path, body) for path, body in posts]


class Gateway:
    def __init__(self, processes, directory, sluice, database):
        self.port = free_port()
        self.processes = processes
        library = Path(sluice).resolve().parent.parent / "lib" / "sluice" / "plugins"
        config = Path(directory) / "spend.yaml"
        config.write_text(json.dumps({"general_settings": {"master_key": MASTER}, "plugin_dirs": [str(library)], "listen": {"workers": 1},
                                      "plugins": [{"plugin": "store_sqlite", "config": {"path": str(database)}}, {"plugin": "admin_api"}]}))
        self.process = processes.start("spend", [sluice, "serve", "-c", str(config), "--listen", f"127.0.0.1:{self.port}"])
        end = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < end:
            try:
                if self.ask("/health/liveliness")[0] == 200:
                    return
            except OSError:
                time.sleep(0.05)
        raise Failed(f"the gateway is not there after {WAIT_SECONDS} s")

    def ask(self, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=WAIT_SECONDS)
        before = cpu_ms(self.process.pid)
        start = time.perf_counter()
        connection.request("POST" if body is not None else "GET", path, json.dumps(body) if body is not None else None,
                           {"authorization": f"Bearer {MASTER}", "content-type": "application/json"})
        answer = connection.getresponse()
        text = answer.read()
        took = (time.perf_counter() - start) * 1000
        connection.close()
        return answer.status, took, text, cpu_ms(self.process.pid) - before


def cpu_ms(pid):
    """What all threads of the process have run, by the scheduler's nanoseconds."""
    return sum(int(Path(f"/proc/{pid}/task/{task}/schedstat").read_text().split()[0]) for task in os.listdir(f"/proc/{pid}/task")) / 1e6


def out_of_cache(database):
    with open(database, "rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("database")
    parser.add_argument("--sluice", required=True)
    parser.add_argument("--only", default="", help="routes that contain this")
    parser.add_argument("--no-cold", action="store_true", help="one gateway for all of them")
    options = parser.parse_args()
    side = sqlite3.connect(f"file:{options.database}?mode=ro", uri=True)
    key = side.execute("SELECT n.name FROM usage_daily d JOIN combos c ON c.id = d.combo JOIN names n ON n.id = c.key_id "
                       "WHERE d.day = (SELECT max(day) FROM usage_daily) ORDER BY d.requests DESC LIMIT 1").fetchone()[0]
    batch = side.execute("SELECT events FROM usage_2026_11_batches LIMIT 1").fetchone()[0]
    request_id = next(usage_pack.events(batch))["call_id"]
    side.close()
    slow = 0
    with tempfile.TemporaryDirectory(prefix="sluice-bench-") as directory:
        processes = Processes(Path(directory))
        try:
            gateway = Gateway(processes, directory, options.sluice, options.database) if options.no_cold else None
            print(f"| route | cold, ms | CPU, ms | warm, ms: median of {ROUNDS} | CPU, ms | bytes |\n| --- | ---: | ---: | ---: | ---: | ---: |")
            for name, path, body in routes(key, request_id):
                if options.only not in name:
                    continue
                if not options.no_cold:
                    out_of_cache(options.database)
                    gateway = Gateway(processes, directory, options.sluice, options.database)
                status, cold, text, cold_cpu = gateway.ask(path, body)
                if status != 200:
                    raise Failed(f"{name}: {status} {text[:300]}")
                asked = [gateway.ask(path, body) for _ in range(ROUNDS)]
                warm, cpu = (statistics.median(one[column] for one in asked) for column in (1, 3))
                slow += warm > 100
                shown = name.replace(key, "KEY").replace(request_id, "ID").replace(DAYS, "DAYS")
                print(f"| `{shown}` | {cold:.0f} | {cold_cpu:.0f} | {warm:.1f} | {cpu:.1f} | {len(text):,} |", flush=True)
                if not options.no_cold:
                    processes.stop(gateway.process)
        finally:
            processes.stop_all()
    print(f"\n{slow} of them take more than 100 ms, load average {os.getloadavg()[0]:.1f}")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
