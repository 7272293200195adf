// The examples of the API's documentation, as their readers would run them: only host and key are ours.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import test from 'node:test';
import { assertShape, assertSuccess, Client, createKey, shapes } from './support.mjs';

const url = process.env.BOOKING_URL;
const key = process.env.BOOKING_API_KEY;

function assertServices(data) {
  assert.equal(data.ok, true);
  assertShape(data.data, { services: [shapes.service] });
  assert.equal(data.data.services.length, 5);
  const haircut = data.data.services.find((service) => service.name === 'Haircut');
  assert.equal(haircut.durationMinutes, 45);
  assert.equal(haircut.priceType, 'fixed');
  assert.deepEqual(haircut.price, { amount: 4500, currency: 'HUF' });
}

test('curl', () => {
  const command = `curl -X GET "${url}/v1/services?salonSlug=example-salon" \\
  -H "Authorization: Bearer ${key}"`;
  const output = execFileSync('bash', ['-c', `${command} --silent --show-error --write-out '\\n%{http_code}'`], { encoding: 'utf8' });
  const [body, status] = output.split('\n');
  assert.equal(status, '200');
  assertServices(JSON.parse(body));
});

test('JavaScript', () => {
  const example = `const response = await fetch(
  '${url}/v1/services?salonSlug=example-salon',
  {
    headers: {
      'Authorization': 'Bearer ${key}',
      'Content-Type': 'application/json',
    },
  }
);
const data = await response.json();`;
  const program = `${example}\nconsole.log(JSON.stringify({ status: response.status, data }));`;
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' });
  const { status, data } = JSON.parse(output);
  assert.equal(status, 200);
  assertServices(data);
});

test('a slug that is not the key\'s', async () => {
  const answer = await new Client(key).get('/services?salonSlug=another-salon');
  assert.equal(answer.status, 403);
  assert.equal(answer.body.error.code, 'auth.scope_mismatch');
  assert.equal(answer.body.error.message, 'The key is not authorized for this provider.');
});

test('the solo practice of the example data', async () => {
  const client = new Client(createKey('anna-therapy'));
  const answer = await client.get('/services?salonSlug=anna-therapy');
  assert.equal(answer.status, 200);
  assertSuccess(answer);
  assert.deepEqual(answer.body.data.services.map((service) => [service.name, service.price]), [
    ['Session', { amount: 140, currency: 'USD' }],
    ['First conversation', null],
  ]);
});
