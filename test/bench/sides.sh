# The sides that rows are made of; sourced by `run`, which sets what they use: seconds, bench_dir, BOOKING_URL,
# BOOKING_API_KEY, the cluster's PG variables. A side runs for $seconds and prints "REQUESTS SECONDS P50_MS P99_MS",
# with - for a percentile that it does not know. A request that fails is an error of the whole run: nothing is measured then.
# shellcheck shell=bash

http_connections=16
pgbench_clients=8

# http_get FILE: GET of the paths listed in it, at random, with the key, over kept connections.
http_get() {
  local output=$bench_dir/wrk.log
  # shellcheck disable=SC2154
  PATHS=$1 wrk -t 1 -c "$http_connections" -d "$seconds" --latency -s "$here/get.lua" "$BOOKING_URL" >"$output" 2>&1
  if grep -qE 'Non-2xx|Socket errors' "$output"; then die "not every request was answered with success: $(cat "$output")"; fi
  awk '
    function ms(text) {return text ~ /us$/ ? text / 1000 : text ~ /ms$/ ? text + 0 : text * 1000}
    $1 == "50%" {p50 = ms($2)}
    $1 == "99%" {p99 = ms($2)}
    / requests in / {requests = $1; time = $4; time = time ~ /ms,$/ ? time / 1000 : time ~ /m,$/ ? time * 60 : time + 0}
    END {print requests, time, p50, p99}' "$output"
}

# pgbench_select: one row by primary key, prepared; the floor of any request that asks the database.
pgbench_select() {
  local output=$bench_dir/pgbench.log
  pgbench -n -S -M prepared -c "$pgbench_clients" -j 2 -T "$seconds" pgbench >"$output" 2>&1
  awk '/transactions actually processed/ {requests = $NF; sub(/.*\//, "", requests)} /^tps = / {tps = $3}
       END {print requests, requests / tps, "-", "-"}' "$output"
}

# rate_limit_checks CLIENTS CALLERS: checks in the database, each client's for all callers in turn.
rate_limit_checks() {
  local output=$bench_dir/rate_limit.log checks=100000
  pgbench -n -f <(echo "SELECT public.measure_rate_limit($checks, $2)") -c "$1" -j "$1" -T "$seconds" booking >"$output" 2>&1
  awk -v checks="$checks" '/transactions actually processed/ {requests = $NF; sub(/.*\//, "", requests)} /^tps = / {tps = $3}
       END {print requests * checks, requests / tps, "-", "-"}' "$output"
}
