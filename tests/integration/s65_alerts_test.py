"""AK: alerts: budgets, outages, hanging requests, lost records and reports, to receivers that check what they get, hang, or are away."""
import email
import email.policy
import json
import pathlib
import ssl
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from scenario import KEY, SLOW, USER, Gateway, IntegrationTest, RawConnection, Upstream, deployment, main, post, request, wait_until  # noqa: E402
from alert_sinks import Mailbox, PagerDuty, Slack, smtp_server  # noqa: E402
from certificates import Authority  # noqa: E402
from harness import free_port, gateway_binary  # noqa: E402
from receivers import Receiver  # noqa: E402

CHAT = "/v1/chat/completions"
SOON = {"check_interval_s": 0.1, "retry_min_s": 0.1, "retry_max_s": 0.3, "metrics_interval_s": 0.1}
WAIT = 20 * SLOW


class Alerts(IntegrationTest):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="sluice-alerts-")))
        self.slack = self.enterContext(Slack())

    def gateway(self, config=None, models=None, plugins=(), **sections):
        models = models or [{"model_name": "echo", "litellm_params": {"model": "echo/echo", "input_cost_per_token": 0.01, "output_cost_per_token": 0.01}}]
        sections.setdefault("environment_variables", {"SLACK_WEBHOOK_URL": self.slack.url + "/services/T/B/planted"})
        document = {"model_list": models, "router_settings": {"num_retries": 0}, **sections,
                    "general_settings": {"master_key": KEY, "alerting": ["slack"], **sections.get("general_settings", {})},
                    "plugins": [{"plugin": "callback_alerts", "config": {**SOON, **(config or {})}}, *plugins], "listen": {"limits": {"drain_timeout_ms": int(5000 * SLOW)}}}
        gateway = Gateway(json.dumps(document))
        self.addCleanup(gateway.stop)
        return gateway

    def books(self):
        return [{"plugin": "store_sqlite", "config": {"path": str(self.folder / "sluice.db")}}, {"plugin": "auth_keys"}, {"plugin": "admin_api"}, {"plugin": "pricing"},
                {"plugin": "ledger", "config": {"spool": str(self.folder / "ledger")}}]

    def call(self, gateway, path, body=None, key=KEY, method="POST"):
        return request(gateway.port, method, path, body, {"authorization": f"Bearer {key}"} if key else {})

    def ask(self, gateway, key=KEY, model="echo"):
        return self.call(gateway, CHAT, {"model": model, "messages": USER}, key)

    def has(self, receiver, condition, what):
        """The calls that fit, once there is one; each call is in LiteLLM's or the vendor's JSON."""
        return receiver.wait(lambda calls: [body for body in map(lambda call: call.json(), calls) if condition(body)], what, WAIT / SLOW)

    def test_ak01_a_budget(self):
        """LiteLLM's configuration; a key that spends too much is told of once to each channel, also over a restart"""
        hook = self.enterContext(Receiver())
        settings = {"general_settings": {"alerting": ["slack", "webhook"], "alert_types": ["budget_alerts", "new_virtual_key_created"]},
                    "environment_variables": {"SLACK_WEBHOOK_URL": self.slack.url + "/services/T/B/planted", "WEBHOOK_URL": hook.url + "/hook"}}
        gateway = self.gateway(plugins=self.books(), **settings)
        made = self.call(gateway, "/key/generate", {"key_alias": "<!channel> *app*", "max_budget": 0.01, "user_id": "ann"})
        self.assertEqual(made.status, 200, made.body)
        self.has(hook, lambda body: body["event"] == "new_virtual_key_created", "the new key")
        self.assertEqual(self.ask(gateway, made.json()["key"]).status, 200)
        crossed = self.has(hook, lambda body: body["event"] == "budget_crossed", "the budget at the webhook")[0]
        self.assertEqual((crossed["event_group"], crossed["key_alias"], crossed["user_id"], crossed["max_budget"]), ("key", "<!channel> *app*", "ann", 0.01))
        self.assertGreater(crossed["spend"], 0.01)
        self.slack.wait(lambda calls: any("Budget crossed: key &lt;!channel&gt; *app*" in text for text in self.slack.texts()), "the budget at Slack", WAIT / SLOW)
        self.assertEqual(self.slack.refused, [])
        time.sleep(0.5)  # what was delivered is marked in the store
        self.assertEqual(gateway.stop(), 0)
        again = self.gateway(plugins=self.books(), **settings)
        self.assertEqual(self.ask(again, made.json()["key"]).status, 200)
        self.call(again, "/key/generate", {"key_alias": "another"})
        self.has(hook, lambda body: body["key_alias"] is None and "another" in body["event_message"], "another key: the rules have been looked at")
        time.sleep(0.5)
        self.assertEqual(sum(call.json()["event"] == "budget_crossed" for call in hook.taken()), 1)
        self.assertEqual(sum("Budget crossed" in text for text in self.slack.texts()), 1)
        for one in (gateway, again):
            self.assertNotIn("planted", one.stderr())

    def test_ak02_a_deployment_that_fails(self):
        """PagerDuty: an incident that is resolved when the deployment answers again, by the same dedup_key"""
        pager = self.enterContext(PagerDuty())
        upstream = self.enterContext(Upstream())
        upstream.script({"respond": {"status": 500, "body": {"error": {"message": "planted text of a provider"}}}}, times=None)
        gateway = self.gateway({"pagerduty_url": pager.url + "/v2/enqueue", "pagerduty_routing_key": "planted-routing-key", "down_after_s": 0.5},
                               [deployment("bad", "openai/gpt-up", upstream.url + "/v1", {"id": "bad-1"}), deployment("bad", "openai/gpt-up", upstream.url + "/v1", {"id": "bad-2"})],
                               general_settings={"alerting": ["slack", "pagerduty"]}, router_settings={"num_retries": 0, "cooldown_time": 1, "allowed_fails": 1, "breaker_pause": 1})

        def ask_until(condition, what):
            wait_until(lambda: self.ask(gateway, model="bad") and condition(), WAIT, what)

        ask_until(lambda: [event for event in pager.events() if event["event_action"] == "trigger" and event["payload"]["class"] == "deployment_down"], "an incident")
        down = next(event for event in pager.events() if event.get("payload", {}).get("class") == "deployment_down")
        self.assertEqual((down["routing_key"], down["payload"]["severity"]), ("planted-routing-key", "critical"))
        self.assertIn("bad at bad-", down["payload"]["summary"])
        upstream.reset()
        downs = lambda: {event["dedup_key"] for event in pager.events() if event.get("payload", {}).get("class") == "deployment_down"}  # noqa: E731
        # One of the two: the other's breaker may wait for longer before it tries again.
        ask_until(lambda: [event for event in pager.events() if event["event_action"] == "resolve" and event["dedup_key"] in downs()], "its end")
        titles = self.slack.texts()
        for title in ("A deployment cools down: bad at bad-", "Requests to a model fail: bad", "A deployment is down: bad at bad-"):
            self.assertTrue(any(title in text for text in titles), (title, titles))
        said = json.dumps([call.json() for call in self.slack.taken() + pager.taken()])
        self.assertNotIn("planted text", said, "what a provider says may quote the request")
        self.assertFalse([event for event in pager.events() if event["event_action"] == "trigger" and event["payload"]["severity"] in ("info", "warning")])
        self.assertEqual((self.slack.refused, pager.refused), ([], []))

    def mail_settings(self, port, ca, **more):
        return {"general_settings": {"alerting": ["email"]},
                "environment_variables": {"SMTP_HOST": "localhost", "SMTP_PORT": str(port), "SMTP_USERNAME": "sluice", "SMTP_PASSWORD": "planted-password",
                                          "SMTP_SENDER_EMAIL": "sluice@acme.example"}, "config": {"email_to": ["ops@acme.example"], "smtp_ca_file": str(ca), **more}}

    def test_ak03_mail(self):
        """STARTTLS and TLS, AUTH; a wrong password, and a certificate of nobody, deliver nothing and say why"""
        server = smtp_server()
        if not server:
            self.skipTest("no aiosmtpd here, and pip could not get it")
        authority = self.enterContext(Authority())
        certificate, key = authority.issue("mail")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        for tls in ("starttls", "tls"):
            port = free_port()
            box = self.enterContext(Mailbox(server, port, context, tls))
            settings = self.mail_settings(port, authority.ca, smtp_tls=tls)
            gateway = self.gateway(**settings)
            answer = self.call(gateway, "/health/services?service=email", method="GET")
            self.assertEqual(answer.status, 200, answer.body)
            sender, to, content = box.mails[0]
            self.assertEqual((sender, to, box.logins), ("sluice@acme.example", ["ops@acme.example"], [True]))
            mail = email.message_from_bytes(content, policy=email.policy.default)
            self.assertEqual((mail["From"], mail["To"], mail["Subject"][:16]), ("sluice@acme.example", "ops@acme.example", "[sluice] A test:"))
            self.assertIn("Nothing is to be done.", mail.get_content())
            gateway.stop()
            settings["environment_variables"]["SMTP_PASSWORD"] = "wrong-planted"
            refused = self.call(self.gateway(**settings), "/alerts/test", {"service": "email"})
            self.assertEqual((refused.status, refused.json()["results"][0]["delivered"], box.logins[-1]), (502, False, False), refused.body)
            self.assertNotIn(b"planted", refused.body)
        with Authority("nobody") as nobody:
            settings = self.mail_settings(port, nobody.ca, smtp_tls="tls")
            refused = self.call(self.gateway(**settings), "/alerts/test", {})
            self.assertEqual(refused.status, 502, refused.body)
            self.assertIn("certificate", refused.text())
        self.assertEqual(len(box.mails), 1)

    def test_ak04_receivers_that_hang_or_refuse(self):
        """no request is slower for it; each alert arrives once, later"""
        gateway = self.gateway({"timeout_ms": int(1000 * SLOW), "repeat_window_s": 3600}, general_settings={"alert_types": ["llm_too_slow"], "alerting_threshold": 0})
        usual = self.slack.rule
        self.slack.always(lambda call: "hang")
        for _ in range(20):
            begin = time.monotonic()
            self.assertEqual(self.ask(gateway).status, 200)
            self.assertLess(time.monotonic() - begin, 1.0 * SLOW)
        wait_until(lambda: "no answer" in gateway.stderr(), WAIT, "the channel is away")
        self.slack.next(500, (429, {"retry-after": "1"}, b"slow down"), 503)
        self.slack.always(usual)
        self.slack.let_go.set()
        self.slack.wait(lambda calls: len(calls) >= 1, "it arrives", WAIT / SLOW)
        time.sleep(0.5)
        self.assertEqual(self.slack.texts(), ["Requests are slow: echo"])
        self.assertEqual(len(self.slack.refused), 3)

    def test_ak05_a_test_message(self):
        """for admins only; says what the channel said"""
        gateway = self.gateway(plugins=self.books())
        key = self.call(gateway, "/key/generate", {}).json()["key"]
        for path, method in (("/health/services?service=slack", "GET"), ("/alerts/test", "POST")):
            self.assertEqual(self.call(gateway, path, {} if method == "POST" else None, None, method).status, 401)
            self.assertEqual(self.call(gateway, path, {} if method == "POST" else None, key, method).status, 403)
        self.assertEqual(self.slack.texts(), [])
        answer = self.call(gateway, "/health/services?service=slack", method="GET")
        self.assertEqual((answer.status, answer.json()["status"], answer.json()["results"][0]["answer"]), (200, "success", "status 200: ok"), answer.body)
        self.assertEqual(self.call(gateway, "/health/services?service=slack_budget_alerts", method="GET").status, 200)
        self.assertEqual(self.slack.texts()[1], "Budget crossed (a test): key test")
        unknown = self.call(gateway, "/health/services?service=fax", method="GET")
        self.assertEqual((unknown.status, unknown.json()["message"]), (400, "found no such channel; allowed: slack"))
        self.slack.next((404, {}, b"no_service"))
        answer = self.call(gateway, "/alerts/test", {"service": "slack"})
        self.assertEqual((answer.status, answer.json()["results"][0]["answer"]), (502, "status 404: no_service"))

    def test_ak06_requests_that_hang(self):
        """a request that has no answer is told of while it hangs"""
        upstream = self.enterContext(Upstream())
        upstream.script({"stall": True}, times=None)
        gateway = self.gateway(models=[deployment("slow", "openai/gpt-up", upstream.url + "/v1", {"id": "slow-1"}, timeout=int(30 * SLOW))],
                               general_settings={"alerting_threshold": 0.5, "alert_types": ["llm_requests_hanging"]})
        hanging = RawConnection(gateway.port)
        hanging.send(post(CHAT, json.dumps({"model": "slow", "messages": USER}).encode(), key=KEY))
        self.slack.wait(lambda calls: self.slack.texts() == ["Requests hang: slow"], "the alert", WAIT / SLOW)
        hanging.close()

    def test_ak07_records_that_are_lost(self):
        """a callback whose receiver refuses everything"""
        receiver = self.enterContext(Receiver())
        receiver.always(lambda call: 401)
        gateway = self.gateway(plugins=[{"plugin": "callback_http", "config": {"url": receiver.url, "spool": "", "flush_interval_s": 0.05}}])
        wait_until(lambda: self.ask(gateway) and any("Records of requests are lost: generic_api" in text for text in self.slack.texts()), WAIT, "the alert")

    def test_ak08_a_report(self):
        """on what teams and models have spent, when its period is over; in seconds here"""
        gateway = self.gateway(plugins=self.books(), general_settings={"spend_report_frequency": ["4s"], "alert_types": ["spend_reports"]})
        self.call(gateway, "/team/new", {"team_id": "red", "team_alias": "Red & co"})
        key = self.call(gateway, "/key/generate", {"team_id": "red"}).json()["key"]
        wait_until(lambda: self.ask(gateway, key).status == 200 and any("Red &amp; co: $" in call.body.decode() for call in self.slack.taken()), WAIT, "a report with the team")
        self.assertEqual(self.slack.refused, [])
        report = next(call.json() for call in self.slack.taken() if "Red &amp; co: $" in call.body.decode())
        fields = " ".join(field["text"] for block in report["blocks"] if "fields" in block for field in block["fields"])
        self.assertIn("*Model 1*\n`echo: $", fields)

    def test_ak09_what_the_configuration_must_be(self):
        """a channel without its address is a fault that says what to set; without channels the plugin does nothing"""
        gateway = self.gateway(general_settings={"alerting": None}, environment_variables={})
        self.assertEqual(self.ask(gateway).status, 200)
        self.assertEqual(self.call(gateway, "/alerts/test", {}).status, 400)
        config = self.folder / "config.yaml"
        config.write_text(json.dumps({"general_settings": {"alerting": ["slack"]}}))
        done = subprocess.run([str(gateway_binary()), "check", "--load", "-c", str(config)], capture_output=True, text=True, timeout=60 * SLOW)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("slack_webhook_url: found nothing; allowed: a text, such as os.environ/SLACK_WEBHOOK_URL", done.stdout + done.stderr)


if __name__ == "__main__":
    main()
