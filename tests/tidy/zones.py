"""Where a file belongs: the zone of the tree, and for core its layer on the ladder."""

import posixpath
from typing import NamedTuple

# Bottom to top. Layers of one height are siblings and never include each other.
HEIGHT = {
    "base": 0,
    "http": 1,
    "llm": 2,
    "config": 3,
    "plugin_host": 4,
    "route": 4,
    "upstream": 4,
    "account": 4,
    "gateway": 5,
    "net": 6,
    "validator": 6,
    "app": 7,
    "main": 8,
}


class Zone(NamedTuple):
    """area: core, plugin_api, sdk, plugins, examples, tests, external, elsewhere. part: layer, or plugin."""

    area: str
    part: str = ""

    def __str__(self):
        return f"{self.area}/{self.part}" if self.part else self.area


EXTERNAL = Zone("external")


def zone_of(path):
    """The zone of a path relative to the root of the tree."""
    parts = path.split("/")
    area = parts[0]
    if path == "core/main.cpp":
        return Zone("core", "main")
    if area in ("core", "plugins"):
        return Zone(area, parts[1] if len(parts) > 2 else "")
    if path.startswith("sdk/templates/"):
        return Zone("examples")  # what an author's plugin starts as
    if path.startswith("sdk/include/sluice/testing/"):
        return Zone("sdk", "testing")
    if area in ("plugin_api", "sdk", "examples", "tests"):
        return Zone(area)
    return Zone("elsewhere")


def resolve(paths, including, spec, quoted):
    """The zone that `#include` reaches from the file `including`; EXTERNAL for std and libraries."""
    if quoted:
        beside = posixpath.normpath(posixpath.join(posixpath.dirname(including), spec))
        own = posixpath.join(*including.split("/")[:2], spec)  # plugins/<name> as an include directory
        for candidate in (beside, own):
            if candidate in paths:
                return zone_of(candidate)
    if spec.startswith("sluice/"):
        return _zone_of_sluice(paths, spec)
    for candidate in (f"core/{spec}", spec):
        if candidate in paths:
            return zone_of(candidate)
    first = spec.split("/")[0]
    if "/" in spec and first in ("core", "plugins", "plugin_api", "sdk"):
        return zone_of(spec)
    if quoted and "/" in spec and first in HEIGHT:
        return Zone("core", first)
    return EXTERNAL


def _zone_of_sluice(paths, spec):
    """<sluice/...> is the C ABI or the SDK: the file says which, or else the suffix (.hpp is the SDK's)."""
    for path in paths:
        if path.endswith("/" + spec) and path.split("/")[0] in ("plugin_api", "sdk"):
            return zone_of(path)
    return Zone("sdk" if spec.endswith(".hpp") else "plugin_api")
