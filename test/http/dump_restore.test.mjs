// A dump of a database with the extension, restored: the same rows in every table, and an API that goes on where it was.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import test, { after, before } from 'node:test';
import { databaseUrl, sql } from './support.mjs';

const name = `dump_${randomBytes(4).toString('hex')}`;
const url = (database) => databaseUrl.replace(/[^/]*$/, database);
const original = url(name);
const copy = url(`${name}_copy`);
let apiKey;
let dumped;

/** Whatever varies from dump to dump is taken away: its time, and the key that keeps psql's commands out. */
function dump(database) {
  const text = execFileSync('pg_dump', ['--dbname', database], { encoding: 'utf8', maxBuffer: 1 << 28 });
  return text.replace(/^\\(un)?restrict .*$/gm, '').replace(/^-- (Dumped|Started|Completed) .*$/gm, '');
}

/** Rows and a digest of them for each table. Generated columns are made anew by whoever restores. */
function contents(database) {
  const tables = sql(`
    SELECT attrelid::regclass, string_agg(quote_ident(attname), ', ' ORDER BY attnum)
    FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
    WHERE relnamespace = 'booking'::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
    GROUP BY 1 ORDER BY 1`, {}, database).split('\n').map((line) => line.split('|'));
  const digests = tables.map(([table, columns]) => `
    SELECT '${table}', count(*), md5(coalesce(string_agg(t::text, E'\\n' ORDER BY t::text COLLATE "C"), ''))
    FROM (SELECT ${columns} FROM ${table}) AS t`);
  return Object.fromEntries(sql(digests.join(' UNION ALL '), {}, database).split('\n').map((line) => {
    const [table, count, digest] = line.split('|');
    return [table, { count: Number(count), digest }];
  }));
}

/** An answer of the API, asked in SQL. */
function ask(database, method, target, body) {
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
  const [status, ...text] = sql(`SELECT status || ' ' || body FROM booking.http_request(:'method', :'target', :'headers', nullif(:'body', ''))`,
    { method, target, headers: JSON.stringify(headers), body: body === undefined ? '' : JSON.stringify(body) }, database).split(' ');
  return { status: Number(status), body: JSON.parse(text.join(' ')) };
}

before(() => {
  sql(`CREATE DATABASE ${name}`);
  sql(`CREATE DATABASE ${name}_copy`);
  sql('SET client_min_messages = warning; CREATE EXTENSION pg_booking CASCADE', {}, original);
  sql(readFileSync(new URL('../demo/seed.sql', import.meta.url), 'utf8'), {}, original);
  // The tables that the seed leaves empty, too.
  apiKey = sql(`
    SELECT tenant_id AS salon FROM booking.tenant_slugs WHERE slug = 'example-salon' \\gset
    SELECT api_key FROM booking.create_api_key(:'salon', 'dump', enum_range(NULL::booking.capability)) \\gset
    INSERT INTO booking.members (tenant_id, user_id, role) VALUES (:'salon', booking.uuid_v7(), 'owner');
    INSERT INTO booking.date_overrides (tenant_id, location_id, on_date) SELECT tenant_id, id, current_date + 50 FROM booking.locations;
    INSERT INTO booking.breaks (tenant_id, location_id, weekday, begins, ends) SELECT tenant_id, id, 1, '20:00', '20:30' FROM booking.locations;
    INSERT INTO booking.blocked_slots (tenant_id, location_id, on_date, begins, ends)
      SELECT tenant_id, id, current_date + 50, '09:00', '10:00' FROM booking.locations;
    INSERT INTO booking.time_off (tenant_id, staff_id, starts_at, ends_at) SELECT tenant_id, id, now(), now() + interval '1 hour' FROM booking.staff;
    INSERT INTO booking.session_notes (tenant_id, customer_id, subjective) SELECT tenant_id, id, 'Better.' FROM booking.customers;
    INSERT INTO booking.resource_kinds (tenant_id, name) VALUES (:'salon', 'Room');
    INSERT INTO booking.resources (tenant_id, kind_id, location_id, name)
      SELECT k.tenant_id, k.id, l.id, 'Room' FROM booking.resource_kinds AS k JOIN booking.locations AS l USING (tenant_id);
    INSERT INTO booking.service_resources (tenant_id, service_id, kind_id)
      SELECT k.tenant_id, s.id, k.id FROM booking.resource_kinds AS k JOIN booking.services AS s USING (tenant_id) WHERE s.name = 'Haircut';
    INSERT INTO booking.rate_limit_overrides VALUES ('pro', 'elevated', 'booking', 200);
    INSERT INTO booking.idempotency_keys VALUES (:'salon', gen_random_uuid(), sha256('x'), 201, '"ok":true', now() + interval '1 day');
    SELECT booking.hold_slot(service.tenant_id, service.id, place.id, NULL, free.starts_at) AS hold
      FROM booking.services AS service JOIN booking.locations AS place USING (tenant_id)
      CROSS JOIN LATERAL booking.next_available(tenant_id, service.id, place.id, NULL, now() + interval '3 days') AS free
      WHERE tenant_id = :'salon' AND service.name = 'Haircut' AND place.is_default \\gset
    SELECT :'api_key'`, {}, original);
  assert.equal(ask(original, 'PUT', '/v1/webhooks/config?salonSlug=example-salon', { url: 'https://hooks.example.com' }).status, 200);
  const { body } = ask(original, 'GET', '/v1/bookings?salonSlug=example-salon');
  assert.equal(ask(original, 'POST', `/v1/bookings/${body.data.bookings[0].id}/cancel`).status, 200);
  sql(`SELECT FROM booking.claim_webhooks(1, '1 minute')`, {}, original);

  dumped = dump(original);
  execFileSync('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '--single-transaction', '-d', copy], { input: dumped, stdio: ['pipe', 'ignore', 'pipe'] });
});

after(() => {
  sql(`DROP DATABASE IF EXISTS ${name}_copy`);
  sql(`DROP DATABASE IF EXISTS ${name}`);
});

test('every table has rows, and the copy has the same', () => {
  const rows = contents(original);
  assert.deepEqual(Object.keys(rows).filter((table) => rows[table].count === 0), []);
  assert.deepEqual(contents(copy), rows);
});

test('a dump of the copy is the same dump', () => {
  assert.equal(dump(copy), dumped);
});

test('the API goes on with the same key and the same answers', () => {
  for (const path of ['services?', 'staff?', 'bookings?', 'webhooks/config?', 'webhooks/deliveries?', 'subscription?']) {
    const answers = [original, copy].map((database) => ask(database, 'GET', `/v1/${path}salonSlug=example-salon`));
    assert.equal(answers[0].status, 200, path);
    assert.deepEqual(answers[1].body.data, answers[0].body.data, path);
  }
});

test('the feed of changes begins anew, with every booking in it', () => {
  const [before, after] = [original, copy].map((database) => {
    const { body } = ask(database, 'GET', '/v1/bookings?salonSlug=example-salon&updatedSince=2000-01-01T00:00:00Z');
    return body.data.bookings.sort((a, b) => (a.id < b.id ? -1 : 1));
  });
  assert.notEqual(before.length, 0);
  assert.deepEqual(after, before);
});

test('the copy takes bookings, and refuses the times that were taken before', () => {
  const { body: { data: { bookings } } } = ask(copy, 'GET', '/v1/bookings?salonSlug=example-salon&status=confirmed');
  const { serviceId, staffId, date, startTime } = bookings[0];
  const wish = { salonSlug: 'example-salon', serviceId, staffId, date, startTime, guest: { name: 'Guest', email: 'guest@example.com' } };
  const taken = ask(copy, 'POST', '/v1/bookings', wish);
  assert.equal(taken.body.error?.code, 'booking.slot_unavailable');
  const next = taken.body.error.details;
  const booked = ask(copy, 'POST', '/v1/bookings', { ...wish, date: next.nextAvailableDate, startTime: next.nextAvailableStartTime });
  assert.equal(booked.status, 201, JSON.stringify(booked.body));
});

test('what guards the copy was restored with it', () => {
  assert.equal(sql(`
    SELECT count(*) FROM pg_class WHERE relnamespace = 'booking'::regnamespace AND relkind = 'r' AND NOT (relrowsecurity AND relforcerowsecurity)`, {}, copy), '0');
  assert.throws(() => sql(`
    INSERT INTO booking.busy_times (tenant_id, staff_id, booking_id, protected_from, protected_to)
    SELECT tenant_id, staff_id, booking_id, protected_from, protected_to FROM booking.busy_times LIMIT 1`, {}, copy), /no_double_booking/);
});

test('the extension can be dropped, made again and filled from the dump', () => {
  sql('DROP EXTENSION pg_booking', {}, copy);
  assert.equal(sql(`
    SELECT count(*) FROM pg_depend WHERE refclassid = 'pg_namespace'::regclass AND refobjid = 'booking'::regnamespace`, {}, copy), '0');
  sql('DROP SCHEMA booking; DROP EXTENSION btree_gist, pgcrypto', {}, copy);
  execFileSync('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '--single-transaction', '-d', copy], { input: dumped, stdio: ['pipe', 'ignore', 'pipe'] });
  assert.deepEqual(contents(copy), contents(original));
});
