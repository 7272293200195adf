# One search for twenty people against count(*) of one person, twenty times. Goal: at most 1.5 times as long, A/B at least 0.67.
# shellcheck shell=bash disable=SC2034
title_a="search, 20 people x 31 days"
title_b="20 times count(*) of one person"

search_salon

side_a() { pgbench_sql 1 "$(found_slots 20)"; }
side_b() { pgbench_sql 1 "$(for _ in {1..20}; do counted_rows 1; echo; done)"; }
