#!/usr/bin/env bash
# Lets a Python OAuth client (authlib) use the real program on loopback:
# tests/interop/oauth.sh [PROGRAM, built when not given]
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
need_program "$@"
exec "$venv/bin/python" tests/interop/oauth.py "$program"
