"""The recorded provider streams of the public test data, as bytes, and the route that each belongs to."""
import json
import pathlib
import subprocess
import sys
from typing import NamedTuple

UPSTREAM = pathlib.Path(__file__).parent / "stream_upstream.py"
FILES = ("provider_chunks.jsonl", "anthropic_streams.jsonl")


class Recording(NamedTuple):
    name: str
    dialect: str   # of STREAMS in scenario.py
    events: list   # texts without the blank line
    valid: bool    # one recording holds events that are no JSON (a brace is missing)

    def payload(self, eol="\n"):
        return "".join(event.replace("\n", eol) + eol * 2 for event in self.events).encode()


def dialect_of(first):
    """Which API speaks like this? What none of ours does (Gemini, Bedrock, Cohere) is relayed as chat: unknown, but JSON."""
    kind = str(first.get("type", ""))
    if kind.startswith("message_"):
        return "messages"
    if kind.startswith("response."):
        return "responses"
    return "completions" if first.get("object") == "text_completion" else "chat"


def parsed(text):
    try:
        return json.loads(text)
    except ValueError:
        return None


def load(folder):
    recordings = []
    for line in open(folder / "sse" / FILES[0], encoding="utf-8"):
        row = json.loads(line)
        chunks = [chunk if isinstance(chunk, str) else json.dumps(chunk, ensure_ascii=False) for chunk in row["chunks"]]
        events = [f"data: {chunk}" for chunk in chunks]
        values = [parsed(chunk) for chunk in chunks]
        first = next(value for value in values if value is not None)
        recordings.append(Recording(row["id"], dialect_of(first), [*events, "data: [DONE]"], None not in values))
    for line in open(folder / "sse" / FILES[1], encoding="utf-8"):
        row = json.loads(line)
        events = [event for event in row["sse"].replace("\r\n", "\n").split("\n\n") if event.strip("\n")]
        recordings.append(Recording(row["id"], "messages", [event.strip("\n") for event in events], True))
    return recordings


class Player:
    """stream_upstream.py as a process; has the `url` that a configuration needs."""

    def __init__(self, folder):
        self.process = subprocess.Popen([sys.executable, str(UPSTREAM), str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url = f"http://127.0.0.1:{int(self.process.stdout.readline())}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()
