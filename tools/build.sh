#!/usr/bin/env bash
# Configures (once) and builds one CMake preset: tools/build.sh release
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
preset="${1:?usage: tools/build.sh PRESET}"

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
exec cmake --build "build/$preset" -- --quiet
