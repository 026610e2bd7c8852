#!/usr/bin/env bash
# Configures (once) and builds one CMake preset, or targets of it: tools/build.sh release [shipped]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
preset="${1:?usage: tools/build.sh PRESET [TARGET...]}"

# Ninja from Debian, whatever else is on PATH.
if [[ ! -f "build/$preset/build.ninja" ]]; then
    echo "configuring build/$preset"
    log="$(mktemp)"
    cmake --preset "$preset" >"$log" 2>&1 || {
        cat "$log" >&2
        rm -f "$log"
        exit 1
    }
    rm -f "$log"
fi
exec cmake --build "build/$preset" ${2:+--target "${@:2}"} -- --quiet
