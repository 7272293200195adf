-- What /rest/v1 exposes: a practice's tables, as views over the same rows that /v1 works on. They run as their caller, so
-- row-level security of the tables below is theirs.
CREATE SCHEMA api;
COMMENT ON SCHEMA api IS
  'A practice and its calendar
Appointments, clients, session notes and services of the practice that is signed in, its hours and settings, and free times.';
GRANT USAGE ON SCHEMA api TO anon, authenticated, service_role;

-- How times look to callers: a cast from a domain to json is one that /rest/v1 applies. PostgreSQL warns that it would not.
SET LOCAL client_min_messages = error;

CREATE DOMAIN api.local_time AS time;
COMMENT ON DOMAIN api.local_time IS 'A time of day at the practice; shown as HH:MM.';
CREATE FUNCTION api.json(value api.local_time) RETURNS json
  LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT to_json(to_char(value::time, CASE WHEN extract(second FROM value) = 0 THEN 'HH24:MI' ELSE 'HH24:MI:SS' END));
END;
COMMENT ON FUNCTION api.json(api.local_time) IS 'The time as callers see it, e.g. 14:00.';
CREATE CAST (api.local_time AS json) WITH FUNCTION api.json(api.local_time) AS IMPLICIT;

CREATE DOMAIN api.instant AS timestamptz;
COMMENT ON DOMAIN api.instant IS 'An instant; shown in UTC, as 2026-05-12T08:00:00Z.';
CREATE FUNCTION api.json(value api.instant) RETURNS json
  LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT to_json(booking.rfc3339(value));
END;
COMMENT ON FUNCTION api.json(api.instant) IS 'The instant as callers see it, e.g. 2026-05-12T08:00:00Z.';
CREATE CAST (api.instant AS json) WITH FUNCTION api.json(api.instant) AS IMPLICIT;

SET LOCAL client_min_messages = warning;

CREATE VIEW api.clients WITH (security_invoker = true) AS
  SELECT c.id, c.tenant_id AS therapist_id, c.name, c.email, c.phone, c.status,
         (SELECT count(*) FROM booking.bookings AS b
          WHERE b.tenant_id = c.tenant_id AND b.customer_id = c.id AND b.status = 'completed')::integer AS total_visits,
         c.created_at::api.instant AS created_at
  FROM booking.customers AS c;
COMMENT ON VIEW api.clients IS 'Who comes. Made here, or by their first booking through any other door.';
COMMENT ON COLUMN api.clients.email IS 'No two clients of a practice have the same.';
COMMENT ON COLUMN api.clients.status IS 'active, inactive or archived: for the practice''s own order.';
COMMENT ON COLUMN api.clients.total_visits IS 'Completed appointments; counted, not written.';
ALTER VIEW api.clients ALTER COLUMN id SET DEFAULT booking.uuid_v7();
ALTER VIEW api.clients ALTER COLUMN therapist_id SET DEFAULT booking.current_tenant();
ALTER VIEW api.clients ALTER COLUMN status SET DEFAULT 'active';

CREATE VIEW api.sessions WITH (security_invoker = true) AS
  SELECT n.id, n.tenant_id AS therapist_id, n.customer_id AS client_id, n.booking_id AS appointment_id,
         n.subjective, n.objective, n.assessment, n.plan, n.created_at::api.instant AS created_at
  FROM booking.session_notes AS n;
COMMENT ON VIEW api.sessions IS 'Notes on sessions in the SOAP form.';
ALTER VIEW api.sessions ALTER COLUMN id SET DEFAULT booking.uuid_v7();
ALTER VIEW api.sessions ALTER COLUMN therapist_id SET DEFAULT booking.current_tenant();

CREATE VIEW api.service_menu WITH (security_invoker = true) AS
  SELECT s.id, s.tenant_id AS therapist_id, s.name, s.description, s.category, s.duration_minutes AS duration,
         s.price_amount::numeric(12, 2) AS price, s.price_currency AS currency,
         s.buffer_before_minutes AS buffer_before, s.buffer_after_minutes AS buffer_after, s.slot_step_minutes AS step,
         s.bookable_online, s.active, s.created_at::api.instant AS created_at
  FROM booking.services AS s;
COMMENT ON VIEW api.service_menu IS 'What the practice offers. A new service is performed by its owner.';
COMMENT ON COLUMN api.service_menu.duration IS 'Minutes.';
COMMENT ON COLUMN api.service_menu.price IS 'In major units of the currency; null: told on request.';
COMMENT ON COLUMN api.service_menu.currency IS 'ISO 4217; USD unless said otherwise.';
COMMENT ON COLUMN api.service_menu.buffer_before IS 'Minutes kept free before each appointment.';
COMMENT ON COLUMN api.service_menu.buffer_after IS 'Minutes kept free after each appointment.';
COMMENT ON COLUMN api.service_menu.step IS 'Minutes between two starts that are offered.';

CREATE VIEW api.appointments WITH (security_invoker = true) AS
  SELECT b.id, b.tenant_id AS therapist_id,
         (b.starts_at AT TIME ZONE l.time_zone)::date AS date,
         (b.starts_at AT TIME ZONE l.time_zone)::time::api.local_time AS start_time,
         (b.ends_at AT TIME ZONE l.time_zone)::time::api.local_time AS end_time,
         booking.appointment_status(b.status, b.visit_stage) AS status,
         b.customer_id AS client_id, b.guest_name AS client_name, b.service_id, b.staff_id AS provider_id, b.location_id,
         b.note AS notes, b.starts_at::api.instant AS starts_at, b.ends_at::api.instant AS ends_at,
         b.created_at::api.instant AS created_at, b.updated_at::api.instant AS updated_at
  FROM booking.bookings AS b
  JOIN booking.locations AS l ON l.tenant_id = b.tenant_id AND l.id = b.location_id
  WHERE b.removed_at IS NULL;
COMMENT ON VIEW api.appointments IS
  'The calendar, whoever made the booking. Written here for any free time; nobody can be booked twice at the same time.';
COMMENT ON COLUMN api.appointments.date IS 'Local date of the start.';
COMMENT ON COLUMN api.appointments.start_time IS 'Local time.';
COMMENT ON COLUMN api.appointments.end_time IS 'Local time; when left out, the service''s duration after the start.';
COMMENT ON COLUMN api.appointments.status IS
  'scheduled, confirmed, checked_in, in_progress, completed, cancelled or no_show; moves forward only. Only an appointment that is still to come takes time.';
COMMENT ON COLUMN api.appointments.client_id IS 'When left out, a new client is made of client_name.';
COMMENT ON COLUMN api.appointments.client_name IS 'The client''s name on this appointment; when left out, as on file.';
COMMENT ON COLUMN api.appointments.provider_id IS 'Who performs it; the owner when left out.';
COMMENT ON COLUMN api.appointments.starts_at IS 'The start as an instant: tells the two readings of a repeated hour apart. Follows from date and start_time.';

CREATE VIEW api.providers WITH (security_invoker = true) AS
  SELECT s.id, s.tenant_id AS therapist_id, s.name, s.bio, s.role, s.active, s.sort_order,
         s.max_bookings_per_day, s.max_bookings_per_week, s.created_at::api.instant AS created_at
  FROM booking.staff AS s;
COMMENT ON VIEW api.providers IS 'Who can be booked.';
ALTER VIEW api.providers ALTER COLUMN id SET DEFAULT booking.uuid_v7();
ALTER VIEW api.providers ALTER COLUMN therapist_id SET DEFAULT booking.current_tenant();

CREATE VIEW api.provider_services WITH (security_invoker = true) AS
  SELECT s.tenant_id AS therapist_id, s.staff_id AS provider_id, s.service_id, s.duration_minutes AS duration, s.price_amount AS price
  FROM booking.staff_services AS s;
COMMENT ON VIEW api.provider_services IS 'Who performs which service, and in what their duration or price differs from it.';
ALTER VIEW api.provider_services ALTER COLUMN therapist_id SET DEFAULT booking.current_tenant();

CREATE VIEW api.locations WITH (security_invoker = true) AS
  SELECT l.id, l.tenant_id AS therapist_id, l.slug, l.name, l.time_zone, l.address, l.phone, l.is_default, l.active,
         l.created_at::api.instant AS created_at
  FROM booking.locations AS l;
COMMENT ON VIEW api.locations IS 'Where the practice works, and in which time zone its dates and times are.';
ALTER VIEW api.locations ALTER COLUMN id SET DEFAULT booking.uuid_v7();
ALTER VIEW api.locations ALTER COLUMN therapist_id SET DEFAULT booking.current_tenant();

CREATE VIEW api.business_hours WITH (security_invoker = true) AS
  SELECT h.id, h.tenant_id AS therapist_id, h.location_id, h.weekday, h.opens, h.closes FROM booking.opening_hours AS h;
COMMENT ON VIEW api.business_hours IS 'Weekly opening hours; several rows of a weekday make several intervals.';
COMMENT ON COLUMN api.business_hours.weekday IS '1 Monday to 7 Sunday.';
ALTER VIEW api.business_hours ALTER COLUMN id SET DEFAULT booking.uuid_v7();
ALTER VIEW api.business_hours ALTER COLUMN therapist_id SET DEFAULT booking.current_tenant();
ALTER VIEW api.business_hours ALTER COLUMN location_id SET DEFAULT booking.default_location_id(booking.current_tenant());

CREATE VIEW api.provider_hours WITH (security_invoker = true) AS
  SELECT h.id, h.tenant_id AS therapist_id, h.staff_id AS provider_id, h.location_id, h.weekday, h.opens, h.closes
  FROM booking.working_hours AS h;
COMMENT ON VIEW api.provider_hours IS
  'Weekly hours of one person; who has none works the opening hours, and with opening hours both must be open.';
COMMENT ON COLUMN api.provider_hours.weekday IS '1 Monday to 7 Sunday.';
ALTER VIEW api.provider_hours ALTER COLUMN id SET DEFAULT booking.uuid_v7();
ALTER VIEW api.provider_hours ALTER COLUMN therapist_id SET DEFAULT booking.current_tenant();
ALTER VIEW api.provider_hours ALTER COLUMN provider_id SET DEFAULT booking.owner_staff_id(booking.current_tenant());
ALTER VIEW api.provider_hours ALTER COLUMN location_id SET DEFAULT booking.default_location_id(booking.current_tenant());

CREATE VIEW api.date_overrides WITH (security_invoker = true) AS
  SELECT o.id, o.tenant_id AS therapist_id, o.location_id, o.staff_id AS provider_id, o.on_date AS date, o.opens, o.closes, o.reason
  FROM booking.date_overrides AS o;
COMMENT ON VIEW api.date_overrides IS
  'Other hours on one date, of the practice or, with provider_id, of one person; without opens and closes the date is closed.';
ALTER VIEW api.date_overrides ALTER COLUMN id SET DEFAULT booking.uuid_v7();
ALTER VIEW api.date_overrides ALTER COLUMN therapist_id SET DEFAULT booking.current_tenant();
ALTER VIEW api.date_overrides ALTER COLUMN location_id SET DEFAULT booking.default_location_id(booking.current_tenant());

CREATE VIEW api.unavailability WITH (security_invoker = true) AS
  SELECT t.id, t.tenant_id AS therapist_id, t.staff_id AS provider_id, t.starts_at, t.ends_at, t.reason FROM booking.time_off AS t;
COMMENT ON VIEW api.unavailability IS 'When a person is away, from one instant to another, whatever the hours say.';
COMMENT ON COLUMN api.unavailability.provider_id IS 'The owner when left out.';
ALTER VIEW api.unavailability ALTER COLUMN id SET DEFAULT booking.uuid_v7();
ALTER VIEW api.unavailability ALTER COLUMN therapist_id SET DEFAULT booking.current_tenant();
ALTER VIEW api.unavailability ALTER COLUMN provider_id SET DEFAULT booking.owner_staff_id(booking.current_tenant());

CREATE VIEW api.booking_settings WITH (security_invoker = true) AS
  SELECT t.tenant_id AS therapist_id, t.name, t.minimum_notice_minutes, t.horizon_days AS max_advance_days, t.approval, t.published,
         t.cancel_deadline_minutes, t.guest_cancel, t.guest_reschedule
  FROM booking.tenants AS t;
COMMENT ON VIEW api.booking_settings IS 'The rules for those who book themselves: one row.';

GRANT SELECT ON ALL TABLES IN SCHEMA api TO authenticated, service_role;
GRANT INSERT, UPDATE, DELETE ON api.clients, api.sessions, api.service_menu, api.appointments, api.providers, api.provider_services,
  api.locations, api.business_hours, api.provider_hours, api.date_overrides, api.unavailability TO authenticated, service_role;
GRANT UPDATE ON api.booking_settings TO authenticated, service_role;

-- What the views, and the functions behind them, need of the tables below when the owner calls. Row-level security says which
-- rows, and what a practice pays for is not its own to change.
GRANT SELECT ON booking.tenants, booking.tenant_slugs TO authenticated;
GRANT UPDATE (name, minimum_notice_minutes, horizon_days, horizon_business_days, approval, published, cancel_deadline_minutes, guest_cancel, guest_reschedule)
  ON booking.tenants TO authenticated;
GRANT SELECT, INSERT, UPDATE, DELETE ON booking.locations, booking.staff, booking.services, booking.staff_services,
  booking.opening_hours, booking.working_hours, booking.date_overrides, booking.breaks, booking.blocked_slots, booking.time_off,
  booking.customers TO authenticated;
GRANT SELECT, INSERT, UPDATE ON booking.bookings TO authenticated;
GRANT SELECT, INSERT, DELETE ON booking.busy_times TO authenticated;
GRANT SELECT, INSERT, DELETE ON booking.holds TO authenticated;
GRANT SELECT, INSERT ON booking.booking_events TO authenticated;
