// 64 clients with three keys at five route groups, in random bursts: never more than N calls in any 60 seconds by the server's
// own clock, and no refusal while fewer than N were admitted.
//   RATE_LIMIT_SECONDS=180 node --test test/http/rate_limit.test.mjs     the full length; by default some seconds, and always
//                                                                       until every limit was reached
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Machine } from './machine.mjs';
import { Client, Salon, sql } from './support.mjs';

const leastSeconds = Number(process.env.RATE_LIMIT_SECONDS ?? 3);
const clientCount = 64;
const window = 60_000_000; // microseconds

const limits = {
  standard: { catalog: 120, availability: 30, booking: 30, webhook: 10, subscription: 60 },
  elevated: { catalog: 600, availability: 150, booking: 150, webhook: 50, subscription: 300 },
  own: { catalog: 1, availability: 200, booking: 7, webhook: 33, subscription: 120 },
};

// A request of each group that costs the server little; any answer but 429 is an admitted call.
const requests = {
  catalog: (slug) => ['GET', `/services?salonSlug=${slug}`],
  availability: () => ['POST', '/availability/search', {}],
  booking: () => ['GET', '/bookings/bkg_01h2e8kqvbfwea724h75qc655w'],
  webhook: (slug) => ['GET', `/webhooks/config?salonSlug=${slug}`],
  subscription: () => ['GET', '/subscription'],
};

const machine = new Machine();
let salon;

before(() => {
  machine.startCluster();
  machine.startService();
  salon = new Salon({ database: machine.databaseUrl });
  sql(`CREATE FUNCTION public.rate_limit_log(uuid, text) RETURNS SETOF bigint LANGUAGE c
    AS '$libdir/pg_booking', 'pg_booking_rate_limit_log'`, {}, machine.databaseUrl);
});

after(() => machine.remove());

/** The calls of one key in one group. */
class Counter {
  constructor(tier, group, client, keyId) {
    Object.assign(this, { tier, group, client, keyId, limit: limits[tier][group] });
    this.admitted = []; // { sentAt, answeredAt } by this process's clock, in microseconds
    this.refused = [];
    this.times = []; // of the admitted calls, by the server's clock
  }

  async call() {
    const sentAt = performance.now() * 1000;
    const { status, headers, body } = await this.client.request(...requests[this.group](salon.slug));
    const call = { sentAt, answeredAt: performance.now() * 1000 };
    assert.ok(status < 500, `${status}: ${JSON.stringify(body)}`);
    assert.equal(headers.get('ratelimit-policy'), `"${this.group}";q=${this.limit};w=60`);
    if (status === 429) {
      assert.equal(body.error.details.retryAfterSeconds, Number(headers.get('retry-after')));
      this.refused.push(call);
    } else {
      this.admitted.push(call);
    }
  }

  /** Adds what the server's log holds now: the newest calls, without a gap. */
  addTimes(times) {
    if (times.length > 0) this.times = [...this.times.filter((time) => time < times[0]), ...times];
  }

  check() {
    const name = `${this.tier} ${this.group}`;
    assert.equal(this.times.length, this.admitted.length, `${name}: every admitted call is in the log`);
    for (let i = 0; i + this.limit < this.times.length; i++) {
      const span = this.times[i + this.limit] - this.times[i];
      assert.ok(span >= window, `${name}: ${this.limit + 1} calls within ${span} microseconds`);
    }
    for (const refusal of this.refused) {
      // The server decided between sending and answering; so at least N calls can have been in its window.
      const before = this.admitted.filter((call) => call.sentAt < refusal.answeredAt && call.answeredAt > refusal.sentAt - window);
      assert.ok(before.length >= this.limit, `${name}: refused after ${before.length} calls`);
    }
  }
}

function makeCounters() {
  return Object.entries(limits).flatMap(([tier, groups]) => {
    const { key } = salon.client('all', machine.url);
    const keyId = sql(`UPDATE booking.api_keys AS k SET rate_tier = :'tier', rate_limits = :'limits' FROM booking.api_key_secrets AS s
      WHERE s.tenant_id = k.tenant_id AND s.api_key_id = k.id AND s.lookup_id = substr(:'key', 9, 6) RETURNING k.id`,
    { key, tier: tier === 'elevated' ? tier : 'standard', limits: JSON.stringify(tier === 'own' ? groups : {}) }, machine.databaseUrl);
    return Object.keys(groups).map((group) => new Counter(tier, group, new Client(key, machine.url), keyId));
  });
}

/** One query for all logs: the counters' number, then the time. */
function readLogs(counters) {
  const list = counters.map((counter, index) => `(${index}, '${counter.keyId}'::uuid, '${counter.group}')`);
  const rows = sql(`SELECT index, time FROM (VALUES ${list}) AS c (index, key_id, rate_group),
    public.rate_limit_log(key_id, rate_group) AS time`, {}, machine.databaseUrl);
  const times = counters.map(() => []);
  for (const row of rows.split('\n').filter(Boolean)) {
    const [index, time] = row.split('|').map(Number);
    times[index].push(time);
  }
  counters.forEach((counter, index) => counter.addTimes(times[index]));
}

const random = (below) => Math.floor(Math.random() * below);

test(`${clientCount} clients, ${leastSeconds} seconds or more`, async () => {
  const counters = makeCounters();
  const end = performance.now() + leastSeconds * 1000;
  const goesOn = () => performance.now() < end || counters.some((counter) => counter.refused.length === 0);

  const sendBursts = async () => {
    while (goesOn()) {
      const counter = counters[random(counters.length)];
      for (let left = random(40); left >= 0 && goesOn(); left--) await counter.call();
      await sleep(random(300));
    }
  };
  const watch = async () => {
    while (goesOn()) {
      await sleep(500);
      readLogs(counters);
    }
  };
  await Promise.all([watch(), ...Array.from({ length: clientCount }, sendBursts)]);
  readLogs(counters);
  for (const counter of counters) counter.check();
  const sum = (what) => counters.reduce((total, counter) => total + counter[what].length, 0);
  console.log(`# ${sum('admitted')} calls admitted, ${sum('refused')} refused`);
});
