#!/usr/bin/env bash
# Runs the tests of a build that exists: tools/test.sh release [ctest options]
# SLUICE_TEST_TRIES=2: what fails is run once more, and ctest says so.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
preset="${1:?usage: tools/test.sh PRESET [ctest options]}"
shift
exec ctest --test-dir "build/$preset" --output-on-failure --no-tests=error --parallel 2 \
    --repeat "until-pass:${SLUICE_TEST_TRIES:-1}" "$@"
