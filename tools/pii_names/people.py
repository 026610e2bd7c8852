"""Names of persons, by locale, from the tables of Faker (MIT licence)."""

import functools
import importlib
import re

from faker.config import AVAILABLE_LOCALES

_GIVEN = re.compile(r"first_names?|given")
_FAMILY = re.compile(r"last_names?|family")


@functools.lru_cache(maxsize=None)
def tables():
    """Locale -> (given names, family names), each sorted."""
    found = {}
    for locale in sorted(AVAILABLE_LOCALES):
        try:
            provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
        except ImportError:
            continue
        given, family = (_collect(provider, pattern) for pattern in (_GIVEN, _FAMILY))
        if given and family:
            found[locale] = (given, family)
    return found


def _collect(provider, pattern):
    names = set()
    for attribute in dir(provider):
        table = getattr(provider, attribute)
        if pattern.search(attribute) and hasattr(table, "__iter__") and not callable(table):
            for name in table:
                names.update(name if isinstance(name, tuple) else (name,))
    return sorted(name for name in names if isinstance(name, str) and name)


def given_names():
    return {name for given, _ in tables().values() for name in given}


def family_names():
    return {name for _, family in tables().values() for name in family}
