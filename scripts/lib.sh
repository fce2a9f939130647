# shellcheck shell=bash
# What the other scripts share. Source it from the repository's root.

# Says something about progress.
say() {
    printf '==> %s\n' "$*"
}

# Says one sentence and ends.
fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

# Runs a command under a heading and prints how long it took:
# step "Heading" command arguments…
# Not for functions: a failure inside one would not end it.
step() {
    local heading="$1" begun="$SECONDS"
    shift
    printf '\n==> %s\n' "$heading"
    "$@" || {
        local code=$?
        printf '\n==> %s: failed after %d s\n' "$heading" "$((SECONDS - begun))" >&2
        exit "$code"
    }
    printf '==> %s: %d s\n' "$heading" "$((SECONDS - begun))"
}

# Installs a cargo tool when it is missing:
# need_cargo_tool NAME VERSION [OPTIONS of cargo install…]
# The debug profile builds in a fraction of the time, and the tools stay fast
# enough.
need_cargo_tool() {
    local tool="$1" version="$2"
    shift 2
    if cargo "${tool#cargo-}" --version >/dev/null 2>&1; then
        return
    fi
    say "Installing $tool $version from source; this happens once"
    cargo install "$tool" --version "$version" --locked --debug "$@" ||
        fail "Install $tool $version or newer by hand and run the command again."
}

# The test runner, without the code that would replace itself by a download.
need_nextest() {
    need_cargo_tool cargo-nextest 0.9.143 --no-default-features --features default-no-update
}
