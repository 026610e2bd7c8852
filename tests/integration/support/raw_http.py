"""A connection that says what no HTTP library would say, and reads the answers to the letter."""
import socket
import struct
import time
from typing import NamedTuple

from harness import SLOW

TIMEOUT_SECONDS = 10.0 * SLOW


class Closed(Exception):
    """The peer closed or reset the connection where an answer was expected, or in the middle of one."""


class Answer(NamedTuple):
    status: int
    headers: list  # (name in lower case, value)
    body: bytes
    interim: list  # statuses of the 1xx that came before

    def header(self, name):
        return next((value for key, value in self.headers if key == name), None)


class RawConnection:
    def __init__(self, port, timeout=TIMEOUT_SECONDS, receive_buffer=None, tls=None, host="localhost"):
        self.socket = socket.socket()
        if receive_buffer:  # before connect: the window is agreed on then
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(timeout)
        self.socket.connect(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_hostname=host)
        self.buffer = bytearray()

    def send(self, data):
        """False if the peer no longer takes it."""
        try:
            self.socket.sendall(data)
            return True
        except (ConnectionError, OSError):
            return False

    def half_close(self):
        self.socket.shutdown(socket.SHUT_WR)

    def close(self):
        self.socket.close()

    def reset(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def fill(self):
        try:
            part = self.socket.recv(256 * 1024)
        except ConnectionError as error:
            raise Closed(f"reset; had {bytes(self.buffer[:200])!r}") from error
        if not part:
            raise Closed(f"closed; had {bytes(self.buffer[:200])!r}")
        self.buffer += part

    def take(self, size):
        while len(self.buffer) < size:
            self.fill()
        data = bytes(self.buffer[:size])
        del self.buffer[:size]
        return data

    def line(self):
        while (at := self.buffer.find(b"\r\n")) < 0:
            self.fill()
        return self.take(at + 2)[:-2]

    def head(self):
        """Status and fields of the next response, interim ones included."""
        version, status, _ = self.line().decode("latin-1").split(" ", 2)
        if version != "HTTP/1.1":
            raise AssertionError(f"the status line says {version!r}")
        headers = []
        while line := self.line().decode("latin-1"):
            name, colon, value = line.partition(":")
            if not colon:
                raise AssertionError(f"a header line without colon: {line!r}")
            headers.append((name.lower(), value.strip()))
        return int(status), headers

    def answer(self, method="GET"):
        interim = []
        status, headers = self.head()
        while status < 200:
            interim.append(status)
            status, headers = self.head()
        return Answer(status, headers, b"" if method == "HEAD" else self.body(dict(headers)), interim)

    def body(self, fields):
        if fields.get("transfer-encoding") == "chunked":
            return b"".join(self.chunks())
        if "content-length" in fields:
            return self.take(int(fields["content-length"]))
        return self.rest()

    def chunks(self):
        while size := int(self.line(), 16):
            yield self.take(size)
            if self.take(2) != b"\r\n":
                raise AssertionError("a chunk does not end where it said")
        if self.line():
            raise AssertionError("trailers nobody asked for")

    def rest(self):
        """All that comes until the peer closes."""
        try:
            while True:
                self.fill()
        except Closed:
            data = bytes(self.buffer)
            self.buffer.clear()
            return data

    def is_closed(self, within=2.0):
        """True if the peer closes without another byte."""
        self.socket.settimeout(within * SLOW)
        try:
            return not self.buffer and self.socket.recv(1) == b""
        except TimeoutError:
            return False
        except ConnectionError:
            return True

    def is_open(self):
        """True if nothing has come and the peer has not closed, so far."""
        self.socket.setblocking(False)
        try:
            self.socket.recv(1, socket.MSG_PEEK)
            return False
        except BlockingIOError:
            return True
        except ConnectionError:
            return False
        finally:
            self.socket.settimeout(TIMEOUT_SECONDS)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def post(path, body, *fields, version="HTTP/1.1", key="sk-it", length=True):
    """The bytes of a POST with the usual fields."""
    lines = [f"POST {path} {version}", "Host: gateway", "Content-Type: application/json"]
    if key:
        lines.append(f"Authorization: Bearer {key}")
    if length:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, *fields, "", ""]).encode("latin-1") + body


def seconds_since(moment):
    return time.time() - moment
