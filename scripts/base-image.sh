#!/usr/bin/env bash
# Makes a stand-in for the Dockerfile's base image where none can be pulled, from Debian's packages and this machine's Node:
#
#   scripts/base-image.sh NAME     then: docker build --build-arg BASE=NAME .
#
# Debian trixie (minbase) with what the runtime stage installs, node and npm where the official image has them, and the
# certificate authorities that this machine trusts. Made once per Node version and package list (about half a minute), then only tagged.
# Needs root, debootstrap, and an engine (DOCKER_HOST).
set -euo pipefail
cd "$(dirname "$0")/.."

name=${1:?usage: scripts/base-image.sh NAME}
packages=ca-certificates,docker-cli,docker-compose,git,openssh-client,tini,util-linux
node=$(node --print process.execPath)
npm=$(dirname "$(dirname "$(realpath "$(command -v npm)")")")
cached=harbormaster-stand-in:$(node --version)-$(md5sum "$0" | cut -c 1-12)

die() { printf 'base-image: %s\n' "$@" >&2; exit 1; }

make_root() {
  local root=$1 mirror log=$2
  mirror=$(scripts/engine.sh debian-sources trixie | sed --quiet 's/^URIs: *\([^ ]*\).*/\1/p' | head -n 1)
  [[ -n $mirror ]] || die 'this machine has no Debian sources to take trixie from.' 'What to do: pull the real base image instead.'
  debootstrap --variant=minbase --include="$packages" trixie "$root" "$mirror" >"$log" 2>&1 ||
    { tail -n 20 "$log" >&2; die 'debootstrap failed.'; }
  rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/*

  install -D --mode 755 "$node" "$root/usr/local/bin/node"
  mkdir -p "$root/usr/local/lib/node_modules"
  cp --archive "$npm" "$root/usr/local/lib/node_modules/npm"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
  ln -s ../lib/node_modules/npm/bin/npx-cli.js "$root/usr/local/bin/npx"
  # A mirror behind a private authority answers only to those who know it.
  install --mode 644 /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
}

if ! docker image inspect "$cached" >/dev/null 2>&1; then
  ((EUID == 0)) || die 'debootstrap needs root.' 'What to do: run this as root, or pull the real base image instead.'
  command -v debootstrap >/dev/null || die 'debootstrap is missing.' 'What to do: scripts/set-up.sh --tests'
  work=$(mktemp --directory)
  trap 'rm -rf --one-file-system "$work"' EXIT
  chmod 755 "$work"
  make_root "$work/root" "$work/debootstrap.log"
  tar --create --directory "$work/root" . | docker import --change 'ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt' --change 'CMD ["node"]' - "$cached" >/dev/null
fi
docker tag "$cached" "$name"
