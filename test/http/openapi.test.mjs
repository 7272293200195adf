// The OpenAPI document: served to everybody, sound by a public linter, and true: the answers of a booking's whole life, and of
// refusals, are what it says, to the last member.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import Ajv from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { Client, localDate, Salon, serviceUrl, sql } from './support.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const response = await fetch(`${serviceUrl}/v1/openapi.json`);
const text = await response.text();
const document = JSON.parse(text);

const operations = Object.fromEntries(
  Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => [operation.operationId, { method, path, ...operation }])),
);

/** The schema with every object closed: a member that it does not name is an error. Parts of an allOf are closed as one. */
function close(schema) {
  if (Array.isArray(schema)) return schema.map(close);
  if (schema === null || typeof schema !== 'object') return schema;
  if ('allOf' in schema || '$ref' in schema) return { ...schema, unevaluatedProperties: false };
  const closed = Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, close(value)]));
  return 'properties' in schema && schema.type === 'object' ? { ...closed, unevaluatedProperties: false } : closed;
}

/** Like close, but open at its top: it is closed where it is referred to. */
function closeInside(schema) {
  const { unevaluatedProperties, ...rest } = close(schema);
  return rest;
}

const ajv = addFormats(new Ajv({ strictTypes: false, allErrors: true }));
ajv.addVocabulary(['components']);
const { schemas } = document.components;
const components = { schemas: Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, closeInside(schema)])) };

function assertValid(schema, value, what) {
  const validate = ajv.compile({ ...close(schema), components });
  assert.ok(validate(value), `${what}: ${ajv.errorsText(validate.errors)} in ${JSON.stringify(value)}`);
}

// Members that can be null, as Type.member, and those that were met so.
const nullable = new Set();
for (const [name, schema] of Object.entries(schemas)) {
  for (const [member, { type, anyOf }] of Object.entries(schema.properties ?? {})) {
    if ([type, ...(anyOf ?? []).map((one) => one.type)].flat().includes('null')) nullable.add(`${name}.${member}`);
  }
}
const metNull = new Set();

/** Notes which members of a valid value are null. */
function noteNulls(schema, value, place) {
  if (value === null) metNull.add(place);
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split('/').at(-1);
    noteNulls(schemas[name], value, name);
  }
  for (const part of [...(schema.anyOf ?? []), ...(schema.allOf ?? [])]) noteNulls(part, value, place);
  if (Array.isArray(value)) value.forEach((element) => noteNulls(schema.items ?? {}, element, place));
  else if (value !== null && typeof value === 'object') {
    for (const [member, inner] of Object.entries(schema.properties ?? {})) {
      if (member in value) noteNulls(inner, value[member], `${place}.${member}`);
    }
  }
}

const called = new Set();

/** Sends a request as the document describes the operation; the answer must be one that it describes. Resolves to its body. */
async function call(client, operationId, status, { path = {}, query = {}, body, headers = {} } = {}) {
  const operation = operations[operationId];
  const target = operation.path.replace('/v1', '').replace(/\{(\w+)\}/g, (_, name) => path[name]);
  const search = new URLSearchParams(query).toString();
  const answer = await client.request(operation.method.toUpperCase(), search === '' ? target : `${target}?${search}`, body, headers);
  assert.equal(answer.status, status, JSON.stringify(answer.body));
  const described = operation.responses[status];
  assert.ok(described, `${operationId} documents ${status}`);
  const { schema } = described.content['application/json'];
  assertValid(schema, answer.body, `${operationId} ${status}`);
  noteNulls(schema, answer.body, operationId);
  for (const name of Object.keys(described.headers)) {
    if (name !== 'Idempotent-Replayed') assert.ok(answer.headers.has(name), `${operationId} ${status} has ${name}`);
  }
  called.add(operationId);
  return answer.body;
}

test('the document is served to everybody', async () => {
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('content-type'), 'application/json');
  assert.match(response.headers.get('x-request-id'), /^req_/);
  assert.equal(document.openapi, '3.1.0');
  assert.equal(document.info.version, sql('SELECT booking.library_version()'));

  const again = await fetch(`${serviceUrl}/v1/openapi.json`, { headers: { authorization: 'Bearer nonsense' } });
  assert.equal(again.status, 200, 'no key is looked at');
  assert.equal(await again.text(), text);

  const head = await fetch(`${serviceUrl}/v1/openapi.json`, { method: 'HEAD' });
  assert.equal(head.status, 200);
  assert.equal(await head.text(), '');

  const post = await fetch(`${serviceUrl}/v1/openapi.json`, { method: 'POST' });
  assert.equal(post.status, 405);
  assert.equal(post.headers.get('allow'), 'GET, HEAD');
});

test('a linter finds nothing', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'pg-booking-openapi-'));
  try {
    const file = join(directory, 'openapi.json');
    writeFileSync(file, text);
    await promisify(execFile)(process.execPath, [
      here('../node_modules/@stoplight/spectral-cli/dist/index.js'), 'lint', file,
      '--ruleset', here('../openapi/ruleset.yaml'), '--fail-severity', 'hint', '--quiet',
    ]).catch((error) => assert.fail(error.stdout + error.stderr));
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('a booking from the catalogue to its cancellation is answered as documented', async () => {
  const salon = new Salon({ people: 2 });
  const client = salon.client();
  const salonSlug = salon.slug;
  const query = { salonSlug };
  const { data: { services } } = await call(client, 'listServices', 200, { query });
  const { data: { staff } } = await call(client, 'listStaff', 200, { query });
  const serviceId = services[0].id;
  const day = localDate(2);

  const search = await call(client, 'searchAvailability', 200, {
    body: { salonSlug, serviceId, staffId: staff[0].id, dateRange: { from: day, to: day } },
  });
  const { date, startTime, staffId } = search.data.slots[0];
  const guest = { name: 'Kiss Éva', email: 'eva@example.com' };
  const wish = { salonSlug, serviceId, staffId, date, startTime, guest };
  const replay = { 'idempotency-key': randomUUID() };
  const created = await call(client, 'createBooking', 201, { body: wish, headers: replay });
  const repeated = await call(client, 'createBooking', 201, { body: wish, headers: replay });
  assert.deepEqual(repeated.data, created.data);
  assert.equal(repeated.meta.idempotent, true);
  await call(client, 'createBooking', 201, {
    body: { ...wish, serviceId: services[1].id, startTime: '15:00', note: 'Hm.', guest: { ...guest, phone: '+36301112233' } },
  });
  // Booked at the desk, without an address.
  sql(`SELECT booking.create_booking(t.tenant_id, s.id, l.id, NULL, (:'day'::date + time '17:00') AT TIME ZONE l.time_zone, 'By phone', NULL, NULL)
       FROM booking.tenants AS t JOIN booking.services AS s USING (tenant_id) JOIN booking.locations AS l USING (tenant_id)
       WHERE t.tenant_id = :'tenant' AND s.name = 'Haircut'`, { tenant: salon.tenantId, day });

  const path = { bookingId: created.data.booking.id };
  await call(client, 'getBooking', 200, { path });
  const page = await call(client, 'listBookings', 200, { query: { ...query, limit: 1, status: 'pending,confirmed' } });
  await call(client, 'listBookings', 200, { query: { ...query, limit: 1, status: 'pending,confirmed', cursor: page.data.nextCursor } });
  await call(client, 'listBookings', 200, { query });
  await call(client, 'listBookings', 200, { query: { ...query, updatedSince: '2026-01-01T00:00:00Z' } });
  await call(client, 'cancelBooking', 200, { path, body: { initiator: 'guest' } });
  await call(client, 'listBookingEvents', 200, { path });
  await call(client, 'getSubscription', 200);
});

test('webhook configuration and deliveries are answered as documented', async () => {
  const salon = new Salon();
  const client = salon.client();
  const query = { salonSlug: salon.slug };
  await call(client, 'getWebhookConfig', 200, { query });
  await call(client, 'rotateWebhookSecret', 404, { query });
  await call(client, 'putWebhookConfig', 200, { query, body: { url: 'https://hooks.example.com/a' } });
  await call(client, 'putWebhookConfig', 200, { body: { salonSlug: salon.slug, url: 'https://hooks.example.com/b' } });
  const replay = { 'idempotency-key': randomUUID() };
  await call(client, 'rotateWebhookSecret', 200, { query, headers: replay });
  await call(client, 'rotateWebhookSecret', 200, { query, headers: replay });

  const { data: { services } } = await call(client, 'listServices', 200, { query });
  await call(client, 'createBooking', 201, {
    body: { ...query, serviceId: services[0].id, date: localDate(1), startTime: '10:00', guest: { name: 'A', email: 'a@example.com' } },
  });
  const payloads = sql(`SELECT payload FROM booking.webhook_deliveries WHERE tenant_id = :'tenant'`, { tenant: salon.tenantId }).split('\n');
  assert.equal(payloads.length, 2);
  const { schema } = document.webhooks.bookingEvent.post.requestBody.content['application/json'];
  for (const payload of payloads) assertValid(schema, JSON.parse(payload), 'webhook');

  await call(client, 'listWebhookDeliveries', 200, { query: { ...query, limit: 1 } });
  sql(`WITH delivered AS (
         UPDATE booking.webhook_deliveries SET status = 'delivered', attempts = 1, next_attempt_at = NULL, delivered_at = now()
         WHERE tenant_id = :'tenant' AND event = 'booking.requested' RETURNING tenant_id, id)
       INSERT INTO booking.webhook_attempts (tenant_id, delivery_id, number, status_code, duration_ms) SELECT *, 1, 204, 12 FROM delivered`, { tenant: salon.tenantId });
  await call(client, 'listWebhookDeliveries', 200, { query });
  await call(client, 'deleteWebhookConfig', 200, { query });
  await call(client, 'getWebhookConfig', 200, { query });
});

test('refusals are answered as documented', async () => {
  const salon = new Salon();
  const client = salon.client();
  const query = { salonSlug: salon.slug };
  const body = { salonSlug: salon.slug };
  await call(new Client(undefined), 'listServices', 401, { query });
  await call(new Client('bk_live_x'), 'createBooking', 401, { body });
  await call(new Salon({ plan: 'free' }).client(), 'listStaff', 403, { query });
  await call(salon.client('{services.read}'), 'listStaff', 403, { query });
  await call(client, 'listServices', 403, { query: { salonSlug: 'another' } });
  await call(client, 'listServices', 400);
  await call(client, 'listServices', 404, { query: { ...query, locationSlug: 'moon' } });
  await call(client, 'createBooking', 400, { body });
  await call(client, 'createBooking', 400, { body, headers: { 'idempotency-key': 'x' } });
  await call(client, 'createBooking', 413, { body: { ...body, note: 'x'.repeat(70_000) } });
  await call(client, 'createBooking', 415, { body, headers: { 'content-type': 'text/plain' } });
  await call(client, 'getBooking', 404, { path: { bookingId: 'bkg_x' } });
  const { data: { services } } = await call(client, 'listServices', 200, { query });
  const wish = { ...body, serviceId: services[0].id, date: localDate(1), startTime: '10:00', guest: { name: 'A', email: 'a@example.com' } };
  const { data: { booking } } = await call(client, 'createBooking', 201, { body: wish });
  await call(client, 'createBooking', 409, { body: wish });
  await call(client, 'createBooking', 409, { body: { ...wish, pricingVersion: 'x' } });
  const path = { bookingId: booking.id };
  await call(client, 'cancelBooking', 200, { path, body: {} });
  await call(client, 'cancelBooking', 409, { path, body: {} });
});

test('the tests above call every operation, and meet null wherever it is documented', () => {
  const counted = Object.keys(operations).filter((operationId) => operations[operationId].security.length > 0);
  assert.deepEqual([...called].sort(), counted.sort());
  assert.deepEqual([...nullable].filter((place) => !metNull.has(place)), []);
});
