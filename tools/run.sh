#!/usr/bin/env bash
# Starts the release build with the quickstart configuration and shows how to talk to it. Ctrl-C stops it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
config="${1:-examples/quickstart.yaml}"
url="http://127.0.0.1:4000"

build/release/bin/sluice serve -c "$config" --listen 127.0.0.1:4000 &
gateway=$!
trap 'kill "$gateway" 2>/dev/null' INT TERM

for _ in $(seq 100); do
    kill -0 "$gateway" 2>/dev/null || { wait "$gateway"; exit $?; }
    curl -sf -o /dev/null "$url/health/liveliness" && break
    sleep 0.05
done

cat <<TEXT

The gateway runs. Three things to try in another terminal:

curl -s $url/v1/models -H 'Authorization: Bearer sk-1234'

curl -s $url/v1/chat/completions -H 'Authorization: Bearer sk-1234' -d '{"model":"echo","messages":[{"role":"user","content":"Hello, Sluice"}]}'

curl -sN $url/v1/chat/completions -H 'Authorization: Bearer sk-1234' -d '{"model":"echo","stream":true,"messages":[{"role":"user","content":"Tell me something, word by word"}]}'

TEXT
# The first wait ends when a signal arrives, the second when the gateway has drained.
wait "$gateway" || true
wait "$gateway" 2>/dev/null || true
