"""MM: usage events: each request counts once in the store, whatever ends it, the gateway or the store."""
import contextlib
import json
import os
import pathlib
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from scenario import FULL, KEY, SLOW, USER, Gateway, RawConnection, Upstream, deployment, main, post, request, wait_until  # noqa: E402
from ledger import ECHO, Books, Crowd, agree, event, segment  # noqa: E402
from processes import gateway_binary  # noqa: E402

CHAT = "/v1/chat/completions"


def fill(directory):
    """Leaves no room on its disk; the file that takes it."""
    filler = directory / "filler"
    with open(filler, "wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"x" * 512)
    return filler


class Ledger(unittest.TestCase):
    def books(self, **ledger):
        return self.enterContext(Books(**ledger))

    def ask(self, gateway, body=None, key=KEY, **headers):
        fields = {"authorization": f"Bearer {key}", **{name.replace("_", "-"): value for name, value in headers.items()}}
        return request(gateway.port, "POST", CHAT, body or ECHO, fields)

    def leave(self, gateway, body):
        """Asks, and hangs up once the upstream has it."""
        connection = RawConnection(gateway.port)
        connection.send(post(CHAT, json.dumps(body).encode()))
        time.sleep(0.3)
        connection.close()

    def refused(self, config):
        with Books() as books:
            path = books.directory / "config.yaml"
            path.write_text(json.dumps(config))
            said = subprocess.run([gateway_binary(), "serve", "-c", path, "--listen", "127.0.0.1:0"], capture_output=True, text=True,
                                  check=False, timeout=30 * SLOW)
        self.assertEqual(said.returncode, 1)
        return said.stderr

    def test_mm01_two_thousand_requests(self):
        """streamed and not: the store has what the records say, to the pico-dollar, and the spool is empty at the end"""
        books = self.books()
        with books.gateway() as gateway:
            crowd = Crowd(gateway.port, threads=8, most=2000).wait()
            self.assertEqual((len(crowd.answered), crowd.broken), (2000, 0))
            agree(self, books, 2000)
        agree(self, books, 2000)
        self.assertEqual(books.sums()[5], 2000 * (3 * 150_000 + 5 * 600_000))
        self.assertEqual(list(books.spool.glob("*/*.events")), [])
        self.assertEqual([oct(path.stat().st_mode & 0o777) for path in (books.spool, books.spool / "0", books.spool / "0" / "lock")],
                         ["0o700", "0o700", "0o600"])

    def test_mm02_all_ends_of_requests(self):
        """refused, blocked, failed at the upstream, cancelled by the client, in the middle of a stream: all have events"""
        books, upstream = self.books(), self.enterContext(Upstream())
        models = [deployment("gpt", "openai/gpt-up", upstream.url + "/v1", {"id": "gpt-1"})]
        with books.gateway(models=models) as gateway:
            gpt = {"model": "gpt", "messages": USER}
            self.assertEqual(self.ask(gateway, gpt).status, 200)
            self.assertEqual(self.ask(gateway, gpt, key="sk-wrong").status, 401)
            self.assertEqual(self.ask(gateway, {"model": "none", "messages": USER}).status, 400)
            upstream.script({"respond": {"status": 500, "body": "{}"}})
            self.assertGreaterEqual(self.ask(gateway, gpt).status, 500)
            upstream.script({"stall": True})
            self.leave(gateway, gpt)
            upstream.script({"sse": {"events": ['data: {"choices":[{"index":0,"delta":{"content":"one"}}]}'], "end": "stall"}})
            self.leave(gateway, {**gpt, "stream": True})
            upstream.script({"sse": {"events": ['data: {"choices":[{"index":0,"delta":{"content":"one"}}]}'], "end": "reset"}})
            self.ask(gateway, {**gpt, "stream": True})
            agree(self, books, 7)
            self.assertEqual({"success", "failure", "cancelled"} & {row[9] for row in books.events().values()}, {"success", "failure", "cancelled"})

    def test_mm03_nothing_of_what_was_said(self):
        """neither prompt nor answer is in the spool or in the database"""
        books = self.books(store_flush_ms=60000, drain_ms=0)
        with books.gateway() as gateway:
            self.ask(gateway, {"model": "echo", "messages": [{"role": "user", "content": "pomegranate"}]})
            wait_until(lambda: len(books.spooled()) == 1, 5.0, "the event is in the spool")
            for path in books.directory.rglob("*"):
                if path.is_file():
                    self.assertNotIn(b"pomegranate", path.read_bytes(), path.name)

    def test_mm04_kill_9_at_random_moments(self):
        """again and again: what the spool had, and what was answered 2 x flush_ms before, is in the store once after the restart"""
        books = self.books(store_flush_ms=100)
        dice = random.Random(os.environ.get("SLUICE_TEST_SEED", "42"))
        owed, ages = set(), {}
        for number in range(10 if FULL else 4):
            calm = number % 2 == 0  # else the machine is busy, and a record may be late on its way to the ledger
            gateway = books.gateway()
            crowd = Crowd(gateway.port, pause=0.005 if calm else 0.0)
            time.sleep(dice.uniform(0.3, 1.5))
            killed = time.monotonic()
            gateway.process.kill()
            gateway.process.wait()
            crowd.stop()
            gateway.stop()
            self.assertGreater(len(crowd.answered), 20)
            ages.update({call_id: killed - at for call_id, at in crowd.answered if calm and at < killed - 0.04 * SLOW})
            owed |= set(books.spooled())
        with books.gateway():
            wait_until(lambda: list(books.spool.glob("*/*.events")) == [], 60.0, "the spools are replayed")
        stored = books.events()
        self.assertEqual(owed - set(stored), set())
        said = books.said()
        lost = sorted((round(age, 3), "recorded" if call_id in said else "not handed out") for call_id, age in ages.items() if call_id not in stored)
        self.assertEqual((len(lost), lost[:3], lost[-3:]), (0, [], []))
        self.assertEqual(set(stored) - set(said), set())
        self.assertEqual(books.sums()[0], len(stored))

    def test_mm05_reloads_under_load(self):
        """old and new generation side by side, each with a slot of its own: nothing lost, nothing twice"""
        books = self.books()
        with books.gateway() as gateway:
            crowd = Crowd(gateway.port)
            for _ in range(20 if FULL else 8):
                answer = request(gateway.port, "POST", "/admin/reload", None, {"authorization": f"Bearer {KEY}"}, timeout=60)
                self.assertEqual(answer.status, 200, answer.body)
            crowd.stop()
            self.assertEqual(crowd.broken, 0)
            wait_until(lambda: crowd.ids() <= set(books.said()), 10.0, "the records of all answers")
            agree(self, books)
        agree(self, books)
        self.assertLess(len(list(books.spool.iterdir())), 8)
        self.assertEqual(list(books.spool.glob("*/*.events")), [])

    def test_mm06_two_gateways_one_store_one_spool(self):
        books = self.books()
        with books.gateway() as first, books.gateway() as second:
            crowds = [Crowd(first.port, most=600), Crowd(second.port, most=600)]
            for crowd in crowds:
                crowd.wait()
            agree(self, books, 1200)
            self.assertTrue((books.spool / "1" / "lock").exists())
            # One dies, and the other brings what it has left.
            crowd = Crowd(second.port)
            time.sleep(0.5)
            second.process.kill()
            second.process.wait()
            owed = set(books.spooled())
            crowd.stop()
            Gateway.running.remove(second)
            second.process.returncode = 0
            wait_until(lambda: owed <= set(books.events()), 15.0, "the other one's events")
            self.assertEqual(books.sums()[0], books.count())

    def test_mm07_sigterm_under_load(self):
        """every whole answer is in the store when the gateway has ended"""
        books = self.books(store_flush_ms=5000)
        gateway = books.gateway()
        crowd = Crowd(gateway.port)
        time.sleep(1.0)
        self.assertEqual(gateway.stop(), 0)
        crowd.stop()
        self.assertEqual(crowd.ids() - set(books.events()), set())
        agree(self, books)
        self.assertEqual(list(books.spool.glob("*/*.events")), [])

    def test_mm08_the_store_is_locked_for_ten_seconds(self):
        """by another process: requests do not notice, everything arrives"""
        books = self.books(batch=50)
        with books.gateway(sqlite={"busy_timeout_ms": 1000}) as gateway:
            self.ask(gateway)
            wait_until(lambda: books.count() == 1, 5.0, "the first event")
            usual = Crowd(gateway.port, threads=2, most=200).wait()
            holder = subprocess.Popen([sys.executable, "-c", "import sqlite3, sys, time\ndb = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)\n"
                                       "db.execute('BEGIN EXCLUSIVE')\nprint('held', flush=True)\ntime.sleep(10)\ndb.execute('ROLLBACK')", books.database],
                                      stdout=subprocess.PIPE, text=True)
            try:
                self.assertEqual(holder.stdout.readline(), "held\n")
                crowd = Crowd(gateway.port, threads=2)
                time.sleep(9)
                crowd.stop()
                before = books.count()
            finally:
                holder.wait(30)
                holder.stdout.close()
            self.assertGreater(len(crowd.answered), 500)
            self.assertLess(before, 210)
            self.assertLess(crowd.slowest, max(4 * usual.slowest, 0.5 * SLOW))
            agree(self, books, 201 + len(crowd.answered))
            said = gateway.stderr()
            self.assertEqual((said.count("the store takes no events"), said.count("the store takes events again")), (1, 1), said)

    def test_mm09_a_full_disk(self):
        """the spool's disk: no crash, a line in the log, and events go to the store from memory; later to the spool again"""
        books = self.books()
        books.spool.mkdir(mode=0o700)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", books.spool], capture_output=True, check=False).returncode != 0:
            self.skipTest("this user may not mount a small disk")
        try:
            with books.gateway() as gateway:
                self.ask(gateway)
                wait_until(lambda: books.count() == 1, 5.0, "the first event")
                filler = fill(books.spool)
                Crowd(gateway.port, most=500).wait()
                agree(self, books, 501)
                # Once, or once more if the last bytes of the disk have taken a few events in between.
                self.assertIn(gateway.stderr().count("No space left on device; the spool does not take events"), (1, 2))
                filler.unlink()
                wait_until(lambda: self.ask(gateway).status == 200 and "the spool takes events again" in gateway.stderr(), 15.0, "the spool is used again")
            agree(self, books)
        finally:
            subprocess.run(["umount", books.spool], check=True)

    def test_mm10_a_spool_that_cannot_be(self):
        """the gateway does not start, and says which directory and why"""
        books = self.books()
        books.spool.write_text("a file")
        said = self.refused(books.config())
        self.assertIn(f"spool: {books.spool}: Not a directory", said)
        self.assertIn("plugins[1]", said)

    def test_mm11_a_spool_that_is_removed_while_in_use(self):
        books = self.books()
        with books.gateway() as gateway:
            Crowd(gateway.port, most=50).wait()
            agree(self, books, 50)
            subprocess.run(["rm", "-rf", books.spool], check=True)
            Crowd(gateway.port, most=50).wait()
            agree(self, books, 100)

    def test_mm12_max_spool(self):
        """a store that is away for long: the spool stays within its bound, the newest are lost, and the log says how many"""
        books = self.books(max_spool=1048576, batch=10000)
        with books.gateway(sqlite={"busy_timeout_ms": 100}) as gateway:
            with sqlite3.connect(books.database, isolation_level=None, timeout=10) as db:
                db.execute("BEGIN EXCLUSIVE")
                name = {"model": "echo", "messages": USER, "user": "x"}
                crowd = Crowd(gateway.port, threads=4, body={**name, "metadata": {}}, most=3500).wait()
                wait_until(lambda: "has reached max_spool" in gateway.stderr(), 10.0, "the bound is spoken of")
                self.assertLessEqual(sum(path.stat().st_size for path in books.spool.glob("*/*.events")), 1048576)
                kept = set(books.spooled())
                self.assertLess(len(kept), 3500)
                db.execute("ROLLBACK")
            db.close()
            self.assertEqual(len(crowd.answered), 3500)
            wait_until(lambda: kept <= set(books.events()), 20.0, "those that were kept")
            first = {call_id for call_id, _ in sorted(crowd.answered, key=lambda one: one[1])[:500]}
            self.assertLessEqual(first, set(books.events()))

    def test_mm13_call_ids_of_clients(self):
        """a client that sends one id again and again pays for each request, and each is found by the id of its record"""
        with Books() as books, books.gateway() as gateway:
            for _ in range(3):
                answer = self.ask(gateway, x_litellm_call_id="mine")
                self.assertEqual(answer.headers["x-litellm-call-id"], "mine")
            self.ask(gateway)
            agree(self, books, 4)
            self.assertEqual([record["litellm_call_id"] for record in books.said().values()].count("mine"), 3)

    def test_mm14_without_a_store_nothing_starts(self):
        config = Books().config()
        config["plugins"] = config["plugins"][1:2]
        config["plugins"][0]["config"]["spool"] = "sluice.spool"
        said = self.refused(config)
        self.assertIn("plugins[0]", said)
        self.assertIn("list a plugin such as store_sqlite", said)

    def test_mm15_check_explains_mistakes(self):
        for wrong, words in (({"flush_ms": "soon"}, "flush_ms"), ({"batch": 0}, "batch"), ({"sync": "always"}, "sync"), ({"max_spool": 5}, "max_spool"),
                             ({"spol": "x"}, "spol")):
            with self.subTest(wrong), Books() as books:
                path = books.directory / "config.yaml"
                path.write_text(json.dumps(books.config(**wrong)))
                said = subprocess.run([gateway_binary(), "check", "-c", path], capture_output=True, text=True, check=False, timeout=30 * SLOW)
                self.assertEqual(said.returncode, 1)
                self.assertIn(words, said.stdout + said.stderr)

    def test_mm16_trying_a_configuration_touches_no_spool(self):
        """check --load beside a spool that waits: nothing is replayed, nothing is taken"""
        books = self.books(store_flush_ms=60000, drain_ms=0)
        gateway = books.gateway()
        Crowd(gateway.port, most=20).wait()
        wait_until(lambda: len(books.spooled()) == 20, 5.0, "all in the spool")
        gateway.process.send_signal(signal.SIGKILL)
        gateway.process.wait()
        gateway.stop()
        before = sorted(str(path) for path in books.spool.rglob("*"))
        path = books.directory / "config.yaml"
        path.write_text(json.dumps(books.config()))
        for _ in range(3):
            said = subprocess.run([gateway_binary(), "check", "--load", "-c", path], capture_output=True, text=True, check=False, timeout=30 * SLOW)
            self.assertEqual(said.returncode, 0, said.stdout + said.stderr)
        self.assertEqual(sorted(str(path) for path in books.spool.rglob("*")), before)
        with books.gateway():
            wait_until(lambda: books.count() == 20, 10.0, "all in the store")

    def test_mm17_replayed_days_later(self):
        """a spool of three days ago counts on its day, and once, also if it comes again after a restart"""
        books = self.books()
        start = int(time.time() * 1000) - 3 * 86_400_000
        slot = books.spool / "0"
        for _ in range(2):
            slot.mkdir(parents=True, exist_ok=True)
            (slot / "7.events").write_bytes(segment([event(f"old-{number}", start, cost=5) for number in range(10)]))
            with books.gateway():
                wait_until(lambda: not (slot / "7.events").exists(), 10.0, "it is replayed")
            self.assertEqual(books.sums(), (10, 10, 0, 30, 0, 50))
        with contextlib.closing(sqlite3.connect(f"file:{books.database}?mode=ro", uri=True)) as db:
            self.assertEqual(db.execute("SELECT DISTINCT day FROM usage_daily").fetchall(), [(start // 86_400_000,)])

    def test_mm18_a_torn_and_a_damaged_segment(self):
        """what is whole counts; what is cut off is left out and told of, what is damaged is kept aside"""
        books = self.books()
        start = int(time.time() * 1000)
        for number, damage in enumerate((lambda whole: whole[:-20], lambda whole: whole[:-20] + b"x" + whole[-19:])):
            slot = books.spool / str(number)
            slot.mkdir(parents=True)
            (slot / "1.events").write_bytes(damage(segment([event(f"{number}-{n}", start) for n in range(5)])))
        with books.gateway() as gateway:
            wait_until(lambda: books.count() == 8, 10.0, "the whole ones")
            said = gateway.stderr()
        self.assertIn("its last write was cut off after 4 events", said)
        self.assertIn("damaged after 4 events", said)
        self.assertEqual([path.name for path in books.spool.glob("*/1.events*")], ["1.events.damaged"])

    def test_mm19_the_end_while_the_store_is_locked(self):
        """SIGTERM: the gateway ends in time, says how many events stay in the spool, and the next one brings them"""
        books = self.books(drain_ms=300)
        gateway = books.gateway(sqlite={"busy_timeout_ms": 300})
        with contextlib.closing(sqlite3.connect(books.database, isolation_level=None, timeout=10)) as db:
            db.execute("BEGIN EXCLUSIVE")
            Crowd(gateway.port, most=200).wait()
            begin = time.monotonic()
            self.assertEqual(gateway.stop(), 0)
            self.assertLess(time.monotonic() - begin, 4.0 * SLOW)
            self.assertEqual(len(books.spooled()), 200)
            self.assertRegex(gateway.stderr(), "200 events stay in .*spool at the end")
            db.execute("ROLLBACK")
        with books.gateway():
            agree(self, books, 200)

    def test_mm20_store_and_spool_on_one_full_disk(self):
        """requests go on; what memory holds arrives once there is room"""
        books = self.books()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", books.directory], capture_output=True, check=False).returncode != 0:
            self.skipTest("this user may not mount a small disk")
        records = self.enterContext(tempfile.TemporaryDirectory())
        books.records = pathlib.Path(records) / "records.jsonl"
        try:
            with books.gateway() as gateway:
                Crowd(gateway.port, most=50).wait()
                agree(self, books, 50)
                filler = fill(books.directory)
                crowd = Crowd(gateway.port, most=500).wait()
                self.assertEqual((len(crowd.answered), crowd.broken), (500, 0))
                wait_until(lambda: "the store takes no events" in gateway.stderr(), 10.0, "the store is full")
                self.assertIn("the spool does not take events", gateway.stderr())
                filler.unlink()
                agree(self, books, 550)
        finally:
            subprocess.run(["umount", books.directory], check=True)

    def test_mm21_an_old_generation_ends_while_the_store_is_locked(self):
        """what it leaves in its slot, the new one brings, without a restart"""
        books = self.books(store_flush_ms=60000, batch=10000, drain_ms=100)
        slow = {"model_name": "slow", "litellm_params": {"model": "echo/slow", "echo": {"pace_ms": 100, "words": 20}}}
        with books.gateway(models=[slow], sqlite={"busy_timeout_ms": 300}) as gateway:
            Crowd(gateway.port, most=100).wait()
            stream = Crowd(gateway.port, threads=2, body={**ECHO, "model": "slow"}, most=2)  # one of them is streamed
            time.sleep(0.3)
            self.assertEqual(request(gateway.port, "POST", "/admin/reload", None, {"authorization": f"Bearer {KEY}"}, timeout=60).status, 200)
            with contextlib.closing(sqlite3.connect(books.database, isolation_level=None, timeout=10)) as db:
                db.execute("BEGIN EXCLUSIVE")
                stream.wait()
                wait_until(lambda: "102 events stay in" in gateway.stderr(), 10.0, "the old generation's last words")
                db.execute("ROLLBACK")
            agree(self, books, 102)
            self.assertIn("102 events that an instance has left in", gateway.stderr())


if __name__ == "__main__":
    main()
