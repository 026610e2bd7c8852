#!/usr/bin/env python3
"""Writes classes.inc: what each code point is to the patterns of tiktoken, asked of tiktoken's own regex engine.

    plugins/pricing/tokenizer/make_classes.py > plugins/pricing/tokenizer/classes.inc     (needs tiktoken)
"""
import tiktoken

# In the order of `enum Class`; what is in none of them is Other.
CLASSES = (("Upper", r"[\p{Lu}\p{Lt}]"), ("Lower", r"\p{Ll}"), ("Letter", r"[\p{Lm}\p{Lo}]"), ("Mark", r"\p{M}"), ("Number", r"\p{N}"),
           ("Space", r"\s"))
BYTES = {bytes([byte]): byte for byte in range(256)}


def members(pattern, every):
    """What the pattern does not match, the encoding leaves out."""
    encoding = tiktoken.Encoding("probe", pat_str=pattern, mergeable_ranks=BYTES, special_tokens={})
    return set(encoding.decode(encoding.encode_ordinary(every)))


def main():
    every = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    text = "".join(every)
    known = {char: name for name, pattern in CLASSES for char in members(pattern, text)}
    ranges, last = [], None
    for code in range(0x110000):
        name = known.get(chr(code), "Other") if not 0xD800 <= code < 0xE000 else "Other"
        if name != last:
            ranges.append(f"{{0x{code:X}, {name}}}")
            last = name
    print(f"// Made by make_classes.py with tiktoken {tiktoken.__version__}: where a class begins.")
    line = ""
    for entry in ranges:
        if len(line) + len(entry) + 2 > 138:
            print(line.rstrip())
            line = ""
        line += entry + ", "
    print(line.rstrip())


if __name__ == "__main__":
    main()
