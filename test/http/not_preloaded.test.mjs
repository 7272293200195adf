// A server that was not told to preload the library: the API says what is missing, everything else works.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { makeDirectory, readEnv, run } from './machine.mjs';
import { sql } from './support.mjs';

const directory = makeDirectory();
const cluster = join(directory, 'cluster');
let url;

before(() => {
  run('cluster', ['start', cluster, 'shared_preload_libraries=']);
  url = readEnv(join(cluster, 'cluster.env')).DATABASE_URL;
  sql('SET client_min_messages = warning; CREATE EXTENSION pg_booking CASCADE', {}, url);
});

after(() => {
  run('cluster', ['stop', cluster]);
  rmSync(directory, { recursive: true });
});

/** SQLSTATE, message and hint of a statement that must fail, in a session of its own. */
function failure(statement) {
  const [sqlstate, message, hint] = sql(`
    CREATE FUNCTION pg_temp.failure(statement text) RETURNS text LANGUAGE plpgsql AS $$
    DECLARE
      hint text;
    BEGIN
      EXECUTE statement;
      RETURN 'none';
    EXCEPTION WHEN OTHERS THEN
      GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
      RETURN concat_ws('|', SQLSTATE, SQLERRM, hint);
    END $$;
    SELECT pg_temp.failure(:'statement')`, { statement }, url).split('|');
  return { sqlstate, message, hint };
}

for (const call of ["booking.http_request('GET', '/v1/services')", "booking.http_request_packed('GET', '/v1/services', '', '', '')"]) {
  test(`${call} tells what to do`, () => {
    const { sqlstate, message, hint } = failure(`SELECT ${call}`);
    assert.equal(sqlstate, '55000');
    assert.match(message, /pg_booking/);
    assert.match(hint, /shared_preload_libraries/);
    assert.match(hint, /restart/);
  });
}

test('a session that has loaded the library by itself is told the same', () => {
  assert.equal(failure("SELECT booking.library_version(), booking.http_request('GET', '/v1/services')").sqlstate, '55000');
});

test('bookings can be made in SQL', () => {
  const booked = sql(`
    SELECT booking.create_tenant('salon', 'Salon', 'Europe/Budapest', plan => 'pro') AS tenant \\gset
    INSERT INTO booking.staff (tenant_id, name) VALUES (:'tenant', 'Anna');
    INSERT INTO booking.services (tenant_id, name, duration_minutes, price_type) VALUES (:'tenant', 'Advice', 30, 'free');
    INSERT INTO booking.staff_services SELECT tenant_id, p.id, s.id FROM booking.staff AS p JOIN booking.services AS s USING (tenant_id);
    INSERT INTO booking.opening_hours (tenant_id, location_id, weekday, opens, closes)
      SELECT tenant_id, id, weekday, '09:00', '17:00' FROM booking.locations, generate_series(1, 7) AS weekday;
    SELECT booking.create_booking(s.tenant_id, s.id, l.id, NULL, slot.starts_at, 'Guest', 'guest@example.com') IS NOT NULL
    FROM booking.services AS s JOIN booking.locations AS l USING (tenant_id),
      booking.next_available(s.tenant_id, s.id, l.id, NULL, now() + interval '1 day') AS slot`, {}, url);
  assert.equal(booked, 't');
});
