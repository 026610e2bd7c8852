"""For scenarios about usage: a gateway with a ledger on files that outlive it, clients that keep asking, and what the files say."""
import http.client
import json
import pathlib
import sqlite3
import struct
import tempfile
import threading
import time
from contextlib import closing

import usage_pack
from processes import Gateway
from waiting import wait_until
from scenario import KEY, whole_lines

ECHO = {"model": "echo", "messages": [{"role": "user", "content": "one two three"}]}


class Books:
    """A directory with the database, the spool and the records, for one gateway after the other or several at a time."""

    def __init__(self, **ledger):
        self.folder = tempfile.TemporaryDirectory(prefix="sluice-books-")
        self.directory = pathlib.Path(self.folder.name)
        self.database, self.spool, self.records = (self.directory / name for name in ("sluice.db", "spool", "records.jsonl"))
        self.ledger = ledger

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.folder.cleanup()

    def config(self, models=(), plugins=(), sqlite=None, **ledger):
        price = {"input_cost_per_token": 1.5e-7, "output_cost_per_token": 6e-7}
        return {"model_list": [{"model_name": "echo", "litellm_params": {"model": "echo/echo", **price}}, *models],
                "general_settings": {"master_key": KEY}, "router_settings": {"num_retries": 0},
                "plugins": [{"plugin": "store_sqlite", "config": {"path": str(self.database), **(sqlite or {})}},
                            {"plugin": "ledger", "config": {"spool": str(self.spool), "adopt_ms": 200, **self.ledger, **ledger}},
                            {"plugin": "callback_jsonl", "config": {"path": str(self.records)}}, {"plugin": "pricing"},
                            {"plugin": "admin", "grants": ["admin"]}, *plugins],
                "listen": {"limits": {"drain_timeout_ms": 5000, "record_queue_max": 100000}}}

    def gateway(self, **config):
        return Gateway(json.dumps(self.config(**config)))

    def said(self):
        """The records of callback_jsonl by call id; one that is there twice is an error of the test."""
        records = [json.loads(line) for line in whole_lines(self.records)]
        by_id = {record["id"]: record for record in records}
        assert len(by_id) == len(records), "a call id twice in the records"
        return by_id

    def events(self):
        """The events of the store by call id, as figures() has them; raises if one is there twice."""
        rows = {}
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=30)) as db:
            db.execute("BEGIN")  # one moment for all of it
            tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE name GLOB 'usage_2???_??_batches'")]
            batches = [events for table in tables for (events,) in db.execute(f"SELECT events FROM {table}")]
            names = {0: "", **dict(db.execute("SELECT id, name FROM names"))}
            combos = {number: who for number, *who in db.execute("SELECT id, key_id, model_group, model, provider FROM combos")}
        for event in (event for batch in batches for event in usage_pack.events(batch)):
            assert event["call_id"] not in rows, f"{event['call_id']} twice in the store"
            rows[event["call_id"]] = (*(event[name] for name in ("prompt", "completion", "cost")), event["flags"] & 1,
                                      *(event[name] for name in ("http_status", "start_ms", "end_ms", "attempts", "user_agent")),
                                      *(names[event[name]] for name in ("outcome", "route", "call_type", "key_alias", "end_user")),
                                      *(names[number] for number in combos[event["combo"]]))
        return rows

    def sums(self):
        """(requests, successes, failures, prompt, completion, pico-USD) of the sums by day, and the same of the totals."""
        columns = "sum(requests), sum(successes), sum(failures), sum(prompt), sum(completion), sum(cost)"
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=30)) as db:
            daily = db.execute(f"SELECT {columns} FROM usage_daily").fetchone()
            total = db.execute(f"SELECT {columns} FROM usage_daily_total WHERE dimension = 0").fetchone()
        assert daily == total, (daily, total)
        return daily

    def count(self):
        return len(self.events())

    def spooled(self):
        """Call ids of the whole events in the spool, as docs/ledger.md describes it: no checksum is looked at."""
        ids = []
        for path in sorted(self.spool.glob("*/*.events")):
            data, at = path.read_bytes(), 8
            assert data[:8] == b"sluicel1"[:len(data)], path
            while at + 8 <= len(data):
                length, _ = struct.unpack_from("<II", data, at)
                if at + 8 + length > len(data):
                    break
                event = data[at + 8:at + 8 + length]
                numbers, = struct.unpack_from("<H", event)
                texts, first = struct.unpack_from("<HI", event, 2 + numbers)
                begin = 4 + numbers + 4 * texts
                ids.append(event[begin:begin + first].decode())
                at += 8 + length
        return ids


def figures(record, pico):
    """A line of callback_jsonl as the columns that events() asks for. The store has "" where the record has null."""
    who = record["metadata"]
    names = (record["outcome"], record["route"], record["call_type"], who["user_api_key_alias"], record["end_user"], who["user_api_key_hash"],
             record["model_group"], record["hidden_params"]["litellm_model_name"], record["custom_llm_provider"])
    return (record["prompt_tokens"], record["completion_tokens"], pico, int(record["stream"]), record["http_status"], round(record["startTime"] * 1000),
            round(record["endTime"] * 1000), record["hidden_params"]["attempts"], who["user_agent"] or "", *(name or "" for name in names))


def agree(test, books, expected=None):
    """The store has the events of the records, each once, with the same figures, and its sums are theirs."""
    if expected is not None:  # a record is written a moment after the answer
        wait_until(lambda: len(books.said()) >= expected, 10.0, f"{expected} records")
    said = books.said()
    test.assertIn(expected, (None, len(said)))
    wait_until(lambda: books.count() >= len(said), 30.0, f"{len(said)} events in the store")
    stored = books.events()
    test.assertEqual(set(stored) ^ set(said), set())
    cost = 0
    for call_id, record in said.items():
        pico = None if record["response_cost"] is None else round(record["response_cost"] * 1e12)
        cost += pico or 0
        test.assertEqual(stored[call_id], figures(record, pico), record)
    successes = sum(record["outcome"] == "success" for record in said.values())
    test.assertEqual(books.sums(), (len(said), successes, len(said) - successes, sum(record["prompt_tokens"] for record in said.values()),
                                    sum(record["completion_tokens"] for record in said.values()), cost))


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def event(call_id, start_ms, prompt=3, cost=0, outcome="success"):
    """An event as an older release might have written it: the first texts only."""
    numbers = struct.pack("<4qQ", start_ms, start_ms + 1, 0, cost, prompt)
    texts = [call_id.encode(), outcome.encode()]
    return struct.pack("<H", len(numbers)) + numbers + struct.pack(f"<H{len(texts)}I", len(texts), *map(len, texts)) + b"".join(texts)


def segment(events):
    frames = ((struct.pack("<I", len(one)), one) for one in events)
    return b"sluicel1" + b"".join(length + struct.pack("<I", crc32c(length + one)) + one for length, one in frames)


class Crowd:
    """Threads that ask until they are told to stop. `answered`: call id and time.monotonic() of each whole answer; a connection that
    breaks is made again, and what was asked on it is nobody's to count. `pause`: seconds between two requests of a thread."""

    def __init__(self, port, threads=4, body=None, most=None, pause=0.0):
        self.port, self.body, self.left, self.pause = port, body or ECHO, most, pause
        self.answered, self.broken, self.slowest = [], 0, 0.0
        self.lock, self.over = threading.Lock(), threading.Event()
        self.threads = [threading.Thread(target=self.work, args=(number,)) for number in range(threads)]
        for thread in self.threads:
            thread.start()

    def next(self):
        with self.lock:
            if self.over.is_set() or self.left == 0:
                return False
            self.left = None if self.left is None else self.left - 1
            return True

    def work(self, number):
        connection = None
        while self.next():
            number += 1
            time.sleep(self.pause)
            body = json.dumps({**self.body, "stream": number % 2 == 0})
            try:
                connection = connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
                begin = time.monotonic()
                connection.request("POST", "/v1/chat/completions", body, {"authorization": f"Bearer {KEY}"})
                answer = connection.getresponse()
                answer.read()
                now = time.monotonic()
                with self.lock:
                    self.answered.append((answer.headers["x-litellm-call-id"], now))
                    self.slowest = max(self.slowest, now - begin)
                if answer.will_close:
                    connection.close()
                    connection = None
            except (OSError, http.client.HTTPException):
                with self.lock:
                    self.broken += 1
                if connection:
                    connection.close()
                connection = None
                time.sleep(0.01)

    def stop(self):
        self.over.set()
        return self.wait()

    def wait(self):
        for thread in self.threads:
            thread.join()
        return self

    def ids(self):
        return {call_id for call_id, _ in self.answered}
