# The first request of a shape: nothing of it is kept. Goal: A's backend CPU at most 3000 us a request.
# shellcheck shell=bash disable=SC2034,SC2154
title_a="a shape's first request, in the database"
title_b="its later ones, in the database"

rest_setup
psql -X -q -d booking -c 'CREATE SEQUENCE IF NOT EXISTS public.bench_shapes'

ask() {
  rest_requests "booking.http_request_packed('GET', '/rest/v1/visits?select=x' || $1 || chr(58) || 'id,name&id=eq.107',
    'authorization: Bearer $rest_token', '', '127.0.0.1') LIKE '200%'::bytea"
}
side_a() { ask "nextval('public.bench_shapes')"; }
side_b() { ask "nextval('public.bench_shapes') * 0"; }
