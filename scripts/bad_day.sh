#!/usr/bin/env bash
# Ten thousand messages are due, the provider misbehaves in every way it can, and the
# servers are killed fifty times: on SQLite, on PostgreSQL, and two servers on PostgreSQL.
# `make test` holds the same with fewer messages and kills.
# scripts/bad_day.sh [MESSAGES, 10000 when not given [KILLS, 50 when not given]]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
. scripts/lib.sh

scripts/install-debian.sh build-essential ca-certificates postgresql
# shellcheck source=scripts/need-rust.sh
. scripts/need-rust.sh
need_nextest

export LAFIYA_CHAOS_MESSAGES="${1:-10000}" LAFIYA_CHAOS_KILLS="${2:-50}"
step "$LAFIYA_CHAOS_MESSAGES messages, $LAFIYA_CHAOS_KILLS kills" scripts/with-postgres.sh \
    cargo nextest run --workspace --locked --success-output final -E 'test(/^chaos::/)'
