#!/usr/bin/env bash
# Installs the Debian 12 packages of one or more groups of packages.txt, those that are missing and no others.
#
#   tools/install/install.sh [--check] GROUP...      e.g. install.sh build test
#
# --check only shows what is missing. Exit: 0 nothing (or nothing any more) is missing, 1 something is, 2 wrong usage.
# Silent, and well under a second, when nothing is missing.
set -euo pipefail

list="$(dirname "${BASH_SOURCE[0]}")/packages.txt"

fail() { # code, message, hint
    printf 'install: %s\n' "$2" >&2
    [[ -z "${3:-}" ]] || printf '  hint: %s\n' "$3" >&2
    exit "$1"
}

# Lines "package [command [version]]" of the groups asked for.
packages_of() {
    awk -v groups=" $* " '
        { sub(/#.*/, "") }
        NF >= 2 && index(groups, " " $1 " ") { sub(/\|cmd:/, " ", $2); sub(/>=/, " ", $2); print $2 }' "$list"
}

known_groups() { awk '{ sub(/#.*/, "") } NF >= 2 && !seen[$1]++ { printf "%s ", $1 }' "$list"; }

# Is command $1 on PATH, in version $2 or later where one is given?
have_command() {
    command -v "$1" >/dev/null || return 1
    [[ -n "${2:-}" ]] || return 0
    local found
    found="$("$1" --version 2>/dev/null | grep -oE '[0-9]+(\.[0-9]+)*' | head -n 1)" || return 1
    printf '%s\n' "$2" "$found" | sort -C -V
}

# Of the lines on stdin, the packages that neither dpkg has nor a command stands for.
missing_of() {
    local lines installed package command version
    lines="$(cat)"
    # One query for all. It exits 1 when it does not know some name: that is a missing package, not a fault.
    installed="$(cut -d ' ' -f 1 <<<"$lines" \
        | xargs dpkg-query -W -f '${db:Status-Status} ${Package}\n' 2>/dev/null || true)"
    while read -r package command version; do
        grep -qxF "installed $package" <<<"$installed" && continue
        [[ -n "$command" ]] && have_command "$command" "$version" && continue
        printf '%s\n' "$package"
    done <<<"$lines"
}

install_packages() {
    local by_hand="apt-get update && apt-get install --no-install-recommends $*"
    local -a apt=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0)
    command -v apt-get >/dev/null || fail 1 "no apt-get here" "on another system, install what these stand for: $*"
    if [[ "$(id -u)" != 0 ]]; then
        command -v sudo >/dev/null || fail 1 "neither root nor sudo here" "as root: $by_hand"
        apt=(sudo "${apt[@]}")
    fi
    "${apt[@]}" update >&2 || printf 'install: apt-get update failed; going on with the lists at hand\n' >&2
    "${apt[@]}" install -y --no-install-recommends "$@" >&2 || fail 1 "apt-get could not install them" "by hand, as root: $by_hand"
}

main() {
    local check=false group
    if [[ "${1:-}" == --check ]]; then
        check=true
        shift
    fi
    (($# > 0)) || fail 2 "no group named" "install.sh [--check] GROUP...; groups: $(known_groups)"
    for group in "$@"; do
        [[ " $(known_groups)" == *" $group "* ]] || fail 2 "no group '$group'" "groups: $(known_groups)"
    done

    local -a missing
    mapfile -t missing < <(packages_of "$@" | missing_of)
    ((${#missing[@]} > 0)) || return 0

    printf 'missing packages (%s): %s\n' "$*" "${missing[*]}"
    [[ "$check" == false ]] || exit 1
    install_packages "${missing[@]}"
}

main "$@"
