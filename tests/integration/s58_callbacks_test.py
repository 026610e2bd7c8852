"""AC: callbacks: each record reaches its receiver once or is counted, whatever the receiver does, and no request waits for it."""
import base64
import hashlib
import hmac
import json
import pathlib
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from scenario import KEY, SLOW, Gateway, main, request, wait_until  # noqa: E402
from callback_scene import Scene  # noqa: E402
from receivers import Receiver, records  # noqa: E402


class Callbacks(Scene):
    def test_ac01_every_record_once(self):
        """lists of records as callback_jsonl has them, in batches"""
        lines = self.folder / "records.jsonl"
        gateway = self.gateway(plugins=[{"plugin": "callback_jsonl", "config": {"path": str(lines)}}], flush_interval_s=0.3)
        ids, _ = self.send(gateway, 200, "a")
        self.assert_once(ids)
        said = {record["id"]: record for record in map(json.loads, lines.read_text().splitlines())}
        self.assertEqual({record["id"]: record for record in records(self.receiver.taken())}, said)
        self.assertLess(len(self.receiver.taken()), 40)
        self.assertEqual(self.figures(gateway), (200, 200, {}))

    def test_ac02_formats_template_signature(self):
        """lines; one by one with a template, signed as Standard Webhooks says; an envelope around the list"""
        secret = base64.b64encode(b"0123456789abcdef01234567").decode()
        gateway = self.gateway(format="single", headers={"x-token": "t"}, signing_secret="whsec_" + secret, gzip=True,
                               template={"name": "call {{litellm_call_id}} of {{requested_model}}", "tokens": "{{prompt_tokens}}", "who": "{{metadata.none}}",
                                         "at": "{{startTime | ms}}", "list": ["{{ status }}", 1], "all": "{{.}}"})
        self.send(gateway, 3, "b", threads=1)
        calls = self.receiver.wait(lambda calls: calls if len(calls) >= 3 else None, "three calls")
        body = calls[0].json()
        self.assertEqual((body["name"], body["who"], body["list"]), ("call b-0 of echo", None, ["success", 1]))
        self.assertIsInstance(body["tokens"], int)
        self.assertAlmostEqual(body["at"], body["all"]["startTime"] * 1000, delta=1)
        for call in calls:
            told = f"{call.headers['webhook-id']}.{call.headers['webhook-timestamp']}.".encode() + call.body
            mac = base64.b64encode(hmac.new(base64.b64decode(secret), told, hashlib.sha256).digest()).decode()
            self.assertEqual(call.headers["webhook-signature"], "v1," + mac)
            self.assertEqual((call.headers["x-token"], call.headers["content-encoding"]), ("t", "gzip"))
        self.assertEqual(len({call.headers["webhook-id"] for call in calls}), 3)
        gateway.stop()
        with Receiver() as other:
            gateway = self.gateway(url=other.url, format="ndjson")
            self.send(gateway, 5, "c")
            other.wait(lambda calls: sum(call.body.count(b"\n") for call in calls) == 5, "five lines")
            self.assertEqual(other.taken()[0].headers["content-type"], "application/x-ndjson")
            gateway.stop()
        with Receiver() as other:
            gateway = self.gateway(url=other.url, envelope={"from": "sluice", "events": "{{records}}"}, template={"id": "{{id}}"})
            self.send(gateway, 2, "d")
            other.wait(lambda calls: sum(len(call.json()["events"]) for call in calls) == 2, "two events")

    def test_ac03_a_receiver_that_hangs(self):
        """slows no request down, and holds no more memory than it may; what does not fit is counted"""
        self.receiver.always(lambda call: "hang")
        gateway = self.gateway(spool="", queue_records=50, timeout_ms=1500, batch_size=20)
        ids, slowest = self.send(gateway, 300, "e")
        self.assertLess(slowest, 1.0 * SLOW)
        time.sleep(0.5)
        self.receiver.always(lambda call: None)
        self.receiver.let_go.set()
        self.receiver.wait(lambda calls: len(records(calls)) >= 50, "the other fifty")
        got = [record["litellm_call_id"] for record in records(self.receiver.taken())]
        self.assertEqual((len(got), len(set(got)), set(got) - set(ids)), (50, 50, set()))
        time.sleep(0.3)  # the answer to the last call
        self.assertEqual(self.figures(gateway), (300, 50, {"queue_full": 250}))
        self.assertEqual(gateway.stderr().count("records are dropped: queue_full"), 1)

    def test_ac04_500_429_413_garbage(self):
        """each record once in the end; 429 is left alone for as long as it says"""
        gateway = self.gateway()
        for answer in (500, (429, {"retry-after": "1"}, b""), "garbage", "close", 503, 408):
            self.receiver.next(answer)
            begin = time.monotonic()
            count = len(records(self.receiver.taken()))
            ids, slowest = self.send(gateway, 20, f"f{str(answer)[:6]}")
            self.assertLess(slowest, 1.0 * SLOW)
            self.receiver.wait(lambda calls: len(records(calls)) >= count + 20, f"all after {answer}")
            if isinstance(answer, tuple):
                self.assertGreater(time.monotonic() - begin, 0.95)
        got = [record["litellm_call_id"] for record in records(self.receiver.taken())]
        self.assertEqual((len(got), len(set(got))), (120, 120))
        self.receiver.always(lambda call: 413 if len(call.json()) > 3 else None)
        ids, _ = self.send(gateway, 40, "g", threads=8)
        self.receiver.wait(lambda calls: len(records(calls)) >= 160, "in parts")
        time.sleep(0.3)
        self.assertEqual(self.figures(gateway), (160, 160, {}))

    def test_ac05_refused(self):
        """one record that the receiver does not like takes no other with it; 401 gives up, says the status and no key"""
        self.receiver.always(lambda call: 400 if "h-7" in {record["litellm_call_id"] for record in call.json()} else None)
        gateway = self.gateway(headers={"authorization": "Bearer very-secret"}, flush_interval_s=0.5)
        ids, _ = self.send(gateway, 40, "h")
        self.receiver.wait(lambda calls: len(records(calls)) >= 39, "all but one")
        self.assert_once([call_id for call_id in ids if call_id != "h-7"], self.receiver.taken())
        self.receiver.always(lambda call: 401)
        self.send(gateway, 10, "i")
        wait_until(lambda: any("i-9" in call.body.decode() for call in self.receiver.refused), 5 * SLOW, "they are refused")
        self.assertEqual(self.figures(gateway), (50, 39, {"rejected": 11}))
        self.assertIn("status 400", gateway.stderr())
        self.assertNotIn("very-secret", gateway.stderr())
        self.assertNotIn("h-7", gateway.stderr())

    def test_ac06_away_and_back(self):
        """over the spool, in order, once; nothing of it is left there"""
        gateway = self.gateway(timeout_ms=500)
        self.send(gateway, 5, "j0")
        self.receiver.wait(lambda calls: len(records(calls)) == 5, "five")
        self.receiver.stop()
        ids, slowest = self.send_in_a_row(gateway, 300, "j")
        self.assertLess(slowest, 1.0 * SLOW)
        self.wait_spooled(300)
        self.assertEqual({oct(path.stat().st_mode & 0o777) for path in self.spool.rglob("*.records")}, {"0o600"})
        self.receiver.start()
        self.receiver.wait(lambda calls: len(records(calls)) >= 305, "all")
        got = [record["litellm_call_id"] for record in records(self.receiver.taken())]
        self.assertEqual(got[5:], ids)
        wait_until(lambda: not list(self.spool.rglob("*.records")), 5 * SLOW, "the spool is empty")

    def test_ac07_kill_9(self):
        """in the middle of an outage: what was in the spool is sent once after the restart, also by another gateway"""
        self.receiver.stop()
        gateway = self.gateway(timeout_ms=500)
        ids, _ = self.send(gateway, 100, "k")
        self.wait_spooled(100)
        other = self.gateway(timeout_ms=500)
        more, _ = self.send(other, 50, "l")
        self.wait_spooled(150)
        gateway.process.kill()
        gateway.process.wait()
        gateway.stop()
        self.receiver.start()
        self.assert_once(ids + more)

    def test_ac08_the_end(self):
        """SIGTERM while the receiver is away, and while it is there: nothing is lost; the next gateway sends what is left"""
        gateway = self.gateway(flush_interval_s=30)
        ids, _ = self.send(gateway, 20, "m")
        self.assertEqual(gateway.stop(), 0)
        self.receiver.stop()
        gateway = self.gateway(timeout_ms=500)
        more, _ = self.send(gateway, 20, "n")
        self.assertEqual(gateway.stop(), 0)
        self.receiver.start()
        self.receiver.always(lambda call: "hang")
        gateway = self.gateway(timeout_ms=700)
        still, _ = self.send(gateway, 20, "o")
        begin = time.monotonic()
        self.assertEqual(gateway.stop(), 0)
        self.assertLess(time.monotonic() - begin, 10 * SLOW)
        self.receiver.let_go.set()
        self.receiver.always(lambda call: None)
        self.gateway()
        self.assert_once(ids + more + still)

    def test_ac09_reloads(self):
        """old and new generations side by side: each record once"""
        gateway = self.gateway()
        ids = []
        done = threading.Event()

        def ask():
            while not done.is_set():
                ids.append(f"p-{len(ids)}")
                self.ask(gateway, ids[-1])

        crowd = threading.Thread(target=ask)
        crowd.start()
        for _ in range(3):
            answer = request(gateway.port, "POST", "/admin/reload", None, {"authorization": f"Bearer {KEY}"}, timeout=60)
            self.assertEqual(answer.status, 200, answer.body)
        done.set()
        crowd.join()
        self.assert_once(ids)

    def test_ac10_the_spool_is_full(self):
        """the oldest go, and are counted; what was sent and what was counted is all there was"""
        self.receiver.stop()
        gateway = self.gateway(spool_bytes=200_000, timeout_ms=500)
        ids, _ = self.send(gateway, 400, "q", threads=1)
        taken, delivered, why = self.figures(gateway)
        self.assertLess(sum(path.stat().st_size for path in self.spool.rglob("*.records")), 220_000)
        dropped = why["spool_full"]
        self.assertEqual((taken, delivered), (400, 0))
        self.assertGreater(dropped, 50)
        self.receiver.start()
        self.gateway()
        self.assert_once(ids[dropped:])

    def test_ac12_long_questions_and_answers(self):
        """small ones are read by the records' thread, long ones by the loop: of both everything is told"""
        gateway = self.gateway(flush_interval_s=0.1)
        for size in (10, 70_000, 600_000):
            text = f"{size} " + "x" * size
            for stream in (False, True):
                answer = request(gateway.port, "POST", "/v1/chat/completions", {"model": "echo", "messages": [{"role": "user", "content": text}], "stream": stream,
                                                                                "temperature": 0.5}, {"authorization": f"Bearer {KEY}"})
                self.assertEqual(answer.status, 200)
        all_ = self.receiver.wait(lambda calls: records(calls) if len(records(calls)) >= 6 else None, "six records")
        for size in (10, 70_000, 600_000):
            mine = [record for record in all_ if record["messages"][0]["content"].startswith(f"{size} ")]
            self.assertEqual([len(record["messages"][0]["content"]) - len(f"{size} ") for record in mine], [size, size])
            for record in mine:
                self.assertIn("x" * size, record["response"]["choices"][0]["message"]["content"])
                self.assertEqual(record["model_parameters"]["temperature"], 0.5)

    def test_ac11_bad_configurations(self):
        """say which key, what is allowed, and no secret"""
        for config, told in (({"url": "ftp://x"}, "url"), ({"url": "http://x", "template": "{{a | b}}"}, "ms, ns, iso"),
                             ({"url": "http://x", "headers": {"host": "a"}}, "headers.host"), ({"url": "http://x", "envelope": {}}, "{{records}}"),
                             ({"url": "http://x", "retry_min_ms": 900, "retry_max_ms": 100}, "retry_max_ms")):
            with self.subTest(config), self.assertRaises(RuntimeError):
                try:
                    self.gateway(**config)
                finally:
                    self.assertIn(told, Gateway.started[-1].output or "")


if __name__ == "__main__":
    main()
