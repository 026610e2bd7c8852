"""The listener, and what all connections share: scripts, log, counts."""
import asyncio
import itertools

from .connection import Connection, WatchedProtocol
from .script import Scripts

BACKLOG = 4096  # load tests open thousands of connections at once


class Server:
    def __init__(self):
        self.scripts = Scripts()
        self.log = []
        self.connections = set()
        self.closed_since_reset = 0
        self.numbers = itertools.count(1)
        self.listener = None

    async def listen(self, port, tls):
        loop = asyncio.get_running_loop()
        self.listener = await loop.create_server(
            lambda: WatchedProtocol(self.on_connect, loop), "127.0.0.1", port, ssl=tls, backlog=BACKLOG)
        return self.listener.sockets[0].getsockname()[1]

    async def on_connect(self, reader, writer):
        connection = Connection(next(self.numbers), self, reader, writer)
        self.connections.add(connection)
        try:
            await connection.serve()
        finally:
            self.connections.discard(connection)
            self.closed_since_reset += not connection.is_control

    def state(self):
        """Counts only what is, or may become, the gateway's: connections that spoke to /__ alone are left out."""
        open_now = sum(not connection.is_control for connection in self.connections)
        return {
            "open_connections": open_now,
            "total_connections": open_now + self.closed_since_reset,
            "requests": len(self.log),
            "scripts_pending": len(self.scripts.queue),
        }

    def reset(self):
        """Forgets scripts, log and closed connections. What is under way is left alone."""
        self.scripts.clear()
        self.log = []
        self.closed_since_reset = 0

    async def close(self):
        self.listener.close()
        for connection in list(self.connections):
            connection.writer.transport.abort()
        await asyncio.sleep(0)
