"""What the soak runs in: a gateway with everything on, a real Redis, the upstream with the receiver of records; and what can be read off the gateway."""
import json
import pathlib
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT / "tests" / "integration" / "support")]

from processes import Gateway  # noqa: E402
from wire import request  # noqa: E402
from servers import Redis  # noqa: E402

MASTER = "sk-soak-master"
POLICY = """
policy = {name = "canary", version = 1, granularity = "sentence"}
local words = re.words({"falcon"})
function on_request(ctx) for m in ctx:messages() do if words:test(m.text) then return ctx:block("a codename", {code = "codename"}) end end end
function on_chunk(ctx, chunk) chunk:redact(words, "[withheld]") end
function on_response(ctx) ctx:redact(words, "[withheld]") end
"""
SERIES = re.compile(r"^([a-zA-Z_:][\w:]*)(?:\{.*\})? (\S+)$", re.M)


class Upstream:
    def __init__(self):
        self.process = subprocess.Popen([sys.executable, str(pathlib.Path(__file__).parent / "soak_upstream.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())
        self.url = f"http://127.0.0.1:{self.port}"

    def tell(self, who, mode):
        self.process.stdin.write(f"{who} {mode}\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def stop(self):
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


class World:
    """Started whole by its constructor; `stop()` ends each process by its id and says how the gateway ended."""

    def __init__(self, slow=1.0):
        self.slow = slow
        self.folder = tempfile.TemporaryDirectory(prefix="sluice-soak-")
        self.directory = pathlib.Path(self.folder.name)
        self.redis, self.upstream, self.gateway = Redis().start(), Upstream(), None
        try:
            self.gateway = Gateway(json.dumps(self.config()))
            self.port = self.gateway.port
            self.keys = [self.make_key() for _ in range(20)]
            self.strict_key = self.make_key(rpm_limit=60)
        except BaseException:
            self.stop()
            raise

    def config(self):
        def guard(name, kind, **params):
            return {"guardrail_name": name, "litellm_params": {"guardrail": kind, "mode": ["pre_call", "post_call"], "default_on": True, **params}}
        model = {"model": "openai/gpt-4o", "api_key": "up-key", "api_base": self.upstream.url + "/v1"}
        return {
            "model_list": [{"model_name": "gpt", "litellm_params": model, "model_info": {"id": name}} for name in ("one", "two")],
            "general_settings": {"master_key": MASTER},
            "guardrails": [guard("pii", "guard_pii", pii_entities_config={"EMAIL_ADDRESS": "MASK", "CREDIT_CARD": "MASK"}), guard("secrets", "hide-secrets")],
            "policies": [{"name": "canary", "code": POLICY, "bind": {"route": ["chat"]}, "budget": {"time_ms": int(20 * self.slow)}}],
            "litellm_settings": {"cache": True, "cache_params": {"type": "redis", "host": "127.0.0.1", "port": self.redis.port, "ttl": 120, "wait_ms": int(100 * self.slow)},
                                 "callbacks": ["prometheus", "langfuse"]},
            "callback_settings": {"langfuse": {"host": self.upstream.url, "public_key": "pk", "secret_key": "sk"}},
            "router_settings": {"num_retries": 1, "cooldown_time": 1, "allowed_fails": 1000},
            "listen": {"limits": {"stream_timeout_ms": int(2000 * self.slow), "upstream_timeout_ms": int(3000 * self.slow), "stall_warn_ms": int(500 * self.slow)}},
            "plugins": [{"plugin": "store_sqlite", "config": {"path": str(self.directory / "sluice.db")}}, {"plugin": "auth_keys"}, {"plugin": "admin_api"}, {"plugin": "limits"},
                        {"plugin": "pricing"}, {"plugin": "ledger", "config": {"spool": str(self.directory / "spool"), "adopt_ms": 500}},
                        {"plugin": "counters_redis", "config": {"url": f"redis://127.0.0.1:{self.redis.port}", "deadline_ms": int(100 * self.slow)}}]}

    def make_key(self, **limits):
        wishes = {"rpm_limit": 10_000_000, "tpm_limit": 2_000_000_000, "max_budget": 1e6, **limits}
        answer = request(self.port, "POST", "/key/generate", wishes, {"authorization": f"Bearer {MASTER}"}, timeout=30 * self.slow)
        if answer.status != 200:
            raise RuntimeError(f"/key/generate: {answer.status} {answer.text()}")
        return answer.json()["key"]

    # --- disturbances ---

    def reload(self):
        """A changed file and SIGHUP: everything is built anew beside what serves."""
        config = self.config()
        config["general_settings"]["warm_up_connections"] = 1 + self.generation() % 2
        self.gateway.config.write_text(json.dumps(config), encoding="utf-8")
        self.gateway.process.send_signal(signal.SIGHUP)

    def kill_redis(self):
        self.redis.process.kill()
        self.redis.process.wait(10)

    # --- what can be read ---

    def metrics(self):
        """name -> sum over its series"""
        answer = request(self.port, "GET", "/metrics", timeout=20 * self.slow)
        if answer.status != 200:
            raise RuntimeError(f"/metrics: {answer.status} {answer.text()[:300]}")
        sums = {}
        for name, value in SERIES.findall(answer.text()):
            sums[name] = sums.get(name, 0.0) + float(value)
        return sums

    def generation(self):
        return int(self.metrics().get("sluice_generation", 0))

    def sample(self):
        found = self.metrics()
        return {"rss_kb": self.gateway.rss_kb(), "fds": self.gateway.fd_count(), "fibers": int(found["sluice_loop_fibers"]),
                "generations": int(found["sluice_generations_alive"]),
                "connections": int(found["sluice_client_connections"]), "in_flight": int(found["litellm_in_flight_requests"]), "queue": int(found["sluice_record_queue_length"]),
                "records_dropped": int(found["sluice_records_dropped_total"]), "ledger_waiting": int(found.get("sluice_ledger_waiting", 0)),
                "ledger_dropped": int(found.get("sluice_ledger_dropped_total", 0))}

    def stored(self):
        """Of each event in the store the last 64 bits of its id, which are random; a list, so that one that is there twice is seen."""
        ids = []
        with closing(sqlite3.connect(f"file:{self.directory / 'sluice.db'}?mode=ro", uri=True, timeout=60)) as db:
            for (table,) in db.execute("SELECT name FROM sqlite_master WHERE name GLOB 'usage_2???_??'").fetchall():
                ids += [short(call_id) for (call_id,) in db.execute(f"SELECT call_id FROM {table}")]
        return ids

    def stop(self):
        """(exit code, what is wrong with it or None, its log). Sanitizers' reports are in there."""
        code, fault, log = None, "did not start", ""
        if self.gateway:
            code = self.gateway.stop()
            fault, log = self.gateway.fault(), self.gateway.stderr()
        self.upstream.stop()
        self.redis.__exit__()
        self.folder.cleanup()
        return code, fault, log


def short(call_id):
    return int(call_id.replace("-", "")[-16:], 16)
