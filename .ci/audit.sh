#!/usr/bin/env bash
# Known vulnerabilities of the locked dependencies, by pip-audit. Fails only when it finds some:
# without pip-audit or a network that reaches the advisories it says so and passes.
set -u
cd "$(dirname "$0")/.."
python="${1:-python3}"
say() { echo "audit: $*" >&2; }

if [ -n "${DUPDETECT_NO_AUDIT:-}" ]; then say "skipped: DUPDETECT_NO_AUDIT is set"; exit 0; fi
if ! "$python" -m pip_audit --version >/dev/null 2>&1; then say "skipped: pip-audit is not installed"; exit 0; fi
report="$(mktemp)"
trap 'rm -f "$report"' EXIT
timeout 120 "$python" -m pip_audit --requirement requirements-ci.txt --disable-pip --require-hashes \
    --progress-spinner off --timeout 10 >"$report" 2>&1
status=$?
if grep -q "known vulnerabilit" "$report" && [ $status -eq 1 ] && grep -qE "(PYSEC|GHSA|CVE)-" "$report"; then
    cat "$report" >&2
    exit 1
fi
if [ $status -ne 0 ]; then
    say "skipped: the advisories cannot be reached ($(tail -n 1 "$report" | cut -c1-160))"
    exit 0
fi
tail -n 1 "$report" >&2
exit 0
