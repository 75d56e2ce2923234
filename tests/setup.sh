#!/usr/bin/env bash
# Debian packages for the tests. Without root nothing is installed; tests/run.sh then says what it leaves out.
set -euo pipefail
packages=(build-essential git util-linux postgresql containerd runc containernetworking-plugins iptables conntrack
  socat busybox-static iproute2 kmod chromium chromium-driver)
missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" -ne 0 ]; then
  echo "Not installed, and not root: ${missing[*]}. Tests that need them are left out."
  exit 0
fi
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
