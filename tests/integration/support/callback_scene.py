"""What scenarios about callbacks begin with: a gateway with an exporter, a receiver, many requests, and the spool's files."""
import contextlib
import http.client
import json
import pathlib
import re
import struct
import tempfile
import threading
import time

from receivers import Receiver, records
from scenario import KEY, SLOW, Gateway, IntegrationTest, request, wait_until

CHAT = "/v1/chat/completions"
SOON = {"flush_interval_s": 0.05, "retry_min_ms": 50, "retry_max_ms": 200}


class Scene(IntegrationTest):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="sluice-callbacks-")))
        self.spool = self.folder / "spool"
        self.receiver = self.enterContext(Receiver())

    def gateway(self, plugin="callback_http", plugins=(), **config):
        config = {"spool": str(self.spool), **SOON, **config}
        if plugin == "callback_http":
            config.setdefault("url", self.receiver.url + "/in")
        document = {"model_list": [{"model_name": "echo", "litellm_params": {"model": "echo/echo", "input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6}}],
                    "general_settings": {"master_key": KEY}, "router_settings": {"num_retries": 0},
                    "plugins": [{"plugin": plugin, "config": config}, {"plugin": "admin", "grants": ["admin"]}, *plugins],
                    "listen": {"limits": {"drain_timeout_ms": 5000, "record_queue_max": 100000}}}
        gateway = Gateway(json.dumps(document))
        self.addCleanup(gateway.stop)
        return gateway

    def ask(self, gateway, call_id=None, key=KEY, **body):
        fields = {"authorization": f"Bearer {key}", **({"x-litellm-call-id": call_id} if call_id else {})}
        answer = request(gateway.port, "POST", CHAT, {"model": "echo", "messages": [{"role": "user", "content": "hello"}], **body}, fields)
        self.assertEqual(answer.status, 200, answer.body)
        return answer

    def send(self, gateway, count, prefix, threads=4):
        """That many requests; their call ids and the slowest one's seconds."""
        ids = [f"{prefix}-{number}" for number in range(count)]
        slowest = [0.0] * threads

        def run(which):
            for call_id in ids[which::threads]:
                begin = time.monotonic()
                self.ask(gateway, call_id)
                slowest[which] = max(slowest[which], time.monotonic() - begin)

        crowd = [threading.Thread(target=run, args=(which,)) for which in range(threads)]
        for one in crowd:
            one.start()
        for one in crowd:
            one.join()
        return ids, max(slowest)

    def send_in_a_row(self, gateway, count, prefix):
        """The same over one connection, whose records come in the order of its requests; those of several need not."""
        ids = [f"{prefix}-{number}" for number in range(count)]
        slowest = 0.0
        connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=30)
        with contextlib.closing(connection):
            for call_id in ids:
                begin = time.monotonic()
                connection.request("POST", CHAT, json.dumps({"model": "echo", "messages": [{"role": "user", "content": "hello"}]}),
                                   {"authorization": f"Bearer {KEY}", "content-type": "application/json", "x-litellm-call-id": call_id})
                answer = connection.getresponse()
                self.assertEqual((answer.status, bool(answer.read())), (200, True))
                slowest = max(slowest, time.monotonic() - begin)
        return ids, slowest

    def figures(self, gateway, name="generic_api"):
        """What the callback says of itself at the end of the gateway: (taken, delivered, {reason: dropped})."""
        time.sleep(0.3 * SLOW)  # the receiver notes a call a moment before the gateway has its answer
        self.assertEqual(gateway.stop(), 0)
        found = re.search(name + r": (\d+) records taken, (\d+) delivered, \d+ dropped(?: \((.*)\))?", gateway.stderr())
        self.assertTrue(found, gateway.stderr())
        why = dict(part.rsplit(" ", 1) for part in (found[3] or "").split(", ") if part)
        return int(found[1]), int(found[2]), {reason: int(count) for reason, count in why.items()}

    def spooled(self):
        """Call ids of the records on the disk that were not sent, the oldest first: no checksum is looked at."""
        found = []
        for path in sorted(self.spool.rglob("*.records"), key=lambda path: path.name):
            with contextlib.suppress(FileNotFoundError):
                data = path.read_bytes()
                at = struct.unpack_from("<Q", data, 8)[0] if len(data) >= 16 else 0
                while at + 8 <= len(data):
                    length, _ = struct.unpack_from("<II", data, at)
                    if at + 8 + length > len(data):
                        break
                    found.append(json.loads(data[at + 8:at + 8 + length])["litellm_call_id"])
                    at += 8 + length
        return found

    def wait_spooled(self, count):
        wait_until(lambda: len(self.spooled()) == count, 20 * SLOW, f"{count} records on the disk")

    def assert_once(self, ids, calls=None, timeout=30.0):
        if calls is None:
            self.receiver.wait(lambda calls: len(records(calls)) >= len(ids), f"{len(ids)} records", timeout)
            time.sleep(0.2)  # for one too many
            calls = self.receiver.taken()
        got = sorted(record["litellm_call_id"] for record in records(calls))
        self.assertEqual(got, sorted(ids))
