#!/usr/bin/env bash
# Runs every check, the quick ones first; ends at the first that fails.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
. scripts/lib.sh

scripts/install-debian.sh build-essential ca-certificates postgresql chromium chromium-driver procps python3 python3-venv poppler-utils qpdf
# shellcheck source=scripts/need-rust.sh
. scripts/need-rust.sh
for component in rustfmt clippy; do
    cargo "${component/rustfmt/fmt}" --version >/dev/null 2>&1 ||
        rustup component add "$component" ||
        fail "Add Rust's component $component and run the command again."
done
need_cargo_tool cargo-deny 0.20.2
need_nextest

profile=default
if [ -n "${CI:-}" ]; then
    profile=ci
fi

step "Format" cargo fmt --all --check
step "Architecture" cargo test --package archcheck --locked --quiet
step "Lints" cargo clippy --workspace --all-targets --locked -- -D warnings
# Crates in two versions are only warnings: see them with `cargo deny check bans`.
step "Licences, banned crates, sources" \
    cargo deny --locked --log-level error check licenses bans sources
# One run holds the unit tests, the integration tests on SQLite and on a private
# PostgreSQL, and the browser tests in headless Chromium.
step "Tests on SQLite, on PostgreSQL and in the browser" \
    scripts/with-postgres.sh cargo nextest run --workspace --locked --profile "$profile"
# With the program that the tests have just built.
step "OAuth with a client of another language" \
    tests/interop/oauth.sh "${CARGO_TARGET_DIR:-target}/debug/lafiya"
step "E-mails with a server of another language" \
    tests/interop/mail.sh "${CARGO_TARGET_DIR:-target}/debug/lafiya"
step "Calendars with readers of other languages" tests/interop/subscribe.sh
say "Everything passed in $((SECONDS / 60)) min $((SECONDS % 60)) s"
