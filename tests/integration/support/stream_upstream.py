#!/usr/bin/env python3
"""An upstream that plays recorded streams, each request saying in its own body how: fast enough for a request a byte.

    stream_upstream.py DATA_FOLDER        prints its port; ends with its standard input

body: {"play": {"number": N, "eol": "\\n", "cuts": "whole" | "byte" | [at, ...] | {"stride": S, "offset": O}, "wire": null | at}}
`cuts` are the ends of chunks, counted in bytes of the stream; `wire` is a byte of the whole answer, head and chunk sizes included:
there the answer waits for a moment, so that its two parts arrive one after the other.
"""
import json
import pathlib
import socket
import sys
import threading
import time
from functools import lru_cache

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from recorded_streams import load  # noqa: E402

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
PAUSE_SECONDS = 0.002


class Player:
    def __init__(self, folder):
        self.recordings = load(folder)
        self.payload = lru_cache(maxsize=None)(lambda number, eol: self.recordings[number].payload(eol))

    def answer(self, play):
        data = self.payload(play["number"], play["eol"])
        cuts = play["cuts"]
        if cuts == "byte":
            pieces = b"".join(b"1\r\n%c\r\n" % byte for byte in data)
        else:
            edges = [0, *positions(cuts, len(data)), len(data)]
            pieces = b"".join(b"%x\r\n%b\r\n" % (end - start, data[start:end]) for start, end in zip(edges, edges[1:]) if end > start)
        return HEAD + pieces + b"0\r\n\r\n"


def positions(cuts, size):
    if cuts == "whole":
        return []
    return range(cuts["offset"] or cuts["stride"], size, cuts["stride"]) if isinstance(cuts, dict) else cuts


def serve(peer, player):
    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    buffer = b""
    while True:
        while (end := buffer.find(b"\r\n\r\n")) < 0 or len(buffer) < end + 4 + length_of(buffer[:end]):
            part = peer.recv(65536)
            if not part:
                return
            buffer += part
        size = end + 4 + length_of(buffer[:end])
        play = json.loads(buffer[end + 4:size])["play"]
        buffer = buffer[size:]
        answer = player.answer(play)
        if (wire := play.get("wire")) is not None:
            peer.sendall(answer[:wire])
            time.sleep(PAUSE_SECONDS)
            answer = answer[wire:]
        peer.sendall(answer)


def length_of(head):
    at = head.index(b"content-length: ") + 16
    return int(head[at:].split(b"\r\n", 1)[0])


def accept(listener, player):
    while True:
        peer, _ = listener.accept()
        threading.Thread(target=serve_quietly, args=(peer, player), daemon=True).start()


def serve_quietly(peer, player):
    with peer:
        try:
            serve(peer, player)
        except ConnectionError:
            pass


if __name__ == "__main__":
    listening = socket.create_server(("127.0.0.1", 0), backlog=128)
    threading.Thread(target=accept, args=(listening, Player(pathlib.Path(sys.argv[1]))), daemon=True).start()
    print(listening.getsockname()[1], flush=True)
    sys.stdin.read()
