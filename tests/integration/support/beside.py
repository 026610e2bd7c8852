"""A client that behaves, beside one that does not: it asks all the time, and says afterwards whether it was harmed.

    with Beside(test, rss_kb=20_000) as beside:
        ...the attack...

It asks before, during and after the attack. At the end of the block every answer of it must have been a 200 that came in time, and
the gateway must not have grown by more than `rss_kb` at any moment (figures of memory mean nothing with sanitizers).
"""
import json
import threading
import time

from scenario import SANITIZED, SLOW, Closed, RawConnection, Scenario, post, request, wait_until

QUESTION = json.dumps({"model": "gpt", "messages": [{"role": "user", "content": "I behave"}]}).encode()
HEARD = b"heard: I behave"
PAUSE_SECONDS = 0.03
AFTER = 5  # answers that it waits for once the attack is over
POOLED = 24  # descriptors of connections that two loops keep to an upstream, and a few of others
WARM = 20  # answers before memory is looked at: the first ones fill caches and pools


class Beside:
    def __init__(self, test, rss_kb, slowest=2.0, gateway=None, connect=None):
        """slowest: seconds that an answer may take, times SLOW. connect: a function that opens its connection."""
        self.test, self.rss_kb, self.slowest = test, rss_kb, slowest * SLOW
        self.gateway = gateway or test.gateway
        self.connect = connect or (lambda: RawConnection(self.gateway.port))
        self.times, self.faults, self.stop = [], [], False
        self.before = self.peak = {}  # memory, kilobytes by kind
        self.thread = threading.Thread(target=self.run, daemon=True)

    def run(self):
        try:
            with self.connect() as connection:
                while not self.stop:
                    self.ask(connection)
                    self.look()
                    time.sleep(PAUSE_SECONDS)
        except (OSError, Closed, AssertionError) as error:
            self.faults.append(repr(error))

    def look(self):
        now = self.gateway.memory_kb()
        if now["VmRSS"] > self.peak.get("VmRSS", 0):
            self.peak = now

    def ask(self, connection):
        begin = time.monotonic()
        connection.send(post("/v1/chat/completions", QUESTION))
        answer = connection.answer()
        self.times.append(time.monotonic() - begin)
        if answer.status != 200 or HEARD not in answer.body:
            self.faults.append((answer.status, answer.body[:200]))

    def has(self, count):
        return self.faults or len(self.times) >= count

    def __enter__(self):
        self.thread.start()
        wait_until(lambda: self.has(WARM), 30.0, "the well-behaved client is served before the attack")
        self.before = self.peak = self.gateway.memory_kb()
        return self

    def __exit__(self, kind, *_):
        try:
            if kind is None:
                count = len(self.times)
                wait_until(lambda: self.has(count + AFTER), 10.0, "the well-behaved client is served after the attack")
        finally:
            self.stop = True
            self.thread.join(10.0 * SLOW)
        if kind is None:
            self.judge()

    def judge(self):
        self.test.assertEqual(self.faults, [], "the well-behaved client")
        self.test.assertLess(max(self.times), self.slowest, "seconds that the well-behaved client waited")
        if not SANITIZED:
            self.test.assertLess(self.grown_kb(), self.rss_kb, f"kilobytes that the gateway grew: {self.before}, then {self.peak}")

    def grown_kb(self):
        return self.peak["VmRSS"] - self.before["VmRSS"]


def cpu_seconds(pid):
    """user and system, of the whole process"""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100.0


class Hostile(Scenario):
    def beside(self, rss_kb, **options):
        return Beside(self, rss_kb, **options)

    def descriptors_are_back(self, before):
        wait_until(lambda: self.gateway.fd_count() <= before + POOLED, 20.0, f"descriptors are back at {before}")
        wait_until(lambda: self.in_flight() == 0, 10.0, "nothing is under way")

    def in_flight(self):
        return request(self.port, "GET", "/health/readiness").json()["in_flight_requests"] - 1  # itself
