"""One answer: picks the script or the default provider for a request, and plays the actions."""
import asyncio
import base64
import json

from . import http1, sse
from .providers import answer_by_default
from .providers.common import EventStream
from .script import read_first


class Hangup(Exception):
    """The script closed or reset the connection."""


class Answer:
    def __init__(self, connection, request):
        self.connection = connection
        self.request = request
        self.write = connection.write
        self.reading = True  # then a departure is not a reason to cancel: the body's part that came is worth recording

    async def run(self):
        try:
            script = await self.connection.server.scripts.take(self.request, self.read_request)
            if script is None:
                await self.read_request()
                await self.do_default()
            else:
                await self.play(script.actions)
        except http1.BadRequest as error:
            await self.do_respond({"status": 400, "body": {"error": {"message": str(error), "type": "bad_framing"}}})
            raise Hangup from error
        except (EOFError, asyncio.IncompleteReadError, OSError) as error:
            raise Hangup from error

    async def read_request(self):
        self.reading = True
        await http1.read_body(self.connection.reader, self.request, self.connection.write_now)
        self.begin()

    def begin(self):
        self.reading = False
        if self.connection.protocol.peer_gone.is_set():
            raise Hangup

    async def play(self, actions):
        if read_first(actions):
            await self.read_request()
        else:
            self.begin()
        for action in actions:
            (verb, argument), = action.items()
            await getattr(self, "do_" + verb)(argument)

    # --- the verbs: script.VERBS checks their arguments, README.md is their manual ------------------------------------

    async def do_read_request(self, wanted):
        if wanted:
            await self.read_request()

    async def do_send(self, text):
        await self.write(text.encode("utf-8"))

    async def do_send_b64(self, text):
        await self.write(base64.b64decode(text))

    async def do_send_repeated(self, spec):
        data = spec["text"].encode("utf-8")
        for _ in range(spec["times"]):
            await self.write(data)

    async def do_sleep_ms(self, milliseconds):
        await asyncio.sleep(milliseconds / 1000)

    async def do_close(self, _):
        self.connection.entry.finish()
        raise Hangup

    async def do_reset(self, _):
        self.connection.entry.finish()
        self.connection.reset()
        raise Hangup

    async def do_stall(self, _):
        await asyncio.Event().wait()  # cancelled when the client leaves

    async def do_respond(self, spec):
        headers = pairs(spec.get("headers", {}))
        names = {name.lower() for name, _ in headers}
        body, kind = encode_body(spec)
        if kind and "content-type" not in names:
            headers.append(("content-type", kind))
        if not names & {"content-length", "transfer-encoding"}:
            headers.append(("content-length", str(len(body))))
        if self.request.method == "HEAD":
            body = b""
        await self.write(http1.response_head(spec.get("status", 200), headers, spec.get("reason")) + body)

    async def do_sse(self, spec):
        headers = [("content-type", "text/event-stream; charset=utf-8"), *pairs(spec.get("headers", {}))]
        await self.begin_chunked(spec.get("status", 200), headers)
        gap = spec.get("gap_ms", 0) / 1000
        for number, piece in enumerate(sse.pieces(spec)):
            # Even without a gap other connections must get their turn between two pieces.
            await asyncio.sleep(gap if number else 0)
            await self.write(http1.chunk(piece))
        end = spec.get("end", "ok")
        if end == "ok":
            await self.write(http1.LAST_CHUNK)
        else:
            await asyncio.sleep(gap)  # lets a reset not overtake the last piece
            await {"cut": self.do_close, "reset": self.do_reset, "stall": self.do_stall}[end](True)

    async def do_default(self, _=True):
        reply = answer_by_default(self.request)
        if isinstance(reply, EventStream):
            await self.do_sse({"headers": reply.headers, "events": reply.events})
        elif reply.chunked:
            await self.begin_chunked(reply.status, reply.headers)
            for start in range(0, len(reply.body), 1024):
                await self.write(http1.chunk(reply.body[start:start + 1024]))
            await self.write(http1.LAST_CHUNK)
        else:
            headers = [*reply.headers, ("content-length", str(len(reply.body)))]
            await self.write(http1.response_head(reply.status, headers) + reply.body)

    async def begin_chunked(self, status, headers):
        await self.write(http1.response_head(status, [*headers, ("transfer-encoding", "chunked")]))


def pairs(headers):
    """A dict, or a list of pairs where a test needs a name twice."""
    return [(name, str(value)) for name, value in (headers.items() if isinstance(headers, dict) else headers)]


def encode_body(spec):
    if "body_b64" in spec:
        return base64.b64decode(spec["body_b64"]), None
    body = spec.get("body", "")
    if isinstance(body, str):
        return body.encode("utf-8"), "text/plain; charset=utf-8" if body else None
    return json.dumps(body, ensure_ascii=False).encode("utf-8"), "application/json"
