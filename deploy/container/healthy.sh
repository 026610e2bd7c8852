#!/bin/bash
# Exit code 0 if the gateway answers on SLUICE_HEALTH_PORT (4000) at SLUICE_HEALTH_PATH (/health/liveliness); by bash alone, as the
# image has no HTTP client. A gateway that speaks TLS itself is probed from outside.
set -u
exec 3<>"/dev/tcp/127.0.0.1/${SLUICE_HEALTH_PORT:-4000}" || exit 1
printf 'GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' "${SLUICE_HEALTH_PATH:-/health/liveliness}" >&3
read -r -t 3 _ status _ <&3 && [[ "$status" == 200 ]]
