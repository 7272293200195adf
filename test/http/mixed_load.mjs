// Sends all sorts of requests, good and bad, and breaks connections on both sides of the service, for a while; fails if an answer
// is none that such a request may have, or if the service's memory grows. For test/bin/soak.
//   node mixed_load.mjs SECONDS SERVICE_PID      with BOOKING_URL, BOOKING_API_KEY and DATABASE_URL in the environment
import assert from 'node:assert/strict';
import { randomInt, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from './support.mjs';

const [seconds, servicePid] = process.argv.slice(2).map(Number);
const url = process.env.BOOKING_URL;
const { hostname, port } = new URL(url);
const headers = { authorization: `Bearer ${process.env.BOOKING_API_KEY}`, 'content-type': 'application/json' };
const salonSlug = 'example-salon';
const ends = Date.now() + seconds * 1000;
const counts = {};

/** A request whose status must be one of these; a 503 is always allowed, since backends are killed. */
async function request(name, statuses, method, path, body, more = {}) {
  const response = await fetch(url + path, { method, headers: { ...headers, ...more }, body: body === undefined ? undefined : JSON.stringify(body) });
  const text = await response.text();
  assert.ok([...statuses, 503].includes(response.status), `${name}: ${response.status} ${text}`);
  const key = `${name} ${response.status}`;
  counts[key] = (counts[key] ?? 0) + 1;
  return text === '' ? undefined : JSON.parse(text);
}

const { data } = await request('services', [200], 'GET', `/v1/services?salonSlug=${salonSlug}`);
const serviceId = data.services[0].id;
const day = (n) => new Date(Date.now() + n * 86_400_000).toISOString().slice(0, 10);
const guest = () => ({ name: 'Minta Petra', email: `petra${randomInt(50)}@example.com` });

const actions = {
  async search() {
    await request('search', [200], 'POST', '/v1/availability/search', { salonSlug, serviceId, dateRange: { from: day(1), to: day(1 + randomInt(20)) } });
  },
  async book() {
    const found = await request('search', [200], 'POST', '/v1/availability/search', { salonSlug, serviceId, dateRange: { from: day(1), to: day(20) } });
    const slots = found?.data?.slots ?? [];
    if (slots.length === 0) return;
    const slot = slots[randomInt(slots.length)];
    const body = { salonSlug, serviceId, staffId: slot.staffId, date: slot.date, startTime: slot.startTime, guest: guest() };
    const key = { 'idempotency-key': randomUUID() };
    const answers = await Promise.all([1, 2].map(() => request('book', [201, 409, 403], 'POST', '/v1/bookings', body, key)));
    const id = answers.find((answer) => answer?.ok)?.data.booking.id;
    if (id === undefined) return;
    await request('read', [200], 'GET', `/v1/bookings/${id}`, undefined, { 'accept-encoding': 'gzip' });
    await request('cancel', [200, 409], 'POST', `/v1/bookings/${id}/cancel`, {}, { 'idempotency-key': randomUUID() });
  },
  async list() {
    await request('list', [200], 'GET', `/v1/bookings?salonSlug=${salonSlug}&limit=50`);
  },
  async refused() {
    await request('refused', [404], 'GET', `/v1/${randomUUID()}`);
    await request('refused', [401], 'GET', '/v1/services', undefined, { authorization: 'Bearer bk_live_x' });
    await request('refused', [400], 'POST', '/v1/bookings', { a: 'x'.repeat(randomInt(50_000)) });
    await request('refused', [413], 'POST', '/v1/bookings', { a: 'x'.repeat(200_000) });
  },
  /** Bytes that are no request, or only part of one, and a connection that is broken at any moment. */
  async rubbish() {
    const socket = net.connect({ host: hostname, port });
    socket.on('error', () => {});
    const head = `POST /v1/bookings HTTP/1.1\r\nHost: a\r\nAuthorization: ${headers.authorization}\r\n`;
    const rubbish = [head, `${head}Content-Length: 10\r\n\r\nabc`, `${head}Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n`, '\x16\x03\x01', '\0'.repeat(100),
      `GET /v1/services?salonSlug=${salonSlug} HTTP/1.1\r\nHost: a\r\nAuthorization: ${headers.authorization}\r\n\r\n`.repeat(randomInt(1, 30)), 'x'.repeat(30_000)];
    socket.write(rubbish[randomInt(rubbish.length)]);
    await sleep(randomInt(50));
    if (randomInt(2)) socket.resetAndDestroy();
    else socket.destroy();
  },
};

async function client() {
  const names = Object.keys(actions);
  while (Date.now() < ends) await actions[names[randomInt(names.length)]]();
}

/** Now and then a backend of the service is ended. */
async function saboteur() {
  while (Date.now() < ends - 2000) {
    await sleep(3000);
    sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pg-booking-http' ORDER BY random() LIMIT 1`);
  }
}

const residentMegabytes = () => Number(readFileSync(`/proc/${servicePid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]) / 1024;
let settled;
async function watcher() {
  await sleep((seconds * 1000) / 3);
  settled = residentMegabytes();
}

await Promise.all([...Array.from({ length: 12 }, client), saboteur(), watcher()]);
const end = residentMegabytes();
console.log(counts);
console.log(`memory of the service: ${settled.toFixed(0)} MB after a third of the time, ${end.toFixed(0)} MB at the end`);
assert.ok(end < settled * 1.3 + 20, 'memory grows');
