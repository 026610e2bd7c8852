"""The soak's clients: an open loop of mixed requests, each counted by how it ended, with the ids of all that were answered."""
import array
import asyncio
import json
import random
import socket
import time
from collections import Counter

from soak_world import short

WORKERS = 256
HEAD = b"POST /v1/chat/completions HTTP/1.1\r\nHost: g\r\nContent-Type: application/json\r\nAuthorization: Bearer %b\r\nContent-Length: %d\r\n\r\n"
LATE_SECONDS = 1.0  # beyond this the loop does not try to make up for what it could not send


def chat(text, **more):
    return json.dumps({"model": "gpt", "messages": [{"role": "user", "content": text}], **more}, separators=(",", ":")).encode()


# (share, name, body for a number, what a well-run gateway answers)
KINDS = [(36, "whole", lambda n: chat(f"What do you make of number {n}?"), (200,)),
         (20, "cached", lambda n: chat(f"What do you make of question {n % 50}?"), (200,)),
         (16, "stream", lambda n: chat(f"Tell me of number {n}.", stream=True), (200,)),
         (6, "cached stream", lambda n: chat(f"Tell me of question {n % 50}.", stream=True), (200,)),
         (5, "pii", lambda n: chat(f"Write to ann{n}@example.com about 4111 1111 1111 1111."), (200,)),
         (3, "secret", lambda n: chat(f"The key is AKIAIOSFODNN7EXAMPL{n % 10}, number {n}."), (200,)),
         (3, "blocked", lambda n: chat(f"Number {n} of the falcon"), (400, 403)),
         (3, "no such model", lambda n: chat("hello").replace(b'"gpt"', b'"none"'), (400, 404)),
         (3, "strict key", lambda n: chat(f"Once more, number {n}"), (200, 429)),
         (2, "wrong key", lambda n: chat("hello"), (401,)),
         (3, "leaves", lambda n: chat(f"A long story, number {n}", stream=True), ())]


class Connection(asyncio.Protocol):
    """One keep-alive connection; `ask` gives (status, id, whole), with status 0 if it was closed."""

    def __init__(self):
        self.transport, self.buffer, self.waiter, self.closed, self.failure = None, bytearray(), None, False, b""

    def connection_made(self, transport):
        self.transport = transport
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def data_received(self, data):
        self.buffer += data
        self.wake()

    def connection_lost(self, _):
        self.closed = True
        self.wake()

    def wake(self):
        if self.waiter and not self.waiter.done():
            self.waiter.set_result(None)

    async def more(self):
        if self.closed:
            raise EOFError
        self.waiter = asyncio.get_running_loop().create_future()
        await self.waiter

    async def until(self, mark, start=0):
        while (at := self.buffer.find(mark, start)) < 0:
            await self.more()
        return at

    async def ask(self, key, body, leave):
        self.transport.write(HEAD % (key, len(body)) + body)
        end = await self.until(b"\r\n\r\n")
        head = bytes(self.buffer[:end]).lower()
        fields = dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:])
        status, call = int(head[9:12]), fields.get(b"x-litellm-call-id", b"").decode()
        if leave:
            self.transport.abort()
            return status, call, False
        if b"content-length" in fields:
            size = end + 4 + int(fields[b"content-length"])
            while len(self.buffer) < size:
                await self.more()
            whole = status != 200 or self.buffer.find(b'"error"', end) < 0
        else:
            size = await self.until(b"\r\n0\r\n\r\n", end) + 7
            whole = self.buffer.rfind(b"[DONE]", end) > 0
        self.failure = b"" if whole and status < 500 else bytes(self.buffer[max(end + 4, size - 600):size])
        del self.buffer[:size]
        if fields.get(b"connection") == b"close":
            self.transport.close()
            self.closed = True
        return status, call, whole


class Load:
    """`await run(rate, seconds)`; rate None: as fast as the workers go (calibration). `begin(phase)` names what is going on from now on:
    ends are counted by all that went on while a request was under way."""

    def __init__(self, world, seed=76):
        self.world, self.rng, self.slow = world, random.Random(seed), world.slow
        self.ends, self.times, self.unexpected, self.said = Counter(), {}, Counter(), {}  # said: the first answer of each unexpected kind
        self.answered, self.number, self.went_on, self.sent = array.array("Q"), 0, ["calm"], 0
        self.shares = [share for share, *_ in KINDS]

    def begin(self, phase):
        self.went_on.append(phase)

    def since(self, at):
        return " to ".join(self.went_on[at:])

    async def run(self, rate, seconds, workers=WORKERS):
        self.until = time.monotonic() + seconds
        self.gap, self.due = (1.0 / rate if rate else 0.0), time.monotonic()
        before, began = self.sent, time.monotonic()
        await asyncio.gather(*[self.worker() for _ in range(workers)])
        return (self.sent - before) / (time.monotonic() - began)

    def slot(self):
        """The moment at which the next request is due."""
        now = time.monotonic()
        self.due = max(self.due + self.gap, now - LATE_SECONDS)
        return self.due if self.gap else now

    async def worker(self):
        connection = None
        while (due := self.slot()) < self.until:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            if connection is None or connection.closed:
                connection = await self.dial()
            if connection and not await self.one(connection):
                connection.transport.abort()
                connection = None
        if connection:
            connection.transport.abort()

    async def dial(self):
        try:
            return (await asyncio.get_running_loop().create_connection(Connection, "127.0.0.1", self.world.port))[1]
        except OSError:
            self.ends[self.went_on[-1], "connect", 0] += 1
            await asyncio.sleep(0.05)
            return None

    async def one(self, connection):
        self.number += 1
        self.sent += 1
        _, kind, body, fine = self.rng.choices(KINDS, self.shares)[0]
        key = {"strict key": self.world.strict_key, "wrong key": "sk-nobody"}.get(kind) or self.world.keys[self.number % len(self.world.keys)]
        began, at = time.monotonic(), len(self.went_on) - 1
        try:
            status, call, whole = await asyncio.wait_for(connection.ask(key.encode(), body(self.number), kind == "leaves"), 30 * self.slow)
        except (EOFError, asyncio.TimeoutError, ConnectionError) as error:
            status, call, whole = 0, "", False
            self.unexpected[f"{self.since(at)}: {kind}: {type(error).__name__}"] += 1
        self.note(self.since(at), kind, status, whole, fine, time.monotonic() - began, connection.failure)
        if status and kind not in ("leaves", "wrong key") and call:
            self.answered.append(short(call))
        return status and kind != "leaves"

    def note(self, phase, kind, status, whole, fine, seconds, failure):
        good = kind == "leaves" or (status in fine and (whole or status != 200))
        self.ends[phase, "good" if good else "failed", status] += 1
        if good and kind in ("whole", "cached"):
            self.times.setdefault(phase, []).append(seconds)
        if not good and status:
            name = f"{phase}: {kind}: {status}{'' if whole else ' not whole'}"
            self.unexpected[name] += 1
            self.said.setdefault(name, failure.decode("utf-8", "replace"))
