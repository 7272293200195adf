# Shared by the scripts beside it; to be sourced. Sets `root`, the top of the clone.
# shellcheck shell=bash

# shellcheck disable=SC2034 # for those who source this
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)

# What the caller's shell says about PostgreSQL is about another server; a proxy must not see requests to this machine.
unset PGHOST PGHOSTADDR PGPORT PGDATABASE PGUSER PGPASSWORD PGPASSFILE PGSERVICE PGSERVICEFILE PGOPTIONS PGSSLMODE \
  PGSSLROOTCERT PGTARGETSESSIONATTRS PGCLIENTENCODING PGAPPNAME PGCONNECT_TIMEOUT PGDATA PGTZ PGDATESTYLE
export LC_ALL=C.UTF-8 no_proxy=127.0.0.1 NO_PROXY=127.0.0.1

say() { printf '%s\n' "$*"; }

die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# The programs of the server that we build for (postgres, psql, pgbench), not of another version.
if command -v "${PG_CONFIG:-pg_config}" >/dev/null; then PATH=$("${PG_CONFIG:-pg_config}" --bindir):$PATH; fi

# The first node of at least version 18 on this machine; nothing if there is none.
find_node() {
  local candidate
  for candidate in "$(command -v node || true)" /usr/bin/node /usr/bin/nodejs; do
    if [ -x "$candidate" ] && "$candidate" -e 'process.exit(parseInt(process.versions.node) >= 18 ? 0 : 1)'; then
      echo "$candidate"
      return
    fi
  done
}

# The node that tests run with: of the version that supabase-js wants, from npm where there is one for this machine, else this
# machine's own.
test_node() {
  local candidate
  for candidate in "$root"/test/node_modules/node-linux-*/bin/node; do
    if [ -x "$candidate" ] && "$candidate" --version >/dev/null 2>&1; then
      echo "$candidate"
      return
    fi
  done
  find_node
}

# free_port [PORT]: prints PORT if it can be listened on, or any free port if none is given; fails if it is taken.
free_port() {
  perl -MIO::Socket::INET -e '
    my $socket = IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1", LocalPort => $ARGV[0], ReuseAddr => 1)
      or exit 1;
    print $socket->sockport, "\n";' "${1:-0}"
}

# Whether the process exists and is no zombie: in a container nobody may reap the children of a finished script.
is_alive() {
  local state
  state=$(sed -n 's/^State:\t\(.\).*/\1/p' "/proc/$1/status" 2>/dev/null) || return 1
  [ -n "$state" ] && [ "$state" != Z ] && [ "$state" != X ]
}

# wait_for_end PID SECONDS: waits until the process is gone; fails if it is still there after that time.
wait_for_end() {
  local deadline=$((SECONDS + $2))
  while is_alive "$1"; do
    [ "$SECONDS" -lt "$deadline" ] || return 1
    sleep 0.05
  done
}

# spawn LOG COMMAND...: starts a daemon that outlives this script and its terminal, and sets `spawned` to its PID.
# It keeps no descriptor of ours: whoever reads our output through a pipe would wait for it for ever.
spawn() {
  local log=$1
  shift
  (
    for fd in "/proc/$BASHPID/fd"/*; do
      fd=${fd##*/}
      [ "$fd" -le 2 ] || eval "exec $fd>&-"
    done
    exec setsid "$@" </dev/null >>"$log" 2>&1
  ) &
  # shellcheck disable=SC2034
  spawned=$!
}

# use_server_user PATH...: sets `as_server`, the words to put before a server's command. Root's servers run as the
# user postgres (PostgreSQL refuses root, and nothing that talks to a network needs it); a clone below a directory closed to that
# user, such as root's home, is reached with the one capability that opens it, and only then.
use_server_user() {
  as_server=()
  [ "$(id -u)" = 0 ] || return 0
  id -u postgres >/dev/null 2>&1 || die "there is no user 'postgres'; install postgresql-common or run this as another user than root"
  local capability
  for capability in '' dac_read_search dac_override; do
    as_server=(setpriv --reuid=postgres --regid=postgres --clear-groups --no-new-privs "--inh-caps=-all${capability:+,+$capability}"
      ${capability:+"--ambient-caps=+$capability"} --)
    if server_reaches "$@"; then return 0; fi
  done
  die "the user postgres cannot reach $*: move the clone to a directory open to all, or run this as another user than root"
}

# By opening them: access(2), which test(1) asks, knows nothing of capabilities.
server_reaches() { "${as_server[@]}" ls -- "$@" >/dev/null 2>&1; }

# Makes a directory private to the user that servers run as.
make_server_dir() {
  mkdir -p "$1"
  chmod 0700 "$1"
  if [ "$(id -u)" = 0 ]; then chown postgres:postgres "$1"; fi
}
