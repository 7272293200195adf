// What the HTTP tests share: businesses of their own to work with, requests, assertions on shapes.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';

export const serviceUrl = process.env.BOOKING_URL;
export const databaseUrl = process.env.DATABASE_URL;

/** Runs SQL as superuser; `:'name'` stands for a variable. Returns what psql prints, unaligned and without headers. */
export function sql(text, variables = {}, url = databaseUrl) {
  const flags = Object.entries(variables).flatMap(([name, value]) => ['-v', `${name}=${value}`]);
  return execFileSync('psql', ['-X', '-q', '-At', '-v', 'ON_ERROR_STOP=1', '-d', url, ...flags], {
    input: text,
    encoding: 'utf8',
  }).trim();
}

const newSalon = `
SELECT booking.create_tenant(:'slug', 'Test salon', :'zone', plan => :'plan', approval => :'approval') AS tenant \\gset
INSERT INTO booking.staff (tenant_id, name, sort_order)
  SELECT :'tenant', 'Person ' || n, n FROM generate_series(1, :people) AS n;
INSERT INTO booking.services (tenant_id, name, duration_minutes, price_type, price_amount, price_currency, sort_order) VALUES
  (:'tenant', 'Haircut', 45, 'fixed', 4500, 'HUF', 1), (:'tenant', 'Advice', 15, 'free', NULL, NULL, 2);
INSERT INTO booking.staff_services (tenant_id, staff_id, service_id)
  SELECT tenant_id, person.id, service.id FROM booking.staff AS person JOIN booking.services AS service USING (tenant_id)
  WHERE tenant_id = :'tenant';
INSERT INTO booking.opening_hours (tenant_id, location_id, weekday, opens, closes)
  SELECT tenant_id, id, weekday, '08:00', '20:00' FROM booking.locations, generate_series(1, 7) AS weekday
  WHERE tenant_id = :'tenant';
SELECT :'tenant'`;

const newKeys = `
WITH made AS (
  SELECT key.api_key, key.api_key_id FROM booking.tenant_slugs AS business
  CROSS JOIN generate_series(1, :count)
  CROSS JOIN LATERAL booking.create_api_key(business.tenant_id, 'test',
    coalesce(nullif(:'capabilities', 'all')::booking.capability[], enum_range(NULL::booking.capability))) AS key
  WHERE business.slug = :'slug')
SELECT string_agg(api_key, ' ') AS keys, array_agg(api_key_id) AS ids FROM made \\gset
UPDATE booking.api_keys SET rate_limits = '{"catalog": 1000, "availability": 1000, "booking": 1000, "webhook": 1000, "subscription": 1000}'
  WHERE id = ANY (:'ids');
SELECT :'keys'`;

/**
 * The texts of new keys of a business; `capabilities` is the array as SQL writes it, e.g. `{services.read}`. Each may send more
 * requests a minute than most tests do.
 */
export function createKeys(count, slug, capabilities = 'all', database = databaseUrl) {
  return sql(newKeys, { count, slug, capabilities }, database).split(' ');
}

export function createKey(slug, capabilities, database) {
  return createKeys(1, slug, capabilities, database)[0];
}

/** A business of its own for a test, open from 8 to 20 every day, with a haircut of 45 minutes and a free advice of 15. */
export class Salon {
  constructor({ zone = 'Europe/Budapest', plan = 'pro', approval = 'automatic', people = 1, database = databaseUrl } = {}) {
    this.slug = `salon-${randomBytes(6).toString('hex')}`;
    this.database = database;
    this.tenantId = sql(newSalon, { slug: this.slug, zone, plan, approval, people }, database);
  }

  /** Calls the API with a new key. */
  client(capabilities, url) {
    return new Client(createKey(this.slug, capabilities, this.database), url);
  }

  /** So many clients, each with a key of its own. */
  clients(count) {
    return createKeys(count, this.slug, undefined, this.database).map((key) => new Client(key));
  }
}

export class Client {
  constructor(key, url = serviceUrl) {
    this.key = key;
    this.url = url;
  }

  /** Resolves to { status, headers, body }, the body parsed. `body` is sent as JSON, a string as it is. */
  async request(method, path, body, headers = {}) {
    const init = { method, headers: { ...headers } };
    if (this.key !== undefined) init.headers.authorization ??= `Bearer ${this.key}`;
    if (body !== undefined) {
      init.headers['content-type'] ??= 'application/json';
      init.body = typeof body === 'string' ? body : JSON.stringify(body);
    }
    const response = await fetch(`${this.url}/v1${path}`, init);
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
  }

  get(path) {
    return this.request('GET', path);
  }

  post(path, body = {}) {
    return this.request('POST', path, body);
  }

  /** The data of an answer that must have this status. */
  async data(status, method, path, body) {
    const answer = await this.request(method, path, body);
    assert.equal(answer.status, status, JSON.stringify(answer.body));
    assertSuccess(answer);
    return answer.body.data;
  }
}

const start = Date.now();

/** The date in the zone that many days after this run began, as YYYY-MM-DD: midnight on the way changes nothing. */
export function localDate(days, zone = 'Europe/Budapest') {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(start + days * 86_400_000);
}

// Shapes: a value, a function that checks one, or an object or one-element array of such.
export const id = (prefix) => new RegExp(`^${prefix}_[0-7][0-9a-hjkmnp-tv-z]{25}$`);
export const date = /^\d{4}-\d{2}-\d{2}$/;
export const time = /^\d{2}:\d{2}$/;
export const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/;
export const text = (value) => assert.equal(typeof value, 'string');
export const whole = (value) => assert.ok(Number.isInteger(value), `${value} is no whole number`);
export const truth = (value) => assert.equal(typeof value, 'boolean');
export const oneOf = (...values) => (value) => assert.ok(values.includes(value), `${value} is none of ${values}`);
export const nullOr = (shape) => (value, path) => value === null || assertShape(value, shape, path);

/** An object must have exactly the members of its shape, an array elements of the one shape in it. */
export function assertShape(value, shape, path = 'answer') {
  if (typeof shape === 'function') {
    try {
      shape(value, path);
    } catch (error) {
      throw new assert.AssertionError({ message: `${path}: ${error.message}` });
    }
  } else if (shape instanceof RegExp) {
    assert.match(String(value), shape, path);
    assert.equal(typeof value, 'string', path);
  } else if (Array.isArray(shape)) {
    assert.ok(Array.isArray(value), `${path} is no array`);
    value.forEach((element, index) => assertShape(element, shape[0], `${path}[${index}]`));
  } else if (shape !== null && typeof shape === 'object') {
    assert.ok(value !== null && typeof value === 'object' && !Array.isArray(value), `${path} is no object`);
    assert.deepEqual(Object.keys(value).sort(), Object.keys(shape).sort(), `members of ${path}`);
    for (const [name, member] of Object.entries(shape)) assertShape(value[name], member, `${path}.${name}`);
  } else {
    assert.deepEqual(value, shape, path);
  }
}

export const price = { amount: (value) => assert.equal(typeof value, 'number'), currency: /^[A-Z]{3}$/ };
const priceType = oneOf('fixed', 'from', 'free', 'on_request');
const pricingVersion = /^[0-9a-f]{12}$/;
const status = oneOf('pending', 'confirmed', 'declined', 'cancelled', 'reschedule_proposed', 'completed', 'no_show');
const actor = oneOf('api_key', 'guest', 'provider', 'system');

export const shapes = {
  service: {
    id: id('svc'),
    name: text,
    description: nullOr(text),
    category: nullOr(text),
    durationMinutes: whole,
    priceType,
    pricingVersion,
    price: nullOr(price),
    capacity: whole,
  },
  person: { id: id('staff'), name: text, bio: nullOr(text), serviceIds: [id('svc')] },
  slot: { date, startTime: time, endTime: time, utcOffset: /^[+-]\d{2}:\d{2}$/, startsAt: instant, endsAt: instant, staffId: id('staff') },
  booking: {
    id: id('bkg'),
    salonSlug: text,
    locationSlug: text,
    serviceId: id('svc'),
    serviceName: text,
    staffId: id('staff'),
    status,
    date,
    startTime: time,
    endTime: time,
    timezone: text,
    startsAt: instant,
    endsAt: instant,
    durationMinutes: whole,
    price: nullOr(price),
    priceType,
    pricingVersion,
    guest: { name: text, email: nullOr(text), phone: nullOr(text) },
    note: nullOr(text),
    source: oneOf('api', 'dashboard', 'public'),
    proposal: nullOr({ date, startTime: time, endTime: time, staffId: id('staff'), proposedAt: instant }),
    cancellation: nullOr({ by: actor, reason: nullOr(text), at: instant }),
    cancelDeadlineAt: instant,
    createdAt: instant,
    updatedAt: instant,
    version: whole,
  },
  event: {
    id: id('evt'),
    event: oneOf(
      'booking.requested', 'booking.confirmed', 'booking.declined', 'booking.cancelled', 'booking.reschedule_proposed',
      'booking.reschedule_confirmed', 'booking.completed', 'booking.no_show',
    ),
    fromStatus: nullOr(status),
    toStatus: status,
    actor: { type: actor, id: nullOr(text) },
    reason: nullOr(text),
    occurredAt: instant,
    sequence: whole,
  },
};

function assertHead(answer) {
  assert.match(answer.headers.get('content-type'), /^application\/json/);
  assert.equal(answer.headers.get('x-request-id'), answer.body.meta.requestId);
  assertShape(answer.body.meta.requestId, id('req'));
  assert.equal(answer.body.meta.v, '1');
}

/** The envelope of every success; `meta` may hold more than the two members that are promised. */
export function assertSuccess(answer) {
  assert.deepEqual(Object.keys(answer.body).sort(), ['data', 'meta', 'ok']);
  assert.equal(answer.body.ok, true);
  assertHead(answer);
}

/** The envelope of every error, with this status, code and details. */
export function assertError(answer, status, code, details) {
  assert.equal(answer.body?.error?.code, code, JSON.stringify(answer.body));
  assert.equal(answer.status, status);
  assertShape(answer.body, {
    ok: false,
    error: { code, message: text, retryable: status >= 500 || status === 429, ...(details === undefined ? {} : { details: () => {} }) },
    meta: { requestId: text, v: '1' },
  });
  if (details !== undefined) assertShape(answer.body.error.details, details);
  assertHead(answer);
}
