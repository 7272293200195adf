# A month of ten people with thirty visits a day, searched and written as JSON, against the bare index scan of the same rows.
# Goal: at most 1.5 times as long, A/B at least 0.67.
# shellcheck shell=bash disable=SC2034
title_a="search, 10 people x 31 days, as JSON"
title_b="count(*) over their busy times"

search_salon

side_a() { pgbench_sql 1 "$(json_slots 10)"; }
side_b() { pgbench_sql 1 "$(counted_rows 10)"; }
