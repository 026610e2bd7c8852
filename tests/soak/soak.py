#!/usr/bin/env python3
"""Runs a gateway with everything on for a long time under load, disturbs it, and says whether it leaks, loses records or fails requests. README.md has the method."""
import argparse
import asyncio
import json
import os
import platform
import subprocess
import sys
import time

from soak_load import Load
from soak_world import World
import soak_verdict as verdict

HARMLESS = ("calm", "reload", "redis frozen", "redis killed", "sink hangs")
TROUBLES = [("reload", lambda w: w.reload(), None), ("upstream error", lambda w: w.upstream.tell("upstream", "error"), lambda w: w.upstream.tell("upstream", "ok")),
            ("redis frozen", lambda w: w.redis.freeze(), lambda w: w.redis.thaw()), ("upstream cut", lambda w: w.upstream.tell("upstream", "cut"),
                                                                                     lambda w: w.upstream.tell("upstream", "ok")),
            ("redis killed", lambda w: w.kill_redis(), lambda w: w.redis.start()), ("upstream stall", lambda w: w.upstream.tell("upstream", "stall"),
                                                                                    lambda w: w.upstream.tell("upstream", "ok")),
            ("sink hangs", lambda w: w.upstream.tell("sink", "hang"), lambda w: w.upstream.tell("sink", "ok"))]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0, help="of load after the calibration (default 30)")
    parser.add_argument("--rate", type=float, help="requests a second; default 70 %% of what the calibration finds, 35 %% with --slow above 1")
    parser.add_argument("--sluice", help="the gateway; default SLUICE_BIN or build/release/bin/sluice")
    parser.add_argument("--slow", type=float, default=1.0, help="every bound of time times this; memory is not judged: for gateways with sanitizers (8)")
    parser.add_argument("--trouble-seconds", type=float, default=6.0, help="how long each disturbance lasts, and the calm behind it (default 6)")
    parser.add_argument("--json", help="the report as a file")
    given = parser.parse_args()
    if given.minutes < 1 or given.slow < 1 or (given.rate is not None and given.rate <= 0):
        parser.error(f"--minutes {given.minutes}, --slow {given.slow}, --rate {given.rate}: at least 1 minute, at least 1, more than 0")
    return given


class Soak:
    def __init__(self, given):
        self.given, self.world = given, World(given.slow)
        self.load, self.samples, self.log = Load(self.world), [], []

    async def calibrate(self):
        """Requests a second that 32 clients in a closed loop get, once it is warm."""
        load = Load(self.world, seed=1)
        await load.run(None, 3 * self.given.slow, workers=32)
        return await load.run(None, 6 * self.given.slow, workers=32), load

    async def sampling(self):
        while True:
            try:
                sample = await asyncio.to_thread(self.world.sample)
                self.samples.append({"at": time.monotonic() - self.began, "phase": self.load.went_on[-1], **sample})
            except (OSError, RuntimeError, KeyError) as fault:
                self.log.append(f"{time.monotonic() - self.began:.0f} s: no sample: {fault!r}")
            await asyncio.sleep(2.0)

    async def disturbing(self, end):
        number, pause = 0, self.given.trouble_seconds * self.given.slow
        await asyncio.sleep(pause)
        while time.monotonic() + 2 * pause < end:
            name, begin, over = TROUBLES[number % len(TROUBLES)]
            number += 1
            self.load.begin(name)
            await asyncio.to_thread(begin, self.world)
            await asyncio.sleep(pause)
            if over:
                await asyncio.to_thread(over, self.world)
                await asyncio.sleep(1.5 * self.given.slow)  # a cooldown, a connection that is made again: still the disturbance's
            self.load.begin("calm")
            await asyncio.sleep(pause)
        self.log.append(f"{number} disturbances")

    async def run(self):
        capacity, warm = await self.calibrate()
        self.rate = self.given.rate or capacity * (0.7 if self.given.slow == 1 else 0.35)
        say(f"{capacity:.0f} requests a second at most; load {self.rate:.0f}")
        await asyncio.sleep(3.0)
        before = self.world.sample()
        self.began = time.monotonic()
        sampling = asyncio.create_task(self.sampling())
        disturbing = asyncio.create_task(self.disturbing(self.began + 60 * self.given.minutes))
        reached = await self.load.run(self.rate, 60 * self.given.minutes)
        await disturbing
        sampling.cancel()
        self.load.answered.extend(warm.answered)
        return {"capacity": capacity, "rate": self.rate, "rate_reached": reached, **self.judge(before, self.settle(before), warm.sent + self.load.sent)}

    def settle(self, before):
        """The last sample, once all is given back that will be: idle connections to upstreams close after 90 s."""
        end = time.monotonic() + 120
        while True:
            sample = self.world.sample()
            if time.monotonic() > end or (verdict.given_back(before, sample)[0] and sample["ledger_waiting"] == 0):
                return sample
            time.sleep(1.0)

    def judge(self, before, after, sent):
        table = verdict.phases(self.load.ends, self.load.times)
        judged = {"memory is level": verdict.memory(self.samples), "descriptors and fibers are given back": verdict.given_back(before, after),
                  "no record is lost": verdict.records(self.load.answered, self.world.stored(), after["records_dropped"] + after["ledger_dropped"], sent),
                  "no request fails for Redis, reloads or receivers": verdict.no_failures(table, HARMLESS)}
        if self.given.slow > 1:
            judged["memory is level"] = (True, {"not judged": "sanitizers", **judged["memory is level"][1]})
        verdicts = {name: {"fine": fine, **found} for name, (fine, found) in judged.items()}
        return {"verdicts": verdicts, "phases": table, "unexpected": dict(sorted(self.load.unexpected.items())), "said": self.load.said, "samples": self.samples, "log": self.log}


def machine():
    cpu = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo", encoding="utf-8") if line.startswith("model name")), platform.processor())
    return {"cpu": cpu, "cores": os.cpu_count(), "load_average": os.getloadavg(), "kernel": platform.release(), "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}


def say(text):
    print(text, flush=True)


def show(report):
    for name, found in report["verdicts"].items():
        say(f"{'fine' if found['fine'] else 'FAULT'}  {name}: " + json.dumps({key: value for key, value in found.items() if key != "fine"}, default=str))
    say(f"{'phase':40} {'requests':>9} {'failed':>7} {'p50 ms':>8} {'p99 ms':>8}")
    for name, row in sorted(report["phases"].items()):
        say(f"{name:40} {row['requests']:9} {row['failed']:7} {row.get('p50_ms') or 0:8.2f} {row.get('p99_ms') or 0:8.2f}")
    for name, count in report["unexpected"].items():
        say(f"  {count} x {name}")
        if all(part in HARMLESS for part in name.split(":")[0].split(" to ")):
            say(f"      {report['said'].get(name, '')}")


def main():
    given = arguments()
    if given.sluice:
        os.environ["SLUICE_BIN"] = os.path.abspath(given.sluice)
    soak, code, began = Soak(given), 1, machine()
    try:
        report = asyncio.run(soak.run())
        code = 0 if all(found["fine"] for found in report["verdicts"].values()) else 1
    finally:
        ended, fault, log = soak.world.stop()
        if ended != 0 or fault:
            code = 1
            say(f"FAULT  the gateway ended with {ended}: {fault}\n{log[-8000:]}")
    show(report)
    version = subprocess.run([os.environ.get("SLUICE_BIN", "build/release/bin/sluice"), "version"], capture_output=True, text=True, check=False).stdout.strip()
    report.update(machine_before=began, machine_after=machine(), version=version, arguments=vars(given), gateway_exit=ended, gateway_fault=fault, gateway_log=log[-20_000:])
    if given.json:
        with open(given.json, "w", encoding="utf-8") as file:
            json.dump(report, file, indent=1, default=str)
    sys.exit(code)


if __name__ == "__main__":
    main()
