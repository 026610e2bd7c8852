"""FF: a client that leaves, at every stage of its request, on every route that is forwarded: the upstream is left at once, the
place is free again, and there is one record, cancelled, with the tokens that had flowed.

Models are named STAGE-gpt and STAGE-claude; the deployment STAGE-gpt lies below /STAGE-gpt of the upstream.
"""
import contextlib
import functools
import itertools
import json
import os
import pathlib
import socket
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

import events  # noqa: E402
from s01_routes_test import FORM_TYPE, transcription  # noqa: E402
from scenario import (ANTHROPIC_ROUTES, OPENAI_ROUTES, SLOW, STREAMS, Gateway, Scenario, deployment, main, post, wait_until,  # noqa: E402
                      whole_lines)

LEFT_SECONDS = 0.1 * SLOW  # the bound
LARGE = 8_000_000  # more than the kernel keeps for a reader that does not read
ROUTES = [*OPENAI_ROUTES, *ANTHROPIC_ROUTES, "/audio/transcriptions"]
KINDS = ("gpt", "claude")
DELTAS = {"chat": 3, "completions": 3, "responses": 2, "messages": 2}  # of events.BEGUN
ROLE = events.data({"id": "c", "choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}}]})
SILENT = {"chat": [": ping", ROLE], "completions": [": ping"], "responses": events.BEGUN["responses"][:1], "messages": events.BEGUN["messages"][:1]}


def kind_of(path):
    return "claude" if "messages" in path else "gpt"


def asking(path, stage, pad=0, **more):
    """The bytes of a request for the stage's model; `pad` makes its body longer."""
    model = f"{stage}-{kind_of(path)}"
    if path.endswith("/transcriptions"):
        body = transcription(model).replace(b"\r\n--xyz--", b"x" * pad + b"\r\n--xyz--")
        return post(path, body).replace(b"application/json", FORM_TYPE.encode(), 1)
    known = {**OPENAI_ROUTES, **ANTHROPIC_ROUTES}[path.removeprefix("/v1")]
    return post(path, json.dumps({**known, "model": model, **({"user": "x" * pad} if pad else {}), **more}).encode())


def sockets_to(pid, port):
    """How many sockets of the process lead to that port of this machine, those included that are still connecting."""
    own = set()
    for name in os.listdir(f"/proc/{pid}/fd"):
        try:
            own.add(os.readlink(f"/proc/{pid}/fd/{name}"))
        except FileNotFoundError:
            pass  # closed meanwhile
    rows = [line.split() for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(int(row[2].split(":")[1], 16) == port and f"socket:[{row[9]}]" in own for row in rows)


def full_listener(test):
    """A port whose backlog is full: connecting to it takes for ever."""
    listener = test.enterClassContext(socket.create_server(("127.0.0.1", 0), backlog=0))
    for _ in range(8):
        filler = test.enterClassContext(socket.socket())
        filler.settimeout(0.2)
        try:
            filler.connect(listener.getsockname())
        except TimeoutError:
            break
    return listener


def deaf_listener(test):
    """Accepts, and then reads nothing."""
    listener = test.enterClassContext(socket.socket())
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    listener.bind(("127.0.0.1", 0))
    listener.listen(64)
    return listener


class Leaving(Scenario):
    settings = {"plugins": [{"plugin": "callback_jsonl", "config": {"path": "records.jsonl"}}],
                "listen": {"limits": {"connect_timeout_ms": 60_000, "drain_timeout_ms": int(1000 * SLOW)}},
                "router_settings": {"num_retries": 0, "retry_base_ms": 60_000, "retry_max_ms": 60_000, "disable_cooldowns": True,
                                    "breaker_failures": 0, "fallbacks": [{f"lost-{kind}": [f"backup-{kind}"]} for kind in KINDS]}}

    @classmethod
    def models(cls, base):
        cls.full, cls.deaf = full_listener(cls), deaf_listener(cls)
        elsewhere = {"full": cls.full, "deaf": cls.deaf}
        params = {"again": {"num_retries": 1}, "narrow": {"max_parallel_requests": 1}}
        found = []
        for stage in ("plain", "narrow", "again", "lost", "backup", *elsewhere):
            for kind, provider, tail in (("gpt", "openai", "/v1"), ("claude", "anthropic", "")):
                name = f"{stage}-{kind}"
                at = f"http://127.0.0.1:{elsewhere[stage].getsockname()[1]}" if stage in elsewhere else f"{base}/{name}"
                found.append(deployment(name, f"{provider}/up", at + tail, {"id": name}, **params.get(stage, {})))
        return found

    def setUp(self):
        super().setUp()
        wait_until(lambda: self.in_flight() == 0, what="nothing is left of the test before")
        time.sleep(0.02 * SLOW)  # and its record has been written
        self.file = self.gateway.directory / "records.jsonl"
        self.first = len(whole_lines(self.file))
        self.left = 0

    def deployments(self):
        value = self.get("/health").json()
        return value["healthy_endpoints"] + value["unhealthy_endpoints"]

    def health(self, name):
        return next(one for one in self.deployments() if one["model_id"] == name)

    def total(self, figure):
        return sum(one[figure] for one in self.deployments())

    def in_flight(self):
        return self.get("/health/readiness").json()["in_flight_requests"] - 1  # itself

    def begin(self, data, others=0):
        """A request that the gateway has begun to work on."""
        connection = self.raw()
        connection.send(data)
        wait_until(lambda: self.in_flight() > others, what="the gateway has the request")
        return connection

    def every(self, attack, paths=None, hows=("close", "reset")):
        """All the routes, and both ways of leaving: attack(path, leave). The first one that fails is the last one."""
        paths = paths or ["/v1" + route for route in ROUTES]
        for path, how in itertools.product(paths, hows):
            self.upstream.reset()
            try:
                attack(path, functools.partial(self.leave, how))
            except Exception as error:
                error.add_note(f"{path}, {how}")
                raise
        self.assertEqual(len(whole_lines(self.file)) - self.first, self.left, "a record each, and no more")

    def leave(self, how, connection, others=0, port=None, upstream=True):
        """Leaves, and looks at what is left: nothing upstream, no place taken, one record, and nothing bad about the deployment."""
        failures, since = self.total("failures"), time.time()
        getattr(connection, how)()
        self.left += 1
        if port:
            wait_until(lambda: sockets_to(self.gateway.pid, port) == 0, 2.0, "the connection upstream is closed")
        elif upstream:
            entry = self.upstream.wait_for_log(lambda log: log and log[-1]["peer_closed_at"], 2.0)[-1]
            self.assertLess(entry["peer_closed_at"] - since, LEFT_SECONDS, "the upstream was left")
        wait_until(lambda: len(whole_lines(self.file)) - self.first >= self.left, 2.0, "a record")
        record = json.loads(whole_lines(self.file)[-1])
        self.assertEqual((record["outcome"], record["status"], record["http_status"]), ("cancelled", "failure", 499), record["error_str"])
        self.assertLess(record["endTime"] - since, LEFT_SECONDS, "all was closed when the record was made")
        wait_until(lambda: (self.in_flight(), self.total("in_flight_requests")) == (others, others), 2.0, "its place is free")
        self.assertEqual(self.total("failures"), failures, "no deployment has failed")
        return record

    def uploading(self, *hows):
        def attack(path, leave):
            leave(self.begin(asking(path, "plain")[:-20]), upstream=False)
            self.assertEqual(self.upstream.log(), [], "nobody was asked")
        self.every(attack, hows=hows)

    def stuck(self, stage, listener, pad, *hows):
        """At a port of our own, where nothing goes on."""
        port = listener.getsockname()[1]

        def attack(path, leave):
            connection = self.begin(asking(path, stage, pad))
            wait_until(lambda: sockets_to(self.gateway.pid, port) == 1, what="the gateway tries")
            with listener.accept()[0] if pad else contextlib.nullcontext():
                leave(connection, port=port)
        self.every(attack, hows=hows)

    def in_the_middle_of_a_body(self, size, *hows):
        def attack(path, leave):
            head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 200000\r\n\r\n"
            self.upstream.script([{"send": head + '{"x":"' + "y" * size}, {"stall": True}])
            connection = self.begin(asking(path, "plain"))
            self.upstream.wait_for_log(lambda log: log and log[-1]["bytes_sent"] > size)
            if size > 65536:
                connection.head()
                connection.take(65536)
            leave(connection)
        self.every(attack, hows=hows)


class Aborted(Leaving):
    def test_ff01_while_its_body_is_uploaded(self):
        self.uploading("reset")

    def test_ff02_while_it_waits_for_room(self):
        """behind a request that holds the only place; whoever comes afterwards finds the place free"""
        for kind in KINDS:
            paths = ["/v1" + route for route in ROUTES if kind_of(route) == kind]
            self.upstream.reset()
            self.upstream.script({"stall": True})
            holder = self.begin(asking(paths[0], "narrow"))
            holding = self.upstream.wait_for_log(lambda log: log and log[-1]["body_complete"])

            def attack(path, leave):
                leave(self.begin(asking(path, "narrow"), others=1), upstream=False, others=1)
                self.assertEqual(self.upstream.log(), [], "only the holder was sent")
            self.every(attack, paths)
            self.assertEqual(len(holding), 1)
            self.leave("reset", holder, upstream=False)
            self.assertEqual(self.call(paths[0], {**OPENAI_ROUTES, **ANTHROPIC_ROUTES}[paths[0][3:]] | {"model": f"narrow-{kind}"}).status, 200)
            self.left += 1

    def test_ff03_while_a_retry_waits(self):
        """the first attempt has failed; the second one is never made"""
        def attack(path, leave):
            name = f"again-{kind_of(path)}"
            failures = self.health(name)["failures"]
            self.upstream.script({"respond": {"status": 500, "body": {}}})
            connection = self.begin(asking(path, "again"))
            wait_until(lambda: self.health(name)["failures"] > failures and self.health(name)["in_flight_requests"] == 0)
            leave(connection, upstream=False)
            self.assertEqual(len(self.upstream.log()), 1)
        self.every(attack)

    def test_ff04_while_it_connects(self):
        """to a listener that takes no more connections"""
        self.stuck("full", self.full, 0, "reset")

    def test_ff05_while_the_upstream_takes_nothing(self):
        """the connection stands, and the request's body does not fit into it"""
        self.stuck("deaf", self.deaf, LARGE, "reset")

    def test_ff06_before_the_head(self):
        def attack(path, leave):
            self.upstream.script({"stall": True})
            connection = self.begin(asking(path, "plain"))
            self.upstream.wait_for_log(lambda log: log and log[-1]["body_complete"])
            self.assertEqual(leave(connection)["total_tokens"], 0)
        self.every(attack)

    def streams(self, attack):
        """attack(dialect, path, leave) for each route that streams."""
        names = {path: name for name, (path, _, _) in STREAMS.items()}
        self.every(lambda path, leave: attack(names[path], path, leave), list(names))

    def test_ff07_before_the_first_token(self):
        """the upstream has begun, but said nothing; the client has not even a head yet"""
        def attack(name, path, leave):
            self.upstream.script({"sse": {"events": SILENT[name], "end": "stall"}})
            connection = self.begin(asking(path, "plain", stream=True))
            self.upstream.wait_for_log(lambda log: log and log[-1]["bytes_sent"] > len(SILENT[name][0]))
            self.assertTrue(connection.is_open(), "nothing has come yet")
            self.assertEqual(leave(connection)["completion_tokens"], 1 if name == "messages" else 0)
        self.streams(attack)

    def test_ff08_between_tokens(self):
        """what the tokens were is booked, although the provider has not told"""
        def attack(name, path, leave):
            self.upstream.script({"sse": {"events": events.BEGUN[name], "end": "stall"}})
            connection = self.begin(asking(path, "plain", stream=True))
            connection.head()
            chunks, text = connection.chunks(), b""
            while text.count(b"\n\n") < len(events.BEGUN[name]):
                text += next(chunks)
            record = leave(connection)
            self.assertEqual((record["stream_end"], record["completion_tokens"], record["usage_estimated"]), ("end_cancelled", DELTAS[name], True))
            self.assertGreater(record["prompt_tokens"], 0)
        self.streams(attack)

    def test_ff09_between_tokens_of_which_the_provider_has_told(self):
        def attack(path, leave):
            self.upstream.script({"sse": {"events": [*events.BEGUN["chat"], events.USAGE], "end": "stall"}})
            connection = self.begin(asking(path, "plain", stream=True, stream_options={"include_usage": True}))
            connection.head()
            chunks = connection.chunks()
            while b"usage" not in next(chunks):
                pass
            record = leave(connection)
            self.assertEqual((record["prompt_tokens"], record["completion_tokens"], record["usage_estimated"]), (3, 2, False))
        self.every(attack, ["/v1/chat/completions"])

    def test_ff10_in_the_middle_of_a_body(self):
        """one that is held until it is whole, and one that is too long for that and is passed on"""
        self.in_the_middle_of_a_body(10, "close", "reset")
        self.in_the_middle_of_a_body(100_000, "reset")

    def test_ff11_during_a_fallback(self):
        """the model that was asked for has failed; it is the fallback's upstream that is left"""
        def attack(path, leave):
            self.upstream.script({"respond": {"status": 503, "body": {}}}, path_contains="/lost-")
            self.upstream.script({"stall": True}, path_contains="/backup-")
            connection = self.begin(asking(path, "lost"))
            self.upstream.wait_for_log(lambda log: len(log) == 2 and log[-1]["body_complete"])
            record = leave(connection)
            self.assertEqual([one["model_id"] for one in record["attempt_information"]], [f"{stage}-{kind_of(path)}" for stage in ("lost", "backup")])
        self.every(attack)

    def test_ff12_tokens_of_the_attempt_before(self):
        """an attempt that was paid for and replaced counts, although the client has left during the next one"""
        def attack(path, leave):
            role = {"id": "c", "choices": [{"index": 0, "delta": {"role": "assistant"}}], "usage": {"prompt_tokens": 7, "total_tokens": 7}}
            self.upstream.script({"sse": {"events": [events.data(role)], "gap_ms": 10, "end": "cut"}}, path_contains="/lost-")
            self.upstream.script({"sse": {"events": events.BEGUN["chat"], "end": "stall"}}, path_contains="/backup-")
            connection = self.begin(asking(path, "lost", stream=True))
            connection.head()
            chunks = connection.chunks()
            while b"three" not in next(chunks):
                pass
            record = leave(connection)
            self.assertEqual(record["attempt_information"][0]["usage_object"]["prompt_tokens"], 7)
            self.assertEqual(record["completion_tokens"], DELTAS["chat"])
            self.assertGreater(record["prompt_tokens"], 7)
        self.every(attack, ["/v1/chat/completions"])

    def test_ff13_who_only_stops_sending_has_not_left(self):
        """half-closed while the body goes to an upstream that takes its time: it arrives once and whole, and the answer comes"""
        for path in ("/v1" + route for route in ROUTES):
            with self.subTest(path):
                self.upstream.reset()
                self.upstream.script([{"read_request": False}, {"sleep_ms": 150 * SLOW}, {"read_request": True}, {"default": True}])
                sent = asking(path, "plain", LARGE)
                connection = self.begin(sent)
                connection.half_close()
                self.assertEqual(connection.answer().status, 200)
                entry, = self.said()
                self.assertTrue(entry["body_complete"])
                self.assertGreater(len(entry.get("body") or entry["body_b64"]), LARGE)


class Unnoticed(Leaving):
    """A FIN alone, where it says less than a reset; each with a gateway of its own."""

    def setUp(self):
        self.gateway = self.enterContext(Gateway(json.dumps(self.config(self.upstream))))
        self.port = self.gateway.port
        super().setUp()

    def test_ff21_closed_while_its_body_is_uploaded(self):
        self.uploading("close")

    def test_ff24_closed_while_it_connects(self):
        self.stuck("full", self.full, 0, "close")

    def test_ff25_closed_while_the_upstream_takes_nothing(self):
        self.stuck("deaf", self.deaf, LARGE, "close")

    def test_ff30_closed_in_the_middle_of_a_long_body(self):
        self.in_the_middle_of_a_body(100_000, "close")


if __name__ == "__main__":
    main()
