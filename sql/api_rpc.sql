-- What /rest/v1/rpc offers: free times, requests of guests, and the owner's administration. All of it for the practice that is
-- signed in. Times are text, as callers see them in the views: /rest/v1 knows how a domain looks for columns of relations only.

CREATE FUNCTION api.available_slots(
  service_id uuid, "from" date, "to" date, provider_id uuid DEFAULT NULL, location_id uuid DEFAULT NULL, max_slots integer DEFAULT 1000)
  RETURNS TABLE (date date, start_time text, end_time text, starts_at text, ends_at text,
                 provider_id uuid, location_id uuid)
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT (slot.starts_at AT TIME ZONE l.time_zone)::date, to_char(slot.starts_at AT TIME ZONE l.time_zone, 'HH24:MI'),
         to_char(slot.ends_at AT TIME ZONE l.time_zone, 'HH24:MI'), booking.rfc3339(slot.starts_at), booking.rfc3339(slot.ends_at),
         slot.staff_id, slot.location_id
  FROM booking.search_slots(booking.current_tenant(), available_slots.service_id, available_slots.location_id,
                            available_slots.provider_id, "from", "to", max_slots => available_slots.max_slots) AS slot
  JOIN booking.locations AS l ON l.tenant_id = booking.current_tenant() AND l.id = slot.location_id;
END;
COMMENT ON FUNCTION api.available_slots(uuid, date, date, uuid, uuid, integer) IS
  'Free times
The starts of a service that guests could book on the local dates from "from" to "to", with one provider or anybody, earliest first; at most max_slots of them.';

CREATE FUNCTION api.ranked_slots(
  service_id uuid, "from" date, "to" date, provider_id uuid DEFAULT NULL, location_id uuid DEFAULT NULL, max_slots integer DEFAULT 1000)
  RETURNS TABLE (date date, start_time text, end_time text, starts_at text, ends_at text,
                 provider_id uuid, location_id uuid, gap_minutes integer)
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT (slot.starts_at AT TIME ZONE l.time_zone)::date, to_char(slot.starts_at AT TIME ZONE l.time_zone, 'HH24:MI'),
         to_char(slot.ends_at AT TIME ZONE l.time_zone, 'HH24:MI'), booking.rfc3339(slot.starts_at), booking.rfc3339(slot.ends_at),
         slot.staff_id, slot.location_id, slot.gap_minutes
  FROM booking.rank_slots(booking.current_tenant(), ranked_slots.service_id, ranked_slots.location_id,
                          ranked_slots.provider_id, "from", "to", max_slots => ranked_slots.max_slots) AS slot
  JOIN booking.locations AS l ON l.tenant_id = booking.current_tenant() AND l.id = slot.location_id
  ORDER BY slot.gap_minutes, slot.starts_at, slot.staff_id, slot.location_id;
END;
COMMENT ON FUNCTION api.ranked_slots(uuid, date, date, uuid, uuid, integer) IS
  'Free times, the tidiest first
The starts of available_slots by the gap that each leaves in the provider''s day; at most max_slots of them. gap_minutes: time next to the appointment that no other one of this service could fill.';

CREATE FUNCTION api.next_available(
  service_id uuid, not_before timestamptz DEFAULT now(), provider_id uuid DEFAULT NULL, location_id uuid DEFAULT NULL,
  max_slots integer DEFAULT 1)
  RETURNS TABLE (date date, start_time text, end_time text, starts_at text, ends_at text,
                 provider_id uuid, location_id uuid)
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT (slot.starts_at AT TIME ZONE l.time_zone)::date, to_char(slot.starts_at AT TIME ZONE l.time_zone, 'HH24:MI'),
         to_char(slot.ends_at AT TIME ZONE l.time_zone, 'HH24:MI'), booking.rfc3339(slot.starts_at), booking.rfc3339(slot.ends_at),
         slot.staff_id, slot.location_id
  FROM booking.next_available(booking.current_tenant(), next_available.service_id, next_available.location_id,
                              next_available.provider_id, not_before, max_slots => next_available.max_slots) AS slot
  JOIN booking.locations AS l ON l.tenant_id = booking.current_tenant() AND l.id = slot.location_id;
END;
COMMENT ON FUNCTION api.next_available(uuid, timestamptz, uuid, uuid, integer) IS
  'The first free times
The first starts at or after an instant, as far ahead as guests may book.';

CREATE FUNCTION api.explain_slot(
  service_id uuid, starts_at timestamptz, provider_id uuid DEFAULT NULL, location_id uuid DEFAULT NULL)
  RETURNS TABLE (provider_id uuid, reason text, location_id uuid)
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT answer.staff_id, answer.reason, answer.location_id
  FROM booking.explain_slot(booking.current_tenant(), explain_slot.service_id, explain_slot.location_id, explain_slot.provider_id,
                            explain_slot.starts_at) AS answer;
END;
COMMENT ON FUNCTION api.explain_slot(uuid, timestamptz, uuid, uuid) IS
  'Why a time is not offered
Per provider and location: null when guests could book it, else off_grid, closed, time_off, busy, notice, horizon, limit or capacity.';

CREATE FUNCTION api.accept_proposal(appointment_id uuid) RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT booking.accept_reschedule(booking.current_tenant(), appointment_id, actor_type => 'provider', actor_id => booking.current_tenant());
END;
COMMENT ON FUNCTION api.accept_proposal(uuid) IS 'The practice takes the other time that a guest has asked for.';

CREATE FUNCTION api.refuse_proposal(appointment_id uuid) RETURNS void
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT booking.refuse_reschedule(booking.current_tenant(), appointment_id, actor_type => 'provider', actor_id => booking.current_tenant());
END;
COMMENT ON FUNCTION api.refuse_proposal(uuid) IS 'The appointment stays at its time, although a guest has asked for another one.';

CREATE FUNCTION api.create_api_key(
  name text, capabilities text[] DEFAULT NULL, kind text DEFAULT 'owner', expires_at timestamptz DEFAULT NULL,
  OUT api_key text, OUT api_key_id uuid)
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT made.api_key, made.api_key_id
  FROM booking.create_api_key(
    booking.current_tenant(), create_api_key.name,
    coalesce(create_api_key.capabilities::booking.capability[], enum_range(NULL::booking.capability)),
    create_api_key.kind::booking.api_key_kind, expires_at => create_api_key.expires_at) AS made;
END;
COMMENT ON FUNCTION api.create_api_key(text, text[], text, timestamptz) IS
  'A key for /v1
Told here once. capabilities: all when left out; kind: owner or guest_partner.';

CREATE FUNCTION api.list_api_keys()
  RETURNS TABLE (api_key_id uuid, name text, type booking.api_key_type, kind booking.api_key_kind,
                 capabilities booking.capability[], suffix text, status booking.api_key_status, rate_tier booking.rate_tier,
                 created_at text, expires_at text, revoked_at text, last_used_at text)
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT k.api_key_id, k.name, k.type, k.kind, k.capabilities, k.suffix, k.status, k.rate_tier, booking.rfc3339(k.created_at),
         booking.rfc3339(k.expires_at), booking.rfc3339(k.revoked_at), booking.rfc3339(k.last_used_at)
  FROM booking.list_api_keys(booking.current_tenant()) AS k;
END;
COMMENT ON FUNCTION api.list_api_keys() IS 'The practice''s keys for /v1, revoked and expired ones too; never their text.';

CREATE FUNCTION api.rotate_api_key(api_key_id uuid, overlap interval DEFAULT '24 hours') RETURNS text
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT booking.rotate_api_key(booking.current_tenant(), rotate_api_key.api_key_id, rotate_api_key.overlap);
END;
COMMENT ON FUNCTION api.rotate_api_key(uuid, interval) IS
  'A new text for a key
Told here once; the old one goes on working for the overlap.';

CREATE FUNCTION api.revoke_api_key(api_key_id uuid) RETURNS boolean
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT booking.revoke_api_key(booking.current_tenant(), revoke_api_key.api_key_id);
END;
COMMENT ON FUNCTION api.revoke_api_key(uuid) IS 'Ends a key at once; false when it had ended or is not there.';

CREATE FUNCTION booking.own_rate_limits()
  RETURNS TABLE (scope text, identity text, rate_group text, max_requests integer, used integer, retry_after interval, last_used_at timestamptz)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT s.scope, s.identity, s.rate_group, s.max_requests, s.used, s.retry_after, s.last_used_at
  FROM booking.rate_limit_status() AS s
  WHERE s.scope = 'user' AND s.identity = booking.current_tenant()::text
     OR s.scope = 'api_key' AND s.identity IN (SELECT k.id::text FROM booking.api_keys AS k WHERE k.tenant_id = booking.current_tenant());
END;
COMMENT ON FUNCTION booking.own_rate_limits() IS
  'booking.rate_limit_status() of the current tenant''s user and keys. Runs as its owner: the counts of all tenants are one memory.';

CREATE FUNCTION api.rate_limit_status()
  RETURNS TABLE (scope text, identity text, rate_group text, max_requests integer, used integer, retry_after interval, last_used_at text)
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT s.scope, s.identity, s.rate_group, s.max_requests, s.used, s.retry_after, booking.rfc3339(s.last_used_at)
  FROM booking.own_rate_limits() AS s;
END;
COMMENT ON FUNCTION api.rate_limit_status() IS
  'How much of the rate limits is used
For the user who is signed in and the practice''s API keys: requests of the last 60 seconds.';

CREATE FUNCTION api.plan() RETURNS TABLE (plan booking.plan, period_end text, cancel_at_period_end boolean)
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT booking.plan_in_force(t.plan, t.plan_period_end), booking.rfc3339(t.plan_period_end), t.cancel_at_period_end
  FROM booking.tenants AS t WHERE t.tenant_id = booking.current_tenant();
END;
COMMENT ON FUNCTION api.plan() IS 'What the practice pays for; /v1 and webhooks need pro.';

CREATE FUNCTION api.webhook_deliveries(max_deliveries integer DEFAULT 100)
  RETURNS TABLE (id uuid, event booking.booking_event, appointment_id uuid, status booking.webhook_delivery_status, attempts integer,
                 last_status_code integer, last_error text, next_attempt_at text, created_at text, delivered_at text)
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT d.id, d.event, d.booking_id, d.status, d.attempts, last.status_code, last.error, booking.rfc3339(d.next_attempt_at),
         booking.rfc3339(d.created_at), booking.rfc3339(d.delivered_at)
  FROM booking.webhook_deliveries AS d
  LEFT JOIN booking.webhook_attempts AS last ON last.tenant_id = d.tenant_id AND last.delivery_id = d.id AND last.number = d.attempts
  WHERE d.tenant_id = booking.current_tenant()
  ORDER BY d.created_at DESC, d.id DESC LIMIT max_deliveries;
END;
COMMENT ON FUNCTION api.webhook_deliveries(integer) IS
  'The practice''s webhook deliveries, newest first
Those without an event are tests.';

CREATE FUNCTION api.webhook_attempts(delivery_id uuid)
  RETURNS TABLE (number integer, started_at text, duration_ms integer, status_code integer, error text, answer text)
  LANGUAGE sql STABLE
BEGIN ATOMIC
  SELECT a.number, booking.rfc3339(a.started_at), a.duration_ms, a.status_code, a.error, a.answer
  FROM booking.webhook_attempts AS a
  WHERE a.tenant_id = booking.current_tenant() AND a.delivery_id = webhook_attempts.delivery_id ORDER BY a.number;
END;
COMMENT ON FUNCTION api.webhook_attempts(uuid) IS
  'The attempts of a webhook delivery, the first one first
With the beginning of what the receiver answered.';

CREATE FUNCTION api.replay_webhook(delivery_id uuid) RETURNS boolean
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT booking.replay_webhook(booking.current_tenant(), replay_webhook.delivery_id);
END;
COMMENT ON FUNCTION api.replay_webhook(uuid) IS
  'Sends a webhook delivery again
Same id, same bytes, with all retries anew; false when there is none of this id.';

CREATE FUNCTION api.send_test_webhook() RETURNS uuid
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT booking.send_test_webhook(booking.current_tenant());
END;
COMMENT ON FUNCTION api.send_test_webhook() IS
  'Sends an event "webhook.test" about nothing
Returns the delivery''s id: webhook_attempts tells how it goes.';

CREATE FUNCTION api.pause_webhooks() RETURNS boolean
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT booking.pause_webhooks(booking.current_tenant());
END;
COMMENT ON FUNCTION api.pause_webhooks() IS
  'Sends no webhooks for a while
Events are collected until resume_webhooks; false when that is so already, or nothing is configured.';

CREATE FUNCTION api.resume_webhooks() RETURNS boolean
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT booking.resume_webhooks(booking.current_tenant());
END;
COMMENT ON FUNCTION api.resume_webhooks() IS
  'Sends webhooks again
After a pause, a deactivation or a rest: all that is pending at once; false when nothing is configured.';

CREATE FUNCTION api.rotate_webhook_secret(overlap interval DEFAULT '24 hours') RETURNS text
  LANGUAGE sql VOLATILE
BEGIN ATOMIC
  SELECT booking.rotate_webhook_secret(booking.current_tenant(), rotate_webhook_secret.overlap);
END;
COMMENT ON FUNCTION api.rotate_webhook_secret(interval) IS
  'A new webhook secret
Told here once; for the overlap deliveries are signed with the old one too.';
