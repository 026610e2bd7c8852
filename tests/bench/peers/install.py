#!/usr/bin/env python3
"""Installs the gateways that Sluice is compared with, each in a directory of its own, and says what could not be had.

    python3 tests/bench/peers/install.py [--dir build/bench-peers] [--again] [NAME...]

Uses npm, pip, cargo and go with whatever registries they are set up for; nothing is installed outside of the directory, but
for these programs' own caches. One that is there already is left alone, unless --again. Exit code 0 even if some could
not be had: the comparison names them with the reason.
"""
import argparse
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent.parent), str(Path(__file__).resolve().parent.parent / "compare")]
import peers  # noqa: E402


def main():
    known = list(peers.manifests())
    parser = argparse.ArgumentParser(description="Installs the gateways that Sluice is compared with.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(known)} (default: all)")
    parser.add_argument("--dir", default="build/bench-peers")
    parser.add_argument("--again", action="store_true", help="those that are there already as well")
    options = parser.parse_args()
    for name in options.names:
        if name not in known:
            parser.error(f"no peer '{name}'; there are {', '.join(known)}")
    for peer in peers.all_peers(options.dir):
        if options.names and peer.key not in options.names:
            continue
        if not options.again and (peer.directory / peer.manifest["installed"]).exists():
            print(f"{peer.name}: is there")
            continue
        why = peer.install(lambda text: print(f"  {text}", flush=True))
        print(f"{peer.name}: {why or 'installed'}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
