#!/usr/bin/env bash
# The browser tests use the distribution's Chromium.
set -euo pipefail
command -v chromium >/dev/null && exit 0
echo "Installing Chromium"
sudo=$([ "$(id -u)" = 0 ] || echo sudo)
$sudo apt-get update -q
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -qy --no-install-recommends chromium fonts-dejavu-core
