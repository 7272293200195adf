# What an Idempotency-Key costs a booking: claim, canonical body, stored answer, in the same transaction. Inside the database.
# shellcheck shell=bash disable=SC2034,SC2154
title_a="booking with Idempotency-Key, $pgbench_clients clients"
title_b="booking without, $pgbench_clients clients"

psql -X -q -v ON_ERROR_STOP=1 -d booking -f "$here/booking.sql" >/dev/null
bench_salon_key=$("$bin/create-api-key" "${DATABASE_URL%/*}/booking" bench-salon bench)

# book HEADERS: pgbench's script; a status other than 201 divides by zero, which ends the run. Both sides draw the unused UUID.
book() {
  local script=$bench_dir/book.sql output=$bench_dir/book.log
  cat >"$script" <<SQL
SELECT 1 / (status = 201)::int FROM (SELECT nextval('bench_booking') AS n, gen_random_uuid() AS key OFFSET 0) AS next,
  LATERAL booking.http_request('POST', '/v1/bookings', jsonb_build_object('authorization', 'Bearer $bench_salon_key',
    'content-type', 'application/json', '$1', key::text), bench_booking_body(n));
SQL
  pgbench -n -M prepared -f "$script" -c "$pgbench_clients" -j 2 -T "$seconds" booking >"$output" 2>&1
  if grep -q 'aborted' "$output"; then die "not every booking was made: $(cat "$output")"; fi
  awk '/transactions actually processed/ {requests = $NF; sub(/.*\//, "", requests)} /^tps = / {tps = $3}
       END {print requests, requests / tps, "-", "-"}' "$output"
}
side_a() { book idempotency-key; }
side_b() { book x-no-idempotency-key; }
