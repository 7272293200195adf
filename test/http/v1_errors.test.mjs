// What goes wrong and how /v1 says so: one envelope for every error, nothing about tenants that are not the caller's.
import assert from 'node:assert/strict';
import test, { before } from 'node:test';
import { assertError, Client, localDate, Salon, sql, text } from './support.mjs';

let salon;
let client;
let slug;
let serviceId;
const guest = { name: 'Kiss Éva', email: 'eva@example.com' };

before(async () => {
  salon = new Salon();
  slug = salon.slug;
  client = salon.client();
  const { services } = await client.data(200, 'GET', `/services?salonSlug=${slug}`);
  serviceId = services[0].id;
});

const fields = (...names) => ({ fields: Object.fromEntries(names.map((name) => [name, text])) });
const unknownId = (prefix) => `${prefix}_01h2e8kqvbfwea724h75qc655w`;

test('an unknown path', async () => {
  assertError(await client.get('/nothing'), 404, 'request.route_not_found');
  assertError(await client.get('/bookings/a/b/c'), 404, 'request.route_not_found');
  assertError(await client.get('/'), 404, 'request.route_not_found');
});

test('a method that a path does not know', async () => {
  const answer = await client.request('DELETE', `/services?salonSlug=${slug}`);
  assertError(answer, 405, 'request.method_not_allowed');
  assert.equal(answer.headers.get('allow'), 'GET, HEAD');
  const bookings = await client.request('PUT', '/bookings', {});
  assertError(bookings, 405, 'request.method_not_allowed');
  assert.deepEqual(bookings.headers.get('allow').split(', ').sort(), ['GET', 'HEAD', 'POST']);
});

test('no key, or something that is none', async () => {
  const noKey = new Client(undefined);
  const answer = await noKey.get(`/services?salonSlug=${slug}`);
  assertError(answer, 401, 'auth.missing_key');
  assert.equal(answer.headers.get('www-authenticate'), 'Bearer');
  for (const authorization of ['Basic dXNlcjpwYXNz', 'Bearer', client.key]) {
    const refused = await noKey.request('GET', `/services?salonSlug=${slug}`, undefined, { authorization });
    assertError(refused, 401, 'auth.missing_key');
  }
});

test('a key that nobody has', async () => {
  const last = client.key.at(-1);
  const altered = client.key.slice(0, -1) + (last === '0' ? '1' : '0');
  const swapped = client.key.slice(0, 20) + [...client.key.slice(20)].reverse().join('');
  for (const key of ['bk_live_abc123def456', `bk_live_${'0'.repeat(48)}`, 'bk_test_1', 'x', altered, swapped]) {
    const answer = await new Client(key).get(`/services?salonSlug=${slug}`);
    assertError(answer, 401, 'auth.invalid_key');
    assert.equal(answer.headers.get('www-authenticate'), 'Bearer');
  }
});

test('a key that was revoked or has expired', async () => {
  const path = `/services?salonSlug=${slug}`;
  const theKey = `FROM booking.api_key_secrets AS secret
    WHERE secret.tenant_id = :'tenant' AND secret.digest = sha256(:'key'::bytea)`;
  const revoked = salon.client();
  await revoked.data(200, 'GET', path);
  sql(`SELECT booking.revoke_api_key(tenant_id, api_key_id) ${theKey}`, { tenant: salon.tenantId, key: revoked.key });
  assertError(await revoked.get(path), 401, 'auth.key_revoked');

  const expired = salon.client();
  sql(`UPDATE booking.api_keys SET expires_at = now() - interval '1 second' ${theKey}
         AND api_keys.tenant_id = secret.tenant_id AND api_keys.id = secret.api_key_id`, { tenant: salon.tenantId, key: expired.key });
  assertError(await expired.get(path), 401, 'auth.key_expired');
});

test('a plan below Pro', async () => {
  for (const plan of ['free', 'starter']) {
    const other = new Salon({ plan });
    assertError(await other.client().get(`/services?salonSlug=${other.slug}`), 403, 'auth.plan_insufficient');
  }
});

test('each operation needs its capability', async () => {
  const operations = [
    ['GET', `/services?salonSlug=${slug}`, 'services.read'],
    ['GET', `/staff?salonSlug=${slug}`, 'staff.read'],
    ['POST', '/availability/search', 'availability.read'],
    ['POST', '/bookings', 'booking.create'],
    ['GET', `/bookings?salonSlug=${slug}`, 'booking.read'],
    ['GET', `/bookings/${unknownId('bkg')}`, 'booking.read'],
    ['GET', `/bookings/${unknownId('bkg')}/events`, 'booking.read'],
    ['POST', `/bookings/${unknownId('bkg')}/cancel`, 'booking.cancel'],
  ];
  const all = [...new Set(operations.map(([, , capability]) => capability))];
  for (const capability of all) {
    const others = salon.client(`{${all.filter((other) => other !== capability)}}`);
    for (const [method, path, required] of operations) {
      const answer = await others.request(method, path, method === 'POST' ? {} : undefined);
      if (required === capability) assertError(answer, 403, 'auth.capability_missing', { required });
      else assert.notEqual(answer.status, 403, `${method} ${path} without ${capability}`);
    }
  }
});

test('another business and one that does not exist get the same refusal', async () => {
  const other = new Salon();
  const withoutRequestId = ({ body }) => ({ ...body, meta: { ...body.meta, requestId: '' } });
  const calls = (name) => [
    client.get(`/services?salonSlug=${name}`),
    client.get(`/staff?salonSlug=${name}`),
    client.get(`/bookings?salonSlug=${name}`),
    client.get(`/bookings/${unknownId('bkg')}?salonSlug=${name}`),
    client.post('/availability/search', { salonSlug: name }),
    client.post('/bookings', { salonSlug: name }),
    client.post(`/bookings/${unknownId('bkg')}/cancel`, { salonSlug: name }),
  ];
  const foreign = await Promise.all(calls(other.slug));
  const unknown = await Promise.all(calls('no-such-salon'));
  for (const [index, answer] of foreign.entries()) {
    assertError(answer, 403, 'auth.scope_mismatch');
    assert.equal(answer.body.error.message, 'The key is not authorized for this provider.');
    assert.deepEqual(withoutRequestId(answer), withoutRequestId(unknown[index]));
  }
});

test('another business\'s booking is not there, like one that does not exist', async () => {
  const other = new Salon();
  const otherClient = other.client();
  const { services } = await otherClient.data(200, 'GET', `/services?salonSlug=${other.slug}`);
  const { booking } = await otherClient.data(201, 'POST', '/bookings', {
    salonSlug: other.slug, serviceId: services[0].id, date: localDate(1), startTime: '10:00', guest,
  });
  for (const bookingId of [booking.id, unknownId('bkg'), 'bkg_x', unknownId('svc')]) {
    assertError(await client.get(`/bookings/${bookingId}`), 404, 'booking.not_found');
    assertError(await client.get(`/bookings/${bookingId}/events`), 404, 'booking.not_found');
    assertError(await client.post(`/bookings/${bookingId}/cancel`), 404, 'booking.not_found');
  }
  const { booking: after } = await otherClient.data(200, 'GET', `/bookings/${booking.id}`);
  assert.deepEqual(after, booking);

  const foreignService = { salonSlug: slug, serviceId: services[0].id, date: localDate(1), startTime: '10:00', guest };
  assertError(await client.post('/bookings', foreignService), 404, 'service.not_found', { resource: 'service' });
});

test('a salonSlug that is missing', async () => {
  for (const path of ['/services', '/staff', '/bookings']) {
    assertError(await client.get(path), 400, 'request.invalid_input', fields('salonSlug'));
  }
  for (const path of ['/availability/search', '/bookings']) {
    assertError(await client.post(path, {}), 400, 'request.invalid_input', fields('salonSlug'));
    assertError(await client.post(path, { salonSlug: 1 }), 400, 'request.invalid_input', fields('salonSlug'));
    assertError(await client.request('POST', path), 400, 'request.invalid_input', fields('salonSlug'));
  }
});

test('a body that is no JSON object', async () => {
  for (const body of ['{', '{"a":}', '[]', '"x"', '1', 'null', '{"a":1} x', '{"a":"\\ud800"}', '['.repeat(10_000)]) {
    assertError(await client.post('/bookings', body), 400, 'request.invalid_input', fields('body'));
  }
});

test('a body of another type, or too large', async () => {
  for (const contentType of ['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=latin1']) {
    const answer = await client.request('POST', '/bookings', '{}', { 'content-type': contentType });
    assertError(answer, 415, 'request.unsupported_media_type');
  }
  const large = await client.post('/bookings', { salonSlug: slug, note: 'x'.repeat(70_000) });
  assertError(large, 413, 'request.payload_too_large', { maximumBytes: 65536 });
});

test('a search with bad fields', async () => {
  const search = (body) => client.post('/availability/search', { salonSlug: slug, ...body });
  const dateRange = { from: '2030-01-01', to: '2030-01-02' };
  assertError(await search({}), 400, 'request.invalid_input', fields('serviceId', 'dateRange.from', 'dateRange.to'));
  assertError(await search({ serviceId: 7, dateRange }), 400, 'request.invalid_input', fields('serviceId'));
  assertError(await search({ serviceId, dateRange: { from: '2030-02-30', to: 'x' } }), 400, 'request.invalid_input',
    fields('dateRange.from', 'dateRange.to'));
  assertError(await search({ serviceId, dateRange: { from: '2030-01-02', to: '2030-01-01' } }), 400, 'request.invalid_input',
    fields('dateRange.to'));
  assertError(await search({ serviceId, dateRange: { from: '2030-01-01', to: '2030-02-02' } }), 400, 'request.invalid_input',
    fields('dateRange.to'));
});

test('a booking with bad fields', async () => {
  const good = { salonSlug: slug, serviceId, date: localDate(1), startTime: '10:00', guest };
  const refuse = async (changes, ...names) =>
    assertError(await client.post('/bookings', { ...good, ...changes }), 400, 'request.invalid_input', fields(...names));
  await refuse({ serviceId: undefined, date: undefined, startTime: undefined, guest: undefined },
    'serviceId', 'date', 'startTime', 'guest.name', 'guest.email');
  await refuse({ date: '2026-13-01' }, 'date');
  await refuse({ date: 'infinity' }, 'date');
  await refuse({ startTime: '25:00' }, 'startTime');
  await refuse({ startTime: '10:00:00' }, 'startTime');
  await refuse({ guest: { name: '', email: 'nobody' } }, 'guest.name', 'guest.email');
  await refuse({ guest: { name: 'é'.repeat(201), email: 'a@example.com' } }, 'guest.name');
  await refuse({ guest: { ...guest, phone: '06 30 111' } }, 'guest.phone');
  await refuse({ guest: 'Éva' }, 'guest.name', 'guest.email');
  await refuse({ note: 'x'.repeat(1001) }, 'note');
});

test('a list with bad filters', async () => {
  const refuse = async (query, ...names) =>
    assertError(await client.get(`/bookings?salonSlug=${slug}&${query}`), 400, 'request.invalid_input', fields(...names));
  await refuse('status=gone', 'status');
  await refuse('limit=0', 'limit');
  await refuse('limit=101', 'limit');
  await refuse('limit=ten', 'limit');
  await refuse('dateFrom=yesterday', 'dateFrom');
  await refuse('dateFrom=2030-01-02&dateTo=2030-01-01', 'dateTo');
  await refuse('cursor=nonsense', 'cursor');
  await refuse('limit=1&limit=2', 'limit');
});

test('something named that does not exist', async () => {
  const day = localDate(1);
  const search = { salonSlug: slug, serviceId, dateRange: { from: day, to: day } };
  const book = { salonSlug: slug, serviceId, date: day, startTime: '10:00', guest };
  for (const serviceId of [unknownId('svc'), 'svc_haircut_01', unknownId('staff')]) {
    assertError(await client.post('/availability/search', { ...search, serviceId }), 404, 'service.not_found', { resource: 'service' });
    assertError(await client.post('/bookings', { ...book, serviceId }), 404, 'service.not_found', { resource: 'service' });
  }
  const staffId = unknownId('staff');
  assertError(await client.post('/availability/search', { ...search, staffId }), 404, 'service.not_found', { resource: 'staff' });
  assertError(await client.post('/bookings', { ...book, staffId }), 404, 'service.not_found', { resource: 'staff' });
  assertError(await client.post('/bookings', { ...book, locationSlug: 'moon' }), 404, 'service.not_found', { resource: 'location' });
  assertError(await client.get(`/services?salonSlug=${slug}&locationSlug=moon`), 404, 'service.not_found', { resource: 'location' });
});

test('a blocked guest learns no reason', async () => {
  sql(`INSERT INTO booking.customers (tenant_id, name, email, blocked_at) VALUES (:'tenant', 'B', 'Blocked@example.com', now())`,
    { tenant: salon.tenantId });
  const answer = await client.post('/bookings', {
    salonSlug: slug, serviceId, date: localDate(1), startTime: '10:00', guest: { name: 'B', email: 'blocked@example.com' },
  });
  assertError(answer, 403, 'booking.guest_blocked');
});
