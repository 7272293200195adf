# The next free start stops at the first hit: with one in the first week three years of horizon cost what a month does. Goal: A/B 1.
# shellcheck shell=bash disable=SC2034
title_a="next_available, horizon of 1098 days"
title_b="next_available, horizon of 30 days"

search_salon

next_within() {
  psql -X -q -d booking -c "UPDATE booking.tenants SET horizon_days = $1 WHERE tenant_id = '$TENANT'"
  pgbench_sql 1 "SELECT starts_at FROM booking.next_available('$TENANT', '$SERVICE_10', NULL, NULL, now());"
}
side_a() { next_within 1098; }
side_b() { next_within 30; }
