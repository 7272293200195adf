// pg-booking-http by itself: start and stop, what it passes on and sends back, what it refuses, and what it does when the
// database fails. The gateway is a stand-in; one test at the end goes through the real one.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import test, { after, before, describe } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { runDoor, Service, TestDatabase, until } from './door.mjs';
import { databaseUrl, serviceUrl, sql } from './support.mjs';

const { version } = JSON.parse(readFileSync(new URL('../../META.json', import.meta.url), 'utf8'));
const password = 'a-secret-nobody-must-see';
const nobodyListens = `postgresql://someone:${password}@127.0.0.1:1/nowhere`;

const empty = new TestDatabase('empty');
const other = new TestDatabase('other');
const database = new TestDatabase('door');
// Has statements run for as long as they like.
const patient = `${database.url}?options=-c%20statement_timeout%3D0`;
let service;

before(async () => {
  other.installExtension();
  database.installExtension();
  database.installStandIn();
  service = await Service.start(database.url);
});

after(async () => {
  for (const left of Service.running) if (left !== service) left.child.kill('SIGKILL');
  await service.stop();
  for (const each of [empty, other, database]) each.drop();
});

/** The program must end with this exit code and say this, and no secret. */
async function assertExit(code, message, args, env) {
  const result = await runDoor(args, env);
  assert.match(result.stderr, message);
  assert.doesNotMatch(result.stderr + result.stdout, new RegExp(password));
  assert.equal(result.code, code);
  assert.equal(result.stderr.trim().split('\n').length, 1, result.stderr);
}

describe('start', () => {
  test('--help documents every flag, variable and exit code', async () => {
    const { code, stdout } = await runDoor(['--help']);
    assert.equal(code, 0);
    for (const name of ['listen', 'db', 'pool', 'tls-cert', 'tls-key', 'trusted-proxies', 'connections-per-address', 'metrics-listen', 'log-level', 'config']) {
      assert.match(stdout, new RegExp(`--${name} `));
      assert.match(stdout, new RegExp(`PG_BOOKING_${name.toUpperCase().replaceAll('-', '_')}\\b`));
    }
    for (let exit = 0; exit <= 7; exit++) assert.match(stdout, new RegExp(`^  ${exit}  \\w`, 'm'));
  });

  test('--version', async () => {
    assert.deepEqual(await runDoor(['--version']), { code: 0, stdout: `pg-booking-http ${version}\n`, stderr: '' });
  });

  test('bad flags and variables are named', async () => {
    await assertExit(2, /--lisen: unknown flag/, ['--lisen', 'x']);
    await assertExit(2, /^pg-booking-http: extra: /, ['extra']);
    await assertExit(2, /--pool: needs a value/, ['--pool']);
    for (const value of ['0', '-1', '101', 'many', '1x', '']) await assertExit(2, /--pool: expected a number/, [`--pool=${value}`]);
    for (const value of ['8080', ':8080', 'localhost', 'localhost:', 'localhost:65536', '::1:8080']) {
      await assertExit(2, /--listen: expected ADDRESS:PORT/, ['--listen', value]);
    }
    await assertExit(2, /PG_BOOKING_LISTEN: expected ADDRESS:PORT/, [], { PG_BOOKING_LISTEN: 'x' });
    await assertExit(2, /PG_BOOKING_POOL: expected a number/, [], { PG_BOOKING_POOL: 'x' });
  });

  test('a connection string that can not be understood is not repeated', async () => {
    await assertExit(2, /--db: expected /, ['--db', `password=with ${password}`]);
    await assertExit(2, /PG_BOOKING_DB: expected /, [], { PG_BOOKING_DB: `password=with ${password}` });
  });

  test('the database is away', () => assertExit(3, /no connection to the database: .*refused/, ['--db', nobodyListens]));

  test('the extension is missing', () =>
    assertExit(4, /pg_booking is not installed in database "door_empty_\d+": run CREATE EXTENSION pg_booking CASCADE/, ['--db', empty.url]));

  test('the role may not call the gateway', async () => {
    const role = `door_nobody_${process.pid}`;
    sql(`CREATE ROLE ${role} LOGIN PASSWORD '${password}'`);
    try {
      const url = other.url.replace(/\/\/[^@]*@/, `//${role}:${password}@`);
      await assertExit(4, new RegExp(`role "${role}" may not call the gateway: .*authenticator`), ['--db', url]);
    } finally {
      sql(`DROP ROLE ${role}`);
    }
  });

  test('extension or library are of another version', async () => {
    other.sql("CREATE OR REPLACE FUNCTION booking.library_version() RETURNS text LANGUAGE sql AS $$ SELECT '0.0.1' $$");
    await assertExit(5, new RegExp(`library loaded by the server is version 0\\.0\\.1, this service is version ${version}: `), ['--db', other.url]);
    other.sql("UPDATE pg_extension SET extversion = '0.0.2' WHERE extname = 'pg_booking'");
    await assertExit(5, new RegExp(`extension pg_booking in database .* is version 0\\.0\\.2, this service is version ${version}: `), ['--db', other.url]);
  });

  test('the port is taken', () =>
    assertExit(6, new RegExp(`can not listen on 127.0.0.1:${service.port}: Address already in use`),
      ['--listen', `127.0.0.1:${service.port}`, '--db', database.url]));

  test('the address is none of this machine', () =>
    assertExit(6, /can not listen on 192\.0\.2\.1:0: /, ['--listen', '192.0.2.1:0', '--db', database.url]));

  test('the first line says where it listens; flags win over variables', async () => {
    const own = await Service.start(database.url, ['--pool=3'], {
      PG_BOOKING_LISTEN: '192.0.2.1:80', PG_BOOKING_DB: nobodyListens, PG_BOOKING_POOL: '7',
    });
    assert.equal(own.stdout, `pg-booking-http ${version} listening on http://127.0.0.1:${own.port}, 3 database connections\n`);
    assert.equal((await own.request('/x')).status, 200);
    assert.equal(await own.stop(), 0);
  });
});

describe('stop', () => {
  for (const signal of ['SIGTERM', 'SIGINT']) {
    test(`${signal}: requests in flight are finished, new ones not accepted`, async () => {
      const own = await Service.start(database.url, ['--pool', '2']);
      const idle = own.connect();
      idle.send('GET /x HTTP/1.1\r\nHost: a\r\n\r\n');
      await idle.receives(/req_stand_in/);
      const running = own.request('/sleep/1');
      const halfSent = own.connect();
      halfSent.send('POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello');
      await until(() => sql(`SELECT count(*) FROM pg_stat_activity WHERE datname = '${database.name}' AND wait_event = 'PgSleep'`) === '1',
        'the request to run');
      own.child.kill(signal);
      await idle.closed();
      const late = own.connect();
      await late.closed();
      assert.equal(late.error.code, 'ECONNREFUSED');
      halfSent.send('hello');
      await halfSent.closed();
      assert.match(halfSent.received, /^HTTP\/1\.1 200 OK\r\n[^]*Connection: close\r\n[^]*"bytes" : 10/);
      assert.equal((await running).status, 200);
      assert.equal(await own.ended, 0);
    });
  }

  test('a request that takes too long is dropped, and the exit code says so', async () => {
    const own = await Service.start(patient, ['--pool', '2']);
    const running = own.request('/sleep/60').catch((error) => error);
    await until(() => sql(`SELECT count(*) FROM pg_stat_activity WHERE datname = '${database.name}' AND wait_event = 'PgSleep'`) === '1',
      'the request to run');
    assert.equal(await own.stop(), 7);
    assert.ok((await running) instanceof Error);
    assert.match(own.log, /event=requests_dropped/);
    database.terminateConnections();
  });
});

describe('what is passed on', () => {
  test('method and target as received', async () => {
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PURGE']) {
      assert.equal((await service.echo('/a%20b/%2e%2E?c=%41+d&e=', { method })).method, method);
    }
    assert.equal((await service.echo('/a%20b?c=%41+d&&e=%')).target, '/a%20b?c=%41+d&&e=%');
    const answer = await service.raw('GET http://example.com/a?b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    assert.match(answer.received, /"target" : "\/a\?b"/);
  });

  test('header values as received, one line for each field', async () => {
    const answer = await service.raw('GET / HTTP/1.1\r\nHost: a\r\nIdempotency-Key: %41bc\r\nX-Two: 1\r\nx-two:\t2 \r\n' +
      'X-Empty:\r\nX-Text: \xc3\xa9, "q"\r\nRange: 0-9\r\nRange-Unit: items\r\nConnection: close\r\n\r\n');
    const { headers } = JSON.parse(Buffer.from(answer.received, 'latin1').toString().split('\r\n\r\n')[1]);
    assert.equal(headers, 'host: a\nidempotency-key: %41bc\nx-two: 1\nx-two: 2\nx-empty: \nx-text: Ã©, "q"\n' +
      'range: 0-9\nrange-unit: items\nconnection: close\n');
  });

  test('the peer is the connection\'s, whatever header fields claim', async () => {
    const answer = await service.echo('/', { headers: { REMOTE_ADDR: '192.0.2.9', 'X-Forwarded-For': '192.0.2.9' } });
    assert.equal(answer.peer, '127.0.0.1');
    assert.doesNotMatch(answer.headers, /remote_addr/);
  });

  test('a body is passed on to its last byte, whatever its type and coding; without one there is none', async () => {
    const body = Buffer.alloc(1024 * 1024, Buffer.from('0\0\xff\r\n', 'latin1'));
    const md5 = createHash('md5').update(body).digest('hex');
    for (const type of ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      const answer = await service.echo('/', { method: 'POST', headers: { 'content-type': type }, body });
      assert.deepEqual([answer.bytes, answer.body], [body.length, md5]);
    }
    const chunked = await service.raw('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n' +
      '5;ext=1\r\nhello\r\n006\r\n world\r\n0\r\nTrailer: x\r\n\r\n');
    assert.match(chunked.received, /"bytes" : 11/);
    for (const length of ['', 'Content-Length: 0\r\n']) {
      const none = await service.raw(`POST / HTTP/1.1\r\nHost: a\r\n${length}Connection: close\r\n\r\n`);
      assert.match(none.received, /"body" : null, "bytes" : null/);
    }
  });

  test('a client that waits for it is told to continue', async () => {
    const connection = service.connect();
    connection.send('POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n');
    await connection.receives(/^HTTP\/1\.1 100 Continue\r\n\r\n$/);
    connection.send('hello');
    await connection.receives(/HTTP\/1\.1 200 OK[^]*"bytes" : 5/);
    connection.destroy();
  });
});

describe('what is sent back', () => {
  /** Has the stand-in answer with these bytes. */
  const answerWith = (packed) => service.raw(
    `POST /answer HTTP/1.1\r\nHost: a\r\nContent-Length: ${packed.length}\r\nConnection: close\r\n\r\n${packed}`);

  test('status, header fields and body as the gateway composed them; the door adds its own', async () => {
    const { received } = await answerWith('201\nContent-Type: text/x\nLocation: /y?z\nDate: never\nTransfer-Encoding: gzip\n\nline\n\nline');
    const [head, ...body] = received.split('\r\n\r\n');
    assert.equal(body.join('\r\n\r\n'), 'line\n\nline');
    assert.match(head, /^HTTP\/1\.1 201 Created\r\nServer: pg_booking\r\nDate: \w{3}, \d{2} \w{3} \d{4} [\d:]{8} GMT\r\n/);
    assert.equal(head.split('\r\n').slice(5).join('\n'), 'Content-Type: text/x\nLocation: /y?z\nContent-Length: 10\nConnection: close');
  });

  test('HEAD has a length and no body, 204 neither', async () => {
    const head = await service.raw('HEAD /four HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    assert.match(head.received, /\r\nContent-Length: 4\r\n[^]*\r\n\r\n$/);
    const none = await answerWith('204\n\n');
    assert.match(none.received, /^HTTP\/1\.1 204 No Content\r\n/);
    assert.doesNotMatch(none.received, /Content-Length/);
  });

  test('a Range of the request changes nothing', async () => {
    const { status, text } = await service.request('/x', { headers: { range: 'bytes=0-0,1-1,2-2' } });
    assert.equal(status, 200);
    assert.ok(text.endsWith('}'));
  });

  test('an answer that can not be sent as HTTP is an internal error', async () => {
    for (const packed of ['rubbish', '200', '200\nA: b', '99\n\n', '200\nA\n\n', '200\nA: b\rC: d\n\n']) {
      const { received } = await answerWith(packed);
      assert.match(received, /^HTTP\/1\.1 500 Internal Server Error\r\n/);
      assert.equal(JSON.parse(received.split('\r\n\r\n')[1]).error.code, 'internal.error');
    }
  });

  test('an answer larger than the network takes at once arrives whole', async () => {
    const size = 1024 * 1024 - 100;
    const { received } = await answerWith(`200\n\n${'x'.repeat(size)}`);
    assert.ok(received.endsWith(`\r\n\r\n${'x'.repeat(size)}`));
  });

  test('requests sent at once are answered in order', async () => {
    const connection = service.connect();
    connection.send('GET /sleep/0.1 HTTP/1.1\r\nHost: a\r\n\r\nPOST /answer HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n204\n\nGET ' +
      'GET /c HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET /never HTTP/1.1\r\nHost: a\r\n\r\n');
    await connection.closed();
    assert.deepEqual(connection.statuses, [200, 204, 200]);
    assert.ok(connection.received.indexOf('"/sleep/0.1"') < connection.received.indexOf('"/c"'));
  });
});

describe('what is refused', () => {
  const fields = 'Host: a\r\n';
  const chunked = `POST /v1/x HTTP/1.1\r\n${fields}Transfer-Encoding: chunked\r\n\r\n`;
  const bad = {
    'no path': [400, `GET x HTTP/1.1\r\n${fields}\r\n`],
    'another protocol': [400, '\x16\x03\x01\x02'],
    'HTTP/2 without TLS': [400, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    'no Host': [400, 'GET / HTTP/1.1\r\n\r\n'],
    'two Hosts': [400, `GET / HTTP/1.1\r\n${fields}${fields}\r\n`],
    'a blank before the colon': [400, `GET / HTTP/1.1\r\n${fields}X : a\r\n\r\n`],
    'a folded line': [400, `GET / HTTP/1.1\r\n${fields}X: a\r\n b\r\n\r\n`],
    'a bare line feed': [400, `GET / HTTP/1.1\r\n${fields}X: a\nY: b\r\n\r\n`],
    'a NUL': [400, `GET / HTTP/1.1\r\n${fields}X: a\0\r\n\r\n`],
    'Content-Length and Transfer-Encoding': [400, `POST / HTTP/1.1\r\n${fields}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    'two lengths': [400, `POST / HTTP/1.1\r\n${fields}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`],
    'another coding': [400, `POST / HTTP/1.1\r\n${fields}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`],
    'a negative chunk': [400, `${chunked}-2\r\n`],
    'a body of a GET': [400, `GET / HTTP/1.1\r\n${fields}Content-Length: 5\r\n\r\nhello`],
    'a chunked body of a GET': [400, `GET / HTTP/1.1\r\n${fields}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    'the same length twice': [400, `POST / HTTP/1.1\r\n${fields}Content-Length: 1\r\nContent-Length: 1\r\n\r\na`],
    'a compressed body': [415, `POST / HTTP/1.1\r\n${fields}Content-Encoding: gzip\r\nContent-Length: 1\r\n\r\na`],
    'another expectation': [400, `POST / HTTP/1.1\r\n${fields}Expect: more\r\nContent-Length: 1\r\n\r\n`],
    'a long target': [414, `GET /${'a'.repeat(8192)} HTTP/1.1\r\n${fields}\r\n`],
    'an endless target': [414, `GET /${'a'.repeat(20000)}`],
    'a large head': [431, `GET / HTTP/1.1\r\n${fields}X: ${'a'.repeat(16384)}\r\n\r\n`],
    'many fields': [431, `GET / HTTP/1.1\r\n${fields}${'X: a\r\n'.repeat(100)}\r\n`],
    'a large body': [413, `POST /v1/x HTTP/1.1\r\n${fields}Content-Length: 1048577\r\n\r\n`],
    'a large chunked body': [413, `${chunked}100000\r\n${'a'.repeat(1048576)}\r\n1\r\na\r\n0\r\n\r\n`],
  };
  for (const [name, [status, bytes]] of Object.entries(bad)) {
    test(`${name}: ${status}, nothing after it is read as a request`, async () => {
      const calls = database.calls();
      const { statuses, received } = await service.raw(`${bytes}GET /smuggled HTTP/1.1\r\n${fields}\r\n`);
      assert.deepEqual(statuses, [status]);
      assert.match(received, /Connection: close\r\n/);
      assert.equal(database.calls(), calls);
    });
  }

  test('in the words of the face that was called', async () => {
    const v1 = JSON.parse((await service.raw(bad['a large body'][1])).received.split('\r\n\r\n')[1]);
    assert.match(v1.meta.requestId, /^req_/);
    assert.deepEqual(v1, { ok: false, error: { code: 'request.payload_too_large', message: v1.error.message, retryable: false },
      meta: { requestId: v1.meta.requestId, v: '1' } });
    const codes = { 'two Hosts': 'request.invalid_input', 'a long target': 'request.target_too_long', 'many fields': 'request.headers_too_large' };
    for (const [name, code] of Object.entries(codes)) {
      const { error } = JSON.parse((await service.raw(bad[name][1])).received.split('\r\n\r\n')[1]);
      assert.deepEqual([error.code, error.retryable], [code, false]);
    }
  });

  test('what fits exactly is taken', async () => {
    const target = `/${'a'.repeat(8191)}`;
    assert.equal((await service.echo(target)).target, target);
    const many = await service.raw(`GET / HTTP/1.1\r\n${fields}${'X: a\r\n'.repeat(98)}Connection: close\r\n\r\n`);
    assert.deepEqual(many.statuses, [200]);
  });
});

describe('clients that take their time', { concurrency: true }, () => {
  test('idle and half-sent connections hold up nobody', async () => {
    const own = await Service.start(database.url, ['--pool', '2']);
    const slow = Array.from({ length: 600 }, (_, n) => {
      const connection = own.connect();
      if (n % 3 === 1) connection.send('GET / HTTP/1.1\r\n');
      if (n % 3 === 2) connection.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n');
      return connection;
    });
    const before = Date.now();
    for (let n = 0; n < 20; n++) assert.equal((await own.request('/x', { headers: { connection: 'close' } })).status, 200);
    assert.ok(Date.now() - before < 4000, 'requests waited for a slow client');
    for (const connection of slow) connection.destroy();
    assert.equal(await own.stop(), 0);
  });

  test('a head that drips is answered with 408 after 5 seconds', async () => {
    const connection = service.connect();
    const drip = setInterval(() => connection.send('a'), 20);
    connection.send('GET /');
    const before = Date.now();
    await connection.receives(/^HTTP\/1\.1 408 /);
    clearInterval(drip);
    await connection.closed();
    assert.ok(Date.now() - before >= 4900);
  });

  test('a body that does not come is answered with 408 after 10 seconds', async () => {
    const connection = service.connect();
    connection.send('POST /v1/x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhell');
    const before = Date.now();
    await connection.closed();
    assert.ok(Date.now() - before >= 9900);
    assert.deepEqual(connection.statuses, [408]);
    assert.match(connection.received, /"code":"request\.timeout"/);
  });

  test('a client that goes away loses its answer, and the service nothing', async () => {
    const connection = service.connect();
    connection.send('GET /sleep/0.2 HTTP/1.1\r\nHost: a\r\n\r\n');
    await sleep(100);
    connection.destroy();
    await sleep(300);
    assert.equal((await service.request('/x')).status, 200);
  });
});

describe('the database', () => {
  test('a broken connection is replaced without a request noticing', async () => {
    const own = await Service.start(database.url, ['--pool', '2']);
    const terminated = database.terminateConnections();
    assert.ok(terminated >= 2);
    for (let n = 0; n < 5; n++) assert.equal((await own.request('/x')).status, 200);
    assert.equal(await own.stop(), 0);
  });

  test('a request whose outcome is unknown is not sent again', async () => {
    const calls = database.calls();
    const { status, headers, text } = await service.request('/die', { method: 'POST' });
    assert.equal(status, 503);
    assert.equal(headers.get('retry-after'), '1');
    assert.equal(JSON.parse(text).error.code, 'internal.outcome_unknown');
    assert.match(JSON.parse(text).error.message, /Idempotency-Key/);
    assert.equal(database.calls(), calls + 1);
    await service.logged(/event=outcome_unknown message="FATAL:  terminating connection[^"]*" request_id=req_/);
    assert.equal((await service.request('/x')).status, 200);
  });

  test('an error is logged with its cause and answered without', async () => {
    const { status, text } = await service.request('/fail');
    assert.equal(status, 500);
    assert.deepEqual(JSON.parse(text).error, { code: 'internal.error', message: 'Internal error.', retryable: true });
    const [line] = await service.logged(/.*event=sql_error sqlstate=P0042 message="the cause" hint="the cure" request_id=.*/);
    assert.doesNotMatch(line, /the detail/);
  });

  test('requests run as READ COMMITTED, whatever the default of the database', async () => {
    database.sql(`ALTER DATABASE ${database.name} SET default_transaction_isolation = 'serializable'`);
    const own = await Service.start(database.url);
    try {
      assert.equal((await own.echo('/x')).isolation, 'read committed');
    } finally {
      await own.stop();
      database.sql(`ALTER DATABASE ${database.name} RESET default_transaction_isolation`);
    }
  });

  test('a statement has 10 seconds, unless the role, the database or the connection string says otherwise', async () => {
    assert.equal((await service.echo('/x')).timeout, '10s');
    const other = await Service.start(patient);
    assert.equal((await other.echo('/x')).timeout, '0');
    await other.stop();
    database.sql(`ALTER DATABASE ${database.name} SET statement_timeout = '200ms'`);
    const own = await Service.start(database.url);
    try {
      const { status, headers, text } = await own.request('/sleep/30', { method: 'POST' });
      assert.equal(status, 503);
      assert.equal(headers.get('retry-after'), '1');
      assert.match(JSON.parse(text).error.message, /Nothing was done/);
      await own.logged(/event=cancelled message="canceling statement due to statement timeout" request_id=/);
    } finally {
      await own.stop();
      database.sql(`ALTER DATABASE ${database.name} RESET statement_timeout`);
    }
  });

  test('a request that is cancelled did nothing and may be sent again', async () => {
    const answer = service.request('/sleep/9', { method: 'POST' });
    const cancelled = () => database.sql(`SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event = 'PgSleep'`) === '1';
    await until(cancelled, 'the request to run');
    const { status, headers, text } = await answer;
    assert.equal(status, 503);
    assert.equal(headers.get('retry-after'), '1');
    assert.equal(JSON.parse(text).error.code, 'internal.unavailable');
    await service.logged(/event=cancelled message="canceling statement due to user request" request_id=/);
  });

  test('an answer whose commit fails is not sent', async () => {
    assert.equal((await service.request('/commit')).status, 500);
    assert.equal(database.sql('SELECT count(*) FROM parent'), '0');
  });

  test('while it is away: 503 at once, in the words of each face; then it goes on', async () => {
    const own = await Service.start(database.url, ['--pool', '2']);
    database.setAway(true);
    try {
      await until(async () => (await own.request('/x')).status === 503, 'the database to be away');
      const before = Date.now();
      const v1 = await own.request('/v1/x?y');
      assert.ok(Date.now() - before < 1000);
      assert.equal(v1.status, 503);
      assert.equal(v1.headers.get('retry-after'), '1');
      assert.equal(v1.headers.get('content-type').split(';')[0], 'application/json');
      const body = JSON.parse(v1.text);
      assert.deepEqual(body, { ok: false, error: { code: 'internal.unavailable', message: body.error.message, retryable: true },
        meta: { requestId: v1.headers.get('x-request-id'), v: '1' } });
      await own.logged(/event=database_connect_failed message=".*not currently accepting connections"/);
    } finally {
      database.setAway(false);
    }
    await until(async () => (await own.request('/x')).status === 200, 'the service to reconnect');
    await own.logged(/event=database_connected/);
    assert.equal(await own.stop(), 0);
  });

  test('requests get connections in the order in which they came, and wait at most 10 seconds', async () => {
    const own = await Service.start(patient, ['--pool', '1']);
    const order = [];
    const requests = [own.request('/sleep/11').then(() => order.push('long'))];
    await until(() => sql(`SELECT count(*) FROM pg_stat_activity WHERE datname = '${database.name}' AND wait_event = 'PgSleep'`) === '1',
      'the request to run');
    const tooLong = own.request('/x');
    await sleep(3000);
    // Each takes a while, so that the answers come one by one.
    for (let n = 0; n < 5; n++) {
      requests.push(own.request('/sleep/0.3').then(({ status }) => order.push(status === 200 ? n : status)));
      await sleep(200);
    }
    assert.equal((await tooLong).status, 503);
    await Promise.all(requests);
    assert.deepEqual(order.filter((name) => name !== 'long'), [0, 1, 2, 3, 4]);
    assert.equal(await own.stop(), 0);
  });
});

test('the log has one line per request, without what is nobody\'s business', async () => {
  await service.request('/a%20b/path?name=Jane&token=abc', { method: 'POST', headers: { authorization: 'Bearer xyz' }, body: 'Jane' });
  const [line] = await service.logged(/.*path=\/a%20b\/path .*/);
  assert.match(line, /^ts=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z level=info event=request request_id=req_stand_in method=POST path=\/a%20b\/path status=200 duration_ms=\d+\.\d{3} database_ms=\d+\.\d{3} bytes=\d+ peer=127\.0\.0\.1$/);
  assert.doesNotMatch(service.log, /Jane|abc|xyz/);
  assert.equal(service.log.split('\n').filter((each) => each.includes('/a%20b/path')).length, 1);
});

test('through the real gateway: one connection, many requests', async () => {
  const headers = { authorization: `Bearer ${process.env.BOOKING_API_KEY}` };
  const get = (path, more = {}) => fetch(`${serviceUrl}${path}`, { headers, ...more });
  const path = `/v1/services?salonSlug=${process.env.SALON_SLUG}`;
  const answer = await get(path);
  assert.equal(answer.status, 200, await answer.clone().text());
  assert.equal(answer.headers.get('server'), 'pg_booking');
  assert.equal(answer.headers.get('x-request-id'), (await answer.json()).meta.requestId);
  assert.equal((await get(path, { headers: { ...headers, range: 'bytes=0-0' } })).status, 200);
  assert.equal((await get(path, { headers: {} })).status, 401);
  assert.equal((await get('/v1/no-such-route')).status, 404);
  assert.equal((await get(path, { headers: { authorization: headers.authorization.replace('bk', '%62k') } })).status, 401);
});

test('the installed service is of this version', async () => {
  assert.equal(sql('SELECT booking.library_version()', {}, databaseUrl), version);
});
