"""Many clients in one process, and the upstream for them: asyncio's protocols, since http.client takes half a millisecond a request.

A request counts from the moment it was due, not from the moment there was a connection for it.
"""
import asyncio
import collections
import json
import pathlib
import re
import resource
import socket
import subprocess
import sys
from typing import NamedTuple

UPSTREAM = pathlib.Path(__file__).with_name("crowd_upstream.py")
LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)


class CrowdUpstream:
    def __init__(self):
        self.process = subprocess.Popen([sys.executable, str(UPSTREAM)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url = f"http://127.0.0.1:{int(self.process.stdout.readline())}/v1"

    def tell(self, command):
        """crowd_upstream.py has the commands; the counts come back."""
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


class Done(NamedTuple):
    due: float
    took: float
    status: int  # 0: the connection was lost before the answer was whole, -1: and before it had begun
    body: bytes


class Peer(asyncio.Protocol):
    """A keep-alive connection: one request at a time."""

    def __init__(self, crowd):
        self.crowd, self.due, self.buffer = crowd, None, b""

    def connection_made(self, transport):
        self.transport = transport
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, due, data):
        self.due = due
        self.transport.write(data)

    def data_received(self, data):
        self.buffer += data
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        length = LENGTH.search(self.buffer, 0, end + 2)
        size = end + 4 + int(length[1]) if length else None
        if len(self.buffer) >= size if length else self.buffer.endswith(b"\r\n0\r\n\r\n"):
            if b"\r\nconnection: close\r\n" in self.buffer[:end + 2]:
                self.transport.close()
            self.done(int(self.buffer[9:12]), self.buffer[end + 4:])

    def done(self, status, body):
        due, self.due, self.buffer = self.due, None, b""
        if due is not None:
            self.crowd.done(self, due, status, body)

    def connection_lost(self, _):
        self.crowd.peers.discard(self)
        self.done(0 if self.buffer else -1, self.buffer)


class Crowd:
    def __init__(self, port, peers_max):
        self.port, self.peers_max = port, peers_max
        self.peers, self.idle, self.waiting = set(), [], collections.deque()
        self.results, self.opening, self.again = [], 0, None
        self.loop = asyncio.get_running_loop()
        self.news = asyncio.Event()

    def ask(self, data, due=None):
        """Sends a request over an idle connection, over a new one, or as soon as there is one."""
        due = self.loop.time() if due is None else due
        while self.idle:
            peer = self.idle.pop()
            if not peer.transport.is_closing():
                return peer.ask(due, data)
        self.waiting.append((due, data))
        if len(self.peers) + self.opening < self.peers_max:
            self.opening += 1
            self.loop.create_task(self.open())

    async def open(self):
        try:
            _, peer = await self.loop.create_connection(lambda: Peer(self), "127.0.0.1", self.port)
        except OSError:
            if self.waiting:
                self.note(Done(self.waiting.popleft()[0], 0.0, -1, b""))
            return
        finally:
            self.opening -= 1
        self.peers.add(peer)
        self.next(peer)

    def next(self, peer):
        if self.waiting:
            peer.ask(*self.waiting.popleft())
        else:
            self.idle.append(peer)

    def note(self, result):
        self.results.append(result)
        self.news.set()

    def done(self, peer, due, status, body):
        self.note(Done(due, self.loop.time() - due, status, body))
        if status > 0 and not peer.transport.is_closing():
            if self.again and not self.waiting:
                peer.ask(self.loop.time(), self.again)
            else:
                self.next(peer)

    async def all_done(self, count, seconds):
        async with asyncio.timeout(seconds):
            while len(self.results) < count:
                self.news.clear()
                await self.news.wait()

    async def open_loop(self, data, rate, seconds, events=()):
        """`rate` requests a second, whether answered or not; events: (after how many seconds, what)."""
        begin, sent, events = self.loop.time(), 0, list(events)
        while (now := self.loop.time() - begin) < seconds:
            while events and events[0][0] <= now:
                events.pop(0)[1]()
            while sent < now * rate:
                self.ask(data, begin + sent / rate)
                sent += 1
            await asyncio.sleep(0.001)
        return begin, sent

    async def closed_loop(self, data, clients, seconds):
        """`clients` requests at the same time, always; answers a second."""
        before, self.again = len(self.results), data
        for _ in range(clients):
            self.ask(data)
        await asyncio.sleep(seconds)
        self.again = None
        answered = len(self.results) - before
        await self.all_done(before + answered + clients, 30 + seconds)
        return answered / seconds

    def close(self):
        for peer in list(self.peers):
            peer.transport.abort()


def descriptors():
    """As many as this process, and those that it starts, may have."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def percentile(times, share):
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
