#!/usr/bin/env bash
# What the tests of the Redis store need on a fresh machine: Debian's redis-server (the tests start it
# themselves on a free port). Never fails: without root or a network those tests skip and say why.
set -u
command -v redis-server >/dev/null && exit 0
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "redis tests: not root on a Debian system, so redis-server cannot be installed" >&2
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
{ apt-get update -qq; apt-get install -y -qq --no-install-recommends redis-server; } >/dev/null 2>&1 \
    || echo "redis tests: apt-get could not install redis-server" >&2
exit 0
