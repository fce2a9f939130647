# shellcheck shell=bash
# Makes sure of a Rust that can build this project, or says in one sentence how
# to get it. Source it after scripts/lib.sh: it may set PATH and
# RUSTUP_TOOLCHAIN.

rust_needed="$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' Cargo.toml)"
rust_advice="Install Rust $rust_needed or newer with rustup (https://rustup.rs), open a new shell and run the command again."

# Whether cargo is there and new enough.
rust_is_ready() {
    local found
    found="$(cargo --version 2>/dev/null | cut -d' ' -f2)" || return 1
    [ -n "$found" ] &&
        [ "$(printf '%s\n%s\n' "$rust_needed" "$found" | sort --version-sort | head -n1)" = "$rust_needed" ]
}

# A fresh rustup puts cargo here and only new shells know it.
if ! command -v cargo >/dev/null && [ -x "$HOME/.cargo/bin/cargo" ]; then
    PATH="$HOME/.cargo/bin:$PATH"
fi
if ! rust_is_ready; then
    # Debian 13 and later package rustup itself.
    if ! command -v rustup >/dev/null &&
        apt-cache policy rustup 2>/dev/null | grep -q 'Candidate: [0-9]'; then
        scripts/install-debian.sh rustup
    fi
    command -v rustup >/dev/null || fail "$rust_advice"
    say "Installing the current stable Rust through rustup"
    rustup toolchain install stable --profile minimal --component clippy,rustfmt ||
        fail "rustup could not install it. $rust_advice"
    export RUSTUP_TOOLCHAIN=stable
    rust_is_ready || fail "$rust_advice"
fi
