#!/usr/bin/env bash
# A Docker Engine with Compose v2 for the demo and the tests, on a machine that has none.
#
#   eval "$(scripts/engine.sh ensure)"   use the engine that is there, or install and start one of our own
#   scripts/engine.sh status             which engine answers; exit code 1 if none does
#   scripts/engine.sh stop               end the engine that `ensure` started, and no other
#   scripts/engine.sh wipe               delete what that engine keeps on disk, unless it runs
#   scripts/engine.sh debian-sources S   this machine's Debian sources with suite S, as one apt .sources text
#
# Everything for people goes to stderr; stdout holds only what a shell can eval. `ensure` prints
# `export DOCKER_HOST=...` where the engine is not at Docker's default socket, and a plain
# `HARBORMASTER_ENGINE_STARTED=1` when this very call started it, so that the caller knows to stop it.
# Exit codes: 1 failed, 2 wrong usage, 3 no engine and no right to install one.
set -euo pipefail
PATH=$PATH:/usr/sbin:/sbin

readonly run_dir=/run/harbormaster-engine
readonly data_dir=/var/lib/harbormaster-engine
readonly socket=$run_dir/docker.sock
readonly ours=unix://$socket
readonly pid_file=$run_dir/docker.pid
readonly log_file=$run_dir/dockerd.log
readonly exec_dir=$run_dir/exec
readonly plugin_file=/usr/local/lib/docker/cli-plugins/docker-compose

say() { printf 'engine: %s\n' "$*" >&2; }

die() {
  local code=$1
  shift
  printf 'engine: %s\n' "$@" >&2
  exit "$code"
}

# ---- what is there

# `docker version` asks through the context, DOCKER_HOST, ssh and TLS; without the client a plain socket can still be pinged.
answers() {
  if command -v docker >/dev/null; then
    DOCKER_HOST=$1 timeout 5 docker version --format '{{.Server.Version}}' >/dev/null 2>&1
  else
    [[ $1 == unix://* ]] && curl --silent --fail --max-time 5 --unix-socket "${1#unix://}" http://engine/_ping >/dev/null 2>&1
  fi
}

# The engine that a person chose: DOCKER_HOST, or the client's context, or the default socket.
chosen() {
  if [[ -n ${DOCKER_HOST:-} ]]; then
    printf '%s\n' "$DOCKER_HOST"
  else
    docker context inspect --format '{{.Endpoints.docker.Host}}' 2>/dev/null || printf 'unix:///var/run/docker.sock\n'
  fi
}

# A DOCKER_HOST that a person set is an order, not a hint: then no other engine will do.
answering() {
  local host hosts=("$(chosen)")
  if [[ -z ${DOCKER_HOST:-} ]]; then hosts+=(unix:///var/run/docker.sock "$ours"); fi
  for host in "${hosts[@]}"; do
    if answers "$host"; then
      printf '%s\n' "$host"
      return
    fi
  done
  return 1
}

# The plugin is one file in a known place; it runs without the docker client and without an engine.
compose_plugin() {
  local dir
  for dir in "${DOCKER_CONFIG:-${HOME:-/root}/.docker}"/cli-plugins /usr/local/{lib,libexec}/docker/cli-plugins /usr/{lib,libexec}/docker/cli-plugins; do
    if [[ -x $dir/docker-compose ]] && "$dir/docker-compose" version --short >/dev/null 2>&1; then
      printf '%s\n' "$dir/docker-compose"
      return
    fi
  done
  command -v docker >/dev/null && docker compose version --short >/dev/null 2>&1
}

is_ours() { tr '\0' ' ' 2>/dev/null <"/proc/$1/cmdline" | grep --quiet --fixed-strings "$2"; }

# The process id in file $1, if that process still runs with $2 in its command line.
alive() {
  local pid
  pid=$(cat "$1" 2>/dev/null) && [[ -n $pid ]] && is_ours "$pid" "$2" && printf '%s\n' "$pid"
}

# ---- installing

export DEBIAN_FRONTEND=noninteractive

apt_updated=
apt_install() {
  if [[ -z $apt_updated ]]; then
    apt-get update --quiet=2 >&2 || say 'apt-get update did not fully succeed; going on with the package lists that are there'
    apt_updated=1
  fi
  apt-get install --yes --quiet=2 --no-install-recommends "$@" >&2
}

# Without systemd a package may start its service through an init script, with the machine's own data root.
install_engine_packages() {
  local policy=/usr/sbin/policy-rc.d
  if [[ ! -d /run/systemd/system && ! -e $policy ]]; then
    printf '#!/bin/sh\nexit 101\n' >$policy
    chmod 755 $policy
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
  fi
  local missing=()
  command -v dockerd >/dev/null || missing+=(docker.io)
  command -v iptables >/dev/null || missing+=(iptables)
  if ((${#missing[@]})); then
    say "installing ${missing[*]} (apt-get)"
    apt_install "${missing[@]}" || die 1 "apt-get could not install ${missing[*]}." 'Install Docker Engine with Compose v2 yourself, then run this again.'
  fi
  # Newer Debian releases ship the client apart from the engine.
  if ! command -v docker >/dev/null; then
    apt_install docker-cli || die 1 'there is an engine but no docker client, and apt-get could not install docker-cli.' 'Install the docker command, then run this again.'
  fi
}

# This machine's entries for its own release, with the suite changed: never an address that is written down here.
debian_sources() {
  local suite=$1 codename file
  # shellcheck source=/dev/null
  codename=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; do
    [[ -r $file ]] || continue
    case $file in
      *.list) one_line_sources "$codename" "$suite" <"$file" ;;
      *.sources) deb822_sources "$codename" "$suite" <"$file" ;;
    esac
  done
}

# `deb [signed-by=F] URI SUITE COMPONENT...` becomes a deb822 entry with component main.
one_line_sources() {
  sed --quiet --regexp-extended 's/^deb[[:space:]]+(\[([^]]*)\][[:space:]]+)?([^[:space:]]+)[[:space:]]+([^[:space:]]+)[[:space:]].*\<main\>.*$/\4|\3|\2/p' |
    while IFS='|' read -r found uri options; do
      [[ $found == "$1" || $found == stable || $found == oldstable ]] || continue
      printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\n' "$uri" "$2"
      if [[ $options =~ signed-by=([^[:space:]]+) ]]; then printf 'Signed-By: %s\n' "${BASH_REMATCH[1]}"; fi
      printf '\n'
    done
}

deb822_sources() {
  awk -v codename="$1" -v suite="$2" '
    function wanted(name) { return name == codename || name == "stable" || name == "oldstable" }
    function finish() { if (is_main && is_suite && !off) printf "%sSuites: %s\nComponents: main\n\n", text, suite; text = ""; is_main = is_suite = off = 0 }
    /^#/ { next }
    /^[ \t]*$/ { finish(); next }
    /^[^ \t]/ { key = tolower($1) }
    key == "suites:" { for (i = 1; i <= NF; i++) if (wanted($i)) is_suite = 1; next }
    key == "components:" { for (i = 1; i <= NF; i++) if ($i == "main") is_main = 1; next }
    key == "types:" { text = text "Types: deb\n"; next }
    key == "enabled:" { off = tolower($2) ~ /^(no|false|0|off)$/; next }
    { text = text $0 "\n" }
    END { finish() }'
}

# The plugin is one static-enough binary; taking it out of the newer release's package leaves apt's own configuration alone.
compose_from_trixie() {
  local tmp status=0
  tmp=$(mktemp --directory)
  chmod 755 "$tmp" # apt downloads as its own user
  mkdir -p "$tmp"/{sources,state/lists/partial,cache/archives/partial,out}
  chmod 777 "$tmp/out"
  debian_sources trixie >"$tmp/sources/trixie.sources"
  local apt=(apt-get --quiet=2 -o "Dir::Etc::sourcelist=/dev/null" -o "Dir::Etc::sourceparts=$tmp/sources" -o "Dir::State=$tmp/state"
    -o "Dir::State::status=/var/lib/dpkg/status" -o "Dir::Cache=$tmp/cache")
  {
    # A third party's entry may not know the suite: what counts is whether the package arrives.
    "${apt[@]}" update || true
    (cd "$tmp/out" && "${apt[@]}" download docker-compose) &&
      dpkg-deb --extract "$tmp"/out/docker-compose_*.deb "$tmp/out" &&
      install -D --mode 755 "$tmp/out/usr/libexec/docker/cli-plugins/docker-compose" "$plugin_file"
  } >&2 || status=1
  rm -rf "$tmp"
  return "$status"
}

install_compose_plugin() {
  say 'installing the Compose v2 plugin'
  [[ -n $apt_updated ]] || { apt-get update --quiet=2 >&2 && apt_updated=1; } || true
  local package candidate
  for package in docker-compose-v2 docker-compose; do
    candidate=$(LC_ALL=C apt-cache policy "$package" | sed --quiet 's/^ *Candidate: //p')
    if [[ $candidate =~ ^([0-9]+:)?[2-9]\. ]] && apt_install "$package" && compose_plugin >/dev/null; then return; fi
  done
  if compose_from_trixie && compose_plugin >/dev/null; then return; fi
  die 1 'no Compose v2 plugin could be installed: this machine'\''s apt sources do not lead to one.' \
    "Put the docker-compose v2 binary at $plugin_file (mode 755), then run this again."
}

# ---- starting and stopping

# systemd may be starting the engine that was just installed.
answering_soon() {
  local deadline=$((SECONDS + 15))
  until answering; do
    [[ -d /run/systemd/system ]] && ((SECONDS < deadline)) || return 1
    sleep 0.5
  done
}

clear_stale() {
  alive "$pid_file" "$socket" >/dev/null || rm -f "$pid_file" "$socket"
  alive "$exec_dir/containerd/containerd.pid" "$exec_dir" >/dev/null || rm -f "$exec_dir"/containerd/containerd.{pid,toml,sock,sock.ttrpc} "$exec_dir"/containerd/containerd-debug.sock
}

start_engine() {
  mkdir -p "$run_dir" "$exec_dir" "$data_dir"
  chmod 711 "$run_dir" "$data_dir"
  clear_stale
  say "starting dockerd (data in $data_dir, log in $log_file)"
  # Its own session, no inherited descriptors: it must outlive the shell that asked for it and hold no lock of ours.
  # Docker's default address pools end after about 31 networks; these hold 512.
  # Each start of a container costs two to four short runs of dockerd itself, which are a quarter cheaper without a garbage collection.
  GOGC=400 setsid dockerd --host "$ours" --data-root "$data_dir" --exec-root "$exec_dir" --pidfile "$pid_file" \
    --default-address-pool base=10.201.0.0/16,size=24 --default-address-pool base=10.202.0.0/16,size=24 \
    </dev/null >"$log_file" 2>&1 9>&- &
  local pid=$! deadline=$((SECONDS + 60))
  until answers "$ours"; do
    if ! kill -0 "$pid" 2>/dev/null || ((SECONDS >= deadline)); then
      say 'dockerd does not answer. Its last words:'
      tail -n 20 "$log_file" >&2
      kill "$pid" 2>/dev/null || true
      die 1 "What to do: read $log_file; a container needs --privileged for this; or install Docker Engine with Compose v2 yourself."
    fi
    sleep 0.2
  done
}

ensure() {
  local host started=
  if host=$(answering) && compose_plugin >/dev/null; then
    announce "$host"
    return
  fi
  if ((EUID != 0)); then
    if [[ -n $host ]]; then
      die 3 "an engine answers at $host, but there is no Compose v2 plugin, and installing one needs root." \
        'What to do: install the plugin (package docker-compose-plugin or docker-compose-v2), or run this once as root.'
    fi
    die 3 "no Docker Engine answers at $(chosen), and installing one needs root." \
      'What to do: run this as root (it installs an engine of its own), or install Docker Engine with Compose v2 yourself and make sure that you may use its socket.'
  fi
  command -v apt-get >/dev/null || die 3 'there is no Docker Engine with Compose v2 here, and only Debian and Ubuntu can be set up by this script.' \
    'What to do: install Docker Engine with Compose v2 yourself, then run this again.'
  if [[ -n ${DOCKER_HOST:-} && $DOCKER_HOST != "$ours" && -z $host ]]; then
    die 1 "DOCKER_HOST is $DOCKER_HOST, and nothing answers there." 'What to do: start that engine, or unset DOCKER_HOST to get one here.'
  fi

  mkdir -p "$run_dir"
  exec 9>"$run_dir.lock"
  flock 9
  if [[ -z $host ]] && ! host=$(answering); then
    install_engine_packages
    if ! host=$(answering_soon); then
      start_engine
      host=$ours
      started=1
    fi
  fi
  compose_plugin >/dev/null || install_compose_plugin
  announce "$host" "$started"
}

announce() {
  local host=$1 started=${2:-}
  if [[ $host != unix:///var/run/docker.sock || $(chosen) != "$host" ]]; then printf 'export DOCKER_HOST=%q\n' "$host"; fi
  if [[ -n $started ]]; then printf 'HARBORMASTER_ENGINE_STARTED=1\n'; fi
  say "using $host"
}

stop() {
  local pid containerd deadline=$((SECONDS + 40))
  if ! pid=$(alive "$pid_file" "$socket"); then
    say 'no engine of ours runs'
    clean_run_dir
    return
  fi
  ((EUID == 0)) || die 3 'the engine was started by root, so only root can stop it.' 'What to do: run this as root.'
  kill "$pid"
  while is_ours "$pid" "$socket"; do
    if ((SECONDS >= deadline)); then
      say 'dockerd did not end within 40 s; ending it by force'
      kill -KILL "$pid" || true
      if containerd=$(alive "$exec_dir/containerd/containerd.pid" "$exec_dir"); then kill -KILL "$containerd" || true; fi
      break
    fi
    sleep 0.1
  done
  clean_run_dir
  say 'stopped'
}

# Only while it does not run: whoever uses it now loses nothing.
wipe() {
  if alive "$pid_file" "$socket" >/dev/null; then
    say 'an engine of ours runs; its data stays'
  elif [[ -d $data_dir ]]; then
    ((EUID == 0)) || die 3 "only root can delete $data_dir." 'What to do: run this as root.'
    clean_run_dir
    # A dockerd that was ended by force leaves the file systems of its containers mounted.
    unmount_below "$data_dir"
    # The folder itself may be a mount point.
    find "$data_dir" -mindepth 1 -maxdepth 1 -exec rm -rf --one-file-system {} +
    say "emptied $data_dir"
  fi
}

# Containers that outlived their dockerd hold mounts here.
clean_run_dir() {
  [[ -d $run_dir ]] || return 0
  unmount_below "$run_dir"
  rm -rf --one-file-system "$run_dir"
}

unmount_below() {
  local mount
  awk -v dir="$1/" 'index($5, dir) == 1 { print $5 }' /proc/self/mountinfo | sort --reverse |
    while read -r mount; do umount --lazy "$mount" || true; done
}

status() {
  local host
  host=$(answering) || { echo 'no engine answers'; return 1; }
  printf '%s%s\n' "$host" "$([[ $host == "$ours" ]] && echo ' (started by scripts/engine.sh)')"
}

case ${1:-} in
  ensure) ensure ;;
  stop) stop ;;
  wipe) wipe ;;
  status) status ;;
  debian-sources) debian_sources "${2:?the suite}" ;;
  *) die 2 "usage: $0 ensure | stop | wipe | status | debian-sources SUITE" ;;
esac
