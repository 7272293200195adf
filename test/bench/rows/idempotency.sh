# What an Idempotency-Key costs a booking: claim, canonical body, stored answer, in the same transaction. Inside the database.
# shellcheck shell=bash disable=SC2034,SC2154
title_a="booking with Idempotency-Key, $pgbench_clients clients"
title_b="booking without, $pgbench_clients clients"

bench_salon

side_a() { book idempotency-key; }
side_b() { book x-no-idempotency-key; }
