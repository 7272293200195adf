// pg-booking-http facing the network: TLS, compression, proxies in front of it, many connections. The gateway is a stand-in.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import { join } from 'node:path';
import test, { after, before, describe } from 'node:test';
import tls from 'node:tls';
import { gunzipSync } from 'node:zlib';
import { runDoor, Service, TestDatabase, until } from './door.mjs';
import { makeDirectory } from './machine.mjs';

const database = new TestDatabase('network');
const directory = makeDirectory();
const file = (name) => join(directory, name);

/** Makes NAME.crt and NAME.key. */
function makeCertificate(name) {
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
    '-subj', `/CN=${name}`, '-keyout', file(`${name}.key`), '-out', file(`${name}.crt`)], { stdio: 'ignore' });
}

before(() => {
  database.installExtension();
  database.installStandIn();
  for (const name of ['first', 'second']) makeCertificate(name);
});

after(() => {
  for (const left of Service.running) left.child.kill('SIGKILL');
  database.drop();
  rmSync(directory, { recursive: true });
});

/** Resolves to { status, headers, body, subject } of a request on a connection of its own; the body is a Buffer. */
function get(url, { method = 'GET', headers = {}, body, agent = false } = {}) {
  return new Promise((resolve, reject) => {
    const request = https.request(url, { method, headers, agent, rejectUnauthorized: false }, (response) => {
      const chunks = [];
      const subject = response.socket.getPeerCertificate().subject?.CN;
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks), subject }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

describe('TLS', () => {
  let service;
  before(async () => {
    for (const kind of ['crt', 'key']) copyFileSync(file(`first.${kind}`), file(`used.${kind}`));
    service = await Service.start(database.url, ['--tls-cert', file('used.crt'), '--tls-key', file('used.key')]);
  });
  after(async () => assert.equal(await service.stop(), 0));

  test('requests and answers are encrypted, and browsers told to keep it so', async () => {
    assert.match(service.stdout, /listening on https:\/\//);
    const answer = await get(`${service.url}/a`);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['strict-transport-security'], 'max-age=31536000');
    assert.equal(JSON.parse(answer.body).target, '/a');
  });

  test('a large body and a large answer, over one connection', async () => {
    const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
    const body = Buffer.from(`200\n\n${'x'.repeat(1024 * 1024 - 100)}`);
    for (let n = 0; n < 3; n++) {
      const answer = await get(`${service.url}/answer`, { method: 'POST', body, agent });
      assert.ok(answer.body.equals(body.subarray(5)));
    }
    agent.destroy();
  });

  test('requests sent at once are answered in order', async () => {
    const socket = tls.connect({ port: Number(service.port), rejectUnauthorized: false, ALPNProtocols: ['h2', 'http/1.1'] });
    await once(socket, 'secureConnect');
    assert.equal(socket.alpnProtocol, 'http/1.1');
    let received = '';
    socket.on('data', (data) => (received += data));
    socket.write('GET /a HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(3) + 'GET /b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    await once(socket, 'end');
    assert.deepEqual([...received.matchAll(/"target" : "([^"]+)"/g)].map((match) => match[1]), ['/a', '/a', '/a', '/b']);
    socket.destroy();
  });

  test('a client without TLS, an old one and one that only shakes hands harm nobody', async () => {
    const plain = await service.raw('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    assert.doesNotMatch(plain.received, /HTTP/);
    const old = tls.connect({ port: Number(service.port), rejectUnauthorized: false, minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1' });
    await assert.rejects(once(old, 'secureConnect'));
    const half = service.connect();
    half.send('\x16\x03\x01\x02\x00\x01');
    assert.equal((await get(`${service.url}/a`)).status, 200);
    half.destroy();
  });

  test('SIGHUP brings a new certificate into force for new connections; a bad one changes nothing', async () => {
    assert.equal((await get(`${service.url}/a`)).subject, 'first');
    writeFileSync(file('used.crt'), 'no certificate');
    service.child.kill('SIGHUP');
    await service.logged(/event=configuration_refused message=".*used\.crt: no usable certificate/);
    assert.equal((await get(`${service.url}/a`)).subject, 'first');
    for (const kind of ['crt', 'key']) copyFileSync(file(`second.${kind}`), file(`used.${kind}`));
    service.child.kill('SIGHUP');
    await until(async () => (await get(`${service.url}/a`)).subject === 'second', 'the new certificate');
  });

  test('a certificate without its key, or with another one\'s, is refused at the start', async () => {
    for (const [message, ...args] of [
      [/--tls-cert: needs the other one/, '--tls-cert', file('first.crt')],
      [/second\.key: no usable key of that certificate/, '--tls-cert', file('first.crt'), '--tls-key', file('second.key')],
      [/nothing\.crt: no usable certificate/, '--tls-cert', file('nothing.crt'), '--tls-key', file('first.key')],
    ]) {
      const { code, stderr } = await runDoor(['--db', database.url, ...args]);
      assert.equal(code, 2);
      assert.match(stderr, message);
    }
  });
});

describe('without TLS', () => {
  let service;
  before(async () => (service = await Service.start(database.url)));
  after(async () => assert.equal(await service.stop(), 0));

  /** The head and body (a Buffer) of the answer to these header lines, the stand-in's answer being `packed`. */
  async function answerTo(fields, packed) {
    const { received } = await service.raw(`POST /answer HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${fields}Content-Length: ${packed.length}\r\n\r\n${packed}`);
    const end = received.indexOf('\r\n\r\n');
    return { head: received.slice(0, end), body: Buffer.from(received.slice(end + 4), 'latin1') };
  }

  test('no promise of TLS', async () => {
    assert.equal((await service.request('/a')).headers.get('strict-transport-security'), null);
  });

  test('answers of some length are compressed for those who ask for it', async () => {
    const text = JSON.stringify(Array.from({ length: 200 }, (_, n) => ({ n })));
    const packed = `200\nContent-Type: application/json\n\n${text}`;
    const compressed = await answerTo('Accept-Encoding: br;q=1, gzip\r\n', packed);
    assert.match(compressed.head, /\r\nVary: Accept-Encoding\r\nContent-Encoding: gzip\r\nContent-Length: \d+/);
    assert.ok(compressed.body.length < text.length / 2);
    assert.equal(gunzipSync(compressed.body).toString(), text);
    for (const fields of ['', 'Accept-Encoding: identity\r\n', 'Accept-Encoding: gzip;q=0\r\n']) {
      const plain = await answerTo(fields, packed);
      assert.match(plain.head, /\r\nVary: Accept-Encoding\r\n/);
      assert.doesNotMatch(plain.head, /Content-Encoding/);
      assert.equal(plain.body.toString(), text);
    }
    const tagged = packed.replace('\n\n', '\nETag: "a"\n\n');
    assert.match((await answerTo('Accept-Encoding: gzip\r\n', tagged)).head, /\r\nETag: W\/"a"\r\n/, 'other bytes, another strong tag');
    assert.match((await answerTo('', tagged)).head, /\r\nETag: "a"\r\n/);
    const short = await answerTo('Accept-Encoding: gzip\r\n', '200\nContent-Type: application/json\n\n{"a":1}');
    assert.doesNotMatch(short.head, /Content-Encoding|Vary/);
  });

  test('browsers are told not to make more of an answer than it is', async () => {
    const { headers } = await service.request('/a');
    assert.equal(headers.get('content-security-policy'), "default-src 'none'");
    assert.equal(headers.get('referrer-policy'), 'no-referrer');
  });
});

describe('who is behind a connection', () => {
  const ask = async (service, forwarded) => (await service.echo('/a', { headers: forwarded === undefined ? {} : { 'X-Forwarded-For': forwarded } })).peer;

  test('a proxy that is trusted is believed, another is not; SIGHUP changes which', async () => {
    const config = file('service.conf');
    writeFileSync(config, 'trusted-proxies = 10.0.0.0/8, 127.0.0.0/8\n'.replace(', ', ','));
    const service = await Service.start(database.url, ['--config', config]);
    assert.equal(await ask(service), '127.0.0.1');
    assert.equal(await ask(service, '192.0.2.1'), '192.0.2.1');
    assert.equal(await ask(service, '203.0.113.9, 192.0.2.1, 10.1.2.3'), '192.0.2.1');
    writeFileSync(config, 'trusted-proxies = 10.0.0.0/8\n');
    service.child.kill('SIGHUP');
    await until(async () => (await ask(service, '192.0.2.1')) === '127.0.0.1', 'the proxy to be trusted no longer');
    await service.logged(/path=\/a .*peer=192\.0\.2\.1/);
    assert.equal(await service.stop(), 0);
    const { code, stderr } = await runDoor(['--trusted-proxies', '10.0.0.0/8,x']);
    assert.equal(code, 2);
    assert.match(stderr, /--trusted-proxies: expected addresses or networks/);
  });

  test('an address has a limited number of connections, a trusted proxy any', async () => {
    const service = await Service.start(database.url, ['--connections-per-address', '3']);
    const idle = Array.from({ length: 3 }, () => service.connect());
    for (const connection of idle) connection.send('GET /a HTTP/1.1\r\nHost: a\r\n\r\n');
    for (const connection of idle) await connection.receives(/req_stand_in/);
    const refused = await service.connect().closed();
    assert.match(refused.received, /^HTTP\/1\.1 503 [^]*\r\nRetry-After: 1\r\n[^]*Too many connections from this address/);
    idle[0].destroy();
    await until(async () => {
      const connection = service.connect();
      connection.send('GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
      return /^HTTP\/1\.1 200/.test((await connection.closed()).received);
    }, 'a place to be free again');
    for (const connection of idle) connection.destroy();
    assert.equal(await service.stop(), 0);
    const trusting = await Service.start(database.url, ['--connections-per-address', '3', '--trusted-proxies', '127.0.0.1']);
    const many = Array.from({ length: 10 }, () => trusting.connect());
    for (const connection of many) connection.send('GET /a HTTP/1.1\r\nHost: a\r\n\r\n');
    for (const connection of many) await connection.receives(/req_stand_in/);
    for (const connection of many) connection.destroy();
    assert.equal(await trusting.stop(), 0);
  });
});
