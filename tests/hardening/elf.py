"""What readelf says of a program or a library, as far as it matters to whoever attacks it.

    facts = Elf(path);  facts.faults()      what is missing, in words; empty: nothing
"""
import functools
import re
import subprocess

ASSERTIONS = "_ZSt21__glibcxx_assert_failPKciS0_S0_"


def readelf(*arguments):
    done = subprocess.run(["readelf", "--wide", *map(str, arguments)], capture_output=True, text=True, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"})
    if done.returncode != 0:
        raise AssertionError(f"readelf {arguments}: {done.stderr}")
    return done.stdout


def features(path):
    """IBT and SHSTK, if the note says that all of the file (an object, too) keeps to them."""
    return set(re.findall(r"IBT|SHSTK", readelf("-n", path)))


class Elf:
    def __init__(self, path):
        self.path = path
        self.headers = readelf("-h", "-l", path)
        self.dynamic = readelf("-d", path)

    @functools.cached_property
    def imports(self):
        """The names that others have to provide, without their versions."""
        symbols = readelf("--dyn-syms", self.path).splitlines()
        return {line.split()[7].split("@")[0] for line in symbols if " UND " in line and len(line.split()) > 7}

    @functools.cached_property
    def needed(self):
        return re.findall(r"\(NEEDED\).*\[(.+)\]", self.dynamic)

    @property
    def is_program(self):
        return " INTERP " in self.headers

    @property
    def fortified(self):
        return {name for name in self.imports if name.endswith("_chk")}

    def segments(self):
        """(type, flags) of each segment; flags as readelf writes them, without blanks: RW, RE."""
        return [(kind, flags.replace(" ", "")) for kind, flags in
                re.findall(r"(?m)^  ([A-Z_]+) +0x\w+ 0x\w+ 0x\w+ 0x\w+ 0x\w+ ([R ][W ][E ])", self.headers)]

    def faults(self):
        faults, segments = [], self.segments()
        if "Type:" not in self.headers or "DYN (" not in self.headers:
            faults.append("it stands at a fixed address (no PIE)")
        if self.is_program and not re.search(r"FLAGS_1.*\bPIE\b", self.dynamic):
            faults.append("the program is not marked as PIE")
        if not any(kind == "GNU_RELRO" for kind, _ in segments):
            faults.append("no RELRO")
        if not re.search(r"BIND_NOW|FLAGS_1.*\bNOW\b", self.dynamic):
            faults.append("RELRO is not full: symbols are bound late")
        if dict(segments).get("GNU_STACK", "RWE") != "RW":
            faults.append("the stack is executable")
        faults += [f"a segment can be written and executed: {kind}" for kind, flags in segments if kind == "LOAD" and {"W", "E"} <= set(flags)]
        faults += re.findall(r"\((RPATH|RUNPATH|TEXTREL)\)", self.dynamic)
        if "__stack_chk_fail" not in self.imports:
            faults.append("no function checks its stack")
        return faults
