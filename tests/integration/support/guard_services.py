"""Services that judge texts, by their documented wire formats, on one port:

    with GuardServices() as services: services.url, services.log, services.misbehave("hang")

What they find is simple: the word FORBIDDEN is bad, addresses of mail are personal data. AWS's signatures are checked as AWS does it.
"""
import hashlib
import hmac
import http.server
import json
import re
import threading
import time
import urllib.parse

MAIL = re.compile(r"[\w.]+@[\w.]+\w")
BAD = "FORBIDDEN"
REGION, ACCESS_KEY, SECRET = "eu-west-1", "AKIDEXAMPLE", "s3cr3t-of-the-guard"
MISDEEDS = ("hang", "500", "429", "503", "garbage", "huge", "close", "half", "wrong_type", "wrong_places")
CONFIGURED = {  # name -> (guardrail, litellm_params); URL and SECRET are put in
    "presidio": ("presidio", {"presidio_analyzer_api_base": "URL", "presidio_anonymizer_api_base": "URL", "pii_entities_config": {"BAD": "BLOCK", "EMAIL_ADDRESS": "MASK"}}),
    "comprehend": ("aws_comprehend", {"aws_comprehend_endpoint": "URL", "aws_region_name": REGION, "aws_access_key_id": ACCESS_KEY, "aws_secret_access_key": SECRET,
                                      "pii_entities_config": {"BAD": "BLOCK", "EMAIL_ADDRESS": "MASK"}}),
    "bedrock": ("bedrock", {"aws_bedrock_runtime_endpoint": "URL", "aws_region_name": REGION, "aws_access_key_id": ACCESS_KEY, "aws_secret_access_key": SECRET,
                            "guardrailIdentifier": "arn:aws:bedrock:eu-west-1:123456789012:guardrail/g1", "guardrailVersion": "DRAFT", "aws_session_token": "a+token/="}),
    "llama": ("llama_guard", {"api_base": "URL/v1", "api_key": SECRET, "model": "llama-guard"}),
    "openai": ("openai_moderation", {"api_base": "URL/v1", "api_key": SECRET}),
    "azure-text": ("azure/text_moderations", {"api_base": "URL", "api_key": SECRET}),
    "azure-shield": ("azure/prompt_shield", {"api_base": "URL", "api_key": SECRET}),
    "lakera": ("lakera_v2", {"api_base": "URL", "api_key": SECRET}),
    "generic": ("generic_guardrail_api", {"api_base": "URL", "api_key": SECRET}),
}
MASKS = {"presidio": "<EMAIL_ADDRESS>", "comprehend": "<EMAIL_ADDRESS>", "bedrock": "{EMAIL}", "lakera": "[MASKED EMAIL]", "generic": "***"}


def filled(value, url):
    if isinstance(value, dict):
        return {key: filled(one, url) for key, one in value.items()}
    return value.replace("URL", url, 1) if isinstance(value, str) and value.startswith("URL") else value


def places(text):
    """(entity, start, end) in code points"""
    return [("EMAIL_ADDRESS", m.start(), m.end()) for m in MAIL.finditer(text)] + [("BAD", m.start(), m.end()) for m in re.finditer(BAD, text)]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        owner = self.server.owner
        try:
            question = json.loads(body)
        except ValueError:
            question = None
        owner.log.append({"path": self.path, "headers": {k.lower(): v for k, v in self.headers.items()}, "body": question})
        misdeed = owner.misdeed
        time.sleep(owner.delay)
        if misdeed == "hang":
            owner.released.wait(20)
            self.close_connection = True
            return
        if misdeed in ("close", "half") or owner.lost > 0:
            owner.lost -= owner.lost > 0
            if misdeed == "half":
                self.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{")
            self.close_connection = True
            return
        if misdeed in ("500", "429", "503"):
            return self.answer(int(misdeed), {"error": question})
        if misdeed == "garbage":
            return self.answer(200, None, b"<html>" + body)
        if misdeed == "huge":
            return self.answer(200, None, b'{"x":"' + b"y" * 3_000_000 + b'"}')
        if misdeed == "wrong_type":
            return self.answer(200, None, b'{"action":7,"flagged":"no","results":{},"Entities":7,"choices":{},"categoriesAnalysis":"x","userPromptAnalysis":[]}')
        status, said = self.judge(question, body)
        self.answer(status, said)

    def answer(self, status, value, raw=None):
        data = json.dumps(value).encode() if raw is None else raw
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def judge(self, question, body):
        path = urllib.parse.urlsplit(self.path).path
        if path in ("/analyze", "/anonymize"):
            return 200, getattr(self, path[1:])(question)
        if path == "/" or path.startswith("/guardrail/"):
            if not self.signed(body, "comprehend" if path == "/" else "bedrock"):
                return 403, {"message": "The request signature we calculated does not match the signature you provided."}
            return 200, self.comprehend(question) if path == "/" else self.bedrock(question)
        keys = {self.headers.get("authorization"), self.headers.get("ocp-apim-subscription-key"), self.headers.get("x-api-key")}
        if not keys & {SECRET, f"Bearer {SECRET}"}:
            return 401, {"error": "no key"}
        routes = {"/v1/chat/completions": self.llama, "/v1/moderations": self.openai, "/contentsafety/text:analyze": self.azure_text,
                  "/contentsafety/text:shieldPrompt": self.azure_shield, "/v2/guard": self.lakera, "/beta/litellm_basic_guardrail_api": self.generic}
        return (200, routes[path](question)) if path in routes else (404, {})

    def shift(self):
        return 10_000 if self.server.owner.misdeed == "wrong_places" else 0

    def analyze(self, question):
        texts = question["text"] if isinstance(question["text"], list) else [question["text"]]
        if not all(texts):
            raise ValueError("No text provided")
        wanted = question.get("entities")
        all_found = [[{"entity_type": e, "start": s, "end": t + self.shift(), "score": 0.9} for e, s, t in places(text) if not wanted or e in wanted] for text in texts]
        return all_found if isinstance(question["text"], list) else all_found[0]

    def anonymize(self, question):
        text, items = question["text"], []
        for one in sorted(question["analyzer_results"], key=lambda r: -r["start"]):
            by = f"<{one['entity_type']}>"
            text = text[:one["start"]] + by + text[one["end"]:]
            items.append({"start": one["start"], "end": one["start"] + len(by), "entity_type": one["entity_type"], "text": by, "operator": "replace"})
            for later in items[:-1]:
                for end in ("start", "end"):
                    later[end] += len(by) - (one["end"] - one["start"])
        return {"text": text, "items": items}

    def comprehend(self, question):
        assert self.headers["x-amz-target"] == "Comprehend_20171127.DetectPiiEntities"
        return {"Entities": [{"Type": e, "Score": 0.99, "BeginOffset": s, "EndOffset": t + self.shift()} for e, s, t in places(question["Text"])]}

    def bedrock(self, question):
        texts = [block["text"]["text"] for block in question["content"]]
        pii = [{"type": "EMAIL", "match": m, "action": "ANONYMIZED"} for text in texts for m in MAIL.findall(text)]
        if any(BAD in text for text in texts):
            return {"action": "GUARDRAIL_INTERVENED", "outputs": [{"text": "Blocked."}], "assessments": [{"topicPolicy": {"topics": [{"name": "forbidden things", "type": "DENY", "action": "BLOCKED"}]}}]}
        if not pii:
            return {"action": "NONE", "outputs": [], "assessments": [{}]}
        outputs = [{"text": MAIL.sub("{EMAIL}", text)} for text in texts] * (1 + (self.shift() > 0))
        return {"action": "GUARDRAIL_INTERVENED", "outputs": outputs, "assessments": [{"sensitiveInformationPolicy": {"piiEntities": pii, "regexes": []}}]}

    def llama(self, question):
        roles = [message["role"] for message in question["messages"]]
        assert roles in (["user"], ["user", "assistant"]), roles
        bad = BAD in question["messages"][-1]["content"]
        return {"choices": [{"index": 0, "message": {"role": "assistant", "content": "\n\nunsafe\nS2" if bad else "\n\nsafe"}}]}

    def openai(self, question):
        bad = [BAD in text for text in question["input"]]
        return {"id": "m", "model": question["model"], "results": [{"flagged": b, "categories": {"violence": b}, "category_scores": {"violence": 0.9 if b else 0.01}} for b in bad]}

    def azure_text(self, question):
        assert len(question["text"]) <= 10_000
        return {"blocklistsMatch": [], "categoriesAnalysis": [{"category": c, "severity": 4 if BAD in question["text"] else 0} for c in question["categories"]]}

    def azure_shield(self, question):
        return {"userPromptAnalysis": {"attackDetected": BAD in question["userPrompt"]}, "documentsAnalysis": [{"attackDetected": BAD in d} for d in question["documents"]]}

    def lakera(self, question):
        text = question["messages"][-1]["content"]
        mails = [{"start": m.start(), "end": m.end() + self.shift(), "text": m.group(), "detector_type": "pii/email", "labels": [], "message_id": 0} for m in MAIL.finditer(text)]
        found = {"pii/email": bool(mails), "prompt_attack": BAD in text}
        return {"flagged": any(found.values()), "payload": mails, "breakdown": [{"detector_type": t, "detected": d, "message_id": 0} for t, d in found.items()]}

    def generic(self, question):
        texts = question["texts"]
        if any(BAD in text for text in texts):
            return {"action": "BLOCKED", "blocked_reason": "forbidden things"}
        edited = [MAIL.sub("***", text) for text in texts] * (1 + (self.shift() > 0))
        return {"action": "NONE"} if edited == texts else {"action": "GUARDRAIL_INTERVENED", "texts": edited}

    def signed(self, body, service):
        """As AWS: from what has arrived, not from what the sender says it has sent."""
        said = re.fullmatch(r"AWS4-HMAC-SHA256 Credential=(\S+?)/(\d{8}/\S+), SignedHeaders=(\S+), Signature=([0-9a-f]{64})", self.headers.get("authorization", ""))
        if not said or said[1] != ACCESS_KEY or said[2] != f"{self.headers['x-amz-date'][:8]}/{REGION}/{service}/aws4_request" or "host" not in said[3].split(";"):
            return False
        path = urllib.parse.quote(urllib.parse.urlsplit(self.path).path, safe="/-_.~")
        fields = "".join(f"{name}:{' '.join(self.headers[name].split())}\n" for name in said[3].split(";"))
        canonical = f"POST\n{path}\n\n{fields}\n{said[3]}\n{hashlib.sha256(body).hexdigest()}"
        key = ("AWS4" + SECRET).encode()
        for part in said[2].split("/"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        text = f"AWS4-HMAC-SHA256\n{self.headers['x-amz-date']}\n{said[2]}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        return hmac.compare_digest(hmac.new(key, text.encode(), hashlib.sha256).hexdigest(), said[4])


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 200

    def handle_error(self, *_):
        pass  # a client that leaves is no matter here


class GuardServices:
    def __init__(self):
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.owner = self
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.reset()

    def reset(self):
        self.log, self.misdeed, self.delay, self.lost, self.released = [], None, 0, 0, threading.Event()

    def misbehave(self, misdeed):
        self.misdeed = misdeed

    def lose(self, connections):
        """That many questions get no answer but a closed connection."""
        self.lost = connections

    def guardrail(self, name, as_name, mode, **more):
        kind, params = CONFIGURED[name]
        return {"guardrail_name": as_name, "litellm_params": {"guardrail": kind, "mode": mode, **filled(params, self.url), **more}}

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.released.set()
        self.server.shutdown()
        self.server.server_close()
