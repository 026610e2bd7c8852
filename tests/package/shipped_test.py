#!/usr/bin/env python3
"""What `cmake --install --component gateway` copies is what `make build` has built: deploy/README.md needs no more than that.

--build: a build directory of Ninja's. Nothing is built or installed.
"""
import argparse
import pathlib
import re
import subprocess
import sys

COMPONENT = re.compile(r'CMAKE_INSTALL_COMPONENT STREQUAL "(\w+)"')
FILES = re.compile(r'file\(INSTALL [^)]*?FILES((?: +"[^"]+")+)', re.S)


def installed(build):
    """Files in `build` that the component takes, relative to it, by all scripts of the installation."""
    found = set()
    for script in build.rglob("cmake_install.cmake"):
        component = ""
        for part in re.split(r"\n(?=if\()", script.read_text()):
            named = COMPONENT.search(part)
            component = named[1] if named else component
            if component != "gateway":
                continue
            for names in FILES.findall(part):
                found.update(pathlib.Path(name) for name in re.findall(r'"([^"]+)"', names))
    return {str(path.relative_to(build)) for path in found if path.is_relative_to(build)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, required=True)
    build = parser.parse_args().build.resolve()
    taken = installed(build)
    # What is not linked is there as soon as the build is configured, or belongs to the sources.
    linked = {path for path in taken if path.startswith(("bin/", "lib/sluice/plugins/"))}
    commands = subprocess.run(["ninja", "-C", build, "-t", "commands", "shipped"], capture_output=True, text=True, check=True).stdout
    shipped = set(re.findall(r" -o (\S+)", commands))
    print(f"{len(taken)} files of the build are installed, {len(linked)} of them programs and plugins")
    assert "bin/sluice" in taken and "bin/sluice-policy" in taken, f"the scripts of the installation were not understood: {sorted(taken)}"
    missing = sorted(linked - shipped)
    assert not missing, f"installed with the gateway, yet not built by `make build`: {missing}"
    return 0


if __name__ == "__main__":
    sys.exit(main())
