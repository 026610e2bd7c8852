"""AJ: completion records and cached answers in a bucket: signatures that the store checks, names, outages, keys that are wrong, tokens of Google."""
import base64
import http.server
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from scenario import KEY, SLOW, Gateway, main, request, wait_until  # noqa: E402
from harness import gateway_binary  # noqa: E402
from callback_scene import CHAT, Scene  # noqa: E402
from object_store import BUCKET, REGION, ObjectStore, Way, records_in  # noqa: E402

NAME = re.compile(r"\d{4}-\d\d-\d\d/time-\d\d-\d\d-\d\d-\d{6}_[^/]+\.jsonl\.gz")


class ObjectStores(Scene):
    @classmethod
    def setUpClass(cls):
        cls.store = cls.enterClassContext(ObjectStore())

    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="sluice-objects-")))
        self.spool = self.folder / "spool"
        self.store.empty()

    def bucket(self, **more):
        return {"s3_bucket_name": BUCKET, "s3_region_name": REGION, "s3_endpoint_url": self.store.url, "s3_aws_access_key_id": self.store.key,
                "s3_aws_secret_access_key": self.store.secret, **more}

    def ids_in(self, objects):
        return sorted(record["litellm_call_id"] for record in records_in(objects))

    def wait_stored(self, ids):
        wait_until(lambda: len(records_in(self.store.objects())) >= len(ids), 30 * SLOW, f"{len(ids)} records in the bucket")

    def assert_none_lost(self, gateway, count):
        """How many of them were answered for before the end is a matter of time."""
        taken, _, dropped = self.figures(gateway, "s3")
        self.assertEqual((taken, dropped), (count, {}))

    def test_aj01_batches(self):
        """objects of lines, packed; a path with characters that a URL escapes; each record in one object"""
        gateway = self.gateway("callback_s3", **self.bucket(s3_path="logs of/dt=1+1/ä"), batch_size=7)
        ids, _ = self.send(gateway, 40, "b")
        self.wait_stored(ids)
        objects = self.store.objects()
        self.assertEqual(self.ids_in(objects), sorted(ids))
        self.assertLess(len(objects), 40)
        for key in objects:
            self.assertTrue(key.startswith("logs of/dt=1+1/ä/") and NAME.fullmatch(key.removeprefix("logs of/dt=1+1/ä/")), key)
        self.assertIn("hello", json.dumps(records_in(objects)[0]["messages"]))
        self.assert_none_lost(gateway, 40)
        self.assertNotIn(self.store.secret, gateway.stderr())

    def test_aj02_litellms_configuration(self):
        """callbacks and s3_callback_params, as LiteLLM has them: an object a record under its name"""
        params = {**self.bucket(s3_path="p", s3_batch_size=1, s3_flush_interval=1), "s3_aws_secret_access_key": "os.environ/THE_SECRET"}
        document = {"model_list": [{"model_name": "echo", "litellm_params": {"model": "echo/echo"}}], "general_settings": {"master_key": KEY},
                    "litellm_settings": {"callbacks": ["s3_v2"], "s3_callback_params": params}, "callback_settings": {"s3_v2": {"object": "record"}}}
        gateway = Gateway(json.dumps(document), env={"THE_SECRET": self.store.secret})
        self.addCleanup(gateway.stop)
        for number in range(3):
            self.ask(gateway, f"l{number}")
        self.wait_stored(range(3))
        objects = self.store.objects()
        self.assertEqual(self.ids_in(objects), ["l0", "l1", "l2"])
        for key, data in objects.items():
            record = json.loads(data)
            day = time.strftime("%Y-%m-%d/time-%H-%M-%S-", time.gmtime(record["startTime"]))
            self.assertTrue(key.startswith("p/" + day) and key.endswith(f"_{record['id']}.json"), key)

    def test_aj03_away_and_back(self):
        """while the store is away records wait on the disk, and go out once when it is back"""
        way = Way(self.store.port).open()
        self.addCleanup(way.close)
        gateway = self.gateway("callback_s3", **self.bucket(s3_endpoint_url=way.url), batch_size=10)
        before, _ = self.send(gateway, 10, "x")
        self.wait_stored(before)
        way.close()
        during, _ = self.send(gateway, 30, "y")
        self.wait_spooled(30)
        self.assertEqual(self.ids_in(self.store.objects()), sorted(before))
        way.open()
        self.wait_stored(before + during)
        after, _ = self.send(gateway, 5, "z")
        self.wait_stored(before + during + after)
        self.assertEqual(self.ids_in(self.store.objects()), sorted(before + during + after))
        self.assert_none_lost(gateway, 45)

    def test_aj04_a_wrong_key(self):
        """is named in the log without the secret; nothing is lost, and goes out once the key is right"""
        gateway = self.gateway("callback_s3", **self.bucket(s3_aws_secret_access_key="planted-wrong-word"))
        ids, _ = self.send(gateway, 5, "w")
        self.wait_spooled(5)
        wait_until(lambda: "403 (SignatureDoesNotMatch)" in gateway.stderr(), 20 * SLOW, "the log names the fault")
        self.assertEqual(gateway.stop(), 0)
        self.assertNotIn("planted-wrong-word", gateway.stderr())
        self.assertEqual(self.store.objects(), {})
        gateway = self.gateway("callback_s3", **self.bucket())
        self.wait_stored(ids)
        self.assertEqual(self.ids_in(self.store.objects()), sorted(ids))

    def test_aj05_a_bucket_that_is_not_there(self):
        """records wait for it"""
        gateway = self.gateway("callback_s3", **self.bucket(s3_bucket_name="sluice-later"))
        ids, _ = self.send(gateway, 3, "n")
        wait_until(lambda: "404 (NoSuchBucket)" in gateway.stderr(), 20 * SLOW, "the log names the fault")
        self.wait_spooled(3)
        client = self.store.client()
        client.create_bucket(Bucket="sluice-later", CreateBucketConfiguration={"LocationConstraint": REGION})
        wait_until(lambda: client.list_objects_v2(Bucket="sluice-later").get("KeyCount", 0) > 0, 20 * SLOW, "an object")
        self.assert_none_lost(gateway, 3)

    def test_aj06_faults_of_the_configuration(self):
        """say where, what was found and what is allowed, and quote no secret"""
        for change, said in (({"s3_bucket_name": "a/b"}, "a bucket's name"), ({"s3_endpoint_url": "store:9000"}, "s3_endpoint_url"),
                             ({"s3_aws_role_name": "arn:aws:iam::1:role/x"}, "s3_aws_role_name"), ({"s3_verify": False}, "s3_verify")):
            for plugin in ("callback_s3", "cache_s3"):
                config = {**self.bucket(), "s3_aws_secret_access_key": "planted-word", **change}
                document = {"model_list": [{"model_name": "echo", "litellm_params": {"model": "echo/echo"}}], "plugins": [{"plugin": plugin, "config": config}]}
                path = self.folder / "config.yaml"
                path.write_text(json.dumps(document), encoding="utf-8")
                done = subprocess.run([gateway_binary(), "check", "--load", "-c", path], capture_output=True, text=True, cwd=self.folder)
                self.assertNotEqual(done.returncode, 0, done.stdout + done.stderr)
                self.assertIn(said, done.stdout + done.stderr)
                self.assertNotIn("planted-word", done.stdout + done.stderr)

    def cached(self, **params):
        document = {"model_list": [{"model_name": "echo", "litellm_params": {"model": "echo/echo"}}], "general_settings": {"master_key": KEY},
                    "litellm_settings": {"cache": True, "cache_params": {"type": "s3", "ttl": 600, "wait_ms": int(5000 * SLOW), "namespace": "acme",
                                                                          **self.bucket(s3_path="cache dir/x"), **params}}}
        gateway = Gateway(json.dumps(document))
        self.addCleanup(gateway.stop)
        return gateway

    def asked(self, gateway, text, **fields):
        body = {"model": "echo", "messages": [{"role": "user", "content": text}], **fields}
        answer = request(gateway.port, "POST", CHAT, body, {"authorization": f"Bearer {KEY}"})
        self.assertEqual(answer.status, 200, answer.body)
        return answer

    def test_aj20_cached_answers(self):
        """answers are kept in the bucket, and found by a gateway that was started later; what has expired is not"""
        gateway = self.cached()
        first = self.asked(gateway, "one")
        self.asked(gateway, "short", cache={"ttl": 1})
        wait_until(lambda: len(self.store.objects()) == 2, 20 * SLOW, "two objects")
        for key in self.store.objects():
            self.assertTrue(re.fullmatch(r"cache dir/x/acme_3A[0-9a-f]{64}\.cache", key), key)
        head = self.store.client().head_object(Bucket=BUCKET, Key=key)
        self.assertEqual(set(head["Metadata"]), {"sluice-expires", "sluice-sha256"})
        self.assertEqual(gateway.stop(), 0)
        gateway = self.cached()
        again = self.asked(gateway, "one")
        self.assertEqual(again.headers.get("x-litellm-cache-hit"), "True")
        self.assertEqual(again.body, first.body)
        time.sleep(1.1)
        self.assertIsNone(self.asked(gateway, "short").headers.get("x-litellm-cache-hit"))

    def test_aj21_other_bytes_are_no_answer(self):
        """an object that was changed is asked for anew"""
        gateway = self.cached()
        self.asked(gateway, "one")
        wait_until(lambda: len(self.store.objects()) == 1, 20 * SLOW, "an object")
        client, key = self.store.client(), next(iter(self.store.objects()))
        found = client.get_object(Bucket=BUCKET, Key=key)
        data = found["Body"].read()
        client.put_object(Bucket=BUCKET, Key=key, Body=data.replace(b"one", b"two"), Metadata=found["Metadata"])
        self.assertEqual(gateway.stop(), 0)  # who has just asked may still have the answer at hand
        answer = self.asked(self.cached(), "one")
        self.assertIsNone(answer.headers.get("x-litellm-cache-hit"))
        self.assertIn(b"one", answer.body)

    def test_aj23_removed_and_flushed(self):
        """by key and all of a namespace; what others keep in the bucket stays"""
        fields = {"authorization": f"Bearer {KEY}"}
        gateway = self.cached()
        for number in range(3):
            self.asked(gateway, f"f{number}")
        wait_until(lambda: len(self.store.objects()) == 3, 20 * SLOW, "three objects")
        keys = [self.asked(gateway, f"f{number}").headers["x-litellm-cache-key"] for number in range(3)]
        for name in ("cache dir/x/acme_3Areport.pdf", "cache dir/x/other_3A00.cache", "acme_3A00.cache"):
            self.store.client().put_object(Bucket=BUCKET, Key=name, Body=b"theirs")
        answer = request(gateway.port, "POST", "/cache/delete", {"keys": [keys[0], "acme:none"]}, fields)
        self.assertEqual((answer.status, answer.json()["deleted"]), (200, 1), answer.body)
        self.assertEqual(len(self.store.objects()), 5)
        ping = request(gateway.port, "GET", "/cache/ping", headers=fields)
        self.assertEqual(ping.status, 200, ping.body)
        layer = ping.json()["layers"][0]
        self.assertEqual((layer["type"], layer["healthy"], layer["bucket"], layer["writes"]), ("s3", True, BUCKET, 3))
        self.assertEqual(request(gateway.port, "POST", "/cache/flushall", {}, fields).status, 200)
        self.assertEqual(set(self.store.objects()), {"cache dir/x/acme_3Areport.pdf", "cache dir/x/other_3A00.cache", "acme_3A00.cache"})
        self.assertIsNone(self.asked(gateway, "f1").headers.get("x-litellm-cache-hit"))

    def test_aj22_without_the_store(self):
        """requests are answered, the log names the fault, and no secret stands there"""
        gateway = self.cached(s3_aws_secret_access_key="planted-wrong-word")
        for number in range(4):
            self.asked(gateway, f"n{number}")
        wait_until(lambda: "SignatureDoesNotMatch" in gateway.stderr(), 20 * SLOW, "the log names the fault")
        self.assertNotIn("planted-wrong-word", gateway.stderr())


class Google(http.server.BaseHTTPRequestHandler):
    """A token server and the XML API: what it was sent is kept in the server's `tokens` and `objects`."""
    protocol_version = "HTTP/1.1"

    def answer(self, status, body=b"{}"):
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def body(self):
        return self.rfile.read(int(self.headers.get("content-length", 0)))

    def do_POST(self):
        form = urllib.parse.parse_qs(self.body().decode())
        self.server.tokens.append(form)
        self.answer(200, json.dumps({"access_token": "tok-1", "expires_in": 3600, "token_type": "Bearer"}).encode())

    def do_PUT(self):
        data = self.body()
        if self.headers.get("authorization") != "Bearer tok-1":
            return self.answer(401, b"<Error><Code>AuthenticationRequired</Code></Error>")
        self.server.objects[urllib.parse.unquote(self.path)] = data
        return self.answer(200, b"")

    def log_message(self, *_):
        pass


class ServiceAccounts(Scene):
    def test_aj30_a_service_account(self):
        """signs a statement, changes it for a token, and writes with that"""
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Google)
        server.tokens, server.objects, server.daemon_threads = [], {}, True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        url = f"http://127.0.0.1:{server.server_port}"
        key, public = self.folder / "key.pem", self.folder / "public.pem"
        subprocess.run(["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", key], check=True, capture_output=True)
        subprocess.run(["openssl", "pkey", "-in", key, "-pubout", "-out", public], check=True, capture_output=True)
        account = self.folder / "account.json"
        account.write_text(json.dumps({"type": "service_account", "client_email": "logs@acme", "private_key": key.read_text(), "token_uri": url + "/token"}))
        gateway = self.gateway("callback_s3", gcs_bucket_name="bucket/dir", gcs_path_service_account=str(account), gcs_endpoint_url=url)
        ids, _ = self.send(gateway, 12, "g")
        wait_until(lambda: len(records_in(dict(server.objects))) >= 12, 20 * SLOW, "twelve records")
        self.assertEqual(sorted(record["litellm_call_id"] for record in records_in(server.objects)), sorted(ids))
        self.assertTrue(all(path.startswith("/bucket/dir/") and NAME.fullmatch(path.removeprefix("/bucket/dir/")) for path in server.objects))
        self.assertEqual(len(server.tokens), 1)
        self.assertEqual(server.tokens[0]["grant_type"], ["urn:ietf:params:oauth:grant-type:jwt-bearer"])
        text, signature = server.tokens[0]["assertion"][0].rsplit(".", 1)
        (self.folder / "signature").write_bytes(base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4)))
        verified = subprocess.run(["openssl", "dgst", "-sha256", "-verify", public, "-signature", self.folder / "signature"], input=text.encode(), capture_output=True)
        self.assertEqual(verified.returncode, 0, verified.stdout)
        taken, _, dropped = self.figures(gateway, "gcs_bucket")
        self.assertEqual((taken, dropped), (12, {}))
        self.assertNotIn("PRIVATE KEY", gateway.stderr())


if __name__ == "__main__":
    main()
