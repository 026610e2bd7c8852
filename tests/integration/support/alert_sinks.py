"""Receivers of alerts for s65: Slack's and PagerDuty's, which refuse what those would refuse, and a mail server (aiosmtpd)."""
import pathlib
import re
import subprocess
import sys

from receivers import Receiver
from waiting import REPO_ROOT


class Slack(Receiver):
    """docs.slack.dev/messaging/sending-messages-using-incoming-webhooks, docs.slack.dev/reference/block-kit/blocks: 400 invalid_payload or invalid_blocks."""

    def __init__(self):
        super().__init__()
        self.always(lambda call: self.judge(call))

    @staticmethod
    def judge(call):
        body = call.json()
        texts = [body.get("text", "")]
        faults = [] if isinstance(body.get("blocks"), list) and 1 <= len(body["blocks"]) <= 50 and body.get("text") else ["blocks"]
        for block in body.get("blocks", []):
            kind = block["type"]
            if kind == "header":
                faults += [] if block["text"]["type"] == "plain_text" and 1 <= len(block["text"]["text"]) <= 150 else ["header"]
            elif kind == "section":
                parts = [block["text"]] if "text" in block else block["fields"]
                texts += [part["text"] for part in parts]
                faults += [] if len(parts) <= 10 and all(part["type"] == "mrkdwn" and 1 <= len(part["text"]) <= (3000 if "text" in block else 2000) for part in parts) else ["section"]
            elif kind == "context":
                texts += [part["text"] for part in block["elements"]]
                faults += [] if 1 <= len(block["elements"]) <= 10 else ["context"]
            else:
                faults.append(kind)
        # An angle bracket that is not escaped is a link, a mention or a command.
        faults += ["unescaped"] if any(re.search(r"[<>]|&(?!amp;|lt;|gt;)", text) for text in texts) else []
        return (400, {}, b"invalid_blocks: " + ",".join(faults).encode()) if faults else (200, {"content-type": "text/plain"}, b"ok")

    def texts(self):
        return [call.json()["text"] for call in self.taken()]


class PagerDuty(Receiver):
    """developer.pagerduty.com/docs/events-api-v2/trigger-events: 202 with the dedup_key, 400 with what is wrong."""

    def __init__(self):
        super().__init__()
        self.always(lambda call: self.judge(call))

    @staticmethod
    def judge(call):
        body = call.json()
        payload = body.get("payload", {})
        faults = [name for name in ("routing_key", "dedup_key") if not isinstance(body.get(name), str) or not body[name]]
        faults += [] if body.get("event_action") in ("trigger", "acknowledge", "resolve") else ["event_action"]
        if body.get("event_action") == "trigger":
            faults += [name for name in ("summary", "source", "severity") if not payload.get(name)]
            faults += [] if payload.get("severity") in ("critical", "error", "warning", "info") and len(payload.get("summary", "")) <= 1024 else ["payload"]
        if faults:
            return 400, {}, b'{"status":"invalid event","message":"Event object is invalid","errors":["%s"]}' % ",".join(faults).encode()
        return 202, {}, b'{"status":"success","message":"Event processed","dedup_key":"%s"}' % body["dedup_key"].encode()

    def events(self):
        return [call.json() for call in self.taken()]


def smtp_server():
    """aiosmtpd's Controller and AuthResult, from where Python finds them, else from PyPI; None without either."""
    packages = REPO_ROOT / "build" / "test-packages" / "aiosmtpd"
    for tried in range(2):
        if pathlib.Path(packages).is_dir():
            sys.path.append(str(packages))
        try:
            from aiosmtpd.controller import Controller
            from aiosmtpd.smtp import AuthResult
            return Controller, AuthResult
        except ImportError:
            if tried:
                return None
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", str(packages), "aiosmtpd==1.4.6"]
        try:
            subprocess.run(command, capture_output=True, timeout=25, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return None


class Mailbox:
    """Takes mails of `user` with `password`. tls: "starttls" or "tls"."""

    def __init__(self, server, port, context, tls, user="sluice", password="planted-password"):
        controller, result = server
        self.mails, self.logins = [], []

        def authenticate(_server, _session, _envelope, _mechanism, data):
            good = (data.login, data.password) == (user.encode(), password.encode())
            self.logins.append(good)
            return result(success=good, handled=False)

        options = {"ssl_context": context} if tls == "tls" else {"tls_context": context, "require_starttls": True}
        # Over TLS from the first byte aiosmtpd does not know that AUTH is safe.
        self.controller = controller(self, hostname="127.0.0.1", port=port, auth_required=True, authenticator=authenticate,
                                     auth_require_tls=tls != "tls", server_hostname="localhost", **options)

    async def handle_DATA(self, _server, _session, envelope):
        self.mails.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return "250 taken"

    def __enter__(self):
        self.controller.start()
        return self

    def __exit__(self, *_):
        self.controller.stop()
