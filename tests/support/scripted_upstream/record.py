"""What the upstream saw: one entry a request, for GET /__log."""
import base64
import time
from dataclasses import dataclass
from typing import Callable, Optional

from .http1 import Request


def now():
    """Wall clock in seconds: a test in another process compares its own times with these."""
    return time.time()


@dataclass
class Entry:
    request: Optional[Request]  # None: the head could not be read
    raw_head: bytes
    connection: int
    t_start: float
    t_end: Optional[float] = None  # None while the answer is under way
    peer_closed_at: Optional[float] = None  # when the client closed before we had finished
    bytes_written: int = 0
    unsent: Callable[[], int] = lambda: 0  # how many of them the transport still holds

    def bytes_sent(self):
        """What the kernel took from us. What waits in our own buffer does not count: back-pressure tests need that."""
        return self.bytes_written - self.unsent()

    def finish(self):
        """Freezes the entry: a later answer on the same connection has its own."""
        self.t_end = now()
        self.bytes_written = self.bytes_sent()
        self.unsent = lambda: 0

    def as_json(self):
        request = self.request
        text, b64 = as_text(bytes(request.body)) if request else (None, None)
        return {
            "method": request.method if request else None,
            "path": request.target if request else None,
            "headers": [list(pair) for pair in request.headers] if request else [],
            "body": text,
            "body_b64": b64,
            "body_complete": bool(request and request.body_complete),
            "raw_head_b64": base64.b64encode(self.raw_head).decode(),
            "connection": self.connection,
            "t_start": self.t_start,
            "t_end": self.t_end,
            "peer_closed_at": self.peer_closed_at,
            "bytes_sent": self.bytes_sent(),
        }


def as_text(data):
    """(text, None), or (None, base64) for what is not UTF-8: a multipart upload."""
    try:
        return data.decode("utf-8"), None
    except UnicodeDecodeError:
        return None, base64.b64encode(data).decode()
