# Events delivered by one sender to a receiver on this machine, and what of it the database does. A/B is at most the share of
# the sender's time that the database takes: B claims one by one, a sender many at once.
# shellcheck shell=bash disable=SC2034,SC2154
title_a="webhooks delivered by one sender, 32 endpoints"
title_b="the same claimed and reported, without HTTP"

"$(find_node)" "$here/webhooks.mjs" "$bench_dir/webhooks.env" >"$bench_dir/webhooks.log" 2>&1 </dev/null &
row_pids+=($!)
until [ -e "$bench_dir/webhooks.env" ]; do
  is_alive "${row_pids[-1]}" || die "no webhooks: $(cat "$bench_dir/webhooks.log")"
  sleep 0.1
done
read -r webhooks_url measured_pid webhooks_database <"$bench_dir/webhooks.env"
cat >"$bench_dir/webhooks.sql" <<'SQL'
SELECT tenant_id, delivery_id, attempt, lease FROM booking.claim_webhooks(1, '1 minute') \gset
SELECT booking.record_webhook_attempt(':tenant_id', ':delivery_id', :attempt, ':lease', 204, NULL, 1, '', NULL);
SQL

side_a() { curl -sf "$webhooks_url/send?seconds=$seconds"; }

side_b() {
  local output=$bench_dir/webhooks_pgbench.log
  curl -sf "$webhooks_url/fill?seconds=$seconds"
  pgbench -n -f "$bench_dir/webhooks.sql" -c 1 -T "$seconds" "$webhooks_database" >"$output" 2>&1
  awk '/transactions actually processed/ {requests = $NF; sub(/.*\//, "", requests)} /^tps = / {tps = $3}
       END {print requests, requests / tps, "-", "-"}' "$output"
}
