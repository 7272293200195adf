// The reference tables of the documentation say what there is, all of it and nothing else: settings, metrics, log events, views.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import test, { after, before, describe } from 'node:test';
import { runDoor, Service, TestDatabase, until } from './door.mjs';

const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const operations = read('docs/operations.md');
const settings = read('docs/settings.md');
const database = new TestDatabase('operations_docs');

before(() => database.installExtension());
after(() => {
  for (const left of Service.running) left.child.kill('SIGKILL');
  database.drop();
});

/** The rows of all tables below a heading, as arrays of cells. */
function rows(page, heading) {
  const section = page.split(new RegExp(`^#+ ${heading}$`, 'm'))[1].split(/^#+ /m)[0];
  return section.split('\n').filter((line) => /^\| /.test(line)).map((line) => line.split(/(?<!\\)\|/).slice(1, -1).map((cell) => cell.trim()));
}

/** What stands in backquotes in the first cells. */
const names = (table) => table.flatMap(([first]) => [...first.matchAll(/`([^`]+)`/g)].map(([, name]) => name));

describe('settings.md', () => {
  const extension = rows(settings, 'Extension').filter(([name]) => /^`(pg_booking\.|…)/.test(name))
    .map(([name, value]) => [name.replace(/`/g, '').replace('…', 'pg_booking.rest_'), value.replace(/`/g, '')]);

  test('has every setting of the extension', () => {
    const all = database.sql("SELECT name FROM pg_settings WHERE name LIKE 'pg\\_booking.%'").split('\n');
    assert.deepEqual(extension.map(([name]) => name).sort(), all.sort());
  });

  test('with the default it has', () => {
    for (const [name, value] of extension) {
      if (value.endsWith('…')) continue;
      const real = database.sql(`SELECT boot_val FROM pg_settings WHERE name = '${name}'`);
      assert.equal(value === 'empty' ? '' : value, real, name);
    }
  });

  test('and every option of the service with its variable', async () => {
    const { stdout } = await runDoor(['--help']);
    const options = [...stdout.matchAll(/^ {2}(--[a-z-]+) [A-Z]/gm)].map(([, name]) => name);
    // One row may explain several that belong together.
    const documented = Object.fromEntries(rows(settings, 'Service').filter(([name]) => name.startsWith('`--')).flatMap(([name, variables]) => {
      const given = variables.match(/PG_BOOKING_[A-Z_]+/g);
      return name.match(/--[a-z-]+/g).map((option, n) => [option, given[n]]);
    }));
    assert.deepEqual(Object.keys(documented).sort(), options.sort());
    for (const [option, variable] of Object.entries(documented)) {
      assert.equal(variable, `PG_BOOKING_${option.slice(2).toUpperCase().replace(/-/g, '_')}`);
      assert.ok(stdout.includes(`(${variable},`), variable);
    }
  });
});

describe('operations.md', () => {
  test('has every metric, and alerts.yml no other', async () => {
    const service = await Service.start(database.url, ['--metrics-listen', '127.0.0.1:0', '--pool', '2']);
    await until(() => /metrics on (\S+)/.test(service.stdout), 'the address of the metrics');
    const address = service.stdout.match(/metrics on (\S+)/)[1];
    let page = '';
    await until(async () => (page = await (await fetch(address)).text()).includes('pg_booking_table_bytes'), 'a look at the database');
    const families = [...page.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
    assert.deepEqual(names(rows(operations, 'Metrics')).map((name) => name.replace(/\{.*/, '')).sort(), families.sort());
    for (const [, name] of read('packaging/alerts.yml').matchAll(/\b((?:pg_booking|process)_[a-z_]+)\b(?!")/g)) {
      assert.ok(families.includes(name.replace(/_(bucket|sum|count)$/, '')), name);
    }
    assert.equal(await service.stop(), 0);
  });

  test('has every event of the log', () => {
    const sources = readdirSync(new URL('../../http', import.meta.url), { recursive: true }).filter((name) => name.endsWith('.cpp'));
    const events = sources.flatMap((name) => [...read(`http/${name}`).matchAll(/Level::k\w+,\s*"([a-z_]+)"/g)].map(([, event]) => event));
    assert.ok(events.length > 15);
    assert.deepEqual(names(rows(operations, 'The log')).sort(), [...new Set(events)].sort());
  });

  test('has every view of statistics', () => {
    const views = database.sql("SELECT oid::regclass FROM pg_class WHERE relnamespace = 'booking'::regnamespace AND relkind = 'v'").split('\n');
    assert.deepEqual(names(rows(operations, 'The same in SQL')).sort(), views.sort());
  });
});
