# Fifty rows of ten columns, written from their tuples and by json_agg, both by the same service. Goal: at least 1.6 of B.
# shellcheck shell=bash disable=SC2034,SC2154
title_a="GET /rest/v1, 50 rows, $http_connections connections"
title_b="the same rows by json_agg"

rest_setup
rows=$bench_dir/rest_list.paths
aggregated=$bench_dir/rest_list_json.paths
seq 0 1000 4000 | sed 's|.*|/rest/v1/visits?id=gt.&\&order=id\&limit=50|' >"$rows"
seq 0 1000 4000 | sed 's|.*|/rest/v1/rpc/visits_as_json?after=&|' >"$aggregated"

side_a() { BOOKING_API_KEY=$rest_token http_get "$rows"; }
side_b() { BOOKING_API_KEY=$rest_token http_get "$aggregated"; }
