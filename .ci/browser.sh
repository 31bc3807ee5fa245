#!/usr/bin/env bash
# What tests/browser needs on a fresh machine: Debian's Chromium with its driver, and axe-core from npm.
# Installs only what is missing. Never fails: without root or a network the tests skip and say why.
set -u
cache="${DUPDETECT_TEST_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/dupdetect-tests}"
axe="$cache/axe-core/axe.min.js"

say() { echo "browser tests: $*" >&2; }

packages=()
command -v chromium >/dev/null || packages+=(chromium)
command -v chromedriver >/dev/null || packages+=(chromium-driver)
[ -s "$axe" ] || command -v npm >/dev/null || packages+=(npm)
if [ ${#packages[@]} -gt 0 ]; then
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        say "not root on a Debian system, so ${packages[*]} cannot be installed"
    else
        export DEBIAN_FRONTEND=noninteractive
        { apt-get update -qq; apt-get install -y -qq --no-install-recommends "${packages[@]}"; } \
            >/dev/null 2>&1 || say "apt-get could not install ${packages[*]}"
    fi
fi

if [ ! -s "$axe" ] && command -v npm >/dev/null; then
    work="$(mktemp -d)"
    if (cd "$work" && npm pack --silent 'axe-core@^4.10' >/dev/null && tar -xzf axe-core-*.tgz) 2>/dev/null
    then
        mkdir -p "$(dirname "$axe")"
        cp "$work/package/axe.min.js" "$axe.part" && mv "$axe.part" "$axe"
    else
        say "npm could not fetch axe-core"
    fi
    rm -rf "$work"
fi
exit 0
