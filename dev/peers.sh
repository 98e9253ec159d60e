#!/usr/bin/env bash
# The servers and the load that `make bench` compares the edge's asset cache with, from the distribution. They run as
# its children only: no service is started here.
set -euo pipefail
export PATH="$PATH:/usr/sbin"
command -v nginx >/dev/null && command -v varnishd >/dev/null && command -v wrk >/dev/null && exit 0
echo "Installing nginx, varnish and wrk"
sudo=$([ "$(id -u)" = 0 ] || echo sudo)
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap '$sudo rm -f "$policy"' EXIT
  printf '#!/bin/sh\nexit 101\n' | $sudo tee "$policy" >/dev/null
  $sudo chmod 755 "$policy"
fi
$sudo apt-get update -q
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -qy --no-install-recommends nginx-light varnish wrk
