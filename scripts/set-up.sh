#!/usr/bin/env bash
# Makes dist/harbormaster.cjs from a fresh clone. Run again it does only what is left to do.
#
#   scripts/set-up.sh            Node dependencies and the build
#   scripts/set-up.sh --demo     and the Debian packages that the demo uses
#   scripts/set-up.sh --tests    and the Debian packages that the tests use
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'set-up: %s\n' "$*" >&2; }

check_node() {
  local found
  found=$(node --version 2>/dev/null) || found=none
  if ! node -e 'const [major, minor] = process.versions.node.split(".").map(Number); process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)' 2>/dev/null; then
    say "Harbormaster needs Node >= 20.19; found: $found."
    say 'What to do: install a current Node LTS (with npm) and run this again.'
    exit 1
  fi
  command -v npm >/dev/null || { say 'npm is missing. What to do: install it beside Node and run this again.'; exit 1; }
}

# npm writes the stamp at the end of a complete installation.
install_dependencies() {
  local stamp=node_modules/.package-lock.json
  if [[ ! -e $stamp || package-lock.json -nt $stamp ]]; then
    say 'installing Node dependencies (npm ci)'
    npm ci --no-audit --no-fund >&2
    touch "$stamp"
  fi
}

missing_packages() {
  local package
  for package in "$@"; do
    [[ $(dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || printf '%s\n' "$package"
  done
}

install_packages() {
  command -v dpkg-query >/dev/null || { say "not a Debian or Ubuntu machine; taking for granted: $*"; return; }
  local missing
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]})) || return 0
  if ((EUID == 0)); then
    say "installing ${missing[*]} (apt-get)"
    apt_install "${missing[@]}"
  else
    say "missing packages: ${missing[*]}. What needs them will say so; as root: apt-get install ${missing[*]}"
  fi
}

# Neither an ssh server, nor a registry, nor Prometheus may come to life on someone's machine because our tests start their own.
apt_install() (
  policy=/usr/sbin/policy-rc.d
  if [[ ! -e $policy ]]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
  fi
  export DEBIAN_FRONTEND=noninteractive
  apt-get update --quiet=2 >&2 || say 'apt-get update did not fully succeed; going on with the package lists that are there'
  apt-get install --yes --quiet=2 --no-install-recommends "$@" >&2
  if [[ -d /run/systemd/system ]]; then stay_off "$@"; fi
)

# What was not here before must not start with the next boot either.
stay_off() {
  local unit
  for unit in "$@"; do
    case $unit in
      openssh-server) systemctl disable --now ssh.service ssh.socket >/dev/null 2>&1 || true ;;
      docker-registry) systemctl disable --now docker-registry.service >/dev/null 2>&1 || true ;;
      prometheus) systemctl disable --now prometheus.service >/dev/null 2>&1 || true ;;
    esac
  done
}

case ${1:-} in
  '') ;;
  --demo) install_packages git openssh-client ca-certificates util-linux busybox-static ;;
  --tests) install_packages git openssh-client openssh-server ca-certificates openssl curl util-linux busybox-static debootstrap docker-registry haproxy systemd chromium fonts-dejavu-core prometheus ;;
  *) say "usage: $0 [--demo | --tests]"; exit 2 ;;
esac
check_node
install_dependencies
npm run --silent build >&2
