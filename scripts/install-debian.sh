#!/usr/bin/env bash
# Installs the named Debian packages that are missing:
# scripts/install-debian.sh NAMES…
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
. scripts/lib.sh

if [ "${LAFIYA_PACKAGES:-}" = present ]; then
    exit 0
fi
if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    fail "This is not a Debian system: install what these packages hold ($*) by its own means, then run the command again with LAFIYA_PACKAGES=present."
fi

missing=()
for name in "$@"; do
    status="$(dpkg-query --show --showformat='${db:Status-Status}' "$name" 2>/dev/null || true)"
    if [ "$status" != installed ]; then
        missing+=("$name")
    fi
done
if [ "${#missing[@]}" -eq 0 ]; then
    exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null ||
        fail "Install these Debian packages as root, then run the command again: ${missing[*]}."
    as_root=(sudo)
fi
say "Installing ${missing[*]}"
"${as_root[@]}" apt-get update --quiet=2
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install --yes --quiet=2 --no-install-recommends "${missing[@]}"
