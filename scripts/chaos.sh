#!/usr/bin/env bash
# Simulates power cuts: processes commit rows to SQLite on an ext4 file system of
# their own, which is shut down under them without writing out its journal, then
# mounted and read again. Every row whose commit was acknowledged must be there.
# The control does the same with synchronous=NORMAL and must lose rows: without
# it the experiment would prove nothing. Runs as root, because it mounts.
# scripts/chaos.sh [ROUNDS, 5 when not given]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/lib.sh
. scripts/lib.sh

rounds="${1:-5}"
[[ "$rounds" =~ ^[1-9][0-9]*$ ]] || fail "Usage: scripts/chaos.sh [ROUNDS]"
[ "$(id -u)" -eq 0 ] ||
    fail "Run make chaos as root: it mounts a file system and cuts its power."
scripts/install-debian.sh build-essential ca-certificates e2fsprogs mount python3 util-linux
# shellcheck source=scripts/need-rust.sh
. scripts/need-rust.sh

step "Building" cargo build --package store --locked --example power_cut
power_cut="$(realpath "${CARGO_TARGET_DIR:-target}")/debug/examples/power_cut"

# Acknowledged rows before the cut, at the least; it comes up to a second later.
load=300
# How long to wait for them, in tenths of a second.
patience=600

folder="$(mktemp -d "${TMPDIR:-/tmp}/lafiya-chaos.XXXXXX")"
image="$folder/image"
disk="$folder/disk"
mkdir "$disk"
writer=""

stop_writer() {
    if [ -n "$writer" ]; then
        kill -KILL "$writer" 2>/dev/null || true
        wait "$writer" 2>/dev/null || true
        writer=""
    fi
}

# shellcheck disable=SC2317 # the trap calls it
cleanup() {
    trap - EXIT
    trap '' INT TERM HUP
    stop_writer
    # Unmounting gives the loop device back as well.
    if mountpoint --quiet "$disk"; then
        umount "$disk" || umount --lazy "$disk" || true
    fi
    rm -rf --one-file-system "$folder"
}
trap cleanup EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

attach() {
    mount -t ext4 -o loop "$image" "$disk" ||
        fail "Run make chaos on a machine or in a virtual machine of your own: here root gets no loop device with ext4, as in most containers."
}

lines() {
    wc -l <"$1"
}

# One power cut: a_round full|normal. Sets acknowledged, found and lost.
a_round() {
    rm -f "$image"
    truncate --size=256M "$image"
    mkfs.ext4 -q "$image"
    attach

    # The acknowledgements go to the machine's own disk, which keeps its power.
    : >"$folder/acknowledged"
    "$power_cut" write "$disk/lafiya.db" "$1" >"$folder/acknowledged" 2>"$folder/writer.log" &
    writer=$!
    local waited=0
    while [ "$(lines "$folder/acknowledged")" -lt "$load" ]; do
        if ! kill -0 "$writer" 2>/dev/null || [ "$waited" -ge "$patience" ]; then
            cat "$folder/writer.log" >&2
            fail "The writer acknowledged fewer than $load rows; its last words stand above."
        fi
        waited=$((waited + 1))
        sleep 0.1
    done
    sleep "0.$(printf '%03d' $((RANDOM % 1000)))"
    kill -0 "$writer" 2>/dev/null || {
        cat "$folder/writer.log" >&2
        fail "The writer ended before the power cut; its last words stand above."
    }
    python3 scripts/power_cut.py "$disk"
    # Time for wrong acknowledgements: after the cut no commit may succeed.
    sleep 0.2
    stop_writer
    umount "$disk"
    dumpe2fs -h "$image" 2>/dev/null | grep needs_recovery >/dev/null ||
        fail "The file system was left clean, so its power was not cut: this kernel's ext4 has no shutdown."

    # Mounting replays the journal.
    attach
    "$power_cut" count "$disk/lafiya.db" >"$folder/found" ||
        fail "The database could not be read after the power cut ($1); the reason stands above."
    umount "$disk"

    acknowledged="$(lines "$folder/acknowledged")"
    found="$(lines "$folder/found")"
    sort --unique "$folder/acknowledged" -o "$folder/acknowledged"
    sort --unique "$folder/found" -o "$folder/found"
    lost="$(comm -23 "$folder/acknowledged" "$folder/found" | wc -l)"
}

say "Cutting the power"
printf '%-12s %5s %13s %8s %8s\n' synchronous round acknowledged found lost
lost_full=0
lost_normal=0
for ((round = 1; round <= rounds; round++)); do
    for synchronous in full normal; do
        a_round "$synchronous"
        printf '%-12s %5d %13d %8d %8d\n' "$synchronous" "$round" "$acknowledged" "$found" "$lost"
        case "$synchronous" in
        full) lost_full=$((lost_full + lost)) ;;
        normal) lost_normal=$((lost_normal + lost)) ;;
        esac
    done
done

[ "$lost_full" -eq 0 ] ||
    fail "The server's setting lost $lost_full acknowledged rows in a power cut."
[ "$lost_normal" -gt 0 ] ||
    fail "The control lost nothing either, so these power cuts prove nothing; try more rounds: scripts/chaos.sh 20."
say "Every acknowledged row survived $rounds power cuts; the control lost $lost_normal."
