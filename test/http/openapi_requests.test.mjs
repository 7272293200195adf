// A public property-based tester reads the OpenAPI document and sends what it allows, and what it does not, one by one and in
// chains: no server error, every status documented, every answer as described, wrong input refused, right input accepted.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Machine } from './machine.mjs';
import { localDate, Salon, sql } from './support.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const examplesPerOperation = 40;

// Its own, because it sends far more requests than limits admit, with and without a key.
const machine = new Machine();
after(() => machine.remove());
machine.startCluster();
sql('ALTER DATABASE booking SET pg_booking.rate_limits = off', {}, machine.databaseUrl);
machine.startService();

test('requests made from the document', async () => {
  const salon = new Salon({ people: 3, database: machine.databaseUrl });
  const client = salon.client('all', machine.url);
  const { services } = await client.data(200, 'GET', `/services?salonSlug=${salon.slug}`);
  for (const startTime of ['09:00', '10:00', '11:00', '12:00']) {
    await client.data(201, 'POST', '/bookings', {
      salonSlug: salon.slug, serviceId: services[0].id, date: localDate(5), startTime, guest: { name: 'A', email: 'a@example.com' },
    });
  }
  const directory = mkdtempSync(join(tmpdir(), 'pg-booking-requests-'));
  try {
    const { status, stdout, stderr } = spawnSync(here('../../build/venv/bin/schemathesis'), [
      'run', `${machine.url}/v1/openapi.json`, '--header', `Authorization: Bearer ${client.key}`,
      '--max-examples', String(examplesPerOperation), '--generation-deterministic', '--generation-allow-x00', 'false',
      '--continue-on-failure', '--no-color',
    ], {
      cwd: directory,
      encoding: 'utf8',
      env: {
        ...process.env, BOOKING_API_KEY: client.key, SALON_SLUG: salon.slug, BOOKING_URL: machine.url,
        PYTHONPATH: here('../openapi'), PYTHONDONTWRITEBYTECODE: '1', SCHEMATHESIS_HOOKS: 'hooks',
      },
    });
    console.log(stdout);
    assert.equal(status, 0, stdout + stderr);
    assert.match(stdout, /Operations: +14 selected \/ 14 total/);
    assert.match(stdout, /API Links: +3 covered/);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
