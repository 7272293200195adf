# One booking of ten thousand by its id, end to end, with four times as many connections as requests can be under way: the tail.
# Goals: A/B at least 0.45, service at most 15 us a request, p99 at most 10 ms.
# shellcheck shell=bash disable=SC2034,SC2154
title_a="GET /v1/bookings/{id}, 64 connections"
title_b="pgbench -S -M prepared, $pgbench_clients clients"

paths=$bench_dir/saturated.paths
psql -X -At -d booking -c "
  SELECT '/v1/bookings/' || booking.public_id('bkg', b.id)
  FROM booking.bookings AS b JOIN booking.tenant_slugs AS business USING (tenant_id) WHERE business.slug = 'example-salon'" >"$paths"

side_a() { http_get "$paths" 64; }
side_b() { pgbench_select; }
