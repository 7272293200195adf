# The rate limiter alone, in the database: one check is a look-up and an entry in a log in shared memory, no table. On two
# cores, eight backends contending for the entry of one caller is as bad as it gets. Goals: A at least 2,000,000 a second (0.5
# microseconds a check); of B's CPU at most 1.5 microseconds a check (backend us).
# shellcheck shell=bash disable=SC2034
title_a="rate limit checks, 1 backend, 1000 callers"
title_b="rate limit checks, 8 backends, 1 caller"

psql -X -q -d booking -c "
  CREATE OR REPLACE FUNCTION public.measure_rate_limit(checks integer, callers integer) RETURNS double precision
  LANGUAGE c AS '\$libdir/pg_booking', 'pg_booking_measure_rate_limit'"

side_a() { rate_limit_checks 1 1000; }
side_b() { rate_limit_checks 8 1; }
