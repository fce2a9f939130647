# shellcheck shell=bash
# What the scripts of this folder share. Source it from the repository's root,
# after scripts/lib.sh.

# Makes the virtual environment `venv` in the target folder; again when the
# requirements change, or when making it was cut off.
need_python_packages() {
    local needs=tests/interop/requirements.txt
    scripts/install-debian.sh ca-certificates python3 python3-venv
    venv="${CARGO_TARGET_DIR:-target}/interop"
    if ! cmp --silent "$needs" "$venv/made-for.txt"; then
        rm -rf "$venv"
        python3 -m venv "$venv"
        if ! "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$needs" \
            2>"$venv/pip.log"; then
            fail "pip could not install $(tr '\n' ' ' <"$needs"): let it reach a package index (its own settings, e.g. PIP_INDEX_URL) and run the command again; what it said stands in $venv/pip.log."
        fi
        cp "$needs" "$venv/made-for.txt"
    fi
}

# Makes the folder `modules` in the target folder, with what
# tests/interop/package-lock.json names, by the same rules.
need_node_packages() {
    local needs=tests/interop/package-lock.json
    # A Node from elsewhere brings its own npm, beside which Debian's cannot be.
    if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
        scripts/install-debian.sh ca-certificates nodejs npm
    fi
    modules="${CARGO_TARGET_DIR:-target}/interop-node"
    if ! cmp --silent "$needs" "$modules/made-for.json"; then
        rm -rf "$modules"
        mkdir -p "$modules"
        cp tests/interop/package.json "$needs" "$modules/"
        if ! npm ci --prefix "$modules" --ignore-scripts --no-audit --no-fund --silent \
            >"$modules/npm.log" 2>&1; then
            fail "npm could not install what $needs names: let it reach a package registry (its own settings, e.g. npm_config_registry) and run the command again; what it said stands in $modules/npm.log."
        fi
        cp "$needs" "$modules/made-for.json"
    fi
}

# Sets `program` to the one that is given, or to the one it builds.
need_program() {
    program="${1:-}"
    if [ -z "$program" ]; then
        cargo build --package lafiya --locked --quiet
        program="${CARGO_TARGET_DIR:-target}/debug/lafiya"
    fi
}
