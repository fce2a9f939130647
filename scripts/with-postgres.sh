#!/usr/bin/env bash
# Runs a command beside a private PostgreSQL and removes it afterwards:
# scripts/with-postgres.sh COMMAND…
#
# The command finds the server's URL in LAFIYA_TEST_POSTGRES. The cluster lives
# in a folder of its own, listens on a free port of 127.0.0.1 and on a socket in
# that folder, has a random password, and keeps fsync on. The command's exit
# code is kept. Whatever ends this script, the server ends as well.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[ "$#" -gt 0 ] || fail "Usage: scripts/with-postgres.sh COMMAND…"

# The newest of Debian's servers, by full path: a wrapper elsewhere in PATH
# would not let us choose the cluster.
bin="$(printf '%s\n' /usr/lib/postgresql/*/bin | sort --version-sort | tail -n1)"
[ -x "$bin/initdb" ] || fail "Install the Debian package postgresql and run the command again."
version="$(basename "$(dirname "$bin")")"
[ "$version" -ge 15 ] || fail "Install PostgreSQL 15 or newer; the newest here is $version."

# PostgreSQL refuses to run as root.
owner=()
if [ "$(id -u)" -eq 0 ]; then
    user=postgres
    id "$user" >/dev/null 2>&1 || fail "Create the user postgres, as the Debian package does, and run the command again."
    owner=(setpriv --reuid="$user" --regid="$(id -g "$user")" --init-groups)
fi

folder="$(mktemp -d "${TMPDIR:-/tmp}/lafiya-postgres.XXXXXX")"
server=""
command=""

# shellcheck disable=SC2317 # the trap calls it
cleanup() {
    trap - EXIT
    trap '' INT TERM HUP
    if [ -n "$command" ] && kill -0 "$command" 2>/dev/null; then
        kill -TERM "$command" 2>/dev/null || true
        wait "$command" 2>/dev/null || true
    fi
    if [ -n "$server" ]; then
        # INT: the fast shutdown, which ends open sessions.
        kill -INT "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$folder"
}
trap cleanup EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

random() {
    od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'
}

password="$(random 16)"
printf '%s\n' "$password" >"$folder/password"
if [ "${#owner[@]}" -gt 0 ]; then
    chown -R "$user:" "$folder"
fi
cd "$folder"
"${owner[@]}" "$bin/initdb" --pgdata="$folder/data" --username=lafiya --pwfile="$folder/password" \
    --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 --no-sync >"$folder/initdb.log" 2>&1 ||
    {
        cat "$folder/initdb.log" >&2
        fail "initdb failed."
    }

# Nothing tells a free port for sure but the server itself: try a few.
ready=""
for _ in 1 2 3 4 5; do
    port="$((20000 + 0x$(random 2) % 12000))"
    # --pdeathsig: should this script be killed outright, the server stops too.
    "${owner[@]}" setpriv --pdeathsig INT "$bin/postgres" -D "$folder/data" -p "$port" \
        -c listen_addresses=127.0.0.1 -c unix_socket_directories="$folder" \
        -c max_connections=200 -c log_line_prefix='%m %d ' \
        </dev/null >"$folder/server.log" 2>&1 &
    server=$!
    for _ in $(seq 300); do
        kill -0 "$server" 2>/dev/null || break
        if "$bin/pg_isready" --quiet --host=127.0.0.1 --port="$port" &&
            kill -0 "$server" 2>/dev/null; then
            ready=yes
            break
        fi
        sleep 0.1
    done
    [ -z "$ready" ] || break
    kill -INT "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
    server=""
done
if [ -z "$ready" ]; then
    tail -n 20 "$folder/server.log" >&2
    fail "PostgreSQL did not start; its last words stand above."
fi
cd - >/dev/null

export LAFIYA_TEST_POSTGRES="postgres://lafiya:$password@127.0.0.1:$port/postgres"
# In the background, so that a signal to this script alone ends the command too;
# with the terminal's input and Ctrl-C, which background commands lose.
env --default-signal=INT,QUIT "$@" <&0 &
command=$!
code=0
wait "$command" || code=$?
command=""
exit "$code"
