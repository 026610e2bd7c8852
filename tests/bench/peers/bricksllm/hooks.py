"""BricksLLM keeps keys and events in PostgreSQL and counts in Redis: both are started for it, and ended with the run."""
import glob
import json
import os
import shutil
import subprocess
import time
import urllib.request

from bench_processes import NOBODY, Failed, free_port

ADMIN = "http://127.0.0.1:8001/api"  # neither this port nor the other can be chosen
KEY = "sk-bench"


def _program(name):
    found = shutil.which(name) or next(iter(sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"), reverse=True)), None)
    if not found:
        raise Failed(f"{name} is not installed (apt-get install postgresql redis-server)")
    return found


def _postgres(servers, run, name):
    port, data = free_port(), run / "postgres"
    data.mkdir()
    identity = {}
    if os.geteuid() == 0:  # which PostgreSQL refuses to run as
        shutil.chown(data, NOBODY, NOBODY)
        identity = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    made = subprocess.run([_program("initdb"), "-D", str(data), "-U", "bricks", "-A", "trust", "--no-sync"], cwd="/", stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False, **identity)
    if made.returncode:
        raise Failed(f"initdb: {made.stdout[-300:]}")
    servers.processes.start(f"{name}_postgres", [_program("postgres"), "-D", str(data), "-p", str(port), "-c", "listen_addresses=127.0.0.1",
                                                "-c", f"unix_socket_directories={data}"], unprivileged=True, cwd="/")
    for _ in range(100):
        if subprocess.run([_program("pg_isready"), "-h", "127.0.0.1", "-p", str(port)], stdout=subprocess.DEVNULL, check=False).returncode == 0:
            return port
        time.sleep(0.2)
    raise Failed(f"PostgreSQL is not ready after 20 s: {servers.processes.log_tail(f'{name}_postgres')}")


def before(servers, run, name):
    redis = free_port()
    servers.processes.start(f"{name}_redis", [_program("redis-server"), "--port", str(redis), "--bind", "127.0.0.1", "--save", "", "--dir", str(run)])
    return {"REDIS_PORT": str(redis), "POSTGRES_PORT": str(_postgres(servers, run, name))}


def _put(path, body):
    request = urllib.request.Request(f"{ADMIN}/{path}", json.dumps(body).encode(), {"content-type": "application/json"}, method="PUT")
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.loads(answer.read())


def after(places):
    """One upstream of the kind whose address can be chosen, and a key for it with limits that are never reached."""
    setting = _put("provider-settings", {"provider": "vllm", "name": "upstream", "setting": {"url": f"http://127.0.0.1:{places['UPSTREAM_PORT']}", "apikey": "sk-up"}})
    _put("key-management/keys", {"name": "bench", "key": KEY, "tags": ["bench"], "settingIds": [setting["id"]]})
    time.sleep(7)  # keys and settings are read from the database every 5 s
    return [f"Authorization: Bearer {KEY}"]
