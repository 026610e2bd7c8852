"""Letters without case and accents, as plugins/guard_pii/names/letters.cpp folds them."""

import unicodedata

_SINGLE = dict(zip("ßæøþðœłđıħŋŧəĳſŀ", "saotdoldihnteisl"))


def fold(text):
    return "".join(_fold(letter) for letter in unicodedata.normalize("NFC", text.replace("’", "'").lower()))


def _fold(letter):
    if letter in _SINGLE:
        return _SINGLE[letter]
    base = unicodedata.normalize("NFD", letter)[0]
    return base if letter.isalpha() else "" if unicodedata.combining(letter) else letter


def is_known_script(text):
    """Latin, Greek, Cyrillic: the scripts with capitals that the scanner knows."""
    return all(ord(c) < 128 or 0x370 <= ord(c) < 0x530 or 0xC0 <= ord(c) < 0x250 for c in text)
