-- What /v1 answers, as types: the OpenAPI document is made from them and from their comments. Every member is always there;
-- it can be null exactly if its comment says null.

CREATE DOMAIN booking.v1_id AS text;
COMMENT ON DOMAIN booking.v1_id IS 'An opaque id: the kind of thing, an underscore, 26 characters.';
CREATE DOMAIN booking.v1_date AS text;
COMMENT ON DOMAIN booking.v1_date IS 'A local date, YYYY-MM-DD.';
CREATE DOMAIN booking.v1_time AS text;
COMMENT ON DOMAIN booking.v1_time IS 'A local time of day, HH:MM.';
CREATE DOMAIN booking.v1_instant AS text;
COMMENT ON DOMAIN booking.v1_instant IS 'An instant in UTC, as RFC 3339 writes it.';

CREATE TYPE booking.v1_price AS (amount numeric, currency text);
COMMENT ON TYPE booking.v1_price IS 'A price in major units.';
COMMENT ON COLUMN booking.v1_price.amount IS 'In major units of the currency.';
COMMENT ON COLUMN booking.v1_price.currency IS 'ISO 4217 code.';

CREATE TYPE booking.v1_service AS (
  id booking.v1_id, name text, description text, category text, "durationMinutes" integer,
  "priceType" booking.price_type, "pricingVersion" text, price booking.v1_price, capacity integer);
COMMENT ON TYPE booking.v1_service IS 'A service that can be booked online.';
COMMENT ON COLUMN booking.v1_service.id IS 'The serviceId of searches and bookings.';
COMMENT ON COLUMN booking.v1_service.name IS 'For people.';
COMMENT ON COLUMN booking.v1_service.description IS 'For people, or null.';
COMMENT ON COLUMN booking.v1_service.category IS 'Group to show it in, or null.';
COMMENT ON COLUMN booking.v1_service."durationMinutes" IS 'What the guest sees, without buffers.';
COMMENT ON COLUMN booking.v1_service."priceType" IS 'How the price is to be read.';
COMMENT ON COLUMN booking.v1_service."pricingVersion" IS 'Changes with price and duration; may be sent back with a booking.';
COMMENT ON COLUMN booking.v1_service.price IS 'null when the service is free or its price is told on request.';
COMMENT ON COLUMN booking.v1_service.capacity IS 'How many guests share a start with one person, each by a booking of their own; 1 when nobody does.';

CREATE TYPE booking.v1_staff_member AS (id booking.v1_id, name text, bio text, "serviceIds" text[]);
COMMENT ON TYPE booking.v1_staff_member IS 'A person who can be booked; no contact data.';
COMMENT ON COLUMN booking.v1_staff_member.id IS 'The staffId of searches and bookings.';
COMMENT ON COLUMN booking.v1_staff_member.name IS 'For people.';
COMMENT ON COLUMN booking.v1_staff_member.bio IS 'For people, or null.';
COMMENT ON COLUMN booking.v1_staff_member."serviceIds" IS 'Services that the person performs and that can be booked online.';

CREATE TYPE booking.v1_slot AS (
  date booking.v1_date, "startTime" booking.v1_time, "endTime" booking.v1_time, "utcOffset" text, "startsAt" booking.v1_instant,
  "endsAt" booking.v1_instant, "staffId" booking.v1_id);
COMMENT ON TYPE booking.v1_slot IS 'A bookable start as /v1 shows it: local fields in the location''s zone, and the instants.';
COMMENT ON COLUMN booking.v1_slot.date IS 'Local date of the start.';
COMMENT ON COLUMN booking.v1_slot."startTime" IS 'Local time of the start.';
COMMENT ON COLUMN booking.v1_slot."endTime" IS 'Local time of the end.';
COMMENT ON COLUMN booking.v1_slot."utcOffset" IS 'What local clocks are ahead of UTC at the start, e.g. +02:00.';
COMMENT ON COLUMN booking.v1_slot."startsAt" IS 'The start; tells the two readings of a repeated hour apart.';
COMMENT ON COLUMN booking.v1_slot."endsAt" IS 'The end.';
COMMENT ON COLUMN booking.v1_slot."staffId" IS 'Who is free then.';

-- An array of them, as C writes it: see booking.v1_find_slots.
CREATE DOMAIN booking.v1_slots AS json;
COMMENT ON DOMAIN booking.v1_slots IS 'An array of booking.v1_slot.';

CREATE TYPE booking.v1_search_meta AS (truncated boolean, "nextCursor" text, "returnedSlots" integer, suppressed boolean);
COMMENT ON TYPE booking.v1_search_meta IS 'What /v1 tells beside the slots: whether the list was cut, its length, whether the business is not bookable at all.';
COMMENT ON COLUMN booking.v1_search_meta.truncated IS 'Whether there are more slots than were returned; the earliest ones are.';
COMMENT ON COLUMN booking.v1_search_meta."nextCursor" IS 'Where the same search goes on; null when nothing was cut.';
COMMENT ON COLUMN booking.v1_search_meta."returnedSlots" IS 'Length of the list.';
COMMENT ON COLUMN booking.v1_search_meta.suppressed IS 'Whether nothing is offered because business or service cannot be booked online at the moment.';

CREATE TYPE booking.v1_availability AS (timezone text, slots booking.v1_slots, meta booking.v1_search_meta);
COMMENT ON TYPE booking.v1_availability IS 'Bookable starts, earliest first.';
COMMENT ON COLUMN booking.v1_availability.timezone IS 'IANA zone of the location, which local dates and times are in.';
COMMENT ON COLUMN booking.v1_availability.slots IS 'At most 1000, by start, then by staffId.';
COMMENT ON COLUMN booking.v1_availability.meta IS 'Joins the envelope''s meta.';

CREATE TYPE booking.v1_guest AS (name text, email text, phone text);
COMMENT ON TYPE booking.v1_guest IS 'Who comes, as they named themselves on the booking.';
COMMENT ON COLUMN booking.v1_guest.name IS 'Full name.';
COMMENT ON COLUMN booking.v1_guest.email IS 'E-mail address; null when the business knows none.';
COMMENT ON COLUMN booking.v1_guest.phone IS 'International phone number, or null.';

CREATE TYPE booking.v1_cancellation AS ("by" booking.actor_type, reason text, at booking.v1_instant);
COMMENT ON TYPE booking.v1_cancellation IS 'Who cancelled, why, when.';
COMMENT ON COLUMN booking.v1_cancellation."by" IS 'In whose name.';
COMMENT ON COLUMN booking.v1_cancellation.reason IS 'As given, or null.';
COMMENT ON COLUMN booking.v1_cancellation.at IS 'When.';

CREATE TYPE booking.v1_proposal AS (
  date booking.v1_date, "startTime" booking.v1_time, "endTime" booking.v1_time, "staffId" booking.v1_id,
  "proposedAt" booking.v1_instant);
COMMENT ON TYPE booking.v1_proposal IS 'Another time, proposed by one side and not yet answered by the other.';
COMMENT ON COLUMN booking.v1_proposal.date IS 'Local date of the start.';
COMMENT ON COLUMN booking.v1_proposal."startTime" IS 'Local time of the start.';
COMMENT ON COLUMN booking.v1_proposal."endTime" IS 'Local time of the end.';
COMMENT ON COLUMN booking.v1_proposal."staffId" IS 'Who would perform it.';
COMMENT ON COLUMN booking.v1_proposal."proposedAt" IS 'When.';

CREATE TYPE booking.v1_booking AS (
  id booking.v1_id, "salonSlug" text, "locationSlug" text, "serviceId" booking.v1_id, "serviceName" text, "staffId" booking.v1_id,
  status booking.booking_status, date booking.v1_date, "startTime" booking.v1_time, "endTime" booking.v1_time, timezone text,
  "startsAt" booking.v1_instant, "endsAt" booking.v1_instant, "durationMinutes" integer, price booking.v1_price,
  "priceType" booking.price_type, "pricingVersion" text, guest booking.v1_guest, note text, source booking.booking_source,
  proposal booking.v1_proposal, cancellation booking.v1_cancellation, "cancelDeadlineAt" booking.v1_instant, "createdAt" booking.v1_instant,
  "updatedAt" booking.v1_instant, version integer);
COMMENT ON TYPE booking.v1_booking IS 'A booking as /v1 shows it.';
COMMENT ON COLUMN booking.v1_booking.id IS 'The bookingId of further requests.';
COMMENT ON COLUMN booking.v1_booking."salonSlug" IS 'The business.';
COMMENT ON COLUMN booking.v1_booking."locationSlug" IS 'The location.';
COMMENT ON COLUMN booking.v1_booking."serviceId" IS 'The service.';
COMMENT ON COLUMN booking.v1_booking."serviceName" IS 'Its name when the booking was made.';
COMMENT ON COLUMN booking.v1_booking."staffId" IS 'Who performs it.';
COMMENT ON COLUMN booking.v1_booking.status IS 'Where the booking stands.';
COMMENT ON COLUMN booking.v1_booking.date IS 'Local date of the start.';
COMMENT ON COLUMN booking.v1_booking."startTime" IS 'Local time of the start.';
COMMENT ON COLUMN booking.v1_booking."endTime" IS 'Local time of the end.';
COMMENT ON COLUMN booking.v1_booking.timezone IS 'IANA zone of the location, which local dates and times are in.';
COMMENT ON COLUMN booking.v1_booking."startsAt" IS 'The start.';
COMMENT ON COLUMN booking.v1_booking."endsAt" IS 'The end.';
COMMENT ON COLUMN booking.v1_booking."durationMinutes" IS 'What the guest sees, without buffers.';
COMMENT ON COLUMN booking.v1_booking.price IS 'Price when the booking was made; null when it was free or told on request.';
COMMENT ON COLUMN booking.v1_booking."priceType" IS 'How the price is to be read.';
COMMENT ON COLUMN booking.v1_booking."pricingVersion" IS 'Version of the duration and price that it was made under; the service''s, unless the person has their own.';
COMMENT ON COLUMN booking.v1_booking.guest IS 'Who comes.';
COMMENT ON COLUMN booking.v1_booking.note IS 'The guest''s note, or null.';
COMMENT ON COLUMN booking.v1_booking.source IS 'The door it came through.';
COMMENT ON COLUMN booking.v1_booking.proposal IS 'null unless the status is reschedule_proposed.';
COMMENT ON COLUMN booking.v1_booking.cancellation IS 'null unless the booking is cancelled.';
COMMENT ON COLUMN booking.v1_booking."cancelDeadlineAt" IS 'Until when the guest may cancel, by the rule in force when the booking was made.';
COMMENT ON COLUMN booking.v1_booking."createdAt" IS 'When it was made.';
COMMENT ON COLUMN booking.v1_booking."updatedAt" IS 'When it last changed.';
COMMENT ON COLUMN booking.v1_booking.version IS 'Counts the changes, from 1.';

CREATE TYPE booking.v1_booking_page AS (bookings booking.v1_booking[], "nextCursor" text);
COMMENT ON TYPE booking.v1_booking_page IS 'Bookings, a page at a time.';
COMMENT ON COLUMN booking.v1_booking_page.bookings IS 'By start, or with updatedSince in the order of changes.';
COMMENT ON COLUMN booking.v1_booking_page."nextCursor" IS
  'The cursor of the next page; null on the last one. With updatedSince there is no last one: what changes later follows this cursor.';

CREATE TYPE booking.v1_actor AS (type booking.actor_type, id text);
COMMENT ON TYPE booking.v1_actor IS 'Who caused an event.';
COMMENT ON COLUMN booking.v1_actor.type IS 'What kind of actor.';
COMMENT ON COLUMN booking.v1_actor.id IS 'Id of the API key or the user; null where there is neither.';

CREATE TYPE booking.v1_event AS (
  id booking.v1_id, event booking.booking_event, "fromStatus" booking.booking_status, "toStatus" booking.booking_status,
  actor booking.v1_actor, reason text, "occurredAt" booking.v1_instant, sequence integer);
COMMENT ON TYPE booking.v1_event IS 'Something that happened to a booking.';
COMMENT ON COLUMN booking.v1_event.id IS 'The same as in webhooks.';
COMMENT ON COLUMN booking.v1_event.event IS 'What happened.';
COMMENT ON COLUMN booking.v1_event."fromStatus" IS 'Status before; null for the first event.';
COMMENT ON COLUMN booking.v1_event."toStatus" IS 'Status after.';
COMMENT ON COLUMN booking.v1_event.actor IS 'Who caused it.';
COMMENT ON COLUMN booking.v1_event.reason IS 'As given, or null.';
COMMENT ON COLUMN booking.v1_event."occurredAt" IS 'When.';
COMMENT ON COLUMN booking.v1_event.sequence IS 'Counts the events of the booking, from 1.';

CREATE TYPE booking.v1_webhook_data AS (booking booking.v1_booking);
COMMENT ON TYPE booking.v1_webhook_data IS 'Member "data" of a webhook''s payload.';
COMMENT ON COLUMN booking.v1_webhook_data.booking IS 'The booking after the event.';

CREATE TYPE booking.v1_webhook_payload AS (
  event booking.booking_event, id booking.v1_id, v text, "occurredAt" booking.v1_instant, "salonSlug" text, "locationSlug" text,
  sequence integer, data booking.v1_webhook_data);
COMMENT ON TYPE booking.v1_webhook_payload IS 'What a webhook''s body says.';
COMMENT ON COLUMN booking.v1_webhook_payload.event IS 'What happened.';
COMMENT ON COLUMN booking.v1_webhook_payload.id IS 'Id of the event, the same as in the booking''s list of events.';
COMMENT ON COLUMN booking.v1_webhook_payload.v IS 'Version of the payload: 1.';
COMMENT ON COLUMN booking.v1_webhook_payload."occurredAt" IS 'When it happened.';
COMMENT ON COLUMN booking.v1_webhook_payload."salonSlug" IS 'The business.';
COMMENT ON COLUMN booking.v1_webhook_payload."locationSlug" IS 'The location.';
COMMENT ON COLUMN booking.v1_webhook_payload.sequence IS 'Counts the events of the booking, from 1: deliveries can overtake each other.';
COMMENT ON COLUMN booking.v1_webhook_payload.data IS 'What it happened to.';

CREATE TYPE booking.v1_webhook_config AS (
  url text, active boolean, "hasSecret" boolean, "createdAt" booking.v1_instant, "updatedAt" booking.v1_instant, "disabledReason" text);
COMMENT ON TYPE booking.v1_webhook_config IS 'The webhook configuration as /v1 shows it, never with its secret.';
COMMENT ON COLUMN booking.v1_webhook_config.url IS 'Where deliveries go.';
COMMENT ON COLUMN booking.v1_webhook_config.active IS 'Whether events are delivered.';
COMMENT ON COLUMN booking.v1_webhook_config."hasSecret" IS 'Whether there is a secret to sign with.';
COMMENT ON COLUMN booking.v1_webhook_config."createdAt" IS 'When it was first set.';
COMMENT ON COLUMN booking.v1_webhook_config."updatedAt" IS 'When it last changed.';
COMMENT ON COLUMN booking.v1_webhook_config."disabledReason" IS 'Why the system deactivated it; null when it did not.';

CREATE TYPE booking.v1_webhook_config_answer AS (config booking.v1_webhook_config);
COMMENT ON TYPE booking.v1_webhook_config_answer IS 'The webhook configuration, if there is one.';
COMMENT ON COLUMN booking.v1_webhook_config_answer.config IS 'null when none was ever set.';

CREATE TYPE booking.v1_webhook_put_answer AS (config booking.v1_webhook_config, secret text);
COMMENT ON TYPE booking.v1_webhook_put_answer IS 'The webhook configuration as it is now.';
COMMENT ON COLUMN booking.v1_webhook_put_answer.config IS 'With the new URL, active.';
COMMENT ON COLUMN booking.v1_webhook_put_answer.secret IS 'The secret, told once: null unless this answer is the first one to the PUT that made it.';

CREATE TYPE booking.v1_webhook_secret AS (secret text, "rotatedAt" booking.v1_instant);
COMMENT ON TYPE booking.v1_webhook_secret IS 'A new webhook secret.';
COMMENT ON COLUMN booking.v1_webhook_secret.secret IS '64 hexadecimal characters, told once: null when the answer is a replay.';
COMMENT ON COLUMN booking.v1_webhook_secret."rotatedAt" IS 'Since when it is in force.';

CREATE TYPE booking.v1_webhook_delivery AS (
  id booking.v1_id, event booking.booking_event, "bookingId" booking.v1_id, status booking.webhook_delivery_status, attempts integer,
  "lastStatusCode" integer, "lastError" text, "lastDurationMs" integer, "nextAttemptAt" booking.v1_instant,
  "createdAt" booking.v1_instant, "deliveredAt" booking.v1_instant);
COMMENT ON TYPE booking.v1_webhook_delivery IS 'A delivery as /v1 shows it: neither secret nor what the receiver answered.';
COMMENT ON COLUMN booking.v1_webhook_delivery.id IS 'The same on every attempt: receivers tell repetitions by it.';
COMMENT ON COLUMN booking.v1_webhook_delivery.event IS 'What happened.';
COMMENT ON COLUMN booking.v1_webhook_delivery."bookingId" IS 'The booking it happened to.';
COMMENT ON COLUMN booking.v1_webhook_delivery.status IS 'Where the delivery stands.';
COMMENT ON COLUMN booking.v1_webhook_delivery.attempts IS 'How often it was tried.';
COMMENT ON COLUMN booking.v1_webhook_delivery."lastStatusCode" IS 'HTTP status of the last attempt; null without an answer.';
COMMENT ON COLUMN booking.v1_webhook_delivery."lastError" IS 'What went wrong in the last attempt, or null.';
COMMENT ON COLUMN booking.v1_webhook_delivery."lastDurationMs" IS 'How long the last attempt took; null before the first.';
COMMENT ON COLUMN booking.v1_webhook_delivery."nextAttemptAt" IS 'When it is tried next; null unless it is pending.';
COMMENT ON COLUMN booking.v1_webhook_delivery."createdAt" IS 'When the event happened.';
COMMENT ON COLUMN booking.v1_webhook_delivery."deliveredAt" IS 'When it succeeded, or null.';

CREATE TYPE booking.v1_webhook_delivery_page AS (deliveries booking.v1_webhook_delivery[], "nextCursor" text);
COMMENT ON TYPE booking.v1_webhook_delivery_page IS 'Deliveries, a page at a time.';
COMMENT ON COLUMN booking.v1_webhook_delivery_page.deliveries IS 'Newest first.';
COMMENT ON COLUMN booking.v1_webhook_delivery_page."nextCursor" IS 'The cursor of the next page; null on the last one.';

CREATE TYPE booking.v1_sms_quota AS ("limit" integer, used integer, "resetsAt" booking.v1_instant);
COMMENT ON TYPE booking.v1_sms_quota IS 'SMS reminders of the current period.';
COMMENT ON COLUMN booking.v1_sms_quota."limit" IS 'How many there may be.';
COMMENT ON COLUMN booking.v1_sms_quota.used IS 'How many there were.';
COMMENT ON COLUMN booking.v1_sms_quota."resetsAt" IS 'When the count starts again; null when it never does.';

CREATE TYPE booking.v1_quota AS (sms booking.v1_sms_quota);
COMMENT ON TYPE booking.v1_quota IS 'What a plan counts.';
COMMENT ON COLUMN booking.v1_quota.sms IS 'SMS reminders.';

CREATE TYPE booking.v1_features AS (
  "publicApi" boolean, webhooks boolean, "multiLocation" boolean, "adminRole" boolean, waitlist boolean, "noShowMonitor" boolean);
COMMENT ON TYPE booking.v1_features IS 'What a plan contains.';
COMMENT ON COLUMN booking.v1_features."publicApi" IS 'This API.';
COMMENT ON COLUMN booking.v1_features.webhooks IS 'Webhooks.';
COMMENT ON COLUMN booking.v1_features."multiLocation" IS 'More than one location.';
COMMENT ON COLUMN booking.v1_features."adminRole" IS 'Administrators beside the owner.';
COMMENT ON COLUMN booking.v1_features.waitlist IS 'A waitlist for taken times.';
COMMENT ON COLUMN booking.v1_features."noShowMonitor" IS 'Blocking of guests who do not come.';

CREATE TYPE booking.v1_subscription AS (
  plan booking.plan, status text, "currentPeriodEnd" booking.v1_instant, "cancelAtPeriodEnd" boolean, quota booking.v1_quota,
  features booking.v1_features);
COMMENT ON TYPE booking.v1_subscription IS 'What the business pays for.';
COMMENT ON COLUMN booking.v1_subscription.plan IS 'The plan in force.';
COMMENT ON COLUMN booking.v1_subscription.status IS 'active.';
COMMENT ON COLUMN booking.v1_subscription."currentPeriodEnd" IS 'Until when it is paid; null when it has no end.';
COMMENT ON COLUMN booking.v1_subscription."cancelAtPeriodEnd" IS 'Whether it ends then.';
COMMENT ON COLUMN booking.v1_subscription.quota IS 'What is counted.';
COMMENT ON COLUMN booking.v1_subscription.features IS 'What it contains.';

