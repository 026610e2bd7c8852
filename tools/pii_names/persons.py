"""Invented persons: given and family names of many countries, and names that are on no list."""

import people
from folding import is_known_script

_FOREIGN = ("el_GR", "ru_RU", "bg_BG", "uk_UA")
_SYLLABLES = """ba be bo bra dal dar den do dra el er fa fe fi gar gel gor ha hel ho hu in is ja jo ka kel ki kor kra la le li lin lo ma mar me
mi mo na ne ni no ol or pa pe pi pol ra re ri ro sa se si so sta ste ta te ti to tra tu ul va ve vi vo wa we wi za ze zo zu""".split()
_ENDINGS = """son sen ssen sson man mann berg burg stein feld er ler ner ini etti elli ucci ano ov ova ev eva enko chuk uk yan ian adze shvili ski
ska sky wicz czyk owski ić ović čić ek ík ová ák nen inen maa nik ez es eiro ães ão ard eau ier oux in ell ley ton ham worth wood ford
field stad ström gren qvist lund dahl vik sdóttir dóttir sson akis opoulos idis ou oğlu can i a o ara awa moto mura uchi to u e eze chi ayev
ayeva iev ieva khanov zade poor i ani""".split()
_PARTICLES = ("van", "van der", "van den", "de", "de la", "von", "di", "da", "dos", "del", "el", "al", "Le", "La", "Mac", "Du", "Ó", "Ben")
_PREFIXES = ("Mc", "Mac", "O'", "Fitz", "D'", "De", "Van", "Al-", "El-")
TITLES = """Mr. Mr. Mr. Mrs. Mrs. Ms. Ms. Miss Dr. Dr. Prof. Mr Mrs Ms Dr Sir Madam Herr Frau Señor Señora Captain Professor Rev. Father Sister
Lady Lord Mister Doctor Sgt. Detective Senator Governor""".split()


class Persons:
    def __init__(self, random):
        self._random = random
        tables = people.tables()
        self._latin = [t for locale, t in tables.items() if locale not in _FOREIGN and self._is_latin(t)]
        self._foreign = [tables[locale] for locale in _FOREIGN]
        english = ("en", "en_US", "en_GB")
        self._english = [tables[locale] for locale in english]

    @staticmethod
    def _is_latin(table):
        return all(is_known_script(name) and ord(name[0]) < 0x370 for name in table[0][:20] + table[1][:20])

    def _table(self):
        roll = self._random.random()
        if roll < 0.03:
            return self._random.choice(self._foreign)
        return self._random.choice(self._english if roll < 0.25 else self._latin)

    def _clean(self, name):
        name = name.split("(")[0].strip()
        return name[:1].upper() + name[1:] if name.islower() else name

    def given(self):
        return self._given(self._table())

    def _given(self, table):
        random = self._random
        if random.random() < 0.08:
            return self.syllables(2, 3).capitalize()
        name = self._clean(random.choice(table[0]))
        return f"{name}-{self._clean(random.choice(table[0]))}" if random.random() < 0.03 else name

    def family(self):
        return self._family(self._table())

    def _family(self, table):
        random = self._random
        roll = random.random()
        if roll < 0.22:
            name = self.invented_family()
        else:
            name = self._clean(random.choice(table[1]))
        if roll > 0.95:
            return f"{random.choice(_PARTICLES)} {name}"
        if roll > 0.92:
            return random.choice(_PREFIXES) + name
        return f"{name}-{self._clean(random.choice(table[1]))}" if roll > 0.895 else name

    def syllables(self, low, high):
        return "".join(self._random.choice(_SYLLABLES) for _ in range(self._random.randint(low, high)))

    def invented_family(self):
        random = self._random
        if random.random() < 0.3:
            return self._clean(random.choice(self._table()[0])) + random.choice(_ENDINGS)
        return (self.syllables(1, 2) + random.choice(_ENDINGS)).capitalize()

    def person(self):
        """A full name, mostly; now and then only half of one."""
        random = self._random
        table = self._table()
        given = self._given(table)
        family = self._family(table if random.random() < 0.8 else self._table())
        middle = chr(65 + random.randrange(26))
        roll = random.random()
        if roll < 0.05:
            return given
        if roll < 0.12:
            return f"{given} {middle}. {family}"
        if roll < 0.19:
            return f"{given} {middle} {family}"
        if roll < 0.24:
            return f"{given} {self._given(table)} {family}"
        if roll < 0.29:
            return f"{given} {family} {self._family(table)}"
        if roll < 0.31:
            return f"{middle}. {family}"
        if roll < 0.33:
            return f"{given} {family} {random.choice(('Jr.', 'Jr', 'Sr.', 'II', 'III', 'PhD', 'MD'))}"
        if roll < 0.35:
            return f"{given}  {family}"
        if roll < 0.37:
            return f"{given} {family.upper()}"
        return f"{given} {family}"

    def title(self):
        return self._random.choice(TITLES)
