#!/usr/bin/env bash
# Lets a Python OAuth client (authlib) use the real program on loopback:
# tests/interop/oauth.sh [PROGRAM, built when not given]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=scripts/lib.sh
. scripts/lib.sh

scripts/install-debian.sh build-essential ca-certificates python3 python3-venv
# shellcheck source=scripts/need-rust.sh
. scripts/need-rust.sh

target="${CARGO_TARGET_DIR:-target}"
venv="$target/interop"
needs=tests/interop/requirements.txt
# Made again when the requirements change, or when making it was cut off.
if ! cmp --silent "$needs" "$venv/made-for.txt"; then
    rm -rf "$venv"
    python3 -m venv "$venv"
    if ! "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$needs" \
        2>"$venv/pip.log"; then
        fail "pip could not install $(tr '\n' ' ' <"$needs"): let it reach a package index (its own settings, e.g. PIP_INDEX_URL) and run the command again; what it said stands in $venv/pip.log."
    fi
    cp "$needs" "$venv/made-for.txt"
fi
program="${1:-}"
if [ -z "$program" ]; then
    cargo build --package lafiya --locked --quiet
    program="$target/debug/lafiya"
fi
exec "$venv/bin/python" tests/interop/oauth.py "$program"
