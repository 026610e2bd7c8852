"""Texts out of templates. A file has sections; each non-empty line of a section is one alternative:

    == name            a part: {name} in any line is replaced by one of its lines
    == name =          the same, but mostly the same line within one text
    == @name 5         a root, chosen with weight 5

{a|b|} is one of a, b and nothing; {nl} a line break; {anything else} is what stands in it. The random numbers are of
our own, so that a seed gives the same texts with every version of Python.
"""

import pathlib

DEPTH_MAX = 12


class Random:
    """SplitMix64."""

    def __init__(self, seed):
        self.state = seed & (2**64 - 1)

    def bits(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & (2**64 - 1)
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & (2**64 - 1)
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & (2**64 - 1)
        return z ^ (z >> 31)

    def below(self, count):
        return self.bits() % count

    def chance(self, percent):
        return self.below(100) < percent

    def choice(self, items):
        return items[self.below(len(items))]


class Grammar:
    def __init__(self, files):
        self.parts, self.roots, self.sticky = {}, [], set()
        for file in files:
            self._read(pathlib.Path(file).read_text(encoding="utf-8"))

    def text(self, random, root=None):
        """One text, and the name of its root."""
        root = root or self._root(random)
        kept = {}
        text = self._expand(random.choice(self.parts[root]), random, kept, 0)
        return " ".join(text.split(" ")).strip(), root

    def _read(self, text):
        lines = None
        for line in text.split("\n"):
            if line.startswith("== "):
                name, _, more = line[3:].strip().partition(" ")
                if name.startswith("@"):
                    name = name[1:]
                    self.roots.append((name, int(more)))
                if more == "=":
                    self.sticky.add(name)
                lines = self.parts.setdefault(name, [])
            elif line and not line.startswith("# ") and lines is not None:
                lines.append(line)

    def _root(self, random):
        at = random.below(sum(weight for _, weight in self.roots))
        for name, weight in self.roots:
            at -= weight
            if at < 0:
                return name
        raise AssertionError

    def _expand(self, line, random, kept, depth):
        out = []
        at = 0
        while at < len(line):
            if line[at] != "{" or depth > DEPTH_MAX:
                out.append(line[at])
                at += 1
                continue
            end = _closing(line, at)
            out.append(self._slot(line[at + 1 : end], random, kept, depth + 1))
            at = end + 1
        return "".join(out)

    def _slot(self, inner, random, kept, depth):
        if inner == "nl":
            return "\n"
        if inner in self.parts:
            if inner in self.sticky:
                if inner not in kept or random.chance(4):
                    kept[inner] = self._expand(random.choice(self.parts[inner]), random, kept, depth)
                return kept[inner]
            return self._expand(random.choice(self.parts[inner]), random, kept, depth)
        return self._expand(random.choice(_alternatives(inner)), random, kept, depth)


def _closing(line, at):
    depth = 0
    for index in range(at, len(line)):
        depth += {"{": 1, "}": -1}.get(line[index], 0)
        if depth == 0:
            return index
    raise ValueError(f"a brace is not closed: {line}")


def _alternatives(inner):
    found, depth, begin = [], 0, 0
    for index, character in enumerate(inner):
        depth += {"{": 1, "}": -1}.get(character, 0)
        if character == "|" and depth == 0:
            found.append(inner[begin:index])
            begin = index + 1
    return found + [inner[begin:]]
