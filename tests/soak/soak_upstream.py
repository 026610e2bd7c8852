#!/usr/bin/env python3
"""The soak's upstream and the receiver of its records, in a process of its own: fast, and at fault when it is told to be.

    soak_upstream.py      prints its port; ends with its standard input

Each line of its input sets a mode: `upstream ok | error | cut | stall`, `sink ok | hang`. It answers each with a line of JSON: its counts.
"""
import asyncio
import json
import os
import re
import socket

LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
TEXT = "Thanks, I have read what you wrote and here is what I think of it."
USAGE = {"prompt_tokens": 20, "completion_tokens": 16, "total_tokens": 36}
WHOLE = json.dumps({"id": "c", "object": "chat.completion", "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": TEXT}}],
                    "usage": USAGE}).encode()
EVENT_GAP_SECONDS = 0.01


def head(status, body):
    return b"HTTP/1.1 %s\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (status, len(body), body)


def chunk(value):
    data = b"data: " + (value if isinstance(value, bytes) else json.dumps(value).encode()) + b"\n\n"
    return b"%x\r\n%b\r\n" % (len(data), data)


def delta(text, finish=None):
    return {"id": "c", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": finish}]}


OK, ERROR, TAKEN = head(b"200 OK", WHOLE), head(b"500 Broken", b'{"error":{"message":"broken","type":"server_error"}}'), head(b"200 OK", b"{}")
STREAM_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
EVENTS = [chunk(delta(word + " ")) for word in TEXT.split()] + [chunk(delta("", "stop")), chunk({**delta(""), "choices": [], "usage": USAGE}), chunk(b"[DONE]") + b"0\r\n\r\n"]


class State:
    def __init__(self):
        self.upstream = self.sink = "ok"
        self.requests = self.faults = self.batches = 0


class Peer(asyncio.Protocol):
    def __init__(self, state, loop):
        self.state, self.loop, self.buffer = state, loop, bytearray()

    def connection_made(self, transport):
        self.transport = transport
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def data_received(self, data):
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            length = LENGTH.search(self.buffer, 0, end + 2)
            size = end + 4 + (int(length[1]) if length else 0)
            if len(self.buffer) < size:
                return
            request = bytes(self.buffer[:size])
            del self.buffer[:size]
            self.answer(request)

    def answer(self, request):
        state = self.state
        if request.startswith(b"POST /api/public/"):
            state.batches += 1
            if state.sink == "ok":
                self.transport.write(TAKEN)
            return
        state.requests += 1
        stream = b'"stream":true' in request or b'"stream": true' in request
        if state.upstream != "ok":
            state.faults += 1
        if state.upstream == "error":
            self.transport.write(ERROR)
        elif state.upstream == "ok" and not stream:
            self.transport.write(OK)
        elif state.upstream == "stall" and not stream:
            return
        elif state.upstream == "cut" and not stream:
            self.transport.write(OK[:-40])
            self.transport.close()
        else:
            self.transport.write(STREAM_HEAD)
            self.event(0)

    def event(self, at):
        if self.transport.is_closing() or (self.state.upstream == "stall" and at > 3):
            return
        if self.state.upstream == "cut" and at > 3:
            return self.transport.close()
        self.transport.write(EVENTS[at])
        if at + 1 < len(EVENTS):
            self.loop.call_later(EVENT_GAP_SECONDS, self.event, at + 1)


async def main():
    loop, state, ended, unread = asyncio.get_running_loop(), State(), asyncio.Event(), bytearray()
    server = await loop.create_server(lambda: Peer(state, loop), "127.0.0.1", 0, backlog=1024)

    def listen():
        data = os.read(0, 4096)
        if not data:
            return ended.set()
        unread.extend(data)
        while (end := unread.find(b"\n")) >= 0:
            who, mode = unread[:end].decode().split()
            setattr(state, who, mode)
            del unread[:end + 1]
            print(json.dumps({"requests": state.requests, "faults": state.faults, "batches": state.batches}), flush=True)

    loop.add_reader(0, listen)
    print(server.sockets[0].getsockname()[1], flush=True)
    await ended.wait()


if __name__ == "__main__":
    asyncio.run(main())
