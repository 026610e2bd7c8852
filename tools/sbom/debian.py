"""What dpkg and the linker know about files: which package they are of, its version, its licences."""
import functools
import os
import pathlib
import re
import subprocess

# Names of copyright files (Debian's machine-readable format) that SPDX writes otherwise. Others that SPDX does not know stay names.
SPDX = {name.lower(): name for name in ("Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "curl", "ISC", "MIT", "OpenSSL", "PostgreSQL", "Zlib",
                                        "GPL-2.0-or-later", "GPL-3.0-or-later", "LGPL-2.1-or-later", "LGPL-3.0-or-later", "Unlicense", "MIT-0",
                                        "bzip2-1.0.6", "0BSD", "CC0-1.0", "FSFAP")}
SPDX |= {"expat": "MIT", "gpl-2+": "GPL-2.0-or-later", "gpl-3+": "GPL-3.0-or-later", "lgpl-2.1+": "LGPL-2.1-or-later", "gpl-2": "GPL-2.0-only",
         "lgpl-3+": "LGPL-3.0-or-later", "bsd-3-clauses": "BSD-3-Clause", "boost-1.0": "BSL-1.0", "lgpl-2+": "LGPL-2.0-or-later",
         "gpl-3": "GPL-3.0-only", "lgpl-2.1": "LGPL-2.1-only", "lgpl-2": "LGPL-2.0-only"}


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", env={**os.environ, "LC_ALL": "C"})
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command[:3])}…: {done.stderr.strip()}")
    return done.stdout


@functools.cache
def needed(path):
    """The names of the libraries that a file asks the loader for."""
    return tuple(re.findall(r"\(NEEDED\).*\[(.+)\]", run("readelf", "--wide", "-d", str(path))))


@functools.cache
def libraries():
    """name -> file, of all that the loader finds, those for this kind of machine first."""
    found = {}
    for name, path in re.findall(r"(?m)^\t(\S+) \(libc6,[^)]*\) => (\S+)$", run("/sbin/ldconfig", "-p")):
        found.setdefault(name, path)
    return found


def library_file(name):
    if name not in libraries():
        raise RuntimeError(f"the loader finds no {name}")
    return libraries()[name]


def packages_of(paths):
    """file -> package (name:arch), of those that are of one; the others are not in it."""
    asked = {}  # what dpkg may call it -> the file: /lib is /usr/lib by now, and links have targets
    for path in paths:
        for same in {path, os.path.realpath(path)}:
            asked[same] = asked[re.sub("^/usr/lib", "/lib", same)] = asked[re.sub("^/lib", "/usr/lib", same)] = path
    found, names = {}, sorted(asked)
    for begin in range(0, len(names), 500):
        done = subprocess.run(["dpkg-query", "-S", *names[begin:begin + 500]], capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"})
        for line in done.stdout.splitlines():
            package, _, path = line.partition(": ")
            if path in asked and not package.startswith("diversion"):
                found[asked[path]] = package.split(",")[0]
    return found


def package_of(path):
    """The package that a file is of; an error if it is of none."""
    package = packages_of([path]).get(path)
    if not package:
        raise RuntimeError(f"{path} is of no Debian package")
    return package


@functools.cache
def about(package):
    """name, version, arch, source, homepage, description"""
    fields = ("Package", "Version", "Architecture", "source:Package", "Homepage", "binary:Summary")
    text = run("dpkg-query", "-W", "-f", "\n".join(f"${{{field}}}" for field in fields) + "\n", package)
    return dict(zip(("name", "version", "arch", "source", "homepage", "description"), text.splitlines()))


def licences(package):
    """As the package's copyright file names them, SPDX's identifiers where there are; empty if it is not machine-readable."""
    path = pathlib.Path("/usr/share/doc", package.partition(":")[0], "copyright")
    text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    if not re.match(r"Format(?:-Specification)?:", text, re.IGNORECASE):
        return []
    names = {re.sub(r"[\s,]+$", "", part) for line in re.findall(r"(?mi)^License: *(\S.*)$", text)
             for part in re.split(r",? +(?:and|or)(?:/or)? +| *\| *", line)}
    return sorted({SPDX.get(name.lower(), name) for name in names if name})
