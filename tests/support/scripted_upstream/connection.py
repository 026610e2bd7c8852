"""One client connection: reads requests, has them answered, and notices at once when the client goes."""
import asyncio
import socket
import struct

from . import control, http1
from .answer import Answer, Hangup
from .record import Entry, now

LINGER_SECONDS = 5.0


class WatchedProtocol(asyncio.StreamReaderProtocol):
    """The stream protocol of asyncio, with the moment of the client's departure made known at once."""

    def __init__(self, on_connect, loop):
        super().__init__(asyncio.StreamReader(limit=http1.HEAD_MAX_BYTES, loop=loop), on_connect, loop=loop)
        self.peer_gone = asyncio.Event()
        self.on_peer_gone = lambda: None

    def eof_received(self):
        self._gone()
        return super().eof_received()

    def connection_lost(self, exc):
        self._gone()
        super().connection_lost(exc)

    def _gone(self):
        if not self.peer_gone.is_set():
            self.peer_gone.set()
            self.on_peer_gone()


class Connection:
    def __init__(self, number, server, reader, writer):
        self.number = number
        self.server = server
        self.reader = reader
        self.writer = writer
        self.protocol = writer.transport.get_protocol()
        self.is_control = False  # spoke only to /__ so far: not counted as an upstream connection
        self.answer = None
        self.answering = None  # its task
        self.entry = None
        self.protocol.on_peer_gone = self.peer_left
        # drain() then returns when the kernel has everything, which makes bytes_sent honest. Not high=0: with TLS,
        # asyncio 3.11 would pause at an empty buffer and never resume.
        writer.transport.set_write_buffer_limits(high=1, low=0)
        raw = writer.get_extra_info("socket")
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    async def serve(self):
        try:
            while await self.one_request():
                pass
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, EOFError, OSError):
            pass
        finally:
            self.writer.close()

    async def one_request(self):
        """True when the connection can carry another request."""
        raw = await self.reader.readuntil(b"\r\n\r\n")
        try:
            request = http1.parse_head(raw)
        except http1.BadRequest as error:
            self.server.log.append(Entry(None, raw, self.number, now(), t_end=now()))
            why = str(error).encode()
            await self.write(http1.response_head(400, {"content-length": len(why), "connection": "close"}) + why)
            return False
        if request.path.startswith("/__"):
            return await control.handle(self, request)
        self.is_control = False
        return await self.exchange(request)

    async def exchange(self, request):
        self.entry = Entry(request, request.raw_head, self.number, now(), unsent=self.unsent)
        self.server.log.append(self.entry)
        self.answer = Answer(self, request)
        self.answering = asyncio.create_task(self.answer.run())
        if self.protocol.peer_gone.is_set():
            self.peer_left()
        try:
            await self.answering
            keep = request.body_complete and not request.wants_close()
            if not request.body_complete:
                await self.linger()
        except (asyncio.CancelledError, Hangup):
            keep = False
        finally:
            self.answering = None
            if self.entry.t_end is None:
                self.entry.finish()
            self.entry = None
        return keep

    def peer_left(self):
        """A FIN from the client counts as its departure too: no gateway half-closes a connection it still reads."""
        if self.answering and not self.answering.done():
            self.entry.peer_closed_at = now()
            if not self.answer.reading:
                self.answering.cancel()

    def unsent(self):
        return self.writer.transport.get_write_buffer_size()

    async def write(self, data):
        if self.entry:
            self.entry.bytes_written += len(data)
        self.writer.write(data)
        await self.writer.drain()

    def write_now(self, data):
        self.writer.write(data)

    def reset(self):
        """RST: with SO_LINGER at zero seconds, closing throws away what is unsent and says so to the peer."""
        raw = self.writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def linger(self):
        """We answered without reading the body. Closing now would send an RST, which can overtake the answer in the
        client's kernel; so send FIN and swallow the rest for a while."""
        self.entry.finish()
        if self.writer.can_write_eof():
            self.writer.write_eof()
        try:
            async with asyncio.timeout(LINGER_SECONDS):
                while await self.reader.read(http1.READ_BYTES):
                    pass
        except (TimeoutError, OSError):
            pass
