#!/usr/bin/env bash
# The fast loop while writing: formats, then checks the rules of
# architecture.toml and lints the crates with uncommitted changes. It runs no
# test of the product.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
. scripts/lib.sh
# shellcheck source=scripts/need-rust.sh
. scripts/need-rust.sh

changed=()
while read -r name; do
    if [ -f "crates/$name/Cargo.toml" ]; then
        changed+=(--package "$name")
    fi
done < <(git status --porcelain --untracked-files=all |
    sed -n 's|.* crates/\([^/]*\)/.*|\1|p' | sort --unique)

step "Format" cargo fmt --all
step "Architecture" cargo test --package archcheck --quiet
if [ "${#changed[@]}" -eq 0 ]; then
    say "No crate has uncommitted changes"
else
    step "Lints of what changed" cargo clippy "${changed[@]}" --all-targets -- -D warnings
fi
