#!/usr/bin/env python3
"""The soak's verdicts can tell a leak from noise, and a lost record from a late one."""
import random
import unittest

import soak_verdict as verdict


def samples(kb, count=300, seed=1):
    rng, rest, out = random.Random(seed), 0.0, []
    for number in range(count):
        rest = 0.8 * rest + rng.gauss(0, 800)  # neighbours resemble each other
        out.append({"at": 2.0 * number, "rss_kb": kb(2.0 * number) + rest})
    return out


class Memory(unittest.TestCase):
    def test_level_with_noise(self):
        wrong = sum(not verdict.memory(samples(lambda at: 80_000, seed=seed))[0] for seed in range(40))
        self.assertEqual(wrong, 0)

    def test_what_grows_at_first_and_then_no_more(self):
        self.assertTrue(verdict.memory(samples(lambda at: 80_000 + min(at, 200) * 100))[0])

    def test_leaks(self):
        for kb_a_second in (20, 50, 200):
            fine, found = verdict.memory(samples(lambda at, rate=kb_a_second: 80_000 + at * rate))
            self.assertFalse(fine, found)
            self.assertAlmostEqual(found["kb_per_minute"], 60 * kb_a_second, delta=600)

    def test_growth_that_a_soak_cannot_tell(self):
        self.assertTrue(verdict.memory([{"at": 2.0 * n, "rss_kb": 80_000 + n} for n in range(300)])[0])

    def test_slope_of_a_line(self):
        rise, width = verdict.slope([(n, 3.0 * n + 1) for n in range(20)])
        self.assertAlmostEqual(rise, 3.0)
        self.assertAlmostEqual(width, 0.0)
        with self.assertRaisesRegex(ValueError, "at least 8"):
            verdict.slope([(1, 1)])


class Records(unittest.TestCase):
    def test_each_once(self):
        self.assertTrue(verdict.records([1, 2], [1, 2, 3], 0, 3)[0])

    def test_faults(self):
        for answered, stored, dropped, sent in (([1, 2], [1, 3], 0, 3), ([1], [1, 1], 0, 3), ([1], [1], 1, 3), ([1], [1, 2, 3], 0, 2)):
            self.assertFalse(verdict.records(answered, stored, dropped, sent)[0], (answered, stored, dropped, sent))


class GivenBack(unittest.TestCase):
    GOOD = {"fds": 50, "fibers": 7, "generations": 1, "in_flight": 1}

    def test_limits(self):
        self.assertTrue(verdict.given_back(self.GOOD, {**self.GOOD, "fds": 60})[0])
        for name, value in (("fds", 90), ("fibers", 10), ("generations", 2), ("in_flight", 3)):
            self.assertFalse(verdict.given_back(self.GOOD, {**self.GOOD, name: value})[0], name)


class Phases(unittest.TestCase):
    def test_only_what_must_not_matter_is_judged(self):
        table = {"calm": {"failed": 0}, "upstream cut": {"failed": 9}, "calm to redis frozen": {"failed": 0}, "calm to upstream cut": {"failed": 2}}
        self.assertTrue(verdict.no_failures(table, ("calm", "redis frozen"))[0])
        table["calm to redis frozen"]["failed"] = 1
        self.assertEqual(verdict.no_failures(table, ("calm", "redis frozen")), (False, {"calm to redis frozen": 1}))


if __name__ == "__main__":
    unittest.main()
