# Two roles that take turns on one connection, and one that does not: plans are kept for each. Goal: at least 0.83 of B.
# shellcheck shell=bash disable=SC2034,SC2154
title_a="two roles in turn, in the database"
title_b="one role, in the database"

rest_setup
psql -X -q -d booking -c 'CREATE SEQUENCE IF NOT EXISTS public.bench_turns'

ask() {
  rest_requests "booking.http_request_packed('GET', '/rest/v1/visits?id=eq.107', $1, '', '127.0.0.1') LIKE '200%'::bytea"
}
side_a() {
  ask "CASE nextval('public.bench_turns') % 2 WHEN 0 THEN 'accept: */*' ELSE 'authorization: Bearer $rest_token' END"
}
side_b() { ask "CASE nextval('public.bench_turns') % 1 WHEN 0 THEN 'authorization: Bearer $rest_token' END"; }
