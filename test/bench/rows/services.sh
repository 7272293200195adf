# A short list out of several tables, end to end.
# shellcheck shell=bash disable=SC2034,SC2154
title_a="GET /v1/services, $http_connections connections"
title_b="pgbench -S -M prepared, $pgbench_clients clients"

paths=$bench_dir/services.paths
echo '/v1/services?salonSlug=example-salon' >"$paths"

side_a() { http_get "$paths"; }
side_b() { pgbench_select; }
