"""AC: records in Langfuse, valid by its own specification, and never in another's trace."""
import base64
import json
import pathlib
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from scenario import FULL, KEY, data_dir, main, request  # noqa: E402
from callback_scene import Scene  # noqa: E402
from receivers import Receiver, Schemas, spans  # noqa: E402


class Langfuse(Scene):
    keys = {"public_key": "pk-lf-one", "secret_key": "sk-lf-one"}

    def langfuse(self, **config):
        return self.gateway("callback_langfuse", host=self.receiver.url, **{**self.keys, **config})

    @classmethod
    def schemas(cls):
        if not hasattr(cls, "loaded"):
            path = data_dir() and data_dir() / "specs" / "langfuse.yml"
            if not path or not path.is_file():
                raise unittest.SkipTest("no specs/langfuse.yml: set SLUICE_TEST_DATA to the folder of the public test data")
            try:
                import yaml
            except ImportError as missing:
                raise unittest.SkipTest(f"the specification is YAML: {missing}") from missing
            cls.loaded = Schemas(yaml.load(path.read_text(), getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
        return cls.loaded

    def assert_valid(self):
        calls = self.receiver.taken()
        self.assertEqual([fault for call in calls for fault in self.schemas().faults("post", call.path, call.json())][:3], [])
        return calls

    def by_call(self):
        return {span["at"]["langfuse.observation.metadata.litellm_call_id"]: span for span in spans(self.receiver.taken())
                if span["at"]["langfuse.observation.type"] == "generation"}

    def test_ac20_traces(self):
        """over OTLP, valid by Langfuse's own specification: who, what, how much, and where the trace belongs"""
        gateway = self.langfuse(environment="prod")
        self.ask(gateway, "t1", user="ann", metadata={"session_id": "s1", "trace_name": "walk", "tags": ["a", "b"], "trace_user_id": "bob", "colour": "red"})
        self.ask(gateway, "t2", metadata={"trace_id": "0123456789abcdef0123456789ABCDEF", "generation_name": "step"})
        self.ask(gateway, "t3")
        self.receiver.wait(lambda calls: len(spans(calls)) >= 3, "three generations")
        call = self.assert_valid()[0]
        self.assertEqual(call.path, "/api/public/otel/v1/traces")
        self.assertEqual(call.headers["authorization"], "Basic " + base64.b64encode(b"pk-lf-one:sk-lf-one").decode())
        self.assertEqual((call.headers["x-langfuse-ingestion-version"], call.headers["content-encoding"]), ("4", "gzip"))
        first, second, third = (self.by_call()[name] for name in ("t1", "t2", "t3"))
        at = first["at"]
        self.assertEqual((at["session.id"], at["langfuse.trace.name"], at["user.id"], at["langfuse.environment"]), ("s1", "walk", "bob", "prod"))
        self.assertEqual([value["stringValue"] for value in at["langfuse.trace.tags"]["values"]], ["a", "b"])
        self.assertEqual(at["langfuse.observation.metadata.colour"], "red")
        usage = json.loads(at["langfuse.observation.usage_details"])
        self.assertEqual(usage["total"], usage["input"] + usage["output"])
        self.assertEqual((second["traceId"], second["name"]), ("0123456789abcdef0123456789abcdef", "step"))
        self.assertNotIn("session.id", third["at"])
        self.assertEqual(len({span["traceId"] for span in (first, second, third)}), 3)
        self.assertEqual((len(first["traceId"]), len(first["spanId"])), (32, 16))
        self.assertNotIn("sk-lf-one", gateway.stderr())

    def test_ac21_the_older_api(self):
        """events of the ingestion API, valid by the specification; what a 207 refuses is counted"""
        gateway = self.langfuse(api="ingestion")
        self.receiver.next((207, {}, b'{"successes":[],"errors":[{"id":"x","status":400}]}'))
        self.ask(gateway, "u1", metadata={"trace_id": "my-trace", "session_id": "s2", "tags": ["c"]})
        calls = self.receiver.wait(lambda calls: calls or None, "a call")
        self.assert_valid()
        self.assertEqual(calls[0].path, "/api/public/ingestion")
        events = {event["type"]: event for event in calls[0].json()["batch"]}
        self.assertEqual((events["trace-create"]["body"]["id"], events["generation-create"]["body"]["traceId"]), ("my-trace", "my-trace"))
        self.assertEqual((events["trace-create"]["body"]["sessionId"], events["trace-create"]["body"]["tags"]), ("s2", ["c"]))
        self.assertEqual(self.figures(gateway, "langfuse"), (1, 0, {"rejected": 1}))

    def test_ac22_nobody_in_another_s_trace(self):
        """two users by turns, thousands of times, on many connections: each generation has its own session, user, tags and trace"""
        gateway = self.langfuse()
        count, threads = (10000 if FULL else 2000), 8

        def run(which):
            for number in range(which, count, threads):
                who = "ann" if number % 2 else "bob"
                more = {} if number % 5 == 0 else {"metadata": {"session_id": f"{who}-{number}", "tags": [who], "trace_user_id": who}}
                self.ask(gateway, f"{who}-{number}", **more)

        crowd = [threading.Thread(target=run, args=(which,)) for which in range(threads)]
        for one in crowd:
            one.start()
        for one in crowd:
            one.join()
        self.receiver.wait(lambda calls: len(spans(calls)) >= count, "all generations", 60)
        found = self.by_call()
        self.assertEqual((len(found), len(spans(self.receiver.taken()))), (count, count))
        self.assertEqual(len({span["traceId"] for span in found.values()}), count)
        for call_id, span in found.items():
            who, number = call_id.split("-")
            if int(number) % 5 == 0:
                self.assertNotIn("session.id", span["at"])
                self.assertEqual(span["at"]["user.id"], "default_user_id")  # the master key's
            else:
                tags = [value["stringValue"] for value in span["at"]["langfuse.trace.tags"]["values"]]
                self.assertEqual((span["at"]["session.id"], span["at"]["user.id"], tags), (call_id, who, [who]))

    def test_ac23_keys_with_accounts_of_their_own(self):
        """their records go there and nowhere else; a host that no key may name, a key that wants none, one that hides what was said"""
        other = self.enterContext(Receiver())
        store = [{"plugin": "store_sqlite", "config": {"path": str(self.folder / "sluice.db")}}, {"plugin": "auth_keys"}, {"plugin": "admin_api"}]
        gateway = self.langfuse(plugins=store, own_hosts=[other.url])

        def key(**metadata):
            answer = request(gateway.port, "POST", "/key/generate", {"metadata": metadata}, {"authorization": f"Bearer {KEY}"})
            self.assertEqual(answer.status, 200, answer.body)
            return answer.json()["key"]

        def account(host, **more):
            return {"callback_name": "langfuse", "callback_type": "success_and_failure",
                    "callback_vars": {"langfuse_public_key": "pk-two", "langfuse_secret": "sk-two", "langfuse_host": host, **more}}

        self.ask(gateway, "v-usual", key(colour="red"))
        self.ask(gateway, "v-own", key(logging=[account(other.url)]))
        self.ask(gateway, "v-none", key(litellm_disabled_callbacks=["langfuse"]))
        self.ask(gateway, "v-inside", key(logging=[account("http://169.254.169.254")]))
        self.ask(gateway, "v-failures", key(logging=[{**account(other.url), "callback_type": "failure"}]))
        self.ask(gateway, "v-last", key())
        self.receiver.wait(lambda calls: len(spans(calls)) >= 2, "those of the usual account")
        other.wait(lambda calls: len(spans(calls)) >= 1, "that of the other")
        time.sleep(0.3)
        self.assertEqual(set(self.by_call()), {"v-usual", "v-last"})
        self.assertEqual([(span["name"], span["at"].get("langfuse.observation.metadata.litellm_call_id")) for span in spans(other.taken())],
                         [("litellm-acompletion", "v-own")])
        self.assertEqual({call.headers["authorization"] for call in other.taken()}, {"Basic " + base64.b64encode(b"pk-two:sk-two").decode()})
        self.assertIn("own_hosts", gateway.stderr())
        self.assertNotIn("sk-two", gateway.stderr())

    def test_ac24_hidden(self):
        """redact_user_api_key_info takes the key out of it, before the disk too"""
        self.receiver.stop()
        gateway = self.langfuse(redact_user_api_key_info=True, turn_off_message_logging=True, timeout_ms=500)
        self.ask(gateway, "w1", user="ann")
        self.wait_spooled(1)
        on_disk = b"".join(path.read_bytes() for path in self.spool.rglob("*.records"))
        self.assertIn(b'"user_api_key_hash":null', on_disk)
        self.receiver.start()
        self.receiver.wait(lambda calls: len(spans(calls)) >= 1, "the generation")
        self.assertEqual([name for name in self.by_call()["w1"]["at"] if "user_api_key" in name], [])


if __name__ == "__main__":
    main()
