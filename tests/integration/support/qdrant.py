"""Qdrant's HTTP interface, as far as the semantic cache speaks it (qdrant.tech/documentation, API reference: collections, points, search)."""
import http.server
import json
import threading
import urllib.parse


def fits(payload, condition):
    value = payload.get(condition["key"])
    if "match" in condition:
        return value == condition["match"]["value"]
    return isinstance(value, (int, float)) and value > condition["range"]["gt"]


class Qdrant:
    def __init__(self, api_key=None):
        self.api_key, self.collections, self.calls, self.status = api_key, {}, [], None
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def answer(self, status, value):
                text = json.dumps(value).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def handle_any(self):
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                path = urllib.parse.urlsplit(self.path).path
                outer.calls.append((self.command, path))
                if outer.api_key and self.headers["api-key"] != outer.api_key:
                    return self.answer(401, {"status": {"error": "Invalid api-key"}})
                if outer.status:
                    return self.answer(outer.status, {"status": {"error": "as the test wants it"}})
                self.answer(*outer.carry_out(self.command, path, body))

            do_PUT = do_POST = handle_any

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def carry_out(self, method, path, body):
        parts = path.strip("/").split("/")
        name = parts[1]
        if method == "PUT" and len(parts) == 2:
            if name in self.collections:
                return 409, {"status": {"error": f"Wrong input: Collection `{name}` already exists!"}}
            assert body["vectors"]["distance"] == "Cosine"
            self.collections[name] = {"size": body["vectors"]["size"], "points": {}}
            return 200, {"result": True, "status": "ok"}
        if name not in self.collections:
            return 404, {"status": {"error": f"Not found: Collection `{name}` doesn't exist!"}}
        collection = self.collections[name]
        if method == "PUT":
            for point in body["points"]:
                if len(point["vector"]) != collection["size"]:
                    return 400, {"status": {"error": "Wrong input: Vector dimension error"}}
                collection["points"][point["id"]] = point
            return 200, {"result": {"status": "completed"}, "status": "ok"}
        assert parts[2:] == ["points", "search"] and body["with_payload"] is True
        found = [(sum(a * b for a, b in zip(point["vector"], body["vector"])), point) for point in collection["points"].values()
                 if all(fits(point["payload"], one) for one in body["filter"]["must"])]
        found.sort(key=lambda one: -one[0])
        return 200, {"result": [{"id": point["id"], "score": score, "payload": point["payload"]} for score, point in found[:body["limit"]]], "status": "ok"}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
