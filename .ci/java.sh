#!/usr/bin/env bash
# What tests/engines/spark needs on a fresh machine: a Java runtime (Spark 4 runs on 17 and 21).
# Installs only what is missing. Never fails: without root or a network the tests skip and say why.
set -u

say() { echo "spark tests: $*" >&2; }

command -v java >/dev/null && exit 0
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    say "not root on a Debian system, so Java cannot be installed"
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq >/dev/null 2>&1
for package in openjdk-21-jre-headless openjdk-17-jre-headless default-jre-headless; do
    apt-get install -y -qq --no-install-recommends "$package" >/dev/null 2>&1 && exit 0
done
say "apt-get could not install a Java runtime"
exit 0
