"""Invented addresses in the forms of many countries."""

_PATTERNS = """{b} Street|{b} St|{b} St.|{b} Road|{b} Rd|{b} Avenue|{b} Ave|{b} Ave.|{b} Lane|{b} Drive|{b} Dr|{b} Court|{b} Crescent|{b} Close|{b} Way
{b} Square|{b} Boulevard|{b} Blvd|{b} Terrace|{b} Place|{b} Parkway|{b} Highway|{b} Grove|{b} Hill|{b} Parade|{b} Circle|{b} Trail|{b} Row
{o} Street|{o} Avenue|North {b} Street|S {b} Ave|West {b} Road|{b} Union|{b} Point|{b} Lodge|{b} Bridge|{b} Parks|{b} Gateway|{b} Mews
rue {b}|Rue {b}|rue de {b}|rue de la {b}|rue du {b}|Rue des {b}|avenue {b}|Avenue de {b}|avenue du {b}|boulevard {b}|Boulevard de {b}|place {b}
Quai {b}|chemin des {b}|allée {b}|Cours {b}|impasse {b}|route de {b}
{b}straße|{b}strasse|{b}str.|{b}weg|{b}gasse|{b}platz|{b}allee|{b}ring|{b}damm|{b} Strasse|{b} Straße|{b}er Straße|Am {b}|An der {b}|{b}markt|{b}hof
Via {b}|via {b}|Via {g} {b}|Viale {b}|Piazza {b}|Corso {b}|Vicolo {b}|Strada Provinciale {n2}|Via delle {b}|Largo {b}|Contrada {b}
Calle {b}|calle {b}|Calle de {b}|C/ {b}|Avenida {b}|Avda. {b}|Avda. de {b}|Paseo {b}|Plaza de {b}|Camino {b}|Ctra. {b}|Puerta de {b}
Rua {b}|Rua do {b}|Rua da {b}|Rua {g} {b}|Avenida {b}|Travessa {b}|Praça {b}|Alameda {b}|Estrada {b}|Quinta {b}|R. {b}
ul. {b}|ulica {b}|ul. {g}a {b}|al. {b}|os. {b}|pl. {b}|{b}ova|{b}ská|Nám. {b}|{b}va ulica|Ulica {b}|Trg {b}|{b}ova ulica|Cesta {b}
{b} utca|{b} u.|{b} út|{b} tér|{b} köz|{b} krt.|{b} körút
{b}gatan|{b}vägen|{b}väg|{b} gränd|{b}gata|{b} gate|{b}vej|{b}vejen|{b} vei|{b}veien|{b}stræde|{b}gade|{b} Allé|{b}stien|{b} terrasse|{b}bakken|{b}stigen
{b}katu|{b}tie|{b}polku|{b}kuja|{b}nkatu|{b}ntie|{b} tee|{b} tn|{b} tänav|{b} pst|{b} puiestee|{b} iela|{b} gatvė|{b} g.
{b}straat|{b}laan|{b}weg|{b}plein|{b}gracht|{b}kade|{b}dreef|{b}singel|{b}steenweg|{b}hof|Van {b}straat
Strada {b}|Str. {b}|Calea {b}|Bd. {b}|{b} Sokak|{b} Cad.|{b} Caddesi|Jalan {b}|Jl. {b}|Đường {b}
{b}|{b}|{b} {c}|{b} {c}|{g} {b}|{c}|{c}|{c}""".replace("\n", "|").split("|")
_GREEK = """Λεωφόρος {b}|Λ. {b}|Οδός {b}|{b}|{b}|Πλατεία {b}|{b} {b}|Αγίου {b}|{b} Avenue|Λεωφ. {b}""".split("|")
_CYRILLIC = "ул. {b}|улица {b}|просп. {b}|Проспект {b}|пер. {b}|вул. {b}|бул. {b}".split("|")
_ORDINALS = "First Second Third Fourth Fifth Sixth Seventh Eighth Ninth Tenth 1st 2nd 3rd 4th 5th 12th 23rd 42nd 101st".split()
_GREEK_BASES = """Αθηνών Ελευθερίας Πεντέλης Μακεδονίας Κηφισίας Βενιζέλου Ερμού Σταδίου Ομήρου Σόλωνος Θησέως Αριστοτέλους Νικολάου Γεωργίου
Παπάγου Ακροπόλεως Δημοκρατίας Ειρήνης Μεγάλη Παραλία Σωκράτους Κύπρου Μαρίας Ανδρέα Δημητρίου Τσιμισκή Πανεπιστημίου Άμμος""".split()
_CYRILLIC_BASES = "Ленина Пушкина Гагарина Мира Советская Садовая Лесная Шевченка Франка Победы Невский Тверская Витоша Граф".split()


class Streets:
    def __init__(self, random, persons, places, words):
        self._random, self._persons, self._places, self._words = random, persons, places, words

    def digits(self, low, high):
        return "".join(self._random.choice("0123456789") for _ in range(self._random.randint(low, high)))

    def number(self):
        """A house number: mostly small, now and then with a letter."""
        random = self._random
        roll = random.random()
        if roll < 0.06:
            return f"{random.randint(1, 99)}{random.choice('abcABC')}"
        if roll < 0.1:
            return f"{random.randint(1, 99)}-{random.randint(1, 99)}"
        return str(random.randint(1, 250 if roll < 0.7 else 9999))

    def _base(self):
        random = self._random
        roll = random.random()
        if roll < 0.4:
            return self._persons.family()
        if roll < 0.5:
            return self._persons.given()
        if roll < 0.7:
            return self._places.well_known_city()
        if roll < 0.85:
            return self._words.short().capitalize()
        return self._persons.syllables(2, 3).capitalize()

    def name(self):
        """A street without its number."""
        random = self._random
        roll = random.random()
        if roll < 0.05:
            return random.choice(_GREEK).format(b=random.choice(_GREEK_BASES))
        if roll < 0.07:
            return random.choice(_CYRILLIC).format(b=random.choice(_CYRILLIC_BASES))
        return random.choice(_PATTERNS).format(b=self._base(), g=self._persons.given(), c=self._places.city(),
                                               o=random.choice(_ORDINALS), n2=random.randint(2, 99))

    def street(self):
        """A street with a number, where people would write it."""
        random = self._random
        name, number = self.name(), self.number()
        roll = random.random()
        if roll < 0.12:
            return name if any(c in name for c in " .") else f"{name} {number}"
        if roll < 0.2:
            return f"{name}, {number}"
        return f"{number} {name}" if roll < 0.55 else f"{name} {number}"

    def _unit(self):
        random = self._random
        kind = random.choice(("Apt.", "Apt.", "Apt", "Suite", "Suite", "Unit", "Flat", "Ste", "Floor", "Room", "App.", "Box", "#"))
        return f"{kind} {self.digits(1, 3)}" if kind != "#" else f"#{self.digits(1, 3)}"

    def corner(self):
        random = self._random
        start = random.choice(("the corner of ", "the corner of ", "the intersection of ", ""))
        return f"{start}{self.street()} and {self.name()}"

    def postbox(self):
        random = self._random
        return random.choice((f"P.O. Box {self.digits(2, 5)}", f"PO Box {self.digits(2, 5)}", f"Postbox {self.digits(2, 4)}",
                              f"Postfach {self.digits(2, 5)}", f"Postboks {self.digits(2, 4)}", f"Box {self.digits(2, 4)}",
                              f"Casella postale {self.digits(2, 3)}", f"Pl {self.digits(2, 4)}"))

    def military(self):
        random = self._random
        if random.random() < 0.4:
            ship = f"{random.choice(('USS', 'USNS', 'USNV', 'USCGC'))} {self._persons.family()}"
            return f"{ship}{random.choice((chr(10), ', '))}FPO {random.choice(('AA', 'AE', 'AP'))} {self.digits(5, 5)}"
        unit = random.choice(("PSC", "Unit", "CMR", "PSC"))
        town = random.choice(("APO", "FPO", "DPO"))
        return f"{unit} {self.digits(4, 5)}, Box {self.digits(3, 4)}{random.choice((chr(10), ', '))}{town} {random.choice(('AA', 'AE', 'AP'))} {self.digits(5, 5)}"

    def zip(self):
        random = self._random
        roll = random.random()
        if roll < 0.1:
            letters = "ABCDEFGHJKLMNPRSTUWXYZ"
            return f"{random.choice(letters)}{random.choice(letters)}{random.randint(1, 99)} {random.randint(1, 9)}{random.choice(letters)}{random.choice(letters)}"
        if roll < 0.15:
            return f"{self.digits(5, 5)}-{self.digits(3, 4)}"
        if roll < 0.2:
            return f"{self.digits(3, 3)} {self.digits(2, 2)}"
        return self.digits(4, 5)

    def lines(self):
        """The parts of an address: (what it is, text), in the order of the envelope."""
        random = self._random
        street = self.street() if random.random() < 0.85 else self.postbox()
        if random.random() < 0.4:
            street = f"{self.digits(2, 5)} {street}"
        if random.random() < 0.25:
            street = f"{street} {self._unit()}" if random.random() < 0.7 else f"{self._unit()} {street}"
        parts = [("address", street)]
        if random.random() < 0.35:
            parts.append(("address", self._unit()))
        city, zip_code = self._places.city(), self.zip()
        roll = random.random()
        if roll < 0.3:
            parts.append(("city", city))
        elif roll < 0.55:
            parts.append(("zip city", f"{zip_code}\t{city}"))
        elif roll < 0.75:
            parts.append(("city zip", f"{city}\t{zip_code}"))
        else:
            parts.append(("city state zip", f"{city}\t{self._places.state()}\t{zip_code}"))
        if random.random() < 0.5:
            parts.append(("country", self._places.country()))
            if random.random() < 0.4:
                parts[-1] = ("country zip", f"{parts[-1][1]}\t{zip_code}")
        return parts

    def whole(self):
        """An address as one piece of text."""
        random = self._random
        roll = random.random()
        if roll < 0.08:
            return self.military()
        if roll < 0.14:
            return self.corner()
        if roll < 0.2:
            return self.street()
        joint = random.choice((", ", ", ", " ", "\n", "\n ", " \n"))
        text = ""
        for kind, part in self.lines():
            between = "\n, " if random.random() < 0.06 else random.choice((" ", ", ")) if random.random() < 0.2 else joint
            text += (between if text else "") + part.replace("\t", random.choice((" ", ", ")) if "state" in kind else " ")
        return text
