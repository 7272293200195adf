// What an operator sees of a running service: /healthz, /readyz, /metrics, its log, and what SIGHUP changes.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before, describe } from 'node:test';
import { runDoor, Service, TestDatabase, until } from './door.mjs';
import { createKey, localDate, Salon } from './support.mjs';

const database = new TestDatabase('operator');
const other = new TestDatabase('operator_other'); // that nobody else asks
let service;

before(async () => {
  database.installExtension();
  other.installExtension();
  service = await Service.start(database.url, ['--metrics-listen', '127.0.0.1:0', '--pool', '3']);
});

after(async () => {
  for (const left of Service.running) if (left !== service) left.child.kill('SIGKILL');
  await service.stop();
  for (const each of [database, other]) each.drop();
});

/** Where a service tells its metrics. */
async function metricsUrl(own = service) {
  await until(() => /metrics on (\S+)\n/.test(own.stdout), 'the address of the metrics');
  return own.stdout.match(/metrics on (\S+)\n/)[1];
}

/**
 * Reads a page in Prometheus' text format as strictly as it is specified; returns the samples as a Map from name and labels, as
 * they are written, to value.
 */
function parse(page) {
  const families = new Map();
  const samples = new Map();
  let family;
  for (const line of page.slice(0, -1).split('\n')) {
    const [, kind, about, text] = line.match(/^# (HELP|TYPE) ([a-z_]+) (.+)$/) ?? [];
    if (kind === 'HELP') {
      assert.ok(!families.has(about), `${about} comes twice`);
      family = { name: about };
      families.set(about, family);
    } else if (kind === 'TYPE') {
      assert.equal(about, family.name, line);
      assert.equal(family.type, undefined, line);
      assert.match(text, /^(counter|gauge|histogram|summary)$/);
      assert.equal(text === 'counter', about.endsWith('_total'), line);
      family.type = text;
    } else {
      const sample = line.match(/^([a-z_]+)((?:\{[a-z_]+="(?:[^"\\\n]|\\["\\n])*"(?:,[a-z_]+="(?:[^"\\\n]|\\["\\n])*")*\})?) (-?[0-9][0-9.e+-]*)$/);
      assert.ok(sample, `no sample: ${line}`);
      const [, name, labels, value] = sample;
      const suffixes = { histogram: ['_bucket', '_sum', '_count'], summary: ['_sum', '_count'] }[family.type] ?? [''];
      assert.ok(suffixes.some((suffix) => name === family.name + suffix), `${name} is not of ${family.name}`);
      assert.ok(!samples.has(name + labels), `${line} comes twice`);
      samples.set(name + labels, Number(value));
    }
  }
  assert.ok(page.endsWith('\n'));
  assertHistograms(samples);
  return samples;
}

/** Buckets grow, and the last one is the count. */
function assertHistograms(samples) {
  let before = 0;
  for (const [name, value] of samples) {
    const [, family, labels, bound] = name.match(/^(.*)_bucket\{(.*),le="(.*)"\}$/) ?? [];
    if (family === undefined) continue;
    if (bound === '0.0005') before = 0;
    assert.ok(value >= before, name);
    before = value;
    if (bound === '+Inf') assert.equal(value, samples.get(`${family}_count{${labels}}`), name);
  }
}

async function metrics(own = service) {
  const response = await fetch(await metricsUrl(own));
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
  return parse(await response.text());
}

const requests = (operation, status) => `pg_booking_http_requests_total{operation="${operation}",status="${status}"}`;

describe('probes', () => {
  test('/healthz and /readyz on both addresses, without a word in the log', async () => {
    for (const address of [service.url, (await metricsUrl()).replace('/metrics', '')]) {
      for (const [path, body] of [['/healthz', 'alive\n'], ['/readyz', 'ready\n'], ['/readyz?verbose', 'ready\n']]) {
        const response = await fetch(address + path);
        assert.equal(response.status, 200, path);
        assert.equal(response.headers.get('cache-control'), 'no-store');
        assert.equal(await response.text(), body);
        const head = await fetch(address + path, { method: 'HEAD' });
        assert.equal(head.headers.get('content-length'), String(body.length));
      }
      const posted = await fetch(`${address}/healthz`, { method: 'POST', body: 'x' });
      assert.equal(posted.status, 405);
      assert.equal(posted.headers.get('allow'), 'GET, HEAD');
    }
    assert.doesNotMatch(service.log, /healthz|readyz/);
  });

  test('/metrics is not for the public, nor the API for operators', async () => {
    assert.equal((await service.request('/metrics')).status, 404);
    assert.match((await service.request('/metrics')).text, /request\.route_not_found/);
    assert.equal((await fetch((await metricsUrl()).replace('/metrics', '/v1/openapi.json'))).status, 404);
    const without = await Service.start(database.url, ['--pool', '2']);
    assert.doesNotMatch(without.stdout, /metrics/);
    assert.equal(await without.stop(), 0);
  });

  test('questions about the service are answered while the database is away, and tell so', async () => {
    const own = await Service.start(database.url, ['--metrics-listen', '127.0.0.1:0', '--pool', '2']);
    database.setAway(true);
    try {
      await until(async () => (await own.request('/readyz')).status === 503, '/readyz to notice');
      assert.equal((await own.request('/readyz')).text, 'the database can not be reached\n');
      assert.equal((await own.request('/healthz')).status, 200);
      const page = await metrics(own);
      assert.equal(page.get('pg_booking_http_database_usable'), 0);
      assert.equal(page.get('pg_booking_http_database_connections'), 0);
      assert.equal(page.get('pg_booking_http_database_connections_max'), 2);
      assert.equal((await own.request('/v1/services')).status, 503);
      assert.equal((await metrics(own)).get('pg_booking_http_requests_not_sent_total{reason="away"}'), 1);
      await own.logged(/level=error event=database_unusable message=/);
    } finally {
      database.setAway(false);
    }
    await until(async () => (await own.request('/readyz')).status === 200, '/readyz to recover');
    await own.logged(/level=info event=database_usable/);
    assert.equal(await own.stop(), 0);
  });

  test('a database that hangs makes a service unready after ten seconds, and keeps it neither from answering nor from stopping', async () => {
    const own = await Service.start(other.url, ['--metrics-listen', '127.0.0.1:0', '--pool', '2']);
    let pid;
    await until(() => (pid = Number(other.sql("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query ~ '^SELECT name, label'"))) > 0,
      'the monitor');
    process.kill(pid, 'SIGSTOP');
    try {
      await until(async () => (await own.request('/readyz')).status === 503, '/readyz to notice');
      assert.equal((await own.request('/readyz')).text, 'the database does not answer\n');
      assert.equal((await own.request('/v1/openapi.json')).status, 200);
      assert.equal(await own.stop(), 0);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  });

  test('a library of another version makes a running service unready', async () => {
    const own = await Service.start(other.url, ['--pool', '2']);
    await until(async () => (await own.request('/readyz')).status === 200, '/readyz');
    other.sql("CREATE OR REPLACE FUNCTION booking.library_version() RETURNS text LANGUAGE sql AS $$ SELECT '0.0.1' $$");
    await until(async () => (await own.request('/readyz')).status === 503, '/readyz to notice');
    assert.equal((await own.request('/readyz')).text, 'the database lacks the extension in this version\n');
    await own.logged(/event=database_unusable message="the pg_booking library loaded by the server is version 0\.0\.1/);
    assert.equal(await own.stop(), 0);
  });
});

describe('metrics', () => {
  test('every route of the route table is there from the start, and nothing else but "none"', async () => {
    const own = await Service.start(database.url, ['--metrics-listen', '127.0.0.1:0', '--pool', '2']);
    const page = await metrics(own);
    const routes = database.sql('SELECT operation_id FROM booking.routes()').split('\n');
    assert.ok(routes.length >= 15);
    for (const operation of routes) {
      assert.equal(page.get(requests(operation, 200)), 0, operation);
      assert.equal(page.get(`pg_booking_http_request_duration_seconds_count{operation="${operation}"}`), 0, operation);
    }
    const known = new Set(database.sql('SELECT operation FROM booking.request_counters() WHERE operation IS NOT NULL').split('\n')).add('none');
    for (const name of page.keys()) {
      const [, operation] = name.match(/operation="([^"]*)"/) ?? [];
      assert.ok(operation === undefined || known.has(operation), name);
    }
    assert.equal(await own.stop(), 0);
  });

  test('requests by operation and status, replays, refusals of the limiter, bytes, times', async () => {
    const salon = new Salon({ database: database.url });
    const key = createKey(salon.slug, 'all', database.url);
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const before = await metrics();
    const services = JSON.parse((await service.request(`/v1/services?salonSlug=${salon.slug}`, { headers })).text).data.services;
    const booking = { salonSlug: salon.slug, serviceId: services[0].id, date: localDate(3), startTime: '10:00', guest: { name: 'G', email: 'g@example.com' } };
    for (const [times, idempotencyKey] of [[3, randomUUID()], [1, randomUUID()]]) {
      for (let n = 0; n < times; n++) {
        await service.request('/v1/bookings', { method: 'POST', body: JSON.stringify(booking), headers: { ...headers, 'idempotency-key': idempotencyKey } });
      }
    }
    database.sql(`UPDATE booking.api_keys SET rate_limits = '{"subscription": 1}' WHERE tenant_id = '${salon.tenantId}'`);
    for (let n = 0; n < 3; n++) await service.request('/v1/subscription', { headers });
    for (let n = 0; n < 10; n++) await service.request(`/v1/made-up-${n}`, { headers });
    await service.raw('GET / HTTP/1.1\r\n\r\n');
    const page = await metrics();
    const grown = (name) => page.get(name) - (before.get(name) ?? 0);
    assert.equal(grown(requests('listServices', 200)), 1);
    assert.equal(grown(requests('createBooking', 201)), 3);
    assert.equal(grown(requests('createBooking', 409)), 1);
    assert.equal(grown('pg_booking_http_idempotent_replays_total{operation="createBooking"}'), 2);
    assert.equal(grown(requests('getSubscription', 200)), 1);
    assert.equal(grown(requests('getSubscription', 429)), 2);
    assert.equal(grown('pg_booking_http_rate_limit_refusals_total{operation="getSubscription"}'), 2);
    assert.equal(grown(requests('none', 404)), 10);
    assert.equal(grown(requests('none', 400)), 1);
    assert.equal(grown('pg_booking_http_request_duration_seconds_count{operation="createBooking"}'), 4);
    assert.equal(grown('pg_booking_http_request_database_seconds_count{operation="createBooking"}'), 4);
    assert.ok(grown('pg_booking_http_request_duration_seconds_sum{operation="createBooking"}')
      >= grown('pg_booking_http_request_database_seconds_sum{operation="createBooking"}'));
    assert.ok(grown('pg_booking_http_response_bytes_total{operation="listServices"}') > 100);
    assert.ok(grown('pg_booking_http_clients_accepted_total') >= 1);
    assert.equal(page.get('pg_booking_http_database_connections'), 3);
    assert.equal(page.get('pg_booking_http_database_usable'), 1);
    for (const name of page.keys()) assert.doesNotMatch(name, /made-up/);
  });

  test('what the database contributes', async () => {
    await until(async () => (await metrics()).has('pg_booking_webhooks_overdue_seconds'), 'a look at the database');
    const page = await metrics();
    const names = database.sql("SELECT name || CASE WHEN label IS NULL THEN '' ELSE format('{%s=\"%s\"}', label, label_value) END FROM booking.metrics()");
    for (const name of names.split('\n')) assert.ok(page.has(name), name);
    assert.ok(page.get('pg_booking_table_bytes{table="booking.bookings"}') > 0);
  });
});

describe('the log', () => {
  test('one line for a request, with its operation, tenant and times, and no secret', async () => {
    const salon = new Salon({ database: database.url });
    const key = createKey(salon.slug, 'all', database.url);
    const answer = await service.request(`/v1/services?salonSlug=${salon.slug}`, { headers: { authorization: `Bearer ${key}`, cookie: 'c=very-secret' } });
    const id = answer.headers.get('x-request-id');
    const [line] = await service.logged(new RegExp(`.*request_id=${id}.*`));
    assert.match(line, new RegExp(`^ts=\\S+Z level=info event=request request_id=${id} method=GET path=/v1/services operation=listServices tenant=${salon.tenantId} `
      + 'status=200 duration_ms=\\d+\\.\\d{3} database_ms=\\d+\\.\\d{3} bytes=\\d+ peer=127\\.0\\.0\\.1$'));
    for (const secret of [key, key.slice(-12), 'very-secret', salon.slug]) assert.ok(!service.log.includes(secret), secret);
    assert.ok(!service.log.includes(new URL(database.url).password));
  });

  test('a request told again says so', async () => {
    const salon = new Salon({ database: database.url });
    const key = createKey(salon.slug, 'all', database.url);
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'idempotency-key': randomUUID() };
    const cancel = () => service.request('/v1/bookings/bkg_01h2e8kqvbfwea724h75qc655w/cancel', { method: 'POST', headers, body: '{"reason":"a private matter"}' });
    await cancel();
    const id = (await cancel()).headers.get('x-request-id');
    await service.logged(new RegExp(`request_id=${id} .* operation=cancelBooking .* status=404 .* replayed=true\n`));
    assert.doesNotMatch(service.log, /private matter/);
  });

  test('--log-level decides what is said', async () => {
    const quiet = await Service.start(database.url, ['--pool', '2', '--log-level', 'warning']);
    await quiet.request('/v1/services');
    assert.equal(await quiet.stop(), 0);
    assert.equal(quiet.log, '');
    const loud = await Service.start(database.url, ['--pool', '2'], { PG_BOOKING_LOG_LEVEL: 'debug' });
    await loud.request('/healthz?secret');
    await loud.logged(/level=debug event=probe path=\/healthz status=200 peer=127\.0\.0\.1\n/);
    assert.equal(await loud.stop(), 0);
  });
});

describe('the configuration file', () => {
  const directory = mkdtempSync(join(tmpdir(), 'pg-booking-config-'));
  const file = join(directory, 'http.conf');
  after(() => rmSync(directory, { recursive: true }));

  test('gives what neither flags nor variables give', async () => {
    writeFileSync(file, `# A comment\n\n pool = 7\nlog-level=warning\ndb = ${database.url}\n`);
    const own = await Service.start(database.url, ['--config', file], { PG_BOOKING_POOL: '2' });
    assert.match(own.stdout, /, 2 database connections/);
    await own.request('/v1/services');
    assert.equal(await own.stop(), 0);
    assert.equal(own.log, '');
  });

  test('errors name the line, and repeat no connection string', async () => {
    for (const [text, message] of [
      ['\npol = 3\n', /http\.conf line 2: pol: unknown setting/],
      ['pool\n', /http\.conf line 1: pool: expected "name = value"/],
      ['pool = many\n', /http\.conf line 1: pool: expected a number/],
      ['log-level = loud\n', /http\.conf line 1: log-level: expected debug, info, warning or error/],
      ['config = other\n', /http\.conf line 1: config: unknown setting/],
      ['db = password=very secret\n', /http\.conf line 1: db: expected /],
    ]) {
      writeFileSync(file, text);
      const { code, stderr } = await runDoor(['--config', file]);
      assert.match(stderr, message);
      assert.doesNotMatch(stderr, /secret/);
      assert.equal(code, 2);
    }
    const { code, stderr } = await runDoor([], { PG_BOOKING_CONFIG: join(directory, 'missing') });
    assert.match(stderr, /missing: can not be read: No such file/);
    assert.equal(code, 2);
  });

  test('SIGHUP reads it again: the log level at once, the rest is named', async () => {
    writeFileSync(file, 'log-level = warning\n');
    const own = await Service.start(database.url, ['--config', file, '--pool', '2']);
    await own.request('/v1/services');
    writeFileSync(file, 'log-level = info\nlisten = 127.0.0.1:1\nmetrics-listen = 127.0.0.1:2\n');
    own.child.kill('SIGHUP');
    // A flag gives --listen: it wins as before.
    await own.logged(/event=configuration_reloaded\n.*level=warning event=restart_needed changed=--metrics-listen\n/);
    assert.doesNotMatch(own.log, /event=request/);
    await own.request('/v1/services');
    await own.logged(/event=request/);
    writeFileSync(file, 'log-level = loud\n');
    own.child.kill('SIGHUP');
    await own.logged(/level=error event=configuration_refused message=.*line 1: log-level/);
    assert.equal((await own.request('/healthz')).status, 200);
    assert.equal(await own.stop(), 0);
  });
});
