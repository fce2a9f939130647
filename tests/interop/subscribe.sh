#!/usr/bin/env bash
# Lets programs of two other languages, Python's icalendar and JavaScript's
# ical.js, subscribe to calendars of ours, and compares what they then show with
# tests/interop/subscribe.jsonl and so with each other:
# tests/interop/subscribe.sh [--update, to write that file anew from ical.js]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=scripts/lib.sh
. scripts/lib.sh
# shellcheck source=tests/interop/lib.sh
. tests/interop/lib.sh

scripts/install-debian.sh build-essential
# shellcheck source=scripts/need-rust.sh
. scripts/need-rust.sh
need_python_packages
need_node_packages

expected=tests/interop/subscribe.jsonl
folder="$(mktemp --directory)"
trap 'rm -rf "$folder"' EXIT
# Clocks change in Paris within these weeks and never in Kinshasa.
for zone in Africa/Kinshasa Europe/Paris; do
    files=()
    for version in first moved cancelled; do
        file="$folder/${zone#*/}-$version.ics"
        cargo run --package ics --example sample --locked --quiet -- "$zone" "$version" >"$file"
        files+=("$file")
    done
    "$venv/bin/python" tests/interop/subscribe.py "${files[@]}" >>"$folder/python.jsonl"
    node tests/interop/subscribe.mjs "$modules" "${files[@]}" >>"$folder/node.jsonl"
done
if [ "${1:-}" = --update ]; then
    cp "$folder/node.jsonl" "$expected"
fi
for reader in python node; do
    diff --unified "$expected" "$folder/$reader.jsonl" ||
        fail "The reader in $reader sees other times (+) than $expected (-)."
done
printf 'icalendar and ical.js see the same %d times.\n' "$(grep --count '^\["2' "$expected")"
