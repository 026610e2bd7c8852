"""A guardrail in a process of its own: hides e-mail addresses, refuses a word. docs/callout_http.md has the schema.

    python3 server.py [PORT]
"""
import json
import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
WORD = "xyzzy"
REFUSAL = {"message": "There is a word in it that is not allowed", "code": "forbidden_word", "category": "words", "reason": f"it says {WORD}"}


def hidden(value):
    if isinstance(value, str):
        return ADDRESS.sub("[address]", value)
    if isinstance(value, list):
        return [hidden(one) for one in value]
    return {name: hidden(one) for name, one in value.items()} if isinstance(value, dict) else value


def spans(text):  # places are counted in bytes of UTF-8
    for found in ADDRESS.finditer(text):
        yield {"start": len(text[:found.start()].encode()), "length": len(found.group().encode()), "text": "[address]"}


def answer(question):
    phase = question["phase"]
    if phase == "on_complete":  # the request is over: nobody reads what is answered
        print(question["record"]["id"], question["record"]["outcome"], flush=True)
        return {"verdict": "continue"}
    if phase == "on_stream":
        window = question["stream"]["window"]
        return {"verdict": "abort", **REFUSAL} if WORD in window else {"verdict": "continue", "replace": list(spans(window))}
    if phase == "post_call":
        body = question["response"].get("body")
        return {"verdict": "continue", **({"body": hidden(body)} if hidden(body) != body else {})}
    body = question["request"]["body"] or {}
    if WORD in json.dumps(body):
        return {"verdict": "block", **REFUSAL}
    changed = {name: hidden(value) for name, value in body.items() if hidden(value) != value}
    return {"verdict": "continue", **({"set": changed} if phase == "pre_call" else {})}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # connections are kept
    wbufsize = -1  # head and body leave together

    def do_POST(self):
        body = json.dumps(answer(json.loads(self.rfile.read(int(self.headers["content-length"]))))).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 8090), Handler)
    print(f"http://127.0.0.1:{server.server_port}/", flush=True)
    server.serve_forever()
