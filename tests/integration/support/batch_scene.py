"""For scenarios about batches: a gateway that knows its own address, uploads, and waiting for a batch's end."""
import json
import pathlib
import tempfile

from scenario import KEY, Gateway, Scenario, Upstream, deployment, request, wait_until
from waiting import free_port

OVER = {"completed", "failed", "expired", "cancelled"}
BODIES = {
    "/v1/chat/completions": lambda text: {"model": "gpt", "messages": [{"role": "user", "content": text}]},
    "/v1/completions": lambda text: {"model": "gpt", "prompt": text},
    "/v1/embeddings": lambda text: {"model": "gpt", "input": text},
    "/v1/responses": lambda text: {"model": "gpt", "input": text},
    "/v1/moderations": lambda text: {"model": "gpt", "input": text},
}
CHAT = "/v1/chat/completions"
MESSAGE = {"model": "claude", "max_tokens": 16, "messages": [{"role": "user", "content": "hello"}]}


def line(custom_id, text="hello", url=CHAT, **changes):
    return {"custom_id": custom_id, "method": "POST", "url": url, "body": BODIES[url](text), **changes}


def jsonl(lines):
    return "".join((one if isinstance(one, str) else json.dumps(one)) + "\n" for one in lines).encode()


def rows(answer):
    return [json.loads(one) for one in answer.body.decode().splitlines()]


def form(content, purpose="batch", **fields):
    parts = {**({"purpose": purpose} if purpose else {}), **fields}
    text = b"".join(f'--xyz\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode() for name, value in parts.items())
    if content is not None:
        text += b'--xyz\r\nContent-Disposition: form-data; name="file"; filename="in.jsonl"\r\nContent-Type: application/jsonl\r\n\r\n' + content + b"\r\n"
    return text + b"--xyz--\r\n"


class BatchScenario(Scenario):
    batches = {}  # more of the plugin's configuration
    keys = False  # virtual keys, and what belongs to them
    more = {}     # more top-level sections
    dies = False  # a gateway that is killed is no failure

    @classmethod
    def models(cls, base):
        price = {"input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6}
        return [deployment("gpt", "openai/gpt-up", base + "/v1", {"id": "gpt-1"}, **price), deployment("claude", "anthropic/claude-up", base, {"id": "claude-1"}, **price)]

    @classmethod
    def config(cls, upstream):
        own = {"directory": str(cls.directory / "batches"), "base_url": f"http://127.0.0.1:{cls.port}", "retry_min_ms": 50, "retry_max_ms": 200, **cls.batches}
        plugins = [{"plugin": "batches", "config": own}, {"plugin": "callback_jsonl", "config": {"path": str(cls.directory / "records.jsonl")}}, {"plugin": "pricing"},
                   {"plugin": "admin", "grants": ["admin"]}]
        if cls.keys:
            plugins += [{"plugin": "store_sqlite", "config": {"path": str(cls.directory / "sluice.db")}}, {"plugin": "auth_keys"}, {"plugin": "admin_api"},
                        {"plugin": "ledger", "config": {"spool": str(cls.directory / "spool")}}, {"plugin": "limits"}]
        cls.settings = {"plugins": plugins, **cls.more}
        return super().config(upstream)

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="sluice-batches-", ignore_cleanup_errors=True)
        cls.addClassCleanup(folder.cleanup)
        cls.directory = pathlib.Path(folder.name)
        cls.port = free_port()
        cls.upstream = cls.enterClassContext(Upstream())
        cls.text = json.dumps(cls.config(cls.upstream))
        gateway = Gateway(cls.text, port=cls.port)
        cls.gateway = gateway
        if cls.dies:
            cls.addClassCleanup(gateway.stop)
        else:
            cls.enterClassContext(gateway)

    def again(self):
        """The same gateway, started anew: same port, same directory."""
        type(self).gateway = Gateway(self.text, port=self.port)
        self.addClassCleanup(self.gateway.stop)

    def upload(self, content, key=KEY, status=200, **fields):
        body = form(content if content is None or isinstance(content, bytes) else jsonl(content), **fields)
        answer = request(self.port, "POST", "/v1/files", body, {"authorization": f"Bearer {key}", "content-type": "multipart/form-data; boundary=xyz"})
        self.assertEqual(answer.status, status, answer.body)
        return answer.json()

    def create(self, lines, key=KEY, endpoint=CHAT, **headers):
        file = self.upload(lines, key)
        answer = self.call("/v1/batches", {"input_file_id": file["id"], "endpoint": endpoint, "completion_window": "24h"}, key=key, **headers)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json()["id"]

    def batch(self, batch_id, key=KEY):
        answer = self.call(f"/v1/batches/{batch_id}", method="GET", key=key)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json()

    def over(self, batch_id, key=KEY, seconds=20):
        def look():
            batch = self.batch(batch_id, key)
            return batch if batch["status"] in OVER else None
        return wait_until(look, timeout=seconds, what=f"{batch_id} is over")

    def content(self, file_id, key=KEY):
        if file_id is None:
            return []
        answer = self.call(f"/v1/files/{file_id}/content", method="GET", key=key)
        self.assertEqual(answer.status, 200, answer.body)
        return rows(answer)

    def results(self, batch, key=KEY):
        """(output lines, error lines)"""
        return self.content(batch["output_file_id"], key), self.content(batch["error_file_id"], key)

    def make_key(self, **wishes):
        answer = self.call("/key/generate", wishes)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json()["key"]

    # Anthropic's
    def messages(self, requests, key=KEY):
        answer = self.call("/v1/messages/batches", {"requests": requests}, key=key)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json()["id"]

    def ended(self, batch_id, key=KEY):
        def look():
            batch = self.call(f"/v1/messages/batches/{batch_id}", method="GET", key=key).json()
            return batch if batch["processing_status"] == "ended" else None
        return wait_until(look, timeout=20, what=f"{batch_id} has ended")

    def message_results(self, batch_id, key=KEY):
        answer = self.call(f"/v1/messages/batches/{batch_id}/results", method="GET", key=key)
        self.assertEqual(answer.status, 200, answer.body)
        return rows(answer)
