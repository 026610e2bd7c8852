#!/usr/bin/env python3
"""An upstream for crowds: one chat answer for everybody, fast, and faults for all of its connections at once.

    crowd_upstream.py      prints its port; ends with its standard input

Each line of its input is a command, answered with a line of JSON: the counts.
    mode ok | busy (503 to all) | silent (reads, and answers nothing any more)
    hold N SECONDS         answers once N requests are here, each SECONDS after it came
    die                    closes the listener and resets all connections
    count                  nothing but the counts
A request with "stream":true gets EVENTS events, one each GAP seconds (`events N GAP`).
"""
import asyncio
import json
import os
import re
import socket
import struct
import sys

LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
ANSWER = json.dumps({"id": "c", "object": "chat.completion", "choices": [{"index": 0, "finish_reason": "stop", "message": {
    "role": "assistant", "content": "hi"}}], "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}}).encode()
HEAD = b"HTTP/1.1 %s\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
OK = HEAD % (b"200 OK", len(ANSWER)) + ANSWER
BUSY = HEAD % (b"503 Busy", 2) + b"{}"
STREAM_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
EVENT = b'data: {"id":"c","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"x"},"finish_reason":%s}]}\n\n'


def chunk(data):
    return b"%x\r\n%b\r\n" % (len(data), data)


STREAM_END = chunk(EVENT % b'"stop"') + chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n"


class State:
    def __init__(self):
        self.connections, self.held = set(), []
        self.mode, self.hold, self.events = "ok", (0, 0.0), (10, 0.01)
        self.requests = self.open = self.open_max = 0

    def counts(self):
        return json.dumps({"requests": self.requests, "open": self.open, "open_max": self.open_max})


class Peer(asyncio.Protocol):
    def __init__(self, state, loop):
        self.state, self.loop, self.buffer = state, loop, b""

    def connection_made(self, transport):
        self.transport = transport
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.state.connections.add(self)

    def connection_lost(self, _):
        self.state.connections.discard(self)

    def data_received(self, data):
        self.buffer += data
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        size = end + 4 + int(LENGTH.search(self.buffer, 0, end + 2)[1])
        if len(self.buffer) < size:
            return
        request, self.buffer = self.buffer[:size], self.buffer[size:]
        self.answer(request)

    def answer(self, request):
        state = self.state
        state.requests += 1
        state.open += 1
        state.open_max = max(state.open_max, state.open)
        if state.mode == "silent":
            return
        wanted, seconds = state.hold
        if wanted:
            state.held.append((self, self.loop.time() + seconds))
            if len(state.held) == wanted:
                for peer, at in state.held:
                    self.loop.call_at(at, peer.end, OK)
        elif b'"stream":true' in request:
            self.transport.write(STREAM_HEAD)
            self.event(*state.events)
        else:
            self.end(OK if state.mode == "ok" else BUSY)

    def event(self, left, gap):
        if left == 0:
            return self.end(STREAM_END)
        self.transport.write(chunk(EVENT % b"null"))
        self.loop.call_later(gap, self.event, left - 1, gap)

    def end(self, data):
        self.state.open -= 1
        self.transport.write(data)

    def reset(self):
        raw = self.transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()


def obey(words, state, server):
    verb, rest = words[0], words[1:]
    if verb == "mode":
        state.mode = rest[0]
    elif verb == "hold":
        state.hold = int(rest[0]), float(rest[1])
    elif verb == "events":
        state.events = int(rest[0]), float(rest[1])
    elif verb == "die":
        server.close()
        for peer in list(state.connections):
            peer.reset()


async def main():
    loop, state = asyncio.get_running_loop(), State()
    server = await loop.create_server(lambda: Peer(state, loop), "127.0.0.1", 0, backlog=4096)
    ended, unread = asyncio.Event(), bytearray()

    def listen():
        data = os.read(0, 4096)
        if not data:
            return ended.set()
        unread.extend(data)
        while (end := unread.find(b"\n")) >= 0:
            obey(unread[:end].decode().split(), state, server)
            del unread[:end + 1]
            print(state.counts(), flush=True)
    loop.add_reader(0, listen)
    print(server.sockets[0].getsockname()[1], flush=True)
    await ended.wait()


if __name__ == "__main__":
    asyncio.run(main())
    sys.stdout.flush()
