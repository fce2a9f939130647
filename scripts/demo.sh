#!/usr/bin/env bash
# Builds the product and starts it with a demo clinic:
# scripts/demo.sh [OPTIONS of lafiya demo…]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
. scripts/lib.sh

# A C compiler and make build SQLite and the TLS library; certificates let the
# server call its providers. Nothing else is needed.
scripts/install-debian.sh build-essential ca-certificates
# shellcheck source=scripts/need-rust.sh
. scripts/need-rust.sh

step "Building lafiya (the first time takes minutes, later seconds)" \
    cargo build --package lafiya --locked
say "Starting the demo clinic; Ctrl-C ends it"
exec "${CARGO_TARGET_DIR:-target}/debug/lafiya" demo "$@"
