#!/usr/bin/env python3
"""A scripted upstream: a process that plays a model provider, well or badly, as a test tells it to.

    python3 tests/support/upstream.py [--port 0] [--tls-cert FILE --tls-key FILE]

Prints one line, {"port": N}, and serves on 127.0.0.1 until SIGTERM or until its standard input ends.
README.md beside this file has the table of script actions.
"""
import argparse
import asyncio
import json
import os
import signal
import ssl
import stat
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from scripted_upstream.server import Server  # noqa: E402  (needs the path above)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=0, help="0 lets the system choose")
    parser.add_argument("--tls-cert", help="PEM file; with --tls-key the port speaks TLS")
    parser.add_argument("--tls-key")
    args = parser.parse_args()
    if bool(args.tls_cert) != bool(args.tls_key):
        parser.error("--tls-cert and --tls-key go together")
    return args


def tls_context(args):
    if not args.tls_cert:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(args.tls_cert, args.tls_key)
    context.set_alpn_protocols(["http/1.1"])
    return context


def stop_when_stdin_ends(loop, stop):
    """The parent's death closes our stdin, so no upstream outlives its test run.

    Only a pipe or a socket says anything about a parent: /dev/null (a shell's background job) is at its end from
    the start, and a terminal belongs to a person.
    """
    mode = os.fstat(0).st_mode
    if not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)):
        return

    def drain():
        while os.read(0, 4096):
            pass
        loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=drain, daemon=True).start()


async def main():
    args = arguments()
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    server = Server()
    port = await server.listen(args.port, tls_context(args))
    print(json.dumps({"port": port}), flush=True)
    stop_when_stdin_ends(loop, stop)
    await stop.wait()
    await server.close()


if __name__ == "__main__":
    asyncio.run(main())
