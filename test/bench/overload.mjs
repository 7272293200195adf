// Searches for free times, at first one after the other, then as many at once as the service bears, then four times as many as
// that whatever it answers, and then one after the other again. For `overload`.
//   node overload.mjs SECONDS      with BOOKING_URL and BOOKING_API_KEY in the environment
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const seconds = Number(process.argv[2]);
const url = new URL('/v1/availability/search', process.env.BOOKING_URL);
const agent = new http.Agent({ keepAlive: true, maxSockets: 900 });
const authorization = `Bearer ${process.env.BOOKING_API_KEY}`;

/** Resolves to { status, ms, text }; the text only `withText`: the client must be faster than the service. */
function ask(path, method, body, withText = false) {
  const from = performance.now();
  return new Promise((resolve, reject) => {
    const request = http.request(new URL(path, url), { method, agent, headers: { authorization, 'content-type': 'application/json' } }, (response) => {
      let text = '';
      if (withText) response.on('data', (data) => (text += data));
      else response.resume();
      response.on('end', () => resolve({ status: response.statusCode, ms: performance.now() - from, text }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

const { data } = JSON.parse((await ask('/v1/services?salonSlug=example-salon', 'GET', undefined, true)).text);
const day = (n) => new Date(Date.now() + n * 86_400_000).toISOString().slice(0, 10);
const body = JSON.stringify({ salonSlug: 'example-salon', serviceId: data.services[0].id, dateRange: { from: day(7), to: day(7) } });
const search = () => ask(url, 'POST', body);

function percentile(answers, share) {
  const sorted = answers.map(({ ms }) => ms).sort((a, b) => a - b);
  return sorted.length === 0 ? NaN : sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** `clients` that ask one request after the other. */
async function closedLoop(clients, duration) {
  const answers = [];
  const ends = performance.now() + duration * 1000;
  await Promise.all(Array.from({ length: clients }, async () => {
    while (performance.now() < ends) answers.push(await search());
  }));
  return answers;
}

/** Requests at a fixed rate, whatever becomes of those before. */
async function openLoop(rate, duration) {
  const pending = [];
  const from = performance.now();
  for (let now = 0; now < duration; now = (performance.now() - from) / 1000) {
    while (pending.length < now * rate) pending.push(search());
    await sleep(1);
  }
  return Promise.all(pending);
}

await closedLoop(2, 1);
const unloaded = await closedLoop(1, 5);
const capacity = (await closedLoop(16, 5)).length / 5;
const answers = await openLoop(4 * capacity, seconds);
const after = [];
for (const ends = performance.now() + 1000; performance.now() < ends;) after.push(await search());

const accepted = answers.filter(({ status }) => status === 200);
const refused = answers.filter(({ status }) => status === 503);
const others = answers.length - accepted.length - refused.length;
const line = (name, value, goal) => console.log(`${name.padEnd(42)} ${value.padStart(14)}   ${goal}`);
const limit = 5 * percentile(unloaded, 0.99);
line('unloaded, p99', `${percentile(unloaded, 0.99).toFixed(1)} ms`, '');
line('capacity', `${capacity.toFixed(0)} /s`, '');
line(`offered for ${seconds} s`, `${(answers.length / seconds).toFixed(0)} /s`, '');
line('accepted', `${(accepted.length / seconds).toFixed(0)} /s`, '');
line('accepted, p99', `${percentile(accepted, 0.99).toFixed(1)} ms`, `goal: at most ${limit.toFixed(1)} ms, five times the unloaded`);
line('refused with 503, p50 / p99', `${percentile(refused, 0.5).toFixed(1)} / ${percentile(refused, 0.99).toFixed(1)} ms`, 'goal: milliseconds');
line('answered otherwise', String(others), 'goal: 0');
line('one second afterwards, p99', `${percentile(after.slice(-20), 0.99).toFixed(1)} ms`, 'goal: as unloaded');
agent.destroy();
