# A month of one person: what a search costs beside reading the rows. Goal: at most 3 times count(*), A/B at least 0.33.
# shellcheck shell=bash disable=SC2034
title_a="search, 1 person x 31 days"
title_b="count(*) over the person's busy times"

search_salon

side_a() { pgbench_sql 1 "$(found_slots 1)"; }
side_b() { pgbench_sql 1 "$(counted_rows 1)"; }
