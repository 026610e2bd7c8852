"""NN: keys in PostgreSQL: two gateways on one database, one that is not there at the start, and one that dies in between."""
import json
import pathlib
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

from scenario import KEY, SLOW, USER, Gateway, Scenario, deployment, main, wait_until  # noqa: E402
from postgres import PASSWORD, Postgres, programs  # noqa: E402

CHAT = "/v1/chat/completions"
BODY = {"model": "gpt", "messages": USER}


@unittest.skipUnless(programs(), "there is no PostgreSQL here: package postgresql")
class PostgresStore(Scenario):
    @classmethod
    def setUpClass(cls):
        if not programs():
            raise unittest.SkipTest("there is no PostgreSQL here: package postgresql")
        cls.database = cls.enterClassContext(Postgres())
        cls.environment = {"DATABASE_URL": cls.database.url}
        from harness import Upstream
        cls.upstream = cls.enterClassContext(Upstream())
        cls.copy = str(cls.database.directory.parent / (cls.database.directory.name + ".cache"))
        cls.addClassCleanup(lambda: pathlib.Path(cls.copy).unlink(missing_ok=True))
        cls.gateway = cls.enterClassContext(cls.another())
        cls.port = cls.gateway.port

    @classmethod
    def models(cls, base):
        return [deployment("gpt", "openai/gpt-up", base + "/v1", {"id": "gpt"})]

    @classmethod
    def another(cls, copy=None, **more):
        store = {"url": "os.environ/DATABASE_URL", "cache_path": cls.copy if copy is None else copy, **more}
        cls.settings = {"plugins": [{"plugin": "store_postgres", "config": store}, {"plugin": "auth_keys"}, {"plugin": "admin_api"},
                                    {"plugin": "admin", "grants": ["admin"]}]}
        return Gateway(json.dumps(cls.config(cls.upstream)), env=cls.environment)

    def tearDown(self):
        if not self.database.process:
            self.database.start()

    def post(self, path, body, key=KEY):
        return self.call(path, body, key=key)

    def make(self, **wishes):
        answer = wait_until(lambda: (lambda a: a if a.status == 200 else None)(self.post("/key/generate", wishes)), 10 * SLOW, "a key is made")
        return answer.json()["key"]

    def ask(self, key, port=None):
        before, self.port = self.port, port or self.port
        try:
            return self.call(CHAT, BODY, key=key).status
        finally:
            self.port = before

    def outage(self):
        self.database.crash()
        wait_until(lambda: "the database is away" in self.gateway.stderr(), 5 * SLOW, "the gateway says that the database is away")

    def test_nn01_a_key_from_its_making_to_its_end(self):
        key = self.make(key_alias="nn01")
        self.assertEqual(self.ask(key), 200)
        self.assertEqual(self.post("/key/block", {"key": key}).status, 200)
        self.assertEqual(self.ask(key), 401)
        self.assertEqual(self.post("/key/unblock", {"key": key}).status, 200)
        self.assertEqual(self.ask(key), 200)
        self.assertEqual(self.post("/key/delete", {"keys": [key]}).status, 200)
        self.assertEqual(self.ask(key), 401)

    def test_nn02_two_gateways_on_one_database(self):
        with self.another(copy="") as second:
            key = self.make(key_alias="nn02")
            wait_until(lambda: self.ask(key, second.port) == 200, 2 * SLOW, "the other one knows the key")
            began = time.monotonic()
            self.post("/key/block", {"key": key})
            wait_until(lambda: self.ask(key, second.port) == 401, 2 * SLOW, "it is blocked at the other one, too")
            self.assertLess(time.monotonic() - began, 1.5 * SLOW)

    def test_nn03_the_database_dies_and_valid_keys_keep_working(self):
        """admin routes answer 503 meanwhile, at once; afterwards all is as it was"""
        key = self.make(key_alias="nn03")
        gone = self.make(key_alias="nn03-gone")
        said = self.gateway.stderr().count("the database is away")
        stop, statuses = threading.Event(), []

        def ask():
            while not stop.is_set():
                statuses.append(self.ask(key))

        thread = threading.Thread(target=ask)
        thread.start()
        self.database.crash()
        time.sleep(1)
        for path, body in (("/key/generate", {"key_alias": "nn03-no"}), ("/key/delete", {"keys": [gone]})):
            began = time.monotonic()
            self.assertEqual(self.post(path, body).status, 503, path)
            self.assertLess(time.monotonic() - began, 1 * SLOW, path)
        self.assertEqual(self.ask(gone), 200)
        time.sleep(1)
        self.database.start()
        wait_until(lambda: self.post("/key/delete", {"keys": [gone]}).status == 200, 10 * SLOW, "keys can be deleted again")
        self.assertEqual(self.ask(gone), 401)
        stop.set()
        thread.join()
        self.assertEqual(set(statuses), {200})
        self.assertGreater(len(statuses), 20)
        text = self.gateway.stderr()
        self.assertEqual(text.count("the database is away") - said, 1, "one line for an outage")
        self.assertIn("the database is back", text)

    def test_nn04_absent_at_the_start_with_a_copy(self):
        """keys of the copy work; a key that was deleted meanwhile goes when the database is back, a new one comes"""
        kept, gone = self.make(key_alias="nn04-kept"), self.make(key_alias="nn04-gone")
        copy = str(self.gateway.directory / "nn04.cache")
        with self.another(copy=copy) as before:
            wait_until(lambda: self.ask(gone, before.port) == 200, 2 * SLOW, "it knows the keys")
        self.assertEqual(pathlib.Path(copy).stat().st_mode & 0o777, 0o600)
        for key in (kept, gone):
            self.assertNotIn(key.encode(), pathlib.Path(copy).read_bytes())
        self.assertEqual(self.post("/key/delete", {"keys": [gone]}).status, 200)
        fresh = self.make(key_alias="nn04-fresh")
        self.outage()
        with self.another(copy=copy) as late:
            self.assertEqual([self.ask(key, late.port) for key in (kept, gone, fresh)], [200, 200, 401])
            self.assertIn("documents of", late.stderr())
            before, self.port = self.port, late.port
            try:
                self.assertEqual(self.post("/key/generate", {}).status, 503)
            finally:
                self.port = before
            self.database.start()
            wait_until(lambda: [self.ask(key, late.port) for key in (kept, gone, fresh)] == [200, 401, 200], 10 * SLOW, "it hears of the differences")

    def test_nn05_absent_at_the_start_without_a_copy(self):
        key = self.make(key_alias="nn05")
        self.outage()
        with self.another(copy="") as late:
            self.assertEqual(self.ask(key, late.port), 401)
            self.assertEqual(late.stderr().count("the database cannot be reached"), 1)
            self.database.start()
            wait_until(lambda: self.ask(key, late.port) == 200, 10 * SLOW, "it knows the key")

    def test_nn06_a_reload_during_an_outage_forgets_no_key(self):
        key = self.make(key_alias="nn06")
        time.sleep(3.5)  # the copy is written every three seconds at most
        self.outage()
        self.assertEqual(self.post("/admin/reload", {}).status, 200)
        self.assertEqual(self.ask(key), 200)
        self.database.start()
        fresh = self.make(key_alias="nn06-fresh")
        self.assertEqual(self.ask(fresh), 200)

    def test_nn07_the_password_stands_nowhere(self):
        key = self.make(key_alias="nn07")
        for path in ("/admin/status", "/health/readiness", "/key/list?size=1000&return_full_object=true"):
            self.assertNotIn(PASSWORD, self.get(path).text())
        for path in self.gateway.directory.iterdir():
            if path.is_file():
                self.assertNotIn(PASSWORD.encode(), path.read_bytes(), path.name)
                self.assertNotIn(key.encode(), path.read_bytes(), path.name)


if __name__ == "__main__":
    main()
