#!/usr/bin/env bash
# Runs the tests that break the machine under the product, such as the simulated
# power cut. They mount file systems, so they run as root, and `make test`
# leaves them out: they are ignored tests with `chaos` in the name.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
. scripts/lib.sh

[ "$(id -u)" -eq 0 ] ||
    fail "Run make chaos as root: it mounts a file system and shuts it down under the server."
scripts/install-debian.sh build-essential ca-certificates postgresql e2fsprogs
# shellcheck source=scripts/need-rust.sh
. scripts/need-rust.sh
need_nextest

step "Chaos" scripts/with-postgres.sh cargo nextest run --workspace --locked \
    --run-ignored only --filterset 'test(chaos)' --no-capture
