# The sides that rows are made of; sourced by `run`, which sets what they use: seconds, bench_dir, BOOKING_URL,
# BOOKING_API_KEY, the cluster's PG variables. A side runs for $seconds and prints "REQUESTS SECONDS P50_MS P99_MS",
# with - for a percentile that it does not know. A request that fails is an error of the whole run: nothing is measured then.
# shellcheck shell=bash

http_connections=16
pgbench_clients=8

# http_get FILE [CONNECTIONS]: GET of the paths listed in it, at random, with the key, over kept connections.
http_get() {
  local output=$bench_dir/wrk.log
  # shellcheck disable=SC2154
  PATHS=$1 wrk -t 1 -c "${2:-$http_connections}" -d "$seconds" --latency -s "$here/get.lua" "$BOOKING_URL" >"$output" 2>&1
  if grep -qE 'Non-2xx|Socket errors' "$output"; then die "not every request was answered with success: $(cat "$output")"; fi
  awk '
    function ms(text) {return text ~ /us$/ ? text / 1000 : text ~ /ms$/ ? text + 0 : text * 1000}
    $1 == "50%" {p50 = ms($2)}
    $1 == "99%" {p99 = ms($2)}
    / requests in / {requests = $1; time = $4; time = time ~ /ms,$/ ? time / 1000 : time ~ /m,$/ ? time * 60 : time + 0}
    END {print requests, time, p50, p99}' "$output"
}

# pgbench_sql CLIENTS SQL [DATABASE]: statements, prepared, by so many clients; one round of them is one request.
pgbench_sql() {
  local output=$bench_dir/pgbench.log
  pgbench -n -M prepared -f <(printf '%s\n' "$2") -c "$1" -j "$(($1 < 2 ? 1 : 2))" -T "$seconds" "${3:-booking}" >"$output" 2>&1
  if grep -q 'aborted' "$output"; then die "not every statement succeeded: $(cat "$output")"; fi
  pgbench_result "$output"
}

# pgbench_result LOG [CHECKS]: what a side prints; a transaction counts for so many requests.
pgbench_result() {
  awk -v each="${2:-1}" '/transactions actually processed/ {requests = $NF; sub(/.*\//, "", requests)} /^tps = / {tps = $3}
    END {print requests * each, requests / tps, "-", "-"}' "$1"
}

# pgbench_select: one row by primary key, prepared; the floor of any request that asks the database.
pgbench_select() {
  local output=$bench_dir/pgbench.log
  pgbench -n -S -M prepared -c "$pgbench_clients" -j 2 -T "$seconds" pgbench >"$output" 2>&1
  pgbench_result "$output"
}

# rate_limit_checks CLIENTS CALLERS: checks in the database, each client's for all callers in turn.
rate_limit_checks() {
  local output=$bench_dir/rate_limit.log checks=100000
  pgbench -n -f <(echo "SELECT public.measure_rate_limit($checks, $2)") -c "$1" -j "$1" -T "$seconds" booking >"$output" 2>&1
  pgbench_result "$output" "$checks"
}

# load FILE [DATABASE]: data that several rows share, once.
load() {
  local database=${2:-booking}
  if [ -e "$bench_dir/$database.$1.loaded" ]; then return; fi
  psql -X -q -v ON_ERROR_STOP=1 -d "$database" -f "$here/$1" >/dev/null
  touch "$bench_dir/$database.$1.loaded"
}

# search_salon: a salon to search in. Sets TENANT, LOCATION, and of the teams of 1, 10 and 20 SERVICE_1, PEOPLE_1 and so on, for
# statements that look up no names.
search_salon() {
  load search.sql
  local team value
  for value in tenant:TENANT location:LOCATION; do
    printf -v "${value#*:}" '%s' "$(psql -X -At -d booking -c "SELECT bench.${value%:*}()")"
  done
  for team in 1 10 20; do
    printf -v "SERVICE_$team" '%s' "$(psql -X -At -d booking -c "SELECT bench.service('Team of $team')")"
    printf -v "PEOPLE_$team" '%s' "$(psql -X -At -d booking -c "SELECT bench.people('Team of $team')")"
  done
}

# found_slots TEAM: SQL for the number of slots that a search for a team finds in 31 days.
found_slots() {
  local service=SERVICE_$1
  echo "SELECT count(*) FROM booking.search_slots('$TENANT', '${!service}', NULL, NULL, current_date + 10, current_date + 40);"
}

# json_slots TEAM: SQL that makes the same answer as JSON, as /v1 gives it, but without a limit. It is made, not sent.
json_slots() {
  local service=SERVICE_$1
  echo "SELECT (booking.v1_find_slots('$TENANT', '${!service}', '$LOCATION', NULL, current_date + 10, current_date + 40, NULL, NULL, NULL)).returned;"
}

# counted_rows TEAM: SQL for the bare index scan of the rows that such a search must read.
counted_rows() {
  local people=PEOPLE_$1
  echo "SELECT count(*) FROM booking.busy_times WHERE tenant_id = '$TENANT' AND staff_id = ANY ('${!people}')
    AND protected_from >= bench.at(10) AND protected_from < bench.at(41);" | tr '\n' ' '
}

# bench_salon [DATABASE]: room for millions of bookings; sets bench_salon_key.
bench_salon() {
  load booking.sql "${1:-booking}"
  bench_salon_key=$("$bin/create-api-key" "${DATABASE_URL%/*}/${1:-booking}" bench-salon bench)
}

# book HEADER [DATABASE]: bookings through the gateway, inside the database, with this header; a status other than 201 divides by
# zero, which ends the run. Each draws a UUID.
book() {
  pgbench_sql "$pgbench_clients" "SELECT 1 / (status = 201)::int FROM (SELECT nextval('bench_booking') AS n, gen_random_uuid() AS key OFFSET 0) AS next,
    LATERAL booking.http_request('POST', '/v1/bookings', jsonb_build_object('authorization', 'Bearer $bench_salon_key',
      'content-type', 'application/json', '$1', key::text), bench_booking_body(n));" "${2:-booking}"
}

# rest_setup: the table and the key that the rows about /rest/v1 use; sets rest_owner, whose rows they ask for, and rest_token, his.
rest_setup() {
  psql -X -q -v ON_ERROR_STOP=1 -d booking -f "$here/rest.sql" >/dev/null
  rest_owner=$(psql -X -At -d booking -c "SELECT md5('7')::uuid")
  rest_token=$(rest_sign "{\"sub\":\"$rest_owner\",\"role\":\"authenticated\"}")
}

# rest_sign CLAIMS: a token of the benchmark's key.
rest_sign() {
  local signed
  signed=$(printf '{"alg":"HS256","typ":"JWT"}' | base64url).$(printf '%s' "$1" | base64url)
  printf '%s.%s' "$signed" "$(printf '%s' "$signed" |
    openssl dgst -sha256 -hmac 'a secret of the benchmark, at least 32 bytes' -binary | base64url)"
}
base64url() { base64 -w 0 | tr '+/' '-_' | tr -d '='; }

# rest_requests SQL: pgbench's script of one statement that must be true for every request; one backend, no HTTP.
rest_requests() {
  local output=$bench_dir/rest.log
  pgbench -n -M prepared -f <(echo "SELECT 1 / ($1)::int") -c 1 -T "$seconds" booking >"$output" 2>&1
  if grep -q aborted "$output"; then die "not every request was answered: $(cat "$output")"; fi
  awk '/transactions actually processed/ {requests = $NF; sub(/.*\//, "", requests)} /^tps = / {tps = $3}
       END {print requests, requests / tps, "-", "-"}' "$output"
}
