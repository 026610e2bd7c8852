"""AL: records at Datadog (spans, metrics), StatsD, LangSmith, Helicone, syslog, in files that rotate; and what of them nobody may see."""
import gzip
import json
import pathlib
import re
import signal
import ssl
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from scenario import KEY, SLOW, Gateway, main, request, wait_until, whole_lines  # noqa: E402
from callback_scene import CHAT, SOON, Scene  # noqa: E402
from certificates import Authority  # noqa: E402
from line_receivers import Datagrams, Frames, Rsyslog, parsed  # noqa: E402
from receivers import Receiver  # noqa: E402

PROMPT = "the colour of the secret is vermilion"


class More(Scene):
    def named(self, names, callbacks, env=None, plugins=(), guardrails=(), **litellm):
        """A gateway as LiteLLM's configuration asks for callbacks: by their names."""
        document = {"model_list": [{"model_name": "echo", "litellm_params": {"model": "echo/echo", "input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6}}],
                    "general_settings": {"master_key": KEY}, "router_settings": {"num_retries": 0}, "guardrails": list(guardrails),
                    "litellm_settings": {"callbacks": names, **litellm}, "callback_settings": callbacks,
                    "plugins": [{"plugin": "admin", "grants": ["admin"]}, *plugins], "listen": {"limits": {"drain_timeout_ms": 5000}}}
        gateway = Gateway(json.dumps(document), env=env)
        self.addCleanup(gateway.stop)
        return gateway

    def exporter(self, **config):
        return {"spool": str(self.spool), **SOON, **config}

    # --- Datadog ---

    def test_al01_spans_in_datadog(self):
        """LLM Observability by LiteLLM's name: the intake with a key, or the agent's proxy without one; messages, tokens, cost, error, session"""
        self.receiver.always(lambda call: (202, {}, b""))
        gateway = self.named(["datadog_llm_observability"],
                             {"datadog_llm_observability": self.exporter(url=self.receiver.url, api_key="dd-secret", ml_app="shop", env="test")})
        self.ask(gateway, "d1", messages=[{"role": "user", "content": PROMPT}], metadata={"session_id": "s1", "trace_id": "t1"})
        self.ask(gateway, "d2")
        answer = request(gateway.port, "POST", CHAT, {"model": "none", "messages": []}, {"authorization": f"Bearer {KEY}", "x-litellm-call-id": "d3"})
        self.assertGreaterEqual(answer.status, 400)

        def spans(calls):
            return [span for call in calls for span in call.json()["data"]["attributes"]["spans"]]
        self.receiver.wait(lambda calls: len(spans(calls)) >= 3, "three spans")
        call = self.receiver.taken()[0]
        self.assertEqual((call.path, call.headers["dd-api-key"]), ("/api/intake/llm-obs/v1/trace/spans", "dd-secret"))
        self.assertEqual((call.json()["data"]["type"], call.json()["data"]["attributes"]["ml_app"]), ("span", "shop"))
        by_call = {span["meta"]["metadata"]["litellm_call_id"]: span for span in spans(self.receiver.taken())}
        first, failed = by_call["d1"], by_call["d3"]
        self.assertEqual((first["session_id"], first["trace_id"], first["status"], first["meta"]["kind"]), ("s1", "t1", "ok", "llm"))
        self.assertEqual(first["meta"]["input"]["messages"], [{"role": "user", "content": PROMPT}])
        self.assertIn(PROMPT, first["meta"]["output"]["messages"][0]["content"])
        metrics = first["metrics"]
        self.assertEqual(metrics["total_tokens"], metrics["input_tokens"] + metrics["output_tokens"])
        self.assertAlmostEqual(metrics["total_cost"], metrics["input_tokens"] * 1e-6 + metrics["output_tokens"] * 2e-6, places=9)
        self.assertIn("env:test", first["tags"])
        self.assertEqual((failed["status"], bool(failed["meta"]["error"]["message"])), ("error", True))
        self.assertNotEqual(by_call["d2"]["trace_id"], failed["trace_id"])
        self.assertNotIn("dd-secret", gateway.stderr() + "".join(call.body.decode() for call in self.receiver.taken()))
        gateway.stop()
        with Receiver() as agent:
            gateway = self.gateway("callback_datadog_llm", agent_host="127.0.0.1", agent_port=str(agent.port))
            self.ask(gateway, "d4")
            call = agent.wait(lambda calls: calls and calls[0], "a span at the agent")
            self.assertEqual((call.path, call.headers["x-datadog-evp-subdomain"]), ("/evp_proxy/v2/api/intake/llm-obs/v1/trace/spans", "api"))
            self.assertNotIn("dd-api-key", call.headers)

    def test_al02_metrics_over_the_api(self):
        """counts as series, times as distributions; sums are exact however they are batched and sent again"""
        self.receiver.next((429, {"retry-after": "0"}, b""), 500)
        gateway = self.named(["datadog_metrics"], {"datadog_metrics": self.exporter(url=self.receiver.url, api_key="dd-secret", tags="site:a")})
        _, slowest = self.send(gateway, 40, "m")
        self.assertLess(slowest, 1.0 * SLOW)

        def points(metric):
            found = []
            for call in self.receiver.taken():
                found += [(series, point) for series in call.json()["series"] if series["metric"] == metric for point in series["points"]]
            return found
        wait_until(lambda: sum(point["value"] for _, point in points("litellm.llm_api.request_count")) >= 40, 20 * SLOW, "forty requests")
        self.send(gateway, 20, "n")
        wait_until(lambda: sum(point["value"] for _, point in points("litellm.llm_api.request_count")) >= 60, 20 * SLOW, "sixty requests")
        wait_until(lambda: sum(len(point[1]) for _, point in points("litellm.request.total_latency")) >= 60, 20 * SLOW, "sixty times")
        counts = points("litellm.llm_api.request_count")
        self.assertEqual(sum(point["value"] for _, point in counts), 60)
        self.assertEqual({series["type"] for series, _ in counts}, {1})
        self.assertIn("model_group:echo", counts[0][0]["tags"])
        self.assertIn("site:a", counts[0][0]["tags"])
        stamps = [point["timestamp"] for _, point in counts]
        self.assertGreater(len(stamps), 1)
        self.assertEqual(len(stamps), len(set(stamps)))
        self.assertEqual(len(points("litellm.errors")), 0)
        self.assertEqual({call.path for call in self.receiver.taken()}, {"/api/v2/series", "/api/v1/distribution_points"})
        self.assertEqual({series["type"] for series, _ in points("litellm.request.total_latency")}, {"distribution"})

    def assert_counted(self, receiver, name, count):
        pattern = re.compile(re.escape(name) + r"(?:\.[^:]*)?:1\|c(\|#.*)?")
        wait_until(lambda: sum(bool(pattern.fullmatch(line)) for line in receiver.lines()) >= count, 20 * SLOW, f"{count} times {name}")
        self.assertEqual(sum(bool(pattern.fullmatch(line)) for line in receiver.lines()), count)

    def test_al03_statsd(self):
        """DogStatsD over UDP and a unix socket, plain StatsD; no datagram longer than it may be"""
        with Datagrams() as udp:
            gateway = self.named(["datadog_metrics"], {"datadog_metrics": self.exporter(dogstatsd=udp.address, env="test")})
            self.send(gateway, 40, "u")
            self.assert_counted(udp, "litellm.llm_api.request_count", 40)
            self.assertLessEqual(max(len(datagram) for datagram in udp.got), 1432)
            self.assertGreater(max(len(datagram) for datagram in udp.got), 500)
            line = next(line for line in udp.lines() if line.startswith("litellm.request.total_latency:"))
            self.assertRegex(line, r"^litellm\.request\.total_latency:[\d.]+\|d\|#env:test,service:litellm-server,version:unknown,.*model_group:echo.*status_code:200")
            gateway.stop()
        with Datagrams(self.folder / "dsd.socket") as agent:
            gateway = self.gateway("callback_statsd", address=agent.address, flavour="dogstatsd", tag_names=["outcome"])
            self.send(gateway, 40, "v")
            self.assert_counted(agent, "litellm.llm_api.request_count", 40)
            self.assertLessEqual(max(len(datagram) for datagram in agent.got), 8192)
            self.assertIn("litellm.llm_api.request_count:1|c|#outcome:success", agent.lines())
            gateway.stop()
        with Datagrams() as udp:
            gateway = self.named(["statsd"], {"statsd": self.exporter(address=udp.address, prefix="gw.", tag_names=["model_group", "status_code"])})
            self.send(gateway, 10, "w")
            self.assert_counted(udp, "gw.llm_api.request_count.echo.200", 10)
            self.assertTrue(any(re.fullmatch(r"gw\.request\.total_latency\.echo\.200:[\d.]+\|ms", line) for line in udp.lines()))

    def test_al04_an_agent_that_is_away(self):
        """is waited for, and no count is lost"""
        path = self.folder / "dsd.socket"
        gateway = self.gateway("callback_statsd", address=f"unix://{path}", flavour="dogstatsd", tag_names=[])
        _, slowest = self.send(gateway, 20, "x")
        self.assertLess(slowest, 1.0 * SLOW)
        wait_until(lambda: b"".join(one.read_bytes() for one in self.spool.rglob("*.records")).count(b'"outcome"') == 20, 20 * SLOW, "twenty on the disk")
        with Datagrams(path) as agent:
            self.assert_counted(agent, "litellm.llm_api.request_count", 20)

    # --- vendors by template ---

    def test_al10_langsmith(self):
        """runs by LiteLLM's name, its variables granted; a key with a project of its own"""
        other = self.enterContext(Receiver())
        self.receiver.always(lambda call: (202, {}, b"{}"))
        store = [{"plugin": "store_sqlite", "config": {"path": str(self.folder / "sluice.db")}}, {"plugin": "auth_keys"}, {"plugin": "admin_api"}]
        gateway = self.named(["langsmith"], {"langsmith": self.exporter(base_url=self.receiver.url + "/", api_key="ls-secret", own_hosts=[other.url])}, plugins=store)
        logging = [{"callback_name": "langsmith", "callback_type": "success", "callback_vars":
                    {"langsmith_api_key": "ls-two", "langsmith_base_url": other.url, "langsmith_project": "team"}}]
        thief = [{"callback_name": "langsmith", "callback_type": "success", "callback_vars": {"langsmith_base_url": other.url}}]
        project = [{"callback_name": "langsmith", "callback_type": "success", "callback_vars": {"langsmith_project": "ours"}}]
        made = [request(gateway.port, "POST", "/key/generate", {"metadata": {"logging": entry}}, {"authorization": f"Bearer {KEY}"}) for entry in (logging, thief, project)]
        self.assertEqual([answer.status for answer in made], [200, 200, 200])
        self.ask(gateway, "l1", messages=[{"role": "user", "content": PROMPT}], metadata={"session_id": "s1", "run_name": "step"})
        self.ask(gateway, "l2", key=made[1].json()["key"])
        self.ask(gateway, "l3", key=made[0].json()["key"])
        run = self.receiver.wait(lambda calls: calls and calls[0].json()["post"][0], "a run")
        call = self.receiver.taken()[0]
        self.assertEqual((call.path, call.headers["x-api-key"]), ("/runs/batch", "ls-secret"))
        self.assertNotIn("x-tenant-id", call.headers)
        self.assertRegex(run["id"], r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
        self.assertEqual((run["trace_id"], run["name"], run["run_type"], run["session_name"]), (run["id"], "step", "llm", "litellm-completion"))
        self.assertRegex(run["dotted_order"], r"^\d{8}T\d{12}Z" + run["id"] + "$")
        self.assertEqual(run["inputs"]["messages"][0]["content"], PROMPT)
        self.assertIn(PROMPT, run["outputs"]["choices"][0]["message"]["content"])
        self.assertEqual(run["extra"]["metadata"]["session_id"], "s1")
        self.assertGreater(run["outputs"]["usage_metadata"]["total_cost"], 0)
        self.ask(gateway, "l4", key=made[2].json()["key"])
        ours = self.receiver.wait(lambda calls: len(calls) >= 2 and calls[1], "a run in a project of the key's")
        self.assertEqual((ours.headers["x-api-key"], ours.json()["post"][0]["session_name"]), ("ls-secret", "ours"))
        theirs = other.wait(lambda calls: calls and calls[0], "a run of the key")
        self.assertEqual((theirs.headers["x-api-key"], theirs.json()["post"][0]["session_name"]), ("ls-two", "team"))
        self.assertEqual(len(theirs.json()["post"]), 1)
        # A host alone does not get what the configured account pays for.
        self.assertNotIn("ls-secret", gateway.stderr() + "".join(str(call.headers) for call in other.taken()))
        self.assertIn("there is no api_key", gateway.stderr())

    def test_al11_helicone(self):
        """one log a request"""
        gateway = self.named(["helicone"], {"helicone": self.exporter(base_url=self.receiver.url, api_key="he-secret")})
        self.ask(gateway, "h1", user="ann", messages=[{"role": "user", "content": PROMPT}])
        self.ask(gateway, "h2")
        self.receiver.wait(lambda calls: len(calls) >= 2, "two logs")
        call = next(call for call in self.receiver.taken() if b'"h1"' in call.body)
        self.assertEqual((call.path, call.headers["authorization"]), ("/custom/v1/log", "Bearer he-secret"))
        log = call.json()
        self.assertEqual(log["providerRequest"]["url"], "custom-model-nopath")
        self.assertIn(log["providerRequest"]["meta"]["Helicone-User-Id"], ("ann", "default_user_id"))  # the end user, where somebody says who that is
        self.assertEqual(log["providerRequest"]["json"]["messages"][0]["content"], PROMPT)
        self.assertIn(PROMPT, log["providerResponse"]["json"]["choices"][0]["message"]["content"])
        self.assertEqual(log["providerResponse"]["status"], 200)
        times = log["timing"]
        self.assertAlmostEqual(times["startTime"]["seconds"], time.time(), delta=60 * SLOW)
        self.assertTrue(all(0 <= part["milliseconds"] < 1000 for part in times.values()))

    def test_al12_no_key(self):
        """is said at the start, with the variable that would do; a variable counts where it was granted"""
        with self.assertRaises(RuntimeError):
            self.named(["helicone"], {})
        self.assertIn("HELICONE_API_KEY", Gateway.started[-1].output)
        plugin = {"plugin": "callback_langsmith", "grants": ["net", "secrets:LANGSMITH_API_KEY", "secrets:LANGSMITH_PROJECT"],
                  "config": self.exporter(base_url=self.receiver.url)}
        gateway = self.named([], {}, env={"LANGSMITH_API_KEY": "ls-variable", "LANGSMITH_PROJECT": "by variable"}, plugins=[plugin])
        self.ask(gateway, "n1")
        call = self.receiver.wait(lambda calls: calls and calls[0], "a run")
        self.assertEqual((call.headers["x-api-key"], call.json()["post"][0]["session_name"]), ("ls-variable", "by variable"))

    # --- syslog ---

    def test_al20_syslog_over_tcp(self):
        """counted frames, each record once; a receiver that goes away and comes back"""
        with Frames() as receiver:
            gateway = self.named(["syslog"], {"syslog": self.exporter(address=f"tcp://127.0.0.1:{receiver.port}", facility="local3", app_name="gw")})
            ids, slowest = self.send(gateway, 50, "t", threads=1)
            self.assertLess(slowest, 1.0 * SLOW)
            wait_until(lambda: len(receiver.messages) >= 50, 20 * SLOW, "fifty messages")
            told = [parsed(message) for message in receiver.messages]
            self.assertEqual(sorted(one["data"]["litellm_call_id"] for one in told), sorted(ids))
            one = told[0]
            self.assertEqual((one["pri"], one["app"], one["kind"], one["id"]), (str(19 * 8 + 6), "gw", "chat", "sluice@32473"))
            self.assertRegex(one["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
            self.assertEqual((one["data"]["outcome"], one["data"]["status"], one["data"]["model_group"]), ("success", "200", "echo"))
            self.assertRegex(one["text"], r"^chat \S+ success 200 in \d+ ms, \d+\+\d+ tokens, ")
            self.assertEqual(receiver.faults, [])
        more, _ = self.send(gateway, 20, "u")
        self.wait_spooled(20)
        with Frames(port=receiver.port) as again:
            wait_until(lambda: len(again.messages) >= 20, 20 * SLOW, "those that waited")
            self.assertEqual(sorted(parsed(message)["data"]["litellm_call_id"] for message in again.messages), sorted(more))

    def test_al21_syslog_over_tls(self):
        """to the receiver whose certificate it is, with one of our own, and to nobody else"""
        with Authority() as authority, Authority("other") as other:
            server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            server.load_cert_chain(*authority.issue("server"))
            server.load_verify_locations(authority.ca)
            server.verify_mode = ssl.CERT_REQUIRED
            certificate, key = authority.issue("client")
            with Frames(server) as receiver:
                address = f"tls://localhost:{receiver.port}"
                ours = {"cert_file": str(certificate), "key_file": str(key)}
                gateway = self.gateway("callback_syslog", address=address, ca_file=str(authority.ca), format="json", **ours)
                ids, _ = self.send(gateway, 10, "s")
                wait_until(lambda: len(receiver.messages) >= 10, 20 * SLOW, "ten messages")
                told = [parsed(message) for message in receiver.messages]
                self.assertEqual({json.loads(one["text"])["litellm_call_id"] for one in told}, set(ids))
                gateway.stop()
                before = len(receiver.messages)
                for config, why in (({"ca_file": str(other.ca)}, "certificate"), ({"ca_file": str(authority.ca), "server_name": "logs.acme.com"}, "mismatch")):
                    with self.subTest(why):
                        gateway = self.gateway("callback_syslog", address=address, **{"spool": "", **ours, **config})
                        self.ask(gateway)
                        wait_until(lambda why=why, gateway=gateway: why in gateway.stderr(), 20 * SLOW, f"a word about the {why}")
                        gateway.stop()
                self.assertEqual(len(receiver.messages), before)

    def test_al22_syslog_by_rsyslog(self):
        """Debian's rsyslogd understands what is sent over UDP and TCP"""
        if not Rsyslog.program():
            self.skipTest("no rsyslogd: install rsyslog, or name the folder it was unpacked to with SLUICE_TEST_RSYSLOG")
        with Rsyslog() as rsyslog:
            for scheme in ("udp", "tcp"):
                gateway = self.gateway("callback_syslog", address=f"{scheme}://127.0.0.1:{rsyslog.port}", app_name=scheme)
                ids, _ = self.send(gateway, 10, scheme)

                def mine(scheme=scheme):
                    return [line for line in rsyslog.lines() if f"|{scheme}|" in line]
                wait_until(lambda mine=mine: len(mine()) >= 10, 20 * SLOW, f"ten lines over {scheme}")
                fields = mine()[0].split("|")
                self.assertEqual((fields[0], fields[1], fields[4]), ("local0", "info", "chat"))
                self.assertEqual({re.search(r'litellm_call_id="([^"]*)"', line)[1] for line in mine()}, set(ids))
                gateway.stop()

    # --- files ---

    def rotated(self, path):
        """The lines of all of its files."""
        lines = []
        for one in path.parent.glob(path.name + "*"):
            self.assertNotIn(".tmp", one.name)
            data = one.read_bytes()
            lines += (gzip.decompress(data) if one.name.endswith(".gz") else data).decode().splitlines()
        return [json.loads(line) for line in lines]

    def test_al30_rotation_loses_nothing(self):
        """two gateways that share a file, which rotates every few records and is packed, over reloads and a logrotate in between"""
        path = self.folder / "logs" / "records.jsonl"
        path.parent.mkdir()
        config = {"path": str(path), "max_bytes": 12_000, "keep": 1000, "gzip": True}
        gateways = [self.named(["jsonl"], {"jsonl": config}) for _ in range(2)]
        sent = [None, None]

        def run(which):
            sent[which] = self.send(gateways[which], 120, f"r{which}", threads=2)[0]
        crowd = [threading.Thread(target=run, args=(which,)) for which in range(2)]
        for one in crowd:
            one.start()
        for number in range(3):
            time.sleep(0.1)
            try:
                path.rename(path.with_name(f"records.jsonl.moved{number}"))
            except FileNotFoundError:
                pass  # it has just been moved
            gateways[number % 2].process.send_signal(signal.SIGHUP)
        for one in crowd:
            one.join()
        for gateway in gateways:
            self.assertEqual(gateway.stop(), 0)
        got = sorted(record["litellm_call_id"] for record in self.rotated(path))
        self.assertEqual(got, sorted(sent[0] + sent[1]))
        self.assertGreater(len(list(path.parent.glob("*.gz"))), 2)

    def test_al31_sighup(self):
        """opens the file anew, even if nobody asks anything in between"""
        path = self.folder / "records.jsonl"
        gateway = self.named(["jsonl"], {"jsonl": {"path": str(path)}})
        self.ask(gateway, "one")
        wait_until(lambda: len(whole_lines(path)) == 1, 10 * SLOW, "a line")
        path.rename(self.folder / "old")
        gateway.process.send_signal(signal.SIGHUP)
        wait_until(path.exists, 20 * SLOW, "a new file")
        self.ask(gateway, "two")
        wait_until(lambda: len(whole_lines(path)) == 1, 10 * SLOW, "a line in it")
        self.assertEqual(json.loads(path.read_text())["litellm_call_id"], "two")
        self.assertEqual(len(whole_lines(self.folder / "old")), 1)


if __name__ == "__main__":
    main()
