#!/bin/sh
# Runs the official SDKs' tests against the gateway. The exit status is the result.
#   SLUICE_BIN            the gateway (default: build/release/bin/sluice of this repository)
#   SLUICE_TEST_DIRECT=1  no gateway: the SDKs against the scripted upstream, which proves the tests themselves
# Arguments are handed to `node --test`, e.g. --test-name-pattern=azure
set -eu
started_in=$PWD
cd "$(dirname "$0")"
SLUICE_BIN=${SLUICE_BIN:-$PWD/../../build/release/bin/sluice}
case $SLUICE_BIN in /*) ;; *) SLUICE_BIN=$started_in/$SLUICE_BIN ;; esac
export SLUICE_BIN

if [ "${SLUICE_TEST_DIRECT:-}" != 1 ] && [ ! -x "$SLUICE_BIN" ]; then
  echo "clients: no gateway at $SLUICE_BIN; build it or set SLUICE_BIN" >&2
  exit 1
fi

# The SDKs need Node 20; Debian 12 has 18. The npm package "node" is the program itself.
if [ "$(node -p 'process.versions.node.split(".")[0]')" -lt 20 ]; then
  if [ ! -x node-20/node_modules/.bin/node ]; then
    echo "clients: node $(node --version) is older than 20: installing node 20 from npm for these tests"
    npm install --prefix node-20 --no-save --no-package-lock --loglevel=error --no-progress node@20.19.5
  fi
  PATH=$PWD/node-20/node_modules/.bin:$PATH
  export PATH
fi

# node_modules remembers the lock file that it was made from.
if ! cmp -s package-lock.json node_modules/.made-from-lock; then
  echo "clients: npm ci (openai and @anthropic-ai/sdk, versions as in package-lock.json)"
  if ! npm ci --loglevel=error --no-progress; then
    echo "clients: npm ci failed: the SDKs are not installed, nothing was tested" >&2
    exit 1
  fi
  cp package-lock.json node_modules/.made-from-lock
fi

if [ "${SLUICE_TEST_DIRECT:-}" = 1 ]; then against="the scripted upstream alone"; else against=$SLUICE_BIN; fi
echo "clients: node --test, against $against"
exec node --test --test-reporter=spec "$@" ./*.test.mjs
