-- Every action on a booking in every status by every actor: what is allowed, what comes of it, and that all else changes nothing.
BEGIN;
\ir helpers/studio.sql
SELECT plan(310);

CREATE FUNCTION test.make(status booking.booking_status, proposer booking.actor_type DEFAULT 'provider',
  proposed_from text DEFAULT 'confirmed')
  RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
  t CONSTANT uuid := test.id('studio');
  id CONSTANT uuid := test.book('2031-05-12 10:00');
BEGIN
  IF status NOT IN ('pending', 'declined') AND NOT (status = 'reschedule_proposed' AND proposed_from = 'pending') THEN
    PERFORM booking.confirm_booking(t, id);
  END IF;
  CASE status
    WHEN 'pending', 'confirmed' THEN NULL;
    WHEN 'declined' THEN PERFORM booking.decline_booking(t, id);
    WHEN 'cancelled' THEN PERFORM booking.cancel_booking(t, id);
    WHEN 'completed' THEN PERFORM booking.complete_booking(t, id, now => test.at('2031-05-12 10:00'));
    WHEN 'no_show' THEN PERFORM booking.mark_no_show(t, id, now => test.at('2031-05-12 10:00'));
    WHEN 'reschedule_proposed' THEN
      PERFORM booking.propose_reschedule(t, id, test.at('2031-05-13 14:00'), test.id('bence'), actor_type => proposer, now => test.now());
  END CASE;
  RETURN id;
END $$;

CREATE FUNCTION test.act(id uuid, action text, actor booking.actor_type, moment timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  t CONSTANT uuid := test.id('studio');
  who CONSTANT uuid := test.id('somebody');
BEGIN
  CASE action
    WHEN 'confirm' THEN PERFORM booking.confirm_booking(t, id, 'Why', actor, who);
    WHEN 'decline' THEN PERFORM booking.decline_booking(t, id, 'Why', actor, who);
    WHEN 'cancel' THEN PERFORM booking.cancel_booking(t, id, 'Why', actor, who, now => moment);
    WHEN 'complete' THEN PERFORM booking.complete_booking(t, id, 'Why', actor, who, moment);
    WHEN 'mark_no_show' THEN PERFORM booking.mark_no_show(t, id, 'Why', actor, who, moment);
    WHEN 'propose_reschedule' THEN
      PERFORM booking.propose_reschedule(t, id, test.at('2031-05-12 14:00'), NULL, 'Why', actor, who, now => moment);
    WHEN 'accept_reschedule' THEN PERFORM booking.accept_reschedule(t, id, 'Why', actor, who, moment);
    WHEN 'refuse_reschedule' THEN PERFORM booking.refuse_reschedule(t, id, 'Why', actor, who);
    WHEN 'reschedule' THEN PERFORM booking.reschedule_booking(t, id, test.at('2031-05-12 14:00'), NULL, 'Why', actor, who, now => moment);
  END CASE;
END $$;

-- What comes of an action: a line that tells everything a change has to do, or the refusal's details. Leaves no trace.
CREATE FUNCTION test.outcome(
  from_status booking.booking_status, action text, actor booking.actor_type, moment timestamptz DEFAULT test.now(),
  proposer booking.actor_type DEFAULT 'provider', proposed_from text DEFAULT 'confirmed') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  made uuid;
  before booking.bookings;
  after booking.bookings;
  events_before bigint;
  last_event booking.booking_events;
  outcome text;
BEGIN
  made := test.make(from_status, proposer, proposed_from);
  before := test.booking(made);
  SELECT count(*) INTO events_before FROM booking.booking_events AS e WHERE e.booking_id = made;
  outcome := test.refusal(format('SELECT test.act(%L, %L, %L, %L)', made, action, actor, moment));
  after := test.booking(made);
  SELECT e.* INTO last_event FROM booking.booking_events AS e WHERE e.booking_id = made ORDER BY e.sequence DESC LIMIT 1;
  IF outcome = 'none' THEN
    outcome := format('%s, %s, busy: %s', after.status, coalesce(last_event.event::text, 'untold'), test.busy(made));
    IF after.version <> before.version + 1 OR after.updated_at <= before.updated_at OR after.changed_by <> pg_current_xact_id()
       OR last_event.sequence <> events_before + 1
       OR (last_event.from_status, last_event.to_status, last_event.actor_type, last_event.actor_id, last_event.reason)
          IS DISTINCT FROM (before.status, after.status, actor, test.id('somebody'), 'Why') THEN
      outcome := outcome || ', badly recorded: ' || after || ' ' || last_event;
    END IF;
  ELSIF before IS DISTINCT FROM after OR last_event.sequence <> events_before THEN
    outcome := outcome || ', but it was changed: ' || after || ' ' || last_event;
  END IF;
  RETURN outcome || (SELECT coalesce(string_agg(', broken: ' || broken, ''), '') FROM test.broken_invariants() AS broken);
END $$;

-- The same in a subtransaction that is undone.
CREATE FUNCTION test.try(
  from_status booking.booking_status, action text, actor booking.actor_type, moment timestamptz DEFAULT test.now(),
  proposer booking.actor_type DEFAULT 'provider', proposed_from text DEFAULT 'confirmed') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  outcome text;
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'TEST1', DETAIL = test.outcome(from_status, action, actor, moment, proposer, proposed_from);
EXCEPTION WHEN SQLSTATE 'TEST1' THEN
  GET STACKED DIAGNOSTICS outcome = PG_EXCEPTION_DETAIL;
  RETURN outcome;
END $$;

-- All that is allowed, at a moment when the visit is over; the proposal that is answered was made by the provider.
CREATE TEMP TABLE allowed (from_status booking.booking_status, action text, actors text[], outcome text);
INSERT INTO allowed VALUES
  ('pending', 'confirm', '{provider,system}', 'confirmed, booking.confirmed, busy: anna 2031-05-12 10:00 to 11:15'),
  ('pending', 'decline', '{provider}', 'declined, booking.declined, busy: '),
  ('pending', 'cancel', '{guest,provider,api_key}', 'cancelled, booking.cancelled, busy: '),
  ('confirmed', 'cancel', '{guest,provider,api_key}', 'cancelled, booking.cancelled, busy: '),
  ('reschedule_proposed', 'cancel', '{guest,provider,api_key}', 'cancelled, booking.cancelled, busy: '),
  ('confirmed', 'complete', '{provider,system}', 'completed, booking.completed, busy: '),
  ('confirmed', 'mark_no_show', '{provider}', 'no_show, booking.no_show, busy: '),
  ('pending', 'propose_reschedule', '{guest,provider}',
   'reschedule_proposed, booking.reschedule_proposed, busy: anna 2031-05-12 10:00 to 11:15, anna 2031-05-12 14:00 to 15:15'),
  ('confirmed', 'propose_reschedule', '{guest,provider}',
   'reschedule_proposed, booking.reschedule_proposed, busy: anna 2031-05-12 10:00 to 11:15, anna 2031-05-12 14:00 to 15:15'),
  ('reschedule_proposed', 'accept_reschedule', '{guest}', 'confirmed, booking.reschedule_confirmed, busy: bence 2031-05-13 14:00 to 15:15'),
  ('reschedule_proposed', 'refuse_reschedule', '{guest}', 'confirmed, untold, busy: anna 2031-05-12 10:00 to 11:15'),
  ('confirmed', 'reschedule', '{provider}', 'confirmed, booking.reschedule_confirmed, busy: anna 2031-05-12 14:00 to 15:15');

CREATE TEMP TABLE grid AS
  SELECT from_status, action, actor,
         -- Only what looks at the clock is done after the visit, everything else before it.
         CASE WHEN action IN ('complete', 'mark_no_show') THEN test.at('2031-05-12 11:00') ELSE test.now() END AS moment,
         (SELECT a.outcome FROM allowed AS a WHERE a.from_status = f AND a.action = act AND actor::text = ANY (a.actors)) AS outcome,
         (SELECT max(to_status) FROM (VALUES ('confirm', 'confirmed'), ('decline', 'declined'), ('cancel', 'cancelled'),
         ('complete', 'completed'),
            ('mark_no_show', 'no_show'), ('propose_reschedule', 'reschedule_proposed'), ('accept_reschedule', 'confirmed'),
            ('reschedule', 'confirmed'))
            AS target (a, to_status) WHERE a = act) AS requested
  FROM unnest(enum_range(NULL::booking.booking_status)) AS f (from_status),
       unnest(enum_range(NULL::booking.booking_action)) AS a (action_value),
       unnest(enum_range(NULL::booking.actor_type)) AS actor
  CROSS JOIN LATERAL (SELECT a.action_value::text AS action) AS named,
    LATERAL (SELECT f.from_status AS f, a.action_value::text AS act) AS same;
SELECT is((SELECT count(*) FROM grid), 252::bigint, '7 statuses, 9 actions, 4 actors');
SELECT is((SELECT count(*) FROM grid WHERE outcome IS NOT NULL), 22::bigint, 'of which 22 are allowed');

SELECT is(test.try(from_status, action, actor, moment), outcome, format('%s by %s while %s', action, actor, from_status))
FROM grid WHERE outcome IS NOT NULL ORDER BY action, from_status, actor;
SELECT matches(test.try(from_status, action, actor, moment),
               '^booking.invalid_state {"status":"' || from_status || coalesce('","requested":"' || requested, '') || '"[^}]*}$',
               format('no %s by %s while %s', action, actor, from_status))
FROM grid WHERE outcome IS NULL ORDER BY action, from_status, actor;

SELECT is((SELECT count(*) FROM booking.transitions()), 24::bigint,
  'the list of transitions holds these, and the answers to what a guest proposes');
SELECT is_empty($$ SELECT action, from_status, actor_type FROM booking.transitions() GROUP BY action, from_status,
  actor_type HAVING count(*) > 1 $$,
  'one for each question');

-- Whose proposal it is decides who may answer.
SELECT is(test.try('reschedule_proposed', action, actor, proposer => proposer), outcome,
  format('%s by %s of what %s proposed', action, actor, proposer))
FROM (VALUES
  ('accept_reschedule', 'provider'::booking.actor_type, 'guest'::booking.actor_type,
  'confirmed, booking.reschedule_confirmed, busy: bence 2031-05-13 14:00 to 15:15'),
  ('refuse_reschedule', 'provider', 'guest', 'confirmed, untold, busy: anna 2031-05-12 10:00 to 11:15'),
  ('accept_reschedule', 'guest', 'guest',
  'booking.invalid_state {"status":"reschedule_proposed","requested":"confirmed","allowedActors":["provider"]}'),
  ('refuse_reschedule', 'guest', 'guest', 'booking.invalid_state {"status":"reschedule_proposed","allowedActors":["provider"]}'),
  ('accept_reschedule', 'provider', 'provider',
  'booking.invalid_state {"status":"reschedule_proposed","requested":"confirmed","allowedActors":["guest"]}'),
  ('cancel', 'guest', 'guest', 'cancelled, booking.cancelled, busy: '),
  ('cancel', 'provider', 'guest', 'cancelled, booking.cancelled, busy: ')) AS answer (action, actor, proposer, outcome);
SELECT is(test.try('reschedule_proposed', action, 'guest', proposed_from => 'pending'), outcome,
  action || ' what was proposed for a pending booking')
FROM (VALUES ('accept_reschedule', 'confirmed, booking.reschedule_confirmed, busy: bence 2031-05-13 14:00 to 15:15'),
             ('refuse_reschedule', 'pending, untold, busy: anna 2031-05-12 10:00 to 11:15')) AS answer (action, outcome);

-- What looks at the clock.
SELECT is(test.try('confirmed', action, actor, moment::timestamp AT TIME ZONE 'Europe/Budapest'), outcome,
  format('%s by %s at %s', action, actor, moment))
FROM (VALUES
  ('complete', 'provider'::booking.actor_type, '2031-05-12 09:59:59.999999',
  'booking.invalid_state {"status":"confirmed","requested":"completed","notBefore":"2031-05-12T08:00:00Z"}'),
  ('complete', 'provider', '2031-05-12 10:00', 'completed, booking.completed, busy: '),
  ('complete', 'system', '2031-05-12 10:00',
  'booking.invalid_state {"status":"confirmed","requested":"completed","notBefore":"2031-05-12T09:00:00Z"}'),
  ('complete', 'system', '2031-05-12 10:59:59.999999',
  'booking.invalid_state {"status":"confirmed","requested":"completed","notBefore":"2031-05-12T09:00:00Z"}'),
  ('complete', 'system', '2031-05-12 11:00', 'completed, booking.completed, busy: '),
  ('mark_no_show', 'provider', '2031-05-12 09:59:59.999999',
  'booking.invalid_state {"status":"confirmed","requested":"no_show","notBefore":"2031-05-12T08:00:00Z"}'),
  ('mark_no_show', 'provider', '2031-05-12 10:00', 'no_show, booking.no_show, busy: '),
  ('mark_no_show', 'provider', '2031-08-01 10:00', 'no_show, booking.no_show, busy: '),
  ('cancel', 'guest', '2031-05-11 10:00', 'cancelled, booking.cancelled, busy: '),
  ('cancel', 'guest', '2031-05-11 10:00:00.000001',
  'booking.cancel_deadline_passed {"cause" : "deadline", "deadlineAt" : "2031-05-11T08:00:00Z"}'),
  ('cancel', 'provider', '2031-05-12 10:30', 'cancelled, booking.cancelled, busy: ')) AS step (action, actor, moment, outcome);
SELECT matches(test.try('reschedule_proposed', 'accept_reschedule', 'guest', test.at(moment)), outcome,
  'a proposed time is accepted ' || word || ' it comes')
FROM (VALUES ('2031-05-13 13:59'::timestamp, '^confirmed', 'until'), ('2031-05-13 14:00', '^booking.outside_booking_window .*"notice"',
  'not when')) AS step (moment, outcome, word);

-- How a booking begins.
CREATE FUNCTION test.beginning(approval booking.approval_mode, actor booking.actor_type) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  made uuid;
  outcome text;
BEGIN
  UPDATE booking.tenants SET approval = beginning.approval WHERE tenant_id = test.id('studio');
  made := test.book('2031-05-12 10:00', actor => actor);
  RAISE EXCEPTION USING ERRCODE = 'TEST1', DETAIL = (
    SELECT (test.booking(made)).status || string_agg(format(', %s by %s', e.event, e.actor_type), '' ORDER BY e.sequence)
    FROM booking.booking_events AS e WHERE e.booking_id = made);
EXCEPTION WHEN SQLSTATE 'TEST1' THEN
  GET STACKED DIAGNOSTICS outcome = PG_EXCEPTION_DETAIL;
  RETURN outcome;
END $$;
SELECT is(test.beginning(approval, actor), outcome, format('booked by %s, %s approval', actor, approval))
FROM (VALUES
  ('manual'::booking.approval_mode, 'guest'::booking.actor_type, 'pending, booking.requested by guest'),
  ('manual', 'api_key', 'pending, booking.requested by api_key'),
  ('manual', 'provider', 'confirmed, booking.requested by provider, booking.confirmed by provider'),
  ('automatic', 'guest', 'confirmed, booking.requested by guest, booking.confirmed by system'),
  ('automatic', 'provider', 'confirmed, booking.requested by provider, booking.confirmed by system')) AS step (approval, actor, outcome);

-- Unknown bookings, for every action.
SELECT is(test.refusal(format('SELECT test.act(%L, %L, ''provider'', test.now())', id, action)), 'booking.not_found',
  format('%s: %s', action, reason))
FROM unnest(enum_range(NULL::booking.booking_action)) AS action, (VALUES (booking.uuid_v7(), 'unknown'), (NULL, 'no booking'))
  AS step (id, reason);

-- In whose name a booking is cancelled: an hour before its start only the provider may.
CREATE FUNCTION test.cancel_for(actor booking.actor_type, on_behalf_of booking.actor_type) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  made uuid;
  outcome text;
BEGIN
  made := test.make('confirmed');
  outcome := test.refusal(format('SELECT booking.cancel_booking(%L, %L, actor_type => %L, on_behalf_of => %L, now => %L)',
                                 test.id('studio'), made, actor, on_behalf_of, test.at('2031-05-12 09:00')));
  RAISE EXCEPTION USING ERRCODE = 'TEST1', DETAIL = split_part(outcome, ' ', 1)
    || coalesce(', by ' || (test.booking(made)).cancelled_by, '');
EXCEPTION WHEN SQLSTATE 'TEST1' THEN
  GET STACKED DIAGNOSTICS outcome = PG_EXCEPTION_DETAIL;
  RETURN outcome;
END $$;
SELECT is(test.cancel_for(actor, on_behalf_of), outcome, format('%s on behalf of %s', actor, coalesce(on_behalf_of::text, 'nobody')))
FROM (VALUES
  ('provider'::booking.actor_type, NULL::booking.actor_type, 'none, by provider'), ('provider', 'guest', 'booking.cancel_deadline_passed'),
  ('api_key', NULL, 'none, by provider'), ('api_key', 'provider', 'none, by provider'),
  ('api_key', 'guest', 'booking.cancel_deadline_passed'),
  ('guest', NULL, 'booking.cancel_deadline_passed'), ('guest', 'guest', 'booking.cancel_deadline_passed'),
  ('guest', 'provider', 'booking.cancel_deadline_passed')) AS step (actor, on_behalf_of, outcome);

SELECT is_empty('SELECT * FROM test.broken_invariants()', 'nothing that must hold is broken');
SELECT * FROM finish();
ROLLBACK;
