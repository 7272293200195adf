// More callers in a minute than the rate limiter has room for: a new one is not admitted, those who are counted go on.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { Machine } from './machine.mjs';
import { Salon, sql } from './support.mjs';

const machine = new Machine();
let salon;

before(() => {
  machine.startCluster('pg_booking.rate_limit_entries=1000');
  salon = new Salon({ database: machine.databaseUrl });
  sql(`CREATE FUNCTION public.measure_rate_limit(integer, integer) RETURNS double precision LANGUAGE c
    AS '$libdir/pg_booking', 'pg_booking_measure_rate_limit'`, {}, machine.databaseUrl);
});

after(() => machine.remove());

/** A call through SQL: its status and the headers and error that matter. */
function call(key, peer = '') {
  const answer = sql(`SELECT jsonb_build_object('status', status, 'code', body::jsonb #>> '{error,code}', 'retryAfter', headers ->> 'Retry-After',
      'limit', headers ->> 'RateLimit-Policy')
    FROM booking.http_request('GET', '/v1/services?salonSlug=' || :'slug', jsonb_build_object('authorization', 'Bearer ' || :'key'), NULL, :'peer')`,
  { slug: salon.slug, key, peer }, machine.databaseUrl);
  return JSON.parse(answer);
}

test('there is no room for a new caller', () => {
  const { key: known } = salon.client('all');
  assert.equal(call(known).status, 200);
  // Every entry of a key or user, and more callers than that.
  sql('SELECT public.measure_rate_limit(10000, 10000)', {}, machine.databaseUrl);

  const { key: late } = salon.client('all');
  assert.deepEqual(call(late), { status: 503, code: 'internal.unavailable', retryAfter: '1', limit: null });
  assert.equal(call(known).status, 200, 'who is counted goes on');
  assert.equal(call('x', '203.0.113.9').status, 401, 'addresses have room of their own');
  assert.match(readFileSync(join(machine.cluster, 'postgres.log'), 'utf8'), /a call was refused for lack of room to count it/);
  assert.equal(sql(`SELECT count(*) > 700 AND count(*) <= 1024 FROM booking.rate_limit_status()`, {}, machine.databaseUrl), 't');
});
