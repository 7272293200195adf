# The same answer in plain SQL with multiranges. Goal: the engine is at least 15 times as fast.
# shellcheck shell=bash disable=SC2034,SC2154
title_a="search, 10 people x 31 days, as JSON"
title_b="range_agg, multirange minus, json_agg"

search_salon

in_sql() {
  cat <<SQL
SELECT octet_length(json_agg(json_build_object('startsAt', start, 'endsAt', start + interval '15 minutes', 'staffId', staff_id) ORDER BY start, staff_id)::text)
FROM unnest('$PEOPLE_10'::uuid[]) AS staff_id
CROSS JOIN LATERAL (SELECT range_agg(tstzrange(day + interval '8 hours', day + interval '18 hours')) AS hours
                    FROM (SELECT bench.at(days) AS day FROM generate_series(10, 40) AS days) AS d) AS open
CROSS JOIN LATERAL (SELECT range_agg(tstzrange(protected_from, protected_to)) AS times FROM booking.busy_times AS t
                    WHERE t.tenant_id = '$TENANT' AND t.staff_id = staff_id.staff_id
                      AND t.protected_from >= bench.at(10) AND t.protected_from < bench.at(41)) AS busy
CROSS JOIN LATERAL unnest(hours - times) AS gap
CROSS JOIN LATERAL generate_series(lower(gap), upper(gap) - interval '15 minutes', interval '15 minutes') AS start;
SQL
}
side_a() { pgbench_sql 1 "$(json_slots 10)"; }
side_b() { pgbench_sql 1 "$(in_sql | tr '\n' ' ')"; }
