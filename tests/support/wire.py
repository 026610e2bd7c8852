"""Talking to a port: raw bytes, one request, or an event stream with arrival times."""
import http.client
import json
import re
import socket
import time
from typing import NamedTuple, Optional

from waiting import SLOW

TIMEOUT_SECONDS = 30.0 * SLOW


def raw(port, data, timeout=TIMEOUT_SECONDS, half_close=False):
    """Sends bytes as they are and returns all that comes until the peer closes, resets, or is silent for `timeout`."""
    with socket.create_connection(("127.0.0.1", port), timeout) as peer:
        received = bytearray()
        try:
            peer.sendall(data)
            if half_close:
                peer.shutdown(socket.SHUT_WR)
            while part := peer.recv(65536):
                received += part
        except (TimeoutError, ConnectionError):
            pass
        return bytes(received)


class Response(NamedTuple):
    status: int
    headers: http.client.HTTPMessage  # case-insensitive; get_all() for repeated names
    body: bytes

    def json(self):
        return json.loads(self.body)

    def text(self):
        return self.body.decode("utf-8")


def encoded(body, headers):
    """A dict or list becomes JSON; text becomes UTF-8; bytes and None stay."""
    headers = dict(headers or {})
    if isinstance(body, (dict, list)):
        body = json.dumps(body)
        if not any(name.lower() == "content-type" for name in headers):
            headers["content-type"] = "application/json"
    return (body.encode("utf-8") if isinstance(body, str) else body), headers


def request(port, method, path, body=None, headers=None, timeout=TIMEOUT_SECONDS):
    body, headers = encoded(body, headers)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return Response(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


class SseEvent(NamedTuple):
    event: Optional[str]
    data: Optional[str]  # None for a block of comments
    raw: bytes           # with its blank line
    at: float            # time.time() when the last byte of it arrived: comparable with the upstream's log


class SseStream:
    """Iterates over the events. Raises http.client.IncompleteRead when the stream is cut before its last chunk, and
    yields a last event without a blank line if that is how a well-framed stream ends. close() hangs up."""

    def __init__(self, port, path, body, headers=None, method="POST", timeout=TIMEOUT_SECONDS):
        body, headers = encoded(body, headers)
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
        self.connection.request(method, path, body, headers)
        self.answer = self.connection.getresponse()
        self.status, self.headers = self.answer.status, self.answer.headers
        self.buffer, self.arrived = b"", None
        if not (self.headers.get("content-type") or "").startswith("text/event-stream"):
            body = self.answer.read()
            self.close()
            raise AssertionError(f"not an event stream: {self.status} {body[:2000]!r}")

    def __iter__(self):
        return self

    def __next__(self):
        while True:
            end = end_of_event(self.buffer)
            if end:
                block, self.buffer = self.buffer[:end], self.buffer[end:]
                return parse_event(block, self.arrived)
            part = self.answer.read1(65536)
            if not part:
                block, self.buffer = self.buffer, b""
                self.close()
                if not block:
                    raise StopIteration
                return parse_event(block, self.arrived)
            self.arrived = time.time()
            self.buffer += part

    def close(self):
        self.answer.close()
        self.connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def end_of_event(buffer):
    ends = [at + len(blank) for blank in (b"\n\n", b"\r\n\r\n", b"\r\r") if (at := buffer.find(blank)) >= 0]
    return min(ends, default=0)


def parse_event(block, at):
    event, data = None, []
    for line in re.split(r"\r\n|\n|\r", block.decode("utf-8")):  # not splitlines(): it also splits at U+2028
        name, _, value = line.partition(":")
        value = value[1:] if value.startswith(" ") else value
        if name == "event":
            event = value
        elif name == "data":
            data.append(value)
    return SseEvent(event, "\n".join(data) if data else None, block, at)


def sse(port, path, body, headers=None, **options):
    return SseStream(port, path, body, headers, **options)
