# One booking of ten thousand by its id, end to end.
# shellcheck shell=bash disable=SC2034,SC2154
title_a="GET /v1/bookings/{id}, $http_connections connections"
title_b="pgbench -S -M prepared, $pgbench_clients clients"

paths=$bench_dir/booking.paths
psql -X -At -d booking -c "
  SELECT '/v1/bookings/' || booking.public_id('bkg', b.id)
  FROM booking.bookings AS b JOIN booking.tenant_slugs AS business USING (tenant_id) WHERE business.slug = 'example-salon'" >"$paths"

side_a() { http_get "$paths"; }
side_b() { pgbench_select; }
