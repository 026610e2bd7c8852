#!/usr/bin/env python3
"""Which system calls the gateway makes while scenarios run, and which of them deploy/seccomp/sluice.json refuses. Needs strace.

    tests/hardening/calls.py s17_lifecycle s23_reload             prints how often each was called; exit code 1 if one is refused
    tests/hardening/calls.py --confined s17_lifecycle s23_reload  runs them under the profile; exit code 1 if one fails

SLUICE_BIN: the gateway, in a whole build. Scenarios that measure time may fail under strace: each call of the gateway stops for it.
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

from confined import PROFILE, REPO_ROOT, gateway_binary, program  # noqa: E402
import seccomp  # noqa: E402

TRACED = "strace -D -f -qq -e signal=none -o {traces}/$$"
CONFINED = "{confine} --filter {traces}.bpf --"


def wrapped_build(folder, words):
    """A build folder like the gateway's in which these words stand before bin/sluice; scenarios look for plugins beside it."""
    gateway = gateway_binary().resolve()
    build = gateway.parent.parent
    traces, bin_folder = folder / "traces", folder / "build" / "bin"
    traces.mkdir()
    traces.with_suffix(".bpf").write_bytes(seccomp.program(seccomp.load(PROFILE)))
    bin_folder.mkdir(parents=True)
    for path in [*build.iterdir(), *(build / "bin").iterdir()]:
        if path.name not in ("bin", "sluice"):
            (bin_folder if path.parent.name == "bin" else bin_folder.parent).joinpath(path.name).symlink_to(path)
    wrapper = bin_folder / "sluice"
    before = words.format(traces=traces, confine=program("confine"))
    wrapper.write_text(f'#!/bin/sh\nexec {before} {gateway} "$@"\n', encoding="utf-8")
    wrapper.chmod(0o755)
    return traces, wrapper


def run(scenarios, wrapper):
    """How many of them failed."""
    files = [REPO_ROOT / "tests" / "integration" / f"{scenario}_test.py" for scenario in scenarios]
    return sum(subprocess.run([sys.executable, str(file)], env={**os.environ, "SLUICE_BIN": str(wrapper)}, check=False).returncode != 0 for file in files)


def main():
    confined = "--confined" in sys.argv[1:]
    scenarios = [word for word in sys.argv[1:] if not word.startswith("-")]
    if not scenarios or not (confined or shutil.which("strace")):
        sys.exit("usage: calls.py [--confined] SCENARIO...  (for example s17_lifecycle); without --confined strace has to be installed")
    counts = collections.Counter()
    with tempfile.TemporaryDirectory(prefix="sluice-calls-") as name:
        traces, wrapper = wrapped_build(pathlib.Path(name), CONFINED if confined else TRACED)
        failed = run(scenarios, wrapper)
        if confined:
            sys.exit(1 if failed else 0)
        for path in traces.iterdir():
            counts.update(re.findall(r"(?m)^\d+ +(\w+)\(", path.read_text(errors="replace")))
    known = seccomp.allowed(seccomp.load(PROFILE)) | {"clone3"}  # answered with "there is none"; clone follows
    for call, count in counts.most_common():
        print(f"{count:9} {call}{'' if call in known else '   REFUSED'}")
    sys.exit(1 if not counts or set(counts) - known else 0)


if __name__ == "__main__":
    main()
