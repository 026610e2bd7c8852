"""A receiver of records for scenarios about callbacks: what it does next is scripted, what it got is kept; and a check of what it got against
an OpenAPI document."""
import gzip
import http.server
import json
import threading
import time

from waiting import SLOW, free_port, wait_until


class Call:
    def __init__(self, path, headers, body):
        self.path, self.headers, self.raw = path, headers, body
        self.body = gzip.decompress(body) if headers.get("content-encoding") == "gzip" else body

    def json(self):
        return json.loads(self.body)


class Receiver:
    """`with Receiver() as receiver: receiver.url`. Answers 200 and {} unless told otherwise:

    next(503, 503)           the status of the next calls, one after the other
    always(lambda call: …)   a status, or (status, {field: value}, body), or "hang", "garbage", "close"; None: 200
    """

    def __init__(self, port=None):
        self.port = port or free_port()
        self.calls, self.refused = [], []  # taken with a status of 2xx, and the others
        self.lock, self.let_go = threading.Lock(), threading.Event()
        self.script, self.rule = [], lambda call: None
        self.server = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def next(self, *answers):
        with self.lock:
            self.script.extend(answers)

    def always(self, rule):
        self.rule = rule

    def start(self):
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                receiver.handle(self)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *_):  # a gateway that was killed says no goodbye
                pass

        self.let_go.clear()
        self.server = Server(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def handle(self, handler):
        headers = {name.lower(): value for name, value in handler.headers.items()}
        call = Call(handler.path, headers, handler.rfile.read(int(headers.get("content-length", 0))))
        with self.lock:
            answer = self.script.pop(0) if self.script else None
        answer = self.rule(call) if answer is None else answer
        if self.server is None or answer == "hang":
            self.let_go.wait(60)
            answer = "close"
        if answer in ("garbage", "close"):
            if answer == "garbage":
                handler.wfile.write(b"\x00\xff this is no HTTP\r\n\r\n")
            handler.close_connection = True
            return
        status, fields, body = answer if isinstance(answer, tuple) else (answer or 200, {}, b"{}")
        with self.lock:
            (self.calls if status < 300 else self.refused).append(call)
        handler.send_response(status)
        for name, value in {"content-type": "application/json", "content-length": str(len(body)), **fields}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    def stop(self):
        server, self.server = self.server, None
        self.let_go.set()
        if server:
            server.shutdown()
            server.server_close()

    def taken(self):
        with self.lock:
            return list(self.calls)

    def wait(self, condition, what, timeout=20.0):
        return wait_until(lambda: condition(self.taken()), timeout * SLOW, what)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()


def records(calls):
    """Of an exporter that sends lists of records as they are."""
    return [record for call in calls for record in call.json()]


def spans(calls):
    """The spans of OTLP requests in JSON, attributes as a dictionary under "at"."""
    found = []
    for call in calls:
        for resource in call.json()["resourceSpans"]:
            for scope in resource["scopeSpans"]:
                for span in scope["spans"]:
                    at = {pair["key"]: next(iter(pair["value"].values())) for pair in span["attributes"]}
                    found.append({**span, "at": at})
    return found


class Schemas:
    """The request bodies of an OpenAPI 3.0 document: as much of its schemas as such documents use."""

    def __init__(self, document):
        self.document = document

    def faults(self, method, path, value):
        operation = self.document["paths"].get(path, {}).get(method)
        if not operation:
            return [f"there is no {method} {path}"]
        return self.check(operation["requestBody"]["content"]["application/json"]["schema"], value, "body")

    def resolve(self, schema):
        while "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[1]
            schema = {**self.document["components"]["schemas"][name], **({"nullable": True} if schema.get("nullable") else {})}
        return schema

    def check(self, schema, value, where):
        schema = self.resolve(schema)
        if value is None and (schema.get("nullable") or not schema.keys() & {"type", "oneOf", "allOf", "enum"}):
            return []
        if "enum" in schema and value not in schema["enum"]:
            return [f"{where}: {value!r} is none of {schema['enum']}"]
        if "oneOf" in schema:
            tried = [self.check(one, value, where) for one in schema["oneOf"]]
            return [] if [] in tried else min(tried, key=len)
        found = [fault for one in schema.get("allOf", []) for fault in self.check(one, value, where)]
        kinds = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "number": (int, float)}
        kind = schema.get("type")
        if kind and (not isinstance(value, kinds[kind]) or isinstance(value, bool) != (kind == "boolean")):
            return [*found, f"{where}: {str(value)[:60]!r} is no {kind}"]
        if isinstance(value, dict):
            found += [f"{where}.{name}: is missing" for name in schema.get("required", []) if name not in value]
            more = schema.get("additionalProperties", True)
            for name, member in value.items():
                if name in schema.get("properties", {}):
                    found += self.check(schema["properties"][name], member, f"{where}.{name}")
                elif isinstance(more, dict):
                    found += self.check(more, member, f"{where}.{name}")
        if isinstance(value, list) and "items" in schema:
            found += [fault for i, member in enumerate(value) for fault in self.check(schema["items"], member, f"{where}[{i}]")]
        if schema.get("format") == "date-time":
            try:
                time.strptime(value[:19], "%Y-%m-%dT%H:%M:%S")
            except ValueError:
                found.append(f"{where}: {value!r} is no time")
        return found
