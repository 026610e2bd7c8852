"""Other gateways: one directory under peers/ each, with a manifest (peer.json) and templates of their configuration.

A peer that needs more than a configuration has hooks.py: before(servers, run, name), which starts what it depends on and
returns more places, and after(places), which sets it up once it listens and returns more headers.

Keys of a manifest: name, version, tool (no gateway, but something that the bench uses), from (registry, package, version), needs (a program), needs_version, install (commands),
install_environment, installed (a file that is there afterwards), start (a command; empty: nobody has tried it), files
(templates NAME.in), environment, port (if it cannot be chosen), listens (a path that answers POST with 200 once it listens; default: ask for
a completion), path (of completions), headers (of each request), ready_seconds, does (what it did in this comparison).
@DIR@ is where it is installed, @RUN@ where its files of one run are, @PORT@ and @UPSTREAM_PORT@ are loopback's.
"""
import importlib.util
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import bench_servers
from bench_processes import Failed, free_port

HERE = Path(__file__).resolve().parent.parent / "peers"
WHY = "not-installed.txt"  # beside the installed peers: what the last try said


def manifests():
    return {path.parent.name: json.loads(path.read_text()) for path in sorted(HERE.glob("*/peer.json"))}


def filled(value, places):
    if isinstance(value, list):
        return [filled(one, places) for one in value]
    if isinstance(value, dict):
        return {key: filled(one, places) for key, one in value.items()}
    for key, text in places.items():
        value = value.replace(f"@{key}@", str(text))
    return value


class Peer:
    def __init__(self, key, manifest, directory):
        self.key, self.manifest, self.directory = key, manifest, Path(directory).resolve() / key

    @property
    def name(self):
        return self.manifest["name"]

    def why_not(self):
        """None if it can be started, otherwise the reason in words."""
        reason = self.directory / WHY
        if not (self.directory / self.manifest["installed"]).exists():
            return reason.read_text().strip() if reason.exists() else "not installed (tests/bench/peers/install.py)"
        return None if self.manifest["start"] else "installed, but nobody has written down yet how it is started"

    def install(self, log):
        """Runs the manifest's commands at low priority. Returns None, or why it could not be had, kept for the report."""
        self.directory.mkdir(parents=True, exist_ok=True)
        why = self._install(log)
        (self.directory / WHY).unlink(missing_ok=True)
        if why:
            why = why.replace(f"{self.directory}/", "")
            (self.directory / WHY).write_text(why + "\n")
        return why

    def _install(self, log):
        if not shutil.which(self.manifest["needs"]):
            return f"{self.manifest['needs']} is not installed"
        places = {"DIR": self.directory}
        environment = {**os.environ, **filled(self.manifest.get("install_environment", {}), places)}
        for command in filled(self.manifest["install"], places):
            log(" ".join(command))
            try:
                done = subprocess.run(["nice", "-n", "15", *command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                      text=True, env=environment, timeout=7200, check=False)
            except subprocess.TimeoutExpired:
                return f"{' '.join(command[:3])} did not end within two hours"
            if done.returncode:
                return f"`{' '.join(command[:3])}` ended with {done.returncode}: {gist(done.stdout)}"
        return None if (self.directory / self.manifest["installed"]).exists() else f"after the installation {self.manifest['installed']} is not there"

    def hooks(self):
        path = HERE / self.key / "hooks.py"
        if not path.exists():
            return None
        spec = importlib.util.spec_from_file_location(f"peer_{self.key}", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    def start(self, servers, upstream, name):
        port, run = self.manifest.get("port") or free_port(), servers.directory / name
        run.mkdir()
        run.chmod(0o711)
        places, hooks = {"DIR": self.directory, "RUN": run, "PORT": port, "UPSTREAM_PORT": upstream.port}, self.hooks()
        if hooks:
            places |= hooks.before(servers, run, name)
        for file in self.manifest.get("files", []):
            (run / file).write_text(filled((HERE / self.key / f"{file}.in").read_text(), places))
        process = servers.processes.start(name, filled(self.manifest["start"], places), cwd=run,
                                          env={**os.environ, **filled(self.manifest.get("environment", {}), places)})
        server = bench_servers.Server(name, process, port, filled(self.manifest.get("headers", []), places), self.manifest.get("path", bench_servers.PATH))
        patience = self.manifest.get("ready_seconds", 30)
        try:
            if hooks:
                servers.until_ready(name, process, lambda: bench_servers.request(port, "POST", self.manifest["listens"]), patience)
                server.headers = [*server.headers, *hooks.after(places)]
            servers.until_ready(name, process, lambda: bench_servers.chat_as(server), patience)
        except (Failed, OSError, ValueError, KeyError) as failure:
            servers.processes.stop(process)
            raise Failed(str(failure)) from failure
        return server


ADDRESS = re.compile(r"https?://\S+?/(?=@v/|\S*/@v/)|https?://[^/\s]+/")  # of a registry: what is asked for says enough
PLACES = re.compile(r"\S*/sluice-bench-\w+/|(?: on )?\b(?!127\.)\d{1,3}(?:\.\d{1,3}){3}:\d+\b")  # of a run; of a name server


def ends_of(text, most=420):
    """A failure's first words and its last, where programs say why they end; without places of this machine."""
    text = PLACES.sub("", text)
    return text if len(text) <= most else f"{text[:80]} ... {text[-(most - 85):]}"


def gist(output, lines=3):
    """The lines of an installer's output that say why, without the names of machines on the way."""
    kept = [line.strip() for line in output.splitlines() if line.strip() and not line.lstrip().startswith(("npm warn", "npm notice", "WARNING"))]
    telling = [line for line in kept if any(word in line.lower() for word in ("error", "403", "404", "forbidden", "not available", "fail", "requires"))]
    return ADDRESS.sub("", " / ".join((telling or kept)[-lines:]))[:400] or "no output"


def all_peers(directory):
    return [Peer(key, manifest, directory) for key, manifest in manifests().items()]
