#!/usr/bin/env bash
# Prints the figures of the release build: throughput, latency and CPU time per
# operation, on SQLite and on a private PostgreSQL, beside those of other queues.
# scripts/bench.sh [OPTIONS of the benchmark…]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
. scripts/lib.sh

scripts/install-debian.sh build-essential ca-certificates postgresql
# shellcheck source=scripts/need-rust.sh
. scripts/need-rust.sh

target="$(realpath --canonicalize-missing "${CARGO_TARGET_DIR:-target}")"
step "Building the release" cargo build --release --package lafiya --locked
step "Building other queues to compare with" \
    cargo build --release --manifest-path bench/queues/Cargo.toml --locked --target-dir "$target/queues"
export LAFIYA_BENCH_QUEUES="$target/queues/release/queues"
step "Figures" scripts/with-postgres.sh \
    cargo bench --package lafiya --locked --bench figures -- "$@"
