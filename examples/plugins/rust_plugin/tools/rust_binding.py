#!/usr/bin/env python3
"""Writes src/abi.rs, the ABI for Rust, from the C headers: the names that its users name, and what those are made of.

    tools/rust_binding.py [--check] [FOLDER]

FOLDER holds sluice/sluice.h; default: plugin_api of this tree. --check writes nothing and exits 1 if src/abi.rs is
not what the headers say. It understands the C that the headers keep to: #define of numbers and texts, structs of
scalars, pointers and function pointers.
"""
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
OUTPUT = HERE.parent / "src" / "abi.rs"
USERS = ("lib.rs", "host.rs")  # beside it
HEADERS = HERE.parents[3] / "plugin_api"
SCALARS = {"uint8_t": "u8", "int32_t": "i32", "uint32_t": "u32", "int64_t": "i64", "uint64_t": "u64", "size_t": "usize",
           "double": "f64", "char": "u8", "void": "c_void"}
KEYWORDS = {"type", "fn", "in", "ref", "match", "move", "where"}
HEAD = """// What lib.rs and host.rs use of the C ABI, written by tools/rust_binding.py: do not edit. The meaning stands in the C headers.
#![allow(dead_code, non_camel_case_types)]

use std::os::raw::c_void;
"""


def headers(folder):
    """The stable headers in the order of sluice.h, without comments."""
    names = re.findall(r'#include "([\w/]+\.h)"', (folder / "sluice" / "sluice.h").read_text(encoding="utf-8"))
    text = "\n".join((folder / "sluice" / name).read_text(encoding="utf-8") for name in names)
    return re.sub(r"/\*.*?\*/", " ", text, flags=re.DOTALL).replace("\\\n", " ")


def split(arguments):
    """At the commas that stand in no brackets."""
    parts, depth = [""], 0
    for c in arguments:
        depth += (c == "(") - (c == ")")
        if c == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += c
    return [part.strip() for part in parts if part.strip() != "void"]


def function(result, arguments):
    parameters = ", ".join(declaration(part)[1] for part in split(arguments))
    returned = "" if result.strip() == "void" else " -> " + declaration(result + " _")[1]
    return f'Option<unsafe extern "C" fn({parameters}){returned}>'


def declaration(text):
    """(name, Rust type) of `const char* name` or `int (*name)(char a)`."""
    text = " ".join(text.split())
    if pointer := re.fullmatch(r"([^(]*?)\(\*(\w+)\)\((.*)\)", text):
        return pointer[2], function(pointer[1], pointer[3])
    if rows := re.fullmatch(r"const (\w+) ?\* ?const ?\* ?(\w+)", text):  # an array of pointers
        return rows[2], "*const *const " + declaration(rows[1] + " _")[1]
    plain = re.fullmatch(r"(const )?(\w+) ?(\**) ?(\w+)", text)
    if not plain:
        raise SystemExit(f"rust_binding.py: cannot read \"{text}\"")
    kind = SCALARS.get(plain[2], plain[2])
    for depth in range(len(plain[3])):
        kind = ("*const " if plain[1] and depth == 0 else "*mut ") + kind
    return plain[4] + ("_" if plain[4] in KEYWORDS else ""), kind


def constants(text):
    """(name, Rust)"""
    for name, value in re.findall(r"^#define (SLUICE_\w+) +(.+?) *$", text, re.MULTILINE):
        value = value.strip("()")
        if re.fullmatch(r"-?\d+u?", value):
            kind = "u32" if value.endswith("u") else "i32"
            yield name, f"pub const {name}: {kind} = {value.rstrip('u')};"
        elif re.fullmatch(r'"[^"]*"', value):
            yield name, f"pub const {name}: &str = {value};"


def types(text):
    """(name, Rust)"""
    text = re.sub(r"^#.*$", "", text, flags=re.MULTILINE)
    bodies = dict(re.findall(r"struct (\w+) \{(.*?)\}", text, re.DOTALL))
    for name in sorted(set(re.findall(r"typedef struct (\w+)\s+\w+;", text)) - set(bodies)):
        yield name, f"#[repr(C)]\npub struct {name} {{\n    _opaque: [u8; 0],\n}}"
    for aliased in re.findall(r"typedef ((?!struct)[^;{]+);", text):
        yield declaration(aliased)[0], "pub type {} = {};".format(*declaration(aliased))
    for name, body in bodies.items():
        fields = [declaration(field) for field in body.split(";") if field.strip()]
        members = "".join(f"    pub {field}: {kind},\n" for field, kind in fields)
        yield name, f"#[repr(C)]\n#[derive(Clone, Copy)]\npub struct {name} {{\n{members}}}"  # plain data, as in C


def reachable(known, used):
    """The names in `used` and all that their Rust mentions."""
    found, new = set(), set(used) & set(known)
    while new:
        found |= new
        new = {name for each in new for name in re.findall(r"sluice_\w+", known[each]) if name in known} - found
    return found


def main():
    arguments = [argument for argument in sys.argv[1:] if argument != "--check"]
    text = headers(pathlib.Path(arguments[0]) if arguments else HEADERS)
    known = dict([*constants(text), *types(text)])
    users = "".join((OUTPUT.parent / name).read_text(encoding="utf-8") for name in USERS)
    wanted = reachable(known, re.findall(r"(?i)\bsluice_\w+", users))
    binding = "\n".join([HEAD, *(rust for name, rust in known.items() if name in wanted)]) + "\n"
    if "--check" not in sys.argv:
        OUTPUT.write_text(binding, encoding="utf-8")
    elif OUTPUT.read_text(encoding="utf-8") != binding:
        sys.exit("src/abi.rs is older than the headers: run examples/plugins/rust_plugin/tools/rust_binding.py")


if __name__ == "__main__":
    main()
