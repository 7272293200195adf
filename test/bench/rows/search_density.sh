# Ten times the visits a day take about ten times as long, not a hundred. Goal: at most 12 times, A/B at least 0.083.
# shellcheck shell=bash disable=SC2034
title_a="search, 1 person x 31 days, 120 visits a day"
title_b="the same, 12 visits a day"

search_salon

of() {
  echo "SELECT count(*) FROM booking.search_slots('$TENANT', '$(psql -X -At -d booking -c "SELECT bench.service('$1')")', NULL, NULL, current_date + 10, current_date + 40);"
}
side_a() { pgbench_sql 1 "$(of Dense)"; }
side_b() { pgbench_sql 1 "$(of Sparse)"; }
