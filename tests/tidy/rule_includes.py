"""Who may include whom: the ladder of core, and the border between core, the plugin contract and plugins."""

import re

from tree import Violation
from zones import EXTERNAL, HEIGHT, Zone, resolve, zone_of

LADDER = "core-ladder"
PLUGIN_API = "plugin-api-include"
BORDER = "plugin-border"
SDK = "sdk-include"
ABI = "abi-include"

ABI_HEADERS = {"stdint.h", "stddef.h"}
TESTING_HEADERS = {"sys/mman.h", "unistd.h"}  # pages that cannot be read, of a host that pretends to be older
C_HEADERS = set(
    "assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal stdalign stdarg "
    "stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string tgmath threads time uchar wchar wctype".split()
)


def check(tree):
    for file in tree.cpp_files:
        source = zone_of(file.path)
        yield from _check_layer(file, source)
        judge = _JUDGES.get(source.area)
        for line, spec, quoted in file.includes if judge else ():
            verdict = judge(source, resolve(tree.paths, file.path, spec, quoted), spec, quoted)
            if verdict:
                rule, allowed = verdict
                yield Violation(file.path, line, rule, f'{source} includes "{spec}"', allowed)


def _check_layer(file, source):
    if source.area == "core" and source.part not in HEIGHT:
        layers = ", ".join(layer for layer in HEIGHT if layer != "main")
        found = f"core/{source.part} is no layer" if source.part else "a file beside core/main.cpp"
        yield Violation(file.path, 1, LADDER, found, f"core code lives in one of {layers}")


def _judge_core(source, target, spec, quoted):
    if target.area == "plugin_api":
        allowed = "of core only plugin_host includes plugin_api"
        return None if source.part == "plugin_host" else (PLUGIN_API, allowed)
    if target.area == "sdk":
        return PLUGIN_API, "core never includes the SDK"
    if target.area == "core":
        return _judge_ladder(source, target)
    if target == EXTERNAL:
        is_library = not quoted or ("/" in spec and not spec.startswith("."))
        return None if is_library else (LADDER, 'write "layer/file" for our own headers, <...> for libraries')
    return LADDER, f"core never includes {target.area}"


def _judge_ladder(source, target):
    if source.part == target.part or HEIGHT.get(target.part, 99) < HEIGHT.get(source.part, 99):
        return None
    height = HEIGHT.get(source.part, 0)
    lower = [layer for layer in HEIGHT if HEIGHT[layer] < height]
    allowed = f"core/{source.part} includes itself"
    return LADDER, allowed + (f" and {', '.join(lower)}" if lower else " only")


def _judge_plugin(source, target, spec, quoted):
    if target.area == "core":
        return BORDER, f"{source.area} never include core; what is missing there belongs into the contract"
    if target.area == "plugins" and target != source:
        return BORDER, "a plugin includes the SDK, std, libraries and its own files"
    return None


def _judge_sdk(source, target, spec, quoted):
    if target.area in ("sdk", "plugin_api") or (target == EXTERNAL and _is_std(spec)):
        return None
    if source.part == "testing" and spec in TESTING_HEADERS:
        return None
    return SDK, "the SDK includes plugin_api, std and its own headers only"


def _judge_abi(source, target, spec, quoted):
    if target.area == "plugin_api" or (target == EXTERNAL and spec in ABI_HEADERS):
        return None
    return ABI, "plugin_api includes <stdint.h>, <stddef.h> and its own headers only"


def _is_std(spec):
    return bool(re.fullmatch(r"[a-z_0-9]+", spec)) or (spec.endswith(".h") and spec[:-2] in C_HEADERS)


_JUDGES = {
    "core": _judge_core,
    "plugins": _judge_plugin,
    "examples": _judge_plugin,
    "sdk": _judge_sdk,
    "plugin_api": _judge_abi,
}
