"""The little HTTP/1.1 that the upstream needs. It reads what it is given and keeps the raw head, so that a test can
look at the very bytes the gateway wrote; it is not meant to be a good server."""
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import urlsplit

HEAD_MAX_BYTES = 256 * 1024
READ_BYTES = 64 * 1024


class BadRequest(Exception):
    pass


@dataclass
class Request:
    method: str
    target: str
    headers: list  # of (name, value), as sent: order, case and duplicates kept
    raw_head: bytes
    version: str = "HTTP/1.1"
    body: bytearray = field(default_factory=bytearray)  # grows while it is read; a cut upload leaves its part here
    body_complete: bool = False

    @property
    def path(self):
        return urlsplit(self.target).path

    def header(self, name):
        return next((value for key, value in self.headers if key.lower() == name), None)

    def wants_close(self):
        connection = (self.header("connection") or "").lower()
        return "close" in connection or (self.version == "HTTP/1.0" and "keep-alive" not in connection)


def parse_head(raw):
    try:
        lines = raw.decode("latin-1").split("\r\n")
        method, target, version = lines[0].split(" ")
        if not version.startswith("HTTP/1."):
            raise ValueError(version)
        headers = []
        for line in lines[1:]:
            if line:
                name, colon, value = line.partition(":")
                if not colon or not name or name != name.strip():
                    raise ValueError(line)
                headers.append((name, value.strip(" \t")))
        return Request(method, target, headers, raw, version)
    except ValueError as error:
        raise BadRequest(f"unreadable request head: {error}") from error


async def read_body(reader, request, write):
    """Reads the body into request.body. Raises BadRequest for framing that cannot be followed and
    asyncio.IncompleteReadError or EOFError when the client leaves early."""
    if request.body_complete:
        return
    if (request.header("expect") or "").lower() == "100-continue":
        write(b"HTTP/1.1 100 Continue\r\n\r\n")
    if (request.header("transfer-encoding") or "").lower() == "chunked":
        await read_chunks(reader, request)
    else:
        try:
            length = int(request.header("content-length") or 0)
        except ValueError as error:
            raise BadRequest(f"bad content-length: {error}") from error
        await read_exactly(reader, request.body, length)
    request.body_complete = True


async def read_exactly(reader, into, length):
    while length > 0:
        part = await reader.read(min(length, READ_BYTES))
        if not part:
            raise EOFError("the client left before the end of its body")
        into += part
        length -= len(part)


async def read_chunks(reader, request):
    while True:
        line = await reader.readuntil(b"\r\n")
        try:
            size = int(line.split(b";")[0], 16)
        except ValueError as error:
            raise BadRequest(f"bad chunk size: {line!r}") from error
        if size == 0:
            break
        await read_exactly(reader, request.body, size)
        if await reader.readexactly(2) != b"\r\n":
            raise BadRequest("a chunk does not end where it said")
    while await reader.readuntil(b"\r\n") != b"\r\n":  # trailers
        pass


def response_head(status, headers, reason=None):
    """headers: a dict or a list of pairs (the list may repeat a name)."""
    pairs = headers.items() if isinstance(headers, dict) else headers
    if reason is None:
        reason = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Scripted"
    lines = [f"HTTP/1.1 {status} {reason}", *(f"{name}: {value}" for name, value in pairs)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


LAST_CHUNK = b"0\r\n\r\n"
