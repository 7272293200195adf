# Booking does not get slower with the years: among a million bookings (made first, which takes minutes) against among ten
# thousand. Goal: at most 1.3 times as long, A/B at least 0.77. Inside the database.
# shellcheck shell=bash disable=SC2034,SC2154
title_a="booking among 1,000,000 rows, $pgbench_clients clients"
title_b="booking among 10,000 rows, $pgbench_clients clients"

"$bin/create-database" "$cluster" booking_million
psql -X -q -d booking_million -c 'ALTER DATABASE booking_million SET pg_booking.rate_limits = off'
bench_salon booking_million
million_key=$bench_salon_key
load million.sql booking_million
bench_salon
few_key=$bench_salon_key

side_a() { bench_salon_key=$million_key book x-no-idempotency-key booking_million; }
side_b() { bench_salon_key=$few_key book x-no-idempotency-key booking; }
