# One row by primary key under row-level security, with a token, end to end. Goals: at least 0.30 of B, 60 us of CPU a request.
# shellcheck shell=bash disable=SC2034,SC2154
title_a="GET /rest/v1, one row, $http_connections connections"
title_b="pgbench -S -M prepared, $pgbench_clients clients"

rest_setup
paths=$bench_dir/rest_row.paths
psql -X -At -d booking -c "SELECT '/rest/v1/visits?id=eq.' || id FROM bench_rest.visits WHERE owner = '$rest_owner'" >"$paths"

side_a() { BOOKING_API_KEY=$rest_token http_get "$paths"; }
side_b() { pgbench_select; }
