"""GG: crowds: thousands that wait for a slow upstream, a deployment that fails under load in three ways, and the end of the gateway
in the middle of it. Each prints what it has measured."""
import asyncio
import collections
import json
import pathlib
import signal
import statistics
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from crowd import Crowd, CrowdUpstream, descriptors, percentile  # noqa: E402
from scenario import (FULL, KEY, SANITIZED, SLOW, USER, Gateway, IntegrationTest, RawConnection, deployment, main, post,  # noqa: E402
                      request, wait_until, whole_lines)

CHAT = "/v1/chat/completions"
SPARE = 300      # descriptors of the gateway beside two a request
RSS_MAX = 40_000  # bytes a request: the design's bound for an open stream


def asking(**more):
    return post(CHAT, json.dumps({"model": "m", "messages": USER, **more}, separators=(",", ":")).encode())


class Crowded(IntegrationTest):
    @classmethod
    def setUpClass(cls):
        cls.descriptors = descriptors()

    def start(self, count, **router):
        """A gateway with `count` deployments in one group, each with an upstream of its own."""
        self.upstreams = [self.enterContext(CrowdUpstream()) for _ in range(count)]
        models = [deployment("m", "openai/x", upstream.url, {"id": f"m{n}"}) for n, upstream in enumerate(self.upstreams)]
        config = {"model_list": models, "general_settings": {"master_key": KEY}, "router_settings": router,
                  "listen": {"limits": {"drain_timeout_ms": int(10_000 * SLOW)}},
                  "plugins": [{"plugin": "callback_jsonl", "config": {"path": "records.jsonl"}}]}
        self.gateway = self.enterContext(Gateway(json.dumps(config)))
        self.file = self.gateway.directory / "records.jsonl"

    def in_flight(self):
        return request(self.gateway.port, "GET", "/health/readiness").json()["in_flight_requests"] - 1  # itself

    def outcomes(self):
        return collections.Counter(json.loads(line)["outcome"] for line in whole_lines(self.file))

    def assert_all_recorded(self, count):
        wait_until(lambda: len(whole_lines(self.file)) >= count, 10.0, f"{count} records")
        self.assertEqual(self.outcomes(), {"success": count})
        wait_until(lambda: self.in_flight() == 0, 5.0, "nothing is in flight")

    def say(self, text):
        print(f"{self.id().split('.')[-1]}: {text}", flush=True)


class Waiting(Crowded):
    def test_gg01_thousands_wait_for_ten_seconds(self):
        """all in flight at once; the upstream answers ten seconds after each request came, and not before the last one did"""
        wanted = 10_000 if FULL else 2_000
        count = min(wanted, (self.descriptors - SPARE) // 2)
        self.start(1)
        before = self.gateway.rss_kb()
        self.upstreams[0].tell(f"hold {count} 10")
        seen = asyncio.run(self.crowd(count))
        self.assertEqual(collections.Counter(done.status for done in seen.results), {200: count})
        self.assertEqual(self.upstreams[0].tell("count"), {"requests": count, "open": 0, "open_max": count})
        self.assertGreaterEqual(min(done.took for done in seen.results), 9.9)
        self.assert_all_recorded(count)
        grown = (seen.rss_kb - before) * 1024 / count
        self.say(f"{count} of {wanted} requests in flight ({self.descriptors} descriptors), {grown / 1000:.1f} KB RSS a request, "
                 f"the last was answered after {max(done.took for done in seen.results):.1f} s")
        if not SANITIZED:
            self.assertLess(grown, RSS_MAX)

    async def crowd(self, count):
        crowd = Crowd(self.gateway.port, peers_max=count)
        data = asking()
        for number in range(count):
            crowd.ask(data)
            if number % 50 == 49:
                await asyncio.sleep(0.01)  # not more at once than a listener's backlog takes
        limit = 120 * SLOW
        while self.upstreams[0].tell("count")["requests"] < count and (limit := limit - 0.05) > 0 and not crowd.results:
            await asyncio.sleep(0.05)
        self.assertEqual(crowd.results, [], "nobody has an answer yet")
        self.assertEqual(await asyncio.to_thread(self.in_flight), count)
        crowd.rss_kb = self.gateway.rss_kb()
        await crowd.all_done(count, 60 * SLOW)
        crowd.rss_kb = max(crowd.rss_kb, self.gateway.rss_kb())
        crowd.close()
        return crowd


@unittest.skipIf(SANITIZED, "times at a rate that a sanitized gateway does not reach")
class Failing(Crowded):
    """One of two deployments fails under load: no client hears of it, and two seconds later all is as fast as before."""
    RATE_MAX, CLIENTS, BEFORE, AFTER = 1_000, 400, 4, 5  # seconds: four of good days, two to recover, five to look at

    async def load(self, command):
        """Which requests became what, and how many the upstream got in the end, when all should go elsewhere."""
        crowd, failing, counts = Crowd(self.gateway.port, self.CLIENTS), self.upstreams[0], []
        data = asking()
        rate = min(self.RATE_MAX, 0.4 * await crowd.closed_loop(data, 16, 1.0))
        warm = len(crowd.results)
        events = [(self.BEFORE, lambda: failing.tell(command)), (self.BEFORE + 2, lambda: counts.append(failing.tell("count")["requests"]))]
        begin, sent = await crowd.open_loop(data, rate, self.BEFORE + 2 + self.AFTER, events)
        await crowd.all_done(warm + sent, 30 * SLOW)
        crowd.close()
        return [done._replace(due=done.due - begin) for done in crowd.results[warm:]], rate, warm, failing.tell("count")["requests"] - counts[0]

    @staticmethod
    def p99(results, start, seconds):
        """Of each second by itself, and of these the one in the middle: a second in which the machine stood still says nothing."""
        each = [[done.took for done in results if at <= done.due < at + 1] for at in range(start, start + seconds)]
        return statistics.median(percentile(times, 0.99) for times in each)

    def fails(self, command):
        """`command` is what becomes of the first upstream."""
        results, rate, warm, strays = asyncio.run(self.load(command))
        self.assertEqual(collections.Counter(done.status for done in results), {200: len(results)}, "no client sees an error")
        before, after = self.p99(results, 0, self.BEFORE - 1), self.p99(results, self.BEFORE + 2, self.AFTER)
        worst = max(done.took for done in results if self.BEFORE <= done.due < self.BEFORE + 2)
        self.say(f"{rate:.0f} requests/s, p99 {before * 1000:.1f} ms before, {after * 1000:.1f} ms from two seconds later on; "
                 f"the slowest in between took {worst * 1000:.0f} ms")
        self.assert_all_recorded(len(results) + warm)
        self.assertEqual(strays, 0, "nobody goes there any more")
        self.assertLess(after, max(2 * before, 0.1) * SLOW, "p99 is back within two seconds")
        return worst

    def test_gg10_it_dies(self):
        """its listener is closed and its connections are reset"""
        self.start(2)
        self.fails("die")

    def test_gg11_it_answers_503(self):
        self.start(2)
        self.fails("mode busy")

    def test_gg12_it_goes_silent(self):
        """its connections stand, it takes requests, and nothing comes back: the timeout finds out"""
        self.start(2, timeout=0.5 * SLOW)
        self.assertGreaterEqual(self.fails("mode silent"), 0.4 * SLOW, "it was silent indeed")


class Ending(Crowded):
    @unittest.skipIf(SANITIZED, "the streams would be over before the load has begun")
    def test_gg20_sigterm_under_load(self):
        """open streams are finished, what was accepted is answered and recorded, and the process ends with 0"""
        streams, clients = 100, 32
        self.start(1)
        self.upstreams[0].tell(f"events 30 {0.1 * min(SLOW, 3)}")
        flow, rest = asyncio.run(self.end(streams, clients))
        self.assertEqual(collections.Counter((done.status, done.body.endswith(b"[DONE]\n\n\r\n0\r\n\r\n")) for done in flow), {(200, True): streams})
        self.assertEqual({done.body.count(b'"content":"x"') for done in flow}, {31}, "every event of every stream")
        accepted = [done for done in rest if done.status != -1]  # -1: the connection was closed while the request was on its way
        self.assertEqual({done.status for done in accepted}, {200}, "cut, or refused")
        wait_until(lambda: self.gateway.process.poll() is not None, 20.0, "the gateway ends")
        self.assertEqual(self.gateway.process.returncode, 0)
        counts = self.upstreams[0].tell("count")
        self.say(f"{streams} streams open, {len(accepted)} requests answered, {len(rest) - len(accepted)} not accepted")
        self.assertEqual(self.outcomes(), {"success": streams + len(accepted)})
        self.assertEqual(counts["requests"], streams + len(accepted))

    def test_gg21_answers_after_sigterm_say_that_they_are_the_last(self):
        """for a request that had begun before: without `connection: close` the client sends its next one into a closed connection"""
        self.start(1)
        self.upstreams[0].tell("hold 2 0")
        first, second = (self.enterContext(RawConnection(self.gateway.port)) for _ in range(2))
        first.send(asking())
        wait_until(lambda: self.upstreams[0].tell("count")["open"] == 1)
        second.send(asking()[:-1])
        wait_until(lambda: self.in_flight() == 2)
        self.gateway.process.send_signal(signal.SIGTERM)
        wait_until(lambda: "draining" in self.gateway.stderr())
        second.send(asking()[-1:])
        answers = [connection.answer() for connection in (first, second)]
        self.assertEqual([answer.status for answer in answers], [200, 200])
        self.assertEqual([answer.header("connection") for answer in answers], ["close", "close"])

    async def end(self, streams, clients):
        flow, rest = Crowd(self.gateway.port, streams), Crowd(self.gateway.port, clients)
        for _ in range(streams):
            flow.ask(asking(stream=True))
        while self.upstreams[0].tell("count")["open"] < streams:
            await asyncio.sleep(0.01)
        rest.again = asking()
        for _ in range(clients):
            rest.ask(rest.again)
        while len(rest.results) < 500 / SLOW:
            await asyncio.sleep(0.01)
        self.assertEqual(flow.results, [], "all streams are open")
        self.gateway.process.send_signal(signal.SIGTERM)
        await flow.all_done(streams, 30 * SLOW)
        while rest.peers:
            await asyncio.sleep(0.01)
        return flow.results, rest.results


if __name__ == "__main__":
    main()
