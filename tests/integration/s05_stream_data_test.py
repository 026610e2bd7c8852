"""D: every recorded stream arrives byte-identical, however it was cut on its way to the gateway."""
import json
import pathlib
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

import recorded_streams  # noqa: E402
from scenario import FULL, SANITIZED, STREAMS, Scenario, data_dir, main, post  # noqa: E402

EOLS = ("\n", "\r\n")
SHORT_BYTES = 65536 if FULL else 1200 if SANITIZED else 3000  # a request for each cut
STRIDE = 61 if not FULL else 997           # prime: otherwise, every STRIDE-th byte is a cut, and STRIDE requests cover them all
WIRE_BYTES = 700 if not FULL else 2500
DEPTH = 24         # requests on their way at once, on one connection
WIRE_CONNECTIONS = 12
CONTENT = {"chat": '"messages":[]', "completions": '"prompt":"x"', "responses": '"input":"x"', "messages": '"messages":[],"max_tokens":1'}


class Recorded(Scenario):
    @classmethod
    def setUpClass(cls):
        if not data_dir() or not (data_dir() / "sse").is_dir():
            raise unittest.SkipTest("no sse/: set SLUICE_TEST_DATA to the folder of the public test data")
        cls.recordings = recorded_streams.load(data_dir())
        cls.player = cls.enterClassContext(recorded_streams.Player(data_dir()))
        super().setUpClass()

    @classmethod
    def config(cls, upstream):
        return super().config(cls.player)

    def ask(self, number, eol, cuts, wire=None):
        recording = self.recordings[number]
        path, body, _ = STREAMS[recording.dialect]
        play = json.dumps({"number": number, "eol": eol, "cuts": cuts, "wire": wire})
        usage = ',"stream_options":{"include_usage":true}' if recording.dialect in ("chat", "completions") else ""
        return post(path, f'{{"model":"{body["model"]}",{CONTENT[recording.dialect]},"stream":true{usage},"play":{play}}}'.encode())

    def play(self, orders):
        """orders: (number, eol, cuts[, wire]); their answers must be the recordings."""
        connection = self.raw()
        expected = {}
        for start in range(0, len(orders), DEPTH):
            batch = orders[start:start + DEPTH]
            connection.send(b"".join(self.ask(*order) for order in batch))
            for order in batch:
                number, eol = order[:2]
                payload = expected.setdefault((number, eol), self.recordings[number].payload(eol))
                answer = connection.answer()
                if answer.status != 200 or answer.body != payload:
                    self.fail_at(order, answer, payload)
        connection.close()

    def fail_at(self, order, answer, payload):
        same = next((at for at, (a, b) in enumerate(zip(answer.body, payload)) if a != b), min(len(answer.body), len(payload)))
        self.fail(f"{self.recordings[order[0]].name} {order[1:]}: status {answer.status}, {len(answer.body)} of {len(payload)} bytes, equal "
                  f"up to {same}: {answer.body[max(0, same - 60):same + 60]!r} instead of {payload[max(0, same - 60):same + 60]!r}")

    def each(self):
        for number, recording in enumerate(self.recordings):
            if not recording.valid:
                continue
            for eol in EOLS:
                yield number, eol, len(recording.payload(eol))

    def test_d01_whole(self):
        self.assertEqual((len(self.recordings), sum(recording.valid for recording in self.recordings)), (78, 77))
        for number, eol, _ in self.each():
            self.play([(number, eol, "whole")])

    def test_d02_byte_by_byte(self):
        for number, eol, _ in self.each():
            self.play([(number, eol, "byte")])

    def test_d03_cut_in_two_at_every_position(self):
        cuts = 0
        for number, eol, size in self.each():
            if size <= SHORT_BYTES:
                self.play([(number, eol, [at]) for at in range(1, size)])
                cuts += size - 1
        self.assertGreater(cuts, 5000)

    def test_d04_every_position_is_a_cut_in_one_of_many_requests(self):
        for number, eol, size in self.each():
            if size > SHORT_BYTES:
                self.play([(number, eol, {"stride": STRIDE, "offset": offset}) for offset in range(STRIDE)])

    def test_d06_a_recording_that_is_no_json(self):
        """it cannot arrive: the client hears that the upstream's event is malformed"""
        number, = (number for number, recording in enumerate(self.recordings) if not recording.valid)
        for eol in EOLS:
            connection = self.raw()
            connection.send(self.ask(number, eol, "whole"))
            answer = connection.answer()
            self.assertEqual(answer.status, 500)
            self.assertIn(b"malformed", answer.body)

    def test_d05_cut_on_the_wire_at_every_byte_of_the_answer(self):
        """not at chunks: the two parts come in two reads, and either may end inside the head, a chunk size or its CRLF"""
        orders = []
        for number, eol, size in self.each():
            if size <= WIRE_BYTES:
                orders += [(number, eol, [size // 2], at) for at in range(1, size + 110)]
        self.assertGreater(len(orders), 1000)
        failures = []
        threads = [threading.Thread(target=self.play_noting, args=(orders[n::WIRE_CONNECTIONS], failures)) for n in range(WIRE_CONNECTIONS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])

    def play_noting(self, orders, failures):
        try:
            self.play(orders)
        except Exception as error:  # the thread's own; the test's is another
            failures.append(repr(error))


if __name__ == "__main__":
    main()
