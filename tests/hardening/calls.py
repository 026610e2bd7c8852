#!/usr/bin/env python3
"""Which system calls the gateway makes while scenarios run, and which of them deploy/seccomp/sluice.json refuses. Needs strace.

    tests/hardening/calls.py s17_lifecycle s23_reload        prints how often each was called; exit code 1 if one is refused

SLUICE_BIN: the gateway, in a whole build. Scenarios that measure time may fail: each call of the gateway stops for strace.
"""
import collections
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from confined import PROFILE, REPO_ROOT, gateway_binary  # noqa: E402
import seccomp  # noqa: E402

WRAPPER = """#!/bin/sh
exec strace -D -f -qq -e signal=none -o {traces}/$$ {program} "$@"
"""


def traced_build(folder):
    """A build folder like the gateway's in which bin/sluice is traced; the gateway looks for plugins beside itself."""
    program = gateway_binary().resolve()
    build = program.parent.parent
    traces, bin_folder = folder / "traces", folder / "build" / "bin"
    traces.mkdir()
    bin_folder.mkdir(parents=True)
    for path in [*build.iterdir(), *(build / "bin").iterdir()]:
        if path.name not in ("bin", "sluice"):
            (bin_folder if path.parent.name == "bin" else bin_folder.parent).joinpath(path.name).symlink_to(path)
    wrapper = bin_folder / "sluice"
    wrapper.write_text(WRAPPER.format(traces=traces, program=program), encoding="utf-8")
    wrapper.chmod(0o755)
    return traces, wrapper


def main():
    if len(sys.argv) < 2 or not shutil.which("strace"):
        sys.exit("usage: calls.py SCENARIO...  (for example s17_lifecycle); strace has to be installed")
    counts = collections.Counter()
    with tempfile.TemporaryDirectory(prefix="sluice-calls-") as name:
        traces, wrapper = traced_build(pathlib.Path(name))
        for scenario in sys.argv[1:]:
            file = REPO_ROOT / "tests" / "integration" / f"{scenario}_test.py"
            subprocess.run([sys.executable, str(file)], env={**os.environ, "SLUICE_BIN": str(wrapper)}, check=False)
        for path in traces.iterdir():
            counts.update(re.findall(r"(?m)^\d+ +(\w+)\(", path.read_text(errors="replace")))
    known = seccomp.allowed(seccomp.load(PROFILE)) | {"clone3"}  # answered with "there is none"; clone follows
    for call, count in counts.most_common():
        print(f"{count:9} {call}{'' if call in known else '   REFUSED'}")
    sys.exit(1 if not counts or set(counts) - known else 0)


if __name__ == "__main__":
    main()
