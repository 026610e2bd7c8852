"""W: many at once: answers that are nobody else's, weights that hold, and nothing that is left over afterwards."""
import collections
import json
import pathlib
import random
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

import events  # noqa: E402
from scenario import (SANITIZED, SLOW, STREAMS, USER, Closed, Gateway, IntegrationTest, RawConnection, Scenario, Upstream,  # noqa: E402
                      deployment, main, post, request, usual_models, wait_until)

CHAT = "/v1/chat/completions"


def asking(text, stream=False, **more):
    return json.dumps({"model": "gpt", "messages": [{"role": "user", "content": text}], "stream": stream, **more}).encode()


class Parallel(Scenario):
    settings = {"listen": {"workers": 2}}

    def ask(self, number, failures):
        """Three requests, one of them a stream, whose answers must be about this number."""
        try:
            with RawConnection(self.port) as connection:
                for turn in range(3):
                    text = f"number-{number}-{turn} " + "x" * (number * 37 % 5000)
                    connection.send(post(CHAT, asking(text, turn == 1)))
                    answer = connection.answer()
                    heard = b"".join(json.loads(line[6:])["choices"][0]["delta"].get("content", "").encode()
                                     for line in answer.body.split(b"\n\n") if line.startswith(b"data: {")) if turn == 1 else answer.body
                    if answer.status != 200 or text.encode() not in heard:
                        failures.append((number, turn, answer.status, answer.body[:200]))
        except Exception as error:  # a thread has nobody else to tell
            failures.append((number, repr(error)))

    def test_w01_two_hundred_at_once(self):
        failures = []
        threads = [threading.Thread(target=self.ask, args=(number, failures)) for number in range(200)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])
        log = self.said(600)
        self.assertEqual(len(log), 600)
        self.assertEqual(len({entry["body"] for entry in log}), 600, "each once")

    def test_w03_one_slow_upstream_holds_up_nobody(self):
        self.upstream.script({"stall": True}, body_contains="stalled", times=None)
        stalled = [self.raw() for _ in range(100)]
        for connection in stalled:
            connection.send(post(CHAT, asking("stalled")))
        self.upstream.wait_for_log(lambda log: len(log) >= 100)
        begin = time.monotonic()
        for _ in range(30):
            self.assertEqual(self.call(CHAT, asking("quick")).status, 200)
        self.assertLess(time.monotonic() - begin, 5.0 * SLOW)


class Weights(IntegrationTest):
    """router_simple_shuffle over two upstreams"""

    @classmethod
    def setUpClass(cls):
        cls.upstreams = [cls.enterClassContext(Upstream()) for _ in range(2)]

    def shares(self, *params, count=400, **settings):
        """How often each deployment was chosen."""
        models = [deployment("m", "openai/m", self.upstreams[n % 2].url + "/v1", {"id": str(n)}, **more) for n, more in enumerate(params)]
        chosen = collections.Counter()
        for upstream in self.upstreams:
            upstream.reset()
        with Gateway(json.dumps({"model_list": models, **settings})) as gateway, RawConnection(gateway.port) as connection:
            for start in range(0, count, 20):
                connection.send(post(CHAT, asking("x").replace(b'"gpt"', b'"m"')) * 20)
                for _ in range(20):
                    answer = connection.answer()
                    self.assertEqual(answer.status, 200)
                    chosen[int(answer.header("x-litellm-model-id"))] += 1
        for side, upstream in enumerate(self.upstreams):
            self.assertEqual(len(upstream.log()), sum(chosen[n] for n in chosen if n % 2 == side))
        return [chosen[n] / count for n in range(len(params))]

    def assert_about(self, share, wanted):
        # 400 draws: five standard deviations, a false alarm in some millions of runs
        self.assertLess(abs(share - wanted), 5 * (wanted * (1 - wanted) / 400) ** 0.5 + 1e-9, (share, wanted))

    def test_w10_without_weights_all_the_same(self):
        for settings in ({}, {"router_settings": {"routing_strategy": "simple-shuffle"}}):
            share = self.shares({}, {}, **settings)
            self.assert_about(share[0], 0.5)

    def test_w11_weights(self):
        share = self.shares({"weight": 9}, {"weight": 1})
        self.assert_about(share[0], 0.9)

    def test_w12_weight_before_rpm_before_tpm(self):
        self.assert_about(self.shares({"weight": 1, "rpm": 1000}, {"weight": 3, "rpm": 1})[0], 0.25)
        self.assert_about(self.shares({"rpm": 300, "tpm": 1}, {"rpm": 100, "tpm": 1000})[0], 0.75)
        self.assert_about(self.shares({"tpm": 1}, {"tpm": 4})[0], 0.2)

    def test_w13_zero_is_never(self):
        self.assertEqual(self.shares({"weight": 0}, {"weight": 2}, count=100), [0, 1])

    def test_w14_three(self):
        share = self.shares({"weight": 2}, {"weight": 1}, {"weight": 1})
        for got, wanted in zip(share, (0.5, 0.25, 0.25)):
            self.assert_about(got, wanted)


class Hygiene(Scenario):
    """After all kinds of ends nothing is left: no descriptor, no fiber, no connection upstream that nobody reads."""
    settings = {"listen": {"workers": 2, "limits": {"upstream_idle_max": 4, "upstream_idle_per_host_max": 4}}}

    @classmethod
    def models(cls, base):
        return [*usual_models(base), deployment("gone", "openai/x", "http://127.0.0.1:1/v1")]

    def in_flight(self):
        return request(self.port, "GET", "/health/readiness").json()["in_flight_requests"] - 1  # itself

    def descriptors(self):
        """Sockets of clients and upstreams; the pool keeps up to four upstream connections a loop."""
        return self.gateway.fd_count()

    def mixed(self, rng, number):
        kinds = [self.whole, self.streamed, self.leave_before_head, self.leave_in_stream, self.half_body, self.bad_request, self.cut_stream,
                 self.refused, self.nobody, self.half_closed]
        kinds[number % len(kinds)](rng)

    def whole(self, _):
        self.assertEqual(self.call(CHAT, asking("x")).status, 200)

    def streamed(self, rng):
        path, body, last = STREAMS[rng.choice(sorted(STREAMS))]
        self.assertIn(last, list(self.stream(path, body))[-1].data)

    def leave_before_head(self, rng):
        self.upstream.script({"stall": True}, body_contains="stall-me")
        connection = RawConnection(self.port)
        connection.send(post(CHAT, asking("stall-me", rng.random() < 0.5)))
        rng.choice([connection.close, connection.reset])()

    def leave_in_stream(self, rng):
        self.upstream.script({"sse": {"events": events.BEGUN["chat"], "end": "stall"}}, body_contains="stream-me")
        connection = RawConnection(self.port)
        connection.send(post(CHAT, asking("stream-me", True)))
        connection.head()
        rng.choice([connection.close, connection.reset])()

    def half_body(self, rng):
        connection = RawConnection(self.port)
        connection.send(post(CHAT, asking("x" * 100))[:-rng.randrange(1, 100)])
        rng.choice([connection.close, connection.reset])()

    def bad_request(self, rng):
        with RawConnection(self.port) as connection:
            connection.send(rng.choice([b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\n", b"POST / HTTP/1.1\r\nHost: g\r\nContent-Length: x\r\n\r\n"]))
            self.assertIn(connection.answer().status, (400, 404))

    def cut_stream(self, rng):
        self.upstream.script({"sse": {"events": events.BEGUN["chat"], "end": rng.choice(["cut", "reset"])}}, body_contains="cut-me")
        with RawConnection(self.port) as connection:
            connection.send(post(CHAT, asking("cut-me", True)))
            self.assertIn(connection.answer().status, (200, 500))

    def refused(self, _):
        self.assertEqual(self.call(CHAT, asking("x"), key="wrong").status, 401)

    def nobody(self, _):
        self.assertEqual(self.call(CHAT, {"model": "gone", "messages": USER}).status, 500)

    def half_closed(self, _):
        with RawConnection(self.port) as connection:
            connection.send(post(CHAT, asking("x")))
            connection.half_close()
            self.assertEqual(connection.answer().status, 200)

    def round_of(self, count, seed):
        rng = random.Random(seed)
        for number in range(count):
            self.mixed(rng, number)
        wait_until(lambda: self.in_flight() == 0, 5.0, "requests that nobody waits for are over")

    def test_w20_three_hundred_mixed_requests(self):
        self.round_of(60, seed=1)  # pools, buffers and lazy things are full now
        wait_until(lambda: self.upstream.state()["open_connections"] <= 8, 5.0, "the pool's bound")
        files, memory = self.descriptors(), self.gateway.rss_kb()
        self.round_of(300, seed=2)
        wait_until(lambda: self.descriptors() <= files + 8, 5.0, f"descriptors are back at {files}")
        wait_until(lambda: self.upstream.state()["open_connections"] <= 8, 5.0, "the pool's bound")
        if not SANITIZED:
            self.assertLess(self.gateway.rss_kb() - memory, 4096, "kilobytes after 300 requests")

    def test_w21_connections_that_do_nothing(self):
        """a thousand that connect and leave"""
        files = self.descriptors()
        for _ in range(10):
            held = [RawConnection(self.port) for _ in range(100)]
            for number, connection in enumerate(held):
                (connection.close if number % 2 else connection.reset)()
        wait_until(lambda: self.descriptors() <= files + 8, 5.0)

    def test_w22_fibers_are_given_back(self):
        """fibers_max would be reached if each connection kept one"""
        config = self.config(self.upstream)
        config["listen"] = {"workers": 1, "limits": {"fibers_max": 40}}
        with Gateway(json.dumps(config)) as gateway:
            files = gateway.fd_count()
            for _ in range(30):
                held = [RawConnection(gateway.port) for _ in range(20)]
                for connection in held:
                    connection.send(b"GET /health/liveliness HTTP/1.1\r\nHost: g\r\n\r\n")
                for connection in held:
                    try:
                        self.assertEqual(connection.answer().status, 200)
                    except Closed:
                        self.fail("a fiber was not given back")
                    connection.close()
                wait_until(lambda: gateway.fd_count() <= files + 4)


if __name__ == "__main__":
    main()
