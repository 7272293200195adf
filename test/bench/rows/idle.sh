# What 2,000 idle keep-alive connections cost a busy client: nothing, but memory. Goal: A/B at least 0.9. Says how much memory
# an idle connection takes in the service. They are spread over 127.0.0.0/8, since one address may have 1,000.
# shellcheck shell=bash disable=SC2034,SC2154
title_a="GET /v1/bookings/{id}, $http_connections connections, 2,000 idle"
title_b="GET /v1/bookings/{id}, $http_connections connections, no other"

paths=$bench_dir/idle.paths
psql -X -At -d booking -c "
  SELECT '/v1/bookings/' || booking.public_id('bkg', b.id)
  FROM booking.bookings AS b JOIN booking.tenant_slugs AS business USING (tenant_id) WHERE business.slug = 'example-salon'" >"$paths"

resident_kilobytes() { awk '/^VmRSS/ {print $2}' "/proc/$SERVICE_PID/status"; }

# Runs a command while the idle connections are there; each has had one answer.
with_idle_connections() {
  local holder before
  before=$(resident_kilobytes)
  coproc holder { "$(find_node)" "$here/idle.mjs" "$BOOKING_URL" 2000; }
  # shellcheck disable=SC2154 # the coprocess
  read -r _ <&"${holder[0]}"
  echo "$(resident_kilobytes) $before" >"$bench_dir/idle.memory"
  "$@"
  # shellcheck disable=SC2154
  kill "$holder_PID"
  wait "$holder_PID" 2>/dev/null || true
}

side_a() { with_idle_connections http_get "$paths"; }
side_b() { http_get "$paths"; }
note() { awk '{printf "an idle connection takes %.1f kB in the service", ($1 - $2) / 2000}' "$bench_dir/idle.memory"; }
