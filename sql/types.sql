CREATE TYPE booking.plan AS ENUM ('free', 'starter', 'pro');
COMMENT ON TYPE booking.plan IS 'What a tenant pays for; the public API needs pro.';

CREATE TYPE booking.approval_mode AS ENUM ('automatic', 'manual');
COMMENT ON TYPE booking.approval_mode IS 'automatic: a new booking is confirmed at once; manual: it waits as pending until the provider answers.';

CREATE TYPE booking.price_type AS ENUM ('fixed', 'from', 'free', 'on_request');
COMMENT ON TYPE booking.price_type IS 'How a price is to be read: exact, a lower bound, nothing to pay, or told on request.';

CREATE TYPE booking.slot_alignment AS ENUM ('interval', 'clock', 'gap');
COMMENT ON TYPE booking.slot_alignment IS
  'Where the grid of candidate starts is anchored: at the start of each open interval, at the clock (multiples of the step since midnight), or at each free gap.';

CREATE TYPE booking.block_kind AS ENUM ('vacation', 'lunch', 'meeting', 'technical', 'other');
COMMENT ON TYPE booking.block_kind IS 'Why a time is blocked, for the calendar''s own readers.';

CREATE TYPE booking.booking_status AS ENUM
  ('pending', 'confirmed', 'declined', 'cancelled', 'reschedule_proposed', 'completed', 'no_show');
COMMENT ON TYPE booking.booking_status IS 'State of a booking; declined, cancelled, completed and no_show are final.';

CREATE TYPE booking.visit_stage AS ENUM ('scheduled', 'checked_in', 'in_progress');
COMMENT ON TYPE booking.visit_stage IS
  'How a practice looks at a confirmed booking: only scheduled, not yet confirmed with the client; the client is there; the session runs.';

CREATE TYPE booking.customer_status AS ENUM ('active', 'inactive', 'archived');
COMMENT ON TYPE booking.customer_status IS 'How a practice files a client; says nothing about who may book.';

CREATE TYPE booking.booking_source AS ENUM ('api', 'dashboard', 'public');
COMMENT ON TYPE booking.booking_source IS 'The door a booking came through: public API, the provider''s own tools, the public booking page.';

CREATE TYPE booking.booking_event AS ENUM
  ('booking.requested', 'booking.confirmed', 'booking.declined', 'booking.cancelled', 'booking.reschedule_proposed',
   'booking.reschedule_confirmed', 'booking.completed', 'booking.no_show');
COMMENT ON TYPE booking.booking_event IS 'Names of the moments of a booking''s life, as events and webhooks carry them.';

CREATE TYPE booking.booking_action AS ENUM
  ('confirm', 'decline', 'cancel', 'complete', 'mark_no_show', 'propose_reschedule', 'accept_reschedule', 'refuse_reschedule',
   'reschedule');
COMMENT ON TYPE booking.booking_action IS 'What can be done with a booking; booking.transitions() says when, by whom, and what comes of it.';

CREATE TYPE booking.busy_kind AS ENUM ('booking', 'proposal', 'hold', 'external');
COMMENT ON TYPE booking.busy_kind IS 'What takes somebody''s time: a booking at its time or at the time proposed for it, a hold, or another calendar.';

CREATE TYPE booking.actor_type AS ENUM ('api_key', 'guest', 'provider', 'system');
COMMENT ON TYPE booking.actor_type IS 'Who caused a booking event.';

CREATE TYPE booking.staff_role AS ENUM ('owner', 'admin', 'staff');
COMMENT ON TYPE booking.staff_role IS 'Standing of a staff member in the business; a tenant has exactly one owner at most.';

CREATE TYPE booking.api_key_type AS ENUM ('personal', 'integration');
COMMENT ON TYPE booking.api_key_type IS
  'personal: acts for the user who made it and ends with that user''s access; integration: independent of any user.';

CREATE TYPE booking.api_key_kind AS ENUM ('owner', 'guest_partner');
COMMENT ON TYPE booking.api_key_kind IS
  'owner: may hold every capability; guest_partner: only services.read, staff.read, availability.read, booking.create.';

CREATE TYPE booking.capability AS ENUM
  ('availability.read', 'booking.create', 'booking.read', 'booking.cancel', 'services.read', 'staff.read',
   'webhook.manage', 'subscription.read');
COMMENT ON TYPE booking.capability IS 'What an API key may do; fixed when the key is made.';

CREATE TYPE booking.rate_tier AS ENUM ('standard', 'elevated');
COMMENT ON TYPE booking.rate_tier IS 'Which of the two public rate limits an API key has; elevated is granted by the operator.';

CREATE TYPE booking.api_key_status AS ENUM ('active', 'expired', 'revoked');
COMMENT ON TYPE booking.api_key_status IS 'Whether a key can be used, and if not, why.';

