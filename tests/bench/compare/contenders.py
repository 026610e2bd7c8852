"""Who is measured: the upstream itself, two plain proxies, Sluice step by step, and the gateways that could be installed."""
import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import bench_servers
import ladder
import peers
from bench_measure import streams_possible
from bench_processes import Failed, free_port

ROOT = Path(__file__).resolve().parents[3]
SBIN = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"


@dataclass
class Contender:
    """`start(upstream, name, many)` brings up a fresh instance; many: for streams, or ten thousand connections at once."""
    name: str
    kind: str            # direct, proxy, sluice, peer
    about: str
    start: object
    server: object = None
    stream_server: object = None                 # where streams go; the same but for proxies
    rss_idle: int = 0
    start_seconds: float = 0.0
    capacity: float = 0.0                        # requests a second, from the calibration
    rounds: dict = field(default_factory=dict)   # by phase
    errors: dict = field(default_factory=dict)   # by phase; "start" and "died" end everything


class ContenderServers(bench_servers.Servers):
    """The servers of run.py, haproxy and the ladder."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.haproxy = shutil.which("haproxy", path=SBIN)
        self.sink = None

    def start_haproxy(self, upstream, name, many):
        port = free_port()
        config = self.fill("compare/haproxy.cfg.in", f"{name}.cfg", PORT=port, UPSTREAM_PORT=upstream.port,
                            CONNECTIONS=streams_possible(10_000) if many else 1024, STREAMS="option http-no-delay" if many else "")
        process = self.processes.start(name, [self.haproxy, "-db", "-f", config])
        self.until_ready(name, process, lambda: bench_servers.chat(port))
        return bench_servers.Server(name, process, port)

    def start_step(self, step, upstream, name):
        """Sluice with the plugins up to `step`; from +auth on requests come with a virtual key."""
        port, run = free_port(), self.directory / name
        run.mkdir()
        if not self.sink:
            self.sink = self.start_upstream("sink")
        config = run / "sluice.yaml"
        config.write_text(ladder.configuration(step, upstream.port, DIR=run, ROOT=ROOT, SINK=f"http://127.0.0.1:{self.sink.port}"))
        process = self.processes.start(name, [self.sluice, "serve", "-c", str(config), "--listen", f"127.0.0.1:{port}"], cwd=run)
        self.until_ready(name, process, lambda: bench_servers.chat(port))
        headers = () if step == "bare" else (f"x-litellm-api-key: {ladder.virtual_key(port)}",)
        if headers and bench_servers.chat(port, key="sk-wrong")[0] not in (401, 403):
            raise Failed(f"{name} takes a wrong key: it would be measured for nothing")
        return bench_servers.Server(name, process, port, headers)


def everyone(servers, peers_dir, which):
    """(contenders in the order of the tables, {name: reason} of those that cannot be had). `which`: none, installed, all."""
    found, missing = [Contender("direct", "direct", "the upstream itself: what the load costs with nothing in between", None)], {}
    if servers.nginx:
        found.append(Contender("nginx", "proxy", "proxy_pass, one worker; proxy_buffering off for streams", lambda upstream, name, many: servers.start_nginx(
            upstream, name, 24576 if many else 1024, "off" if many else "on")))
    else:
        missing["nginx"] = "not installed (apt-get install nginx-light); without it there are no ratios"
    if servers.haproxy:
        found.append(Contender("haproxy", "proxy", "plain HTTP proxy, one thread; http-no-delay for streams", servers.start_haproxy))
    else:
        missing["haproxy"] = "not installed (apt-get install haproxy)"
    if servers.sluice:
        found += [Contender(step, "sluice", ladder.ABOUT[step], lambda upstream, name, many, step=step: servers.start_step(step, upstream, name))
                  for step in ladder.NAMES]
    else:
        missing["sluice"] = "the binary is not there"
    for peer in peers.all_peers(peers_dir) if which != "none" else []:
        if peer.manifest.get("tool"):
            continue
        if why := peer.why_not():
            missing[peer.name] = why
        else:
            found.append(Contender(peer.name, "peer", peer.manifest["does"], lambda upstream, name, many, peer=peer: peer.start(servers, upstream, name)))
    return found, missing


def versions(servers, peers_dir, names):
    """What was measured, by name."""
    def first_line(*command):
        try:
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=10, check=False)
            return (done.stdout.strip().splitlines() or ["unknown"])[0]
        except (OSError, subprocess.TimeoutExpired):
            return "unknown"
    found = {"nginx": first_line(servers.nginx, "-v") if servers.nginx else None,
             "haproxy": first_line(servers.haproxy, "-v") if servers.haproxy else None,
             "sluice": first_line(servers.sluice, "version") if servers.sluice else None}
    found.update({peer.name: peer.manifest["from"] for peer in peers.all_peers(peers_dir) if peer.name in names})
    for program in ("node", "python3"):
        if shutil.which(program):
            found[program] = first_line(program, "--version")
    return {name: version for name, version in found.items() if version}
