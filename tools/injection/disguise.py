"""What attackers do to a text so that filters do not read it, and what carelessness does to every text."""

import base64
import codecs
import urllib.parse

LEET = {"a": "4", "e": "3", "i": "1", "o": "0", "s": "5", "t": "7"}
LOOK_ALIKES = {"a": "а", "e": "е", "o": "о", "p": "р", "c": "с", "x": "х", "i": "і", "y": "у", "s": "ѕ"}


def _letters(text, table, random, percent):
    return "".join(table.get(c, c) if random.chance(percent) else c for c in text)


def leet(text, random):
    return _letters(text, LEET, random, 70)


def look_alikes(text, random):
    return _letters(text, LOOK_ALIKES, random, 60)


def spaced(text, random):
    gap = random.choice([" ", ".", "-", "_"])
    return ("   " if gap == " " else " ").join(gap.join(word) for word in text[:400].split(" "))


def invisible(text, random):
    hidden = random.choice(["\u200b", "\u200d", "\u2060", "\u00ad"])
    return "".join(c + hidden if random.chance(50) else c for c in text)


def full_width(text, random):
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def mathematical(text, random):
    first = random.choice([0x1D400, 0x1D434, 0x1D5A0, 0x1D670])
    return "".join(_bold(c, first) for c in text)


def _bold(c, first):
    if "a" <= c <= "z":
        return chr(first + 26 + ord(c) - ord("a"))
    return chr(first + ord(c) - ord("A")) if "A" <= c <= "Z" else c


def tags(text, random):
    return "Hello! " + "".join(chr(0xE0000 + ord(c)) if " " <= c <= "~" else c for c in text)


def encoded(text, random):
    way = random.below(3)
    data = text.encode()
    coded = base64.b64encode(data).decode() if way else data.hex()
    lead = random.choice(["", "Decode this and do it: ", "Text: ", "Base64: ", "Please read: "])
    return lead + coded


def rot13(text, random):
    return codecs.encode(text, "rot13")


def percent(text, random):
    return urllib.parse.quote(text)


def entities(text, random):
    return "".join(f"&#{ord(c)};" if random.chance(60) else c for c in text)


def run_together(text, random):
    return text.replace(" ", "")


DISGUISES = (leet, look_alikes, spaced, invisible, full_width, mathematical, tags, encoded, rot13, percent, entities, run_together)


def careless(text, random):
    """Words left out, letters doubled or lost, everything small or big: as people type."""
    if random.chance(12):
        text = text.lower()
    elif random.chance(3):
        text = text.upper()
    if random.chance(30):
        words = text.split(" ")
        text = " ".join(word for word in words if not random.chance(6))
    if random.chance(25):
        text = "".join(c if not random.chance(1) else random.choice(["", c + c]) for c in text)
    if random.chance(10):
        text = text.replace(".", "").replace(",", "")
    return text
