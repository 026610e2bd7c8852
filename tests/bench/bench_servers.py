"""The servers of a bench run: how each is configured, started and found ready. All on loopback, one worker each."""

import http.client
import json
import os
import shutil
import time
from pathlib import Path

from bench_processes import Failed, free_port

HERE = Path(__file__).resolve().parent
KEY = "sk-bench"
PATH = "/v1/chat/completions"
WORKERS = 1


def request(port, method="GET", path="/health", body=None, key=None, more=()):
    """(status, text) of one request. `more`: "name: value", which win over the others."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        headers = {"Content-Type": "application/json"}
        if key:
            headers["Authorization"] = f"Bearer {key}"
        for header in more:
            name, _, value = header.partition(":")
            headers = {**{k: v for k, v in headers.items() if k.lower() != name.lower()}, name: value.strip()}
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(errors="replace")
    finally:
        connection.close()


def chat(port, key=KEY):
    message = {"model": "gpt-test", "messages": [{"role": "user", "content": "Hello"}]}
    return request(port, "POST", PATH, json.dumps(message), key)


def chat_as(server):
    """chat() with what the server's headers say, such as another gateway's way to name a key."""
    message = {"model": server.model, "messages": [{"role": "user", "content": "Hello"}]}
    return request(server.port, "POST", server.path, json.dumps(message), KEY, server.headers)


def upstream_counts(upstream):
    return json.loads(request(upstream.port)[1])


class Server:
    def __init__(self, name, process, port, headers=(), path=PATH):
        """`headers`: "name: value", sent with each request of the load."""
        self.name, self.process, self.port, self.headers = name, process, port, headers
        self.path, self.url = path, f"http://127.0.0.1:{port}{path}"
        self.pid = process.pid
        self.model = "gpt-test"


class Servers:
    def __init__(self, processes, directory, bin_dir, sluice):
        self.processes, self.directory = processes, directory
        self.bin_dir = Path(bin_dir)
        self.sluice = shutil.which(sluice)
        self.nginx = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")

    def tool(self, name):
        path = self.bin_dir / name
        if not os.access(path, os.X_OK):
            raise Failed(f"{path} is not there; README.md says how to build it")
        return str(path)

    def start_upstream(self, name="upstream", *arguments):
        port = free_port()
        process = self.processes.start(name, [self.tool("sluice_paced_upstream"), "--port", str(port), *arguments])
        self.until_ready(name, process, lambda: request(port))
        return Server(name, process, port)

    def start_nginx(self, upstream, name="nginx", connections=1024, buffering="on"):
        port, directory = free_port(), self.directory / name
        directory.mkdir()
        if os.geteuid() == 0:
            shutil.chown(directory, "nobody", "nogroup")
        config = self.fill("nginx.conf.in", f"{name}.conf", WORKERS=WORKERS, DIR=directory, PORT=port,
                            UPSTREAM_PORT=upstream.port, CONNECTIONS=connections, BUFFERING=buffering)
        command = [self.nginx, "-p", str(directory), "-c", config, "-e", str(directory / "error.log")]
        process = self.processes.start(name, command, unprivileged=True)
        self.until_ready(name, process, lambda: chat(port))
        return Server(name, process, port)

    def start_sluice(self, chain, upstream, name=None):
        """`chain` names a template in configs/; `name` tells two gateways with the same chain apart."""
        name, port = name or chain, free_port()
        config = self.fill(f"configs/{chain}.yaml.in", f"{name}.yaml", UPSTREAM_PORT=upstream.port, WORKERS=WORKERS,
                            RECORDS=self.records(name))
        command = [self.sluice, "serve", "-c", config, "--listen", f"127.0.0.1:{port}"]
        process = self.processes.start(name, command)
        self.until_ready(name, process, lambda: chat(port))
        return Server(name, process, port)

    def records(self, name):
        return self.directory / f"{name}.jsonl"

    def fill(self, template, name, **values):
        text = (HERE / template).read_text()
        for key, value in values.items():
            text = text.replace(f"@{key}@", str(value))
        path = self.directory / name
        path.write_text(text)
        return str(path)

    def until_ready(self, name, process, probe, seconds=10):
        end = time.monotonic() + seconds
        seen = "no answer"
        while time.monotonic() < end:
            if process.poll() is not None:
                raise Failed(f"{name} ended at once with {process.returncode}: {self.processes.log_tail(name)}")
            try:
                status, text = probe()
                if status == 200:
                    return
                seen = f"status {status}: {text[:200]}"
            except (OSError, http.client.HTTPException) as error:
                seen = str(error)
            time.sleep(0.05)
        raise Failed(f"{name} was not ready within {seconds} s ({seen}): {self.processes.log_tail(name)}")
