# Events delivered by one sender to a receiver on this machine, and what of it the database does: A/B is the share of the
# time that claiming and reporting take, as a sender claims and reports them.
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
DO $$
DECLARE
  claim record;
BEGIN
  FOR claim IN SELECT * FROM booking.claim_webhooks(32, '1 minute') LOOP
    PERFORM booking.record_webhook_attempt(claim.tenant_id, claim.delivery_id, claim.attempt, claim.lease, 204, NULL, 1, '', NULL);
    COMMIT;
  END LOOP;
END $$;
SQL

prepare_side_a() { curl -sf "$webhooks_url/fill?outbox=sending&seconds=$((seconds + 2))"; }
side_a() { curl -sf "$webhooks_url/send?seconds=$seconds"; }

prepare_side_b() { curl -sf "$webhooks_url/fill?outbox=idle&seconds=$((2 * seconds))"; }
side_b() {
  local started=$EPOCHREALTIME
  pgbench -n -f "$bench_dir/webhooks.sql" -c 1 -T "$seconds" "$webhooks_database" >"$bench_dir/webhooks_pgbench.log" 2>&1
  awk -v from="$started" -v to="$EPOCHREALTIME" -v delivered="$(psql -X -At -d "$webhooks_database" \
    -c "SELECT count(*) FROM booking.webhook_deliveries WHERE status = 'delivered'")" 'BEGIN {print delivered, to - from, "-", "-"}'
}
