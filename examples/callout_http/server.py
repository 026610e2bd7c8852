"""A guardrail in a process of its own: hides e-mail addresses, refuses a word. docs/callout_http.md has the schema."""
import json
import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ADDRESS, WORD = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+"), "xyzzy"
REFUSAL = {"verdict": "block", "message": "There is a word in it that is not allowed", "code": "forbidden_word",
           "category": "words", "reason": f"it says {WORD}"}

def hidden(value):
    if isinstance(value, dict):
        return {name: hidden(one) for name, one in value.items()}
    if isinstance(value, list):
        return [hidden(one) for one in value]
    return ADDRESS.sub("[address]", value) if isinstance(value, str) else value

def answer(phase, request=None, response=None, stream=None, record=None, **_):
    if phase == "on_complete":  # the request is over: nobody reads what is answered
        print(record["id"], record["outcome"], flush=True)
    elif WORD in json.dumps(stream["window"] if stream else request["body"]):
        return REFUSAL
    elif phase == "on_stream":  # places are counted in bytes of UTF-8
        places = [[len(stream["window"][:at].encode()) for at in found.span()] for found in ADDRESS.finditer(stream["window"])]
        return {"verdict": "continue", "replace": [{"start": a, "length": b - a, "text": "[address]"} for a, b in places]}
    elif phase == "post_call" and hidden(response.get("body")) != response.get("body"):  # of a stream there is none
        return {"verdict": "continue", "body": hidden(response["body"])}
    elif phase == "pre_call" and hidden(request["body"]) != request["body"]:
        return {"verdict": "continue", "set": {name: hidden(value) for name, value in request["body"].items() if hidden(value) != value}}
    return {"verdict": "continue"}

class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.dumps(answer(**json.loads(self.rfile.read(int(self.headers["content-length"]))))).encode()
        self.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body))

Handler.protocol_version = "HTTP/1.1"  # connections are kept
server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 8090), Handler)
print(f"http://127.0.0.1:{server.server_port}/", flush=True)
server.serve_forever()
