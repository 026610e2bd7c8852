#!/usr/bin/env python3
"""Every scenario, case and test that THREAT_MODEL.md calls as a witness is there."""
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCENARIOS = r"`(s\d\d): ([a-z]{1,2}\d\d(?:, [a-z]{1,2}\d\d)*)`"


def table_cells(text):
    """The witnesses of each row of each table: its last cell."""
    rows = re.findall(r"(?m)^\|(.*)\|$", text)
    return [(row, row.split("|")[-1]) for row in rows if "---" not in row and row.split("|")[-1].strip() != "shown by"]


def has_scenario(file, name):
    number = rf"\bdef test_{name}_"
    return any(re.search(number, path.read_text(encoding="utf-8")) for path in (ROOT / "tests" / "integration").glob(f"{file}_*_test.py"))


class Claims(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.text = (ROOT / "THREAT_MODEL.md").read_text(encoding="utf-8")
        sources = [path for path in (ROOT / "tests").rglob("*_test.cpp")]
        cls.cases = {name for path in sources for name in re.findall(r'TEST_CASE\(\s*"((?:[^"\\]|\\.)+)"', path.read_text(encoding="utf-8"))}

    def test_scenarios(self):
        named = [(file, name) for file, names in re.findall(SCENARIOS, self.text.split("## A client without")[1]) for name in names.split(", ")]
        self.assertGreater(len(named), 100)
        self.assertEqual([one for one in named if not has_scenario(*one)], [])
        self.assertFalse(has_scenario("s10", "q99"))

    def test_cases(self):
        witnesses = " ".join(cell for _, cell in table_cells(self.text))
        named = set(re.findall(r'"([^"]{10,})"', witnesses))
        self.assertGreater(len(named), 20)
        self.assertEqual(named - self.cases, set())

    def test_scripts_of_the_corpus(self):
        corpus = [path.stem for path in (ROOT / "tests" / "lua" / "corpus").glob("*.lua")]
        for prefix in re.findall(r"`([a-z_]+)_…`", self.text):
            self.assertTrue([name for name in corpus if name.startswith(prefix)], prefix)

    def test_every_row_has_a_witness(self):
        cells = table_cells(self.text)
        self.assertGreater(len(cells), 40)
        for row, witnesses in cells:
            self.assertRegex(witnesses, rf'{SCENARIOS}|"[^"]{{10,}}"|\bthe same\b', row)


if __name__ == "__main__":
    unittest.main()
