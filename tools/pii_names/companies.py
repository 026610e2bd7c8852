"""Invented organisations, and the names of some known ones."""

import pathlib

_DATA = pathlib.Path(__file__).resolve().parents[2] / "plugins/guard_pii/names/data"
KNOWN = """Google,Microsoft,Apple,Amazon,IBM,Intel,Siemens,Bosch,Volkswagen,BMW,Toyota,Honda,Samsung,Sony,Nokia,Ericsson,Philips,Shell,BP,Total,
Nestlé,Unilever,Danone,Carrefour,Tesco,Ikea,H&M,Zara,Adidas,Puma,Nike,Lufthansa,Air France,British Airways,Ryanair,Emirates,Deutsche Bank,
Commerzbank,Barclays,HSBC,Santander,UBS,Credit Suisse,Goldman Sachs,JPMorgan,Citibank,Wells Fargo,Visa,Mastercard,PayPal,Stripe,Netflix,Spotify,
Facebook,Twitter,YouTube,LinkedIn,Reddit,Airbnb,Tesla,SpaceX,NASA,FBI,CIA,NATO,UNESCO,UNICEF,WHO,United Nations,European Union,European Commission,
World Bank,Red Cross,Greenpeace,Amnesty International,BBC,CNN,Reuters,Associated Press,New York Times,Washington Post,The Guardian,Der Spiegel,
Le Monde,Harvard University,Stanford University,MIT,Oxford University,Cambridge University,ETH Zurich,Manchester United,Real Madrid,Bayern Munich,
FC Barcelona,Juventus,Chelsea,Arsenal,Boeing,Airbus,General Electric,General Motors,Ford Motor Company,Coca-Cola,PepsiCo,McDonald's,Starbucks,
Burger King,Walmart,Costco,FedEx,UPS,DHL,Vodafone,Orange,Telefónica,Deutsche Telekom,AT&T,Verizon,Pfizer,Novartis,Roche,Bayer,BASF,Sanofi,
Procter & Gamble,Johnson & Johnson,Ernst & Young,KPMG,Deloitte,PricewaterhouseCoopers,McKinsey,Accenture,SAP,Oracle,Red Hat,OpenAI,Anthropic,
Nvidia,Huawei,Lenovo,Alibaba,Tencent,Xiaomi,Hyundai,Kia,Renault,Peugeot,Fiat,Ferrari,Volvo,Scania,Maersk,Lego,Carlsberg,Heineken,Parliament,
Supreme Court,Congress,Senate,House of Commons,Ministry of Finance,Federal Reserve,European Central Bank,Republican Party,Labour Party"""
_SUFFIXES = """Inc. Inc Inc., Corp. Corp Corporation Ltd. Ltd Limited LLC L.L.C. LLP GmbH AG S.A. SA SARL S.r.l. SpA BV B.V. N.V. AB Oy AS A/S ApS
Incorporated Company Co. PLC plc Group Holdings Pty s.r.o. Kft. Zrt. d.o.o. Lda. S.L. SAS KG""".replace("Inc., ", "").split()
_ENDINGS = """ify ly io ix era ium ora is tech soft data net med care pay base hub lab labs works ware wise bit logic zon ella eon ent mic sys
tron dex scape point bridge star stack flow line mark trade trust cloud insight effort coach health space view path force minds box spot grid""".split()
_ABSTRACT = """Technologies Solutions Systems Consulting Partners Services Industries Labs Media Bank Insurance Capital Research Analytics Software
Energy Foods Motors Airlines Pharma Group Holdings International Ventures Movers Logistics Transit Networks Studios Records Pictures Press
Publishing Hospital Clinic University College Institute School Academy Museum Orchestra Theatre Club Society Association Foundation Federation
Union Council Committee Agency Authority Ministry Police Stores Market Brothers Realty Investments Securities Exchange Financial Van Lines
Economic Consulting Health Care Group""".split()


class Companies:
    def __init__(self, random, persons, places, words):
        self._random, self._persons, self._places, self._words = random, persons, places, words
        listed = (_DATA / "companies.txt").read_text(encoding="utf-8").splitlines()
        self._known = [" ".join(w if w in ("of", "and", "the") else w.capitalize() for w in name.split()) for name in listed]
        self._famous = [" ".join(name.split()) for name in KNOWN.split(",")]

    def _word(self):
        word = self._words.short()
        return word.capitalize()

    def org(self):
        random = self._random
        roll = random.random()
        if roll < 0.10:
            return random.choice(self._known)
        if roll < 0.20:
            return random.choice(self._famous)
        if roll < 0.44:
            name = self._coined()
        elif roll < 0.68:
            name = self._of_words()
        elif roll < 0.79:
            name = self._of_people()
        elif roll < 0.94:
            return self._institution()
        else:
            name = self._letters()
        return f"{name}{random.choice((' ', ' ', ', '))}{random.choice(_SUFFIXES)}" if random.random() < 0.25 else name

    def _coined(self):
        """One word that nobody has heard before: Xignite, Teradata, OpenGov."""
        random = self._random
        roll = random.random()
        if roll < 0.3:
            return self._word() + random.choice(_ENDINGS)
        if roll < 0.5:
            return self._persons.syllables(1, 3).capitalize() + random.choice(_ENDINGS)
        if roll < 0.62:
            return self._word() + self._word()
        if roll < 0.74:
            return self._word() + self._words.short()
        if roll < 0.8:
            return random.choice("xeizqv") .upper() + self._persons.syllables(1, 2)
        if roll < 0.86:
            return self._word()
        return self._persons.syllables(2, 4).capitalize()

    def _of_words(self):
        random = self._random
        head = self._word() if random.random() < 0.7 else self._coined()
        tail = random.choice(_ABSTRACT) if random.random() < 0.65 else self._word()
        middle = f" {self._word()}" if random.random() < 0.2 else ""
        return f"{head}{middle} {tail}"

    def _of_people(self):
        random, persons = self._random, self._persons
        first, second = persons.family(), persons.family()
        return random.choice((f"{first} & {second}", f"{first}-{second}", f"{first} and Sons", f"{first}, {persons.family()} and {second} {random.choice(_SUFFIXES)}",
                              f"{first} & Sons", f"{first} {second} {random.choice(_ABSTRACT)}", f"{first} Brothers", f"{first} {random.choice(_ABSTRACT)}",
                              f"{first}, {second} and {persons.family()}", f"{first} {second}", f"{first} Group",
                              f"{first} {random.choice(_SUFFIXES)}"))

    def _institution(self):
        random, place = self._random, self._places
        city, country = place.well_known_city(), place.country()
        kind = random.choice(_ABSTRACT)
        return random.choice((f"University of {city}", f"University of {place.region()}", f"University of {city}", f"{city} University", f"{place.region()} State University", f"University of {country}", f"Bank of {country}",
                              f"National Bank of {country}", f"{city} General Hospital", f"{city} City Council",
                              f"Ministry of {self._word()}", f"Department of {self._word()}", f"{city} Police Department",
                              f"The {city} Times", f"The {city} {kind}", f"{city} {kind}", f"Museum of {self._word()}",
                              f"FC {city}", f"{city} United", f"{place.nation()} {kind}", f"{place.nation()} Academy of {self._word()}",
                              f"{self._word()} High School", f"St. {self._persons.given()} Hospital", f"Church of {city}",
                              f"International {self._word()} {kind}", f"American {self._word()} {kind}", f"Royal {kind}",
                              f"National {self._word()} {kind}", f"First {self._word()} Bank", f"United {kind}"))

    def _letters(self):
        random = self._random
        letters = "".join(chr(65 + random.randrange(26)) for _ in range(random.randint(2, 4)))
        return random.choice((letters, letters, f"{letters} {random.choice(_ABSTRACT)}", letters.capitalize()))
