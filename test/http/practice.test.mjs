// A practice run with the real supabase-js alone: tables, filters, embedding, counts, functions, and two practices side by side.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Client, serviceUrl, sql } from './support.mjs';
import { makeProjectKey, newSupabaseClient, newUser } from './supabase.mjs';

/** The data of an answer that must have no error. */
function ok({ data, error }) {
  assert.equal(error, null, JSON.stringify(error));
  return data;
}

const day = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

/** A practice of somebody new with a massage of an hour, three clients, and an appointment of two of them. */
async function newPractice() {
  const { client, id } = await newUser({ full_name: 'Rebecca Stone', practice_name: 'Stone Massage', time_zone: 'America/Chicago' });
  const service = ok(await client.from('service_menu').insert({ name: 'Swedish Massage', duration: 60, price: 120 }).select().single());
  const clients = ok(await client.from('clients').insert([
    { name: 'Rebecca Martinez', email: 'rebecca@email.com', phone: '214-555-0123' },
    { name: 'Ann Lee', email: null, phone: null },
    { name: 'Bob (Bobby) Ray, Jr.', email: 'bob@email.com', phone: '(214) 555-0199' },
  ]).select());
  const appointments = ok(await client.from('appointments').insert([
    { date: day(10), start_time: '14:00', end_time: '15:00', status: 'scheduled', client_id: clients[0].id, client_name: clients[0].name,
      service_id: service.id, therapist_id: id, notes: 'Prefers firm pressure' },
    { date: day(11), start_time: '09:00', end_time: '10:30', status: 'confirmed', client_id: clients[1].id, client_name: clients[1].name,
      service_id: service.id, therapist_id: id, notes: null },
  ]).select());
  return { client, id, service, clients, appointments };
}

test('an appointment from the first insert to the last status', async () => {
  const { client, id, service, clients } = await newPractice();
  const made = ok(await client.from('appointments')
    .insert({ date: day(12), start_time: '14:00', client_id: clients[2].id, service_id: service.id }).select().single());
  assert.deepEqual([made.start_time, made.end_time, made.status, made.client_name, made.therapist_id],
    ['14:00', '15:00', 'scheduled', clients[2].name, id]);
  assert.match(made.created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
  const moved = ok(await client.from('appointments').update({ start_time: '16:30' }).eq('id', made.id).select().single());
  assert.deepEqual([moved.start_time, moved.end_time], ['16:30', '17:30']);
  const taken = await client.from('appointments').insert({ date: day(12), start_time: '17:00', client_name: 'X', service_id: service.id });
  assert.deepEqual([taken.status, taken.error.code], [409, 'booking.slot_unavailable']);
  for (const status of ['confirmed', 'checked_in', 'in_progress'])
    assert.equal(ok(await client.from('appointments').update({ status }).eq('id', made.id).select().single()).status, status);
  const early = await client.from('appointments').update({ status: 'completed' }).eq('id', made.id);
  assert.deepEqual([early.status, early.error.code], [409, 'booking.invalid_state']);
  assert.equal((await client.from('appointments').delete().eq('id', made.id)).status, 204);
  assert.deepEqual(ok(await client.from('appointments').select().eq('id', made.id)), []);
});

test('what /v1 books is an appointment, and what is an appointment /v1 does not book', async () => {
  const { client, id, service } = await newPractice();
  for (const weekday of [1, 2, 3, 4, 5, 6, 7])
    ok(await client.from('business_hours').insert({ weekday, opens: '09:00', closes: '17:00' }));
  ok(await client.from('booking_settings').update({ approval: 'automatic' }).eq('therapist_id', id));
  sql(`UPDATE booking.tenants SET plan = 'pro' WHERE tenant_id = :'id'`, { id });
  const { api_key: key } = ok(await client.rpc('create_api_key', { name: 'Website' }));
  const website = new Client(key);
  const slots = ok(await client.rpc('available_slots', { service_id: service.id, from: day(10), to: day(10) }));
  assert.ok(slots.length > 0 && slots.every(({ start_time: start }) => start < '13:15' || start >= '15:00'));
  const [slot] = slots;
  const booked = await website.post('/bookings', {
    salonSlug: sql(`SELECT slug FROM booking.tenant_slugs WHERE tenant_id = :'id'`, { id }),
    serviceId: sql(`SELECT booking.public_id('svc', :'id')`, { id: service.id }),
    date: slot.date, startTime: slot.start_time, guest: { name: 'Web Guest', email: 'web@example.com' },
  });
  assert.equal(booked.status, 201, JSON.stringify(booked.body));
  const seen = ok(await client.from('appointments').select('status,start_time,clients(email)').eq('client_name', 'Web Guest').single());
  assert.deepEqual(seen, { status: 'confirmed', start_time: slot.start_time, clients: { email: 'web@example.com' } });
  const [reason] = ok(await client.rpc('explain_slot', { service_id: service.id, starts_at: slot.starts_at }));
  assert.equal(reason.reason, 'busy');
  const [next] = ok(await client.rpc('next_available', { service_id: service.id }));
  assert.ok(next.starts_at < slot.starts_at);
});

test('every filter that a practice\'s columns allow', async () => {
  const { client } = await newPractice();
  const names = async (filter) => ok(await filter(client.from('clients').select('name'))).map(({ name }) => name).sort();
  const rebecca = 'Rebecca Martinez', ann = 'Ann Lee', bob = 'Bob (Bobby) Ray, Jr.';
  const cases = [
    [(q) => q.eq('name', bob), [bob]],
    [(q) => q.neq('name', bob), [ann, rebecca]],
    [(q) => q.gt('name', 'B').lt('name', 'C'), [bob]],
    [(q) => q.gte('name', bob).lte('name', rebecca), [bob, rebecca]],
    [(q) => q.like('name', '%Martinez'), [rebecca]],
    [(q) => q.ilike('name', '*rebecca*'), [rebecca]],
    [(q) => q.likeAnyOf('name', ['Ann%', 'Bob%']), [ann, bob]],
    [(q) => q.ilikeAllOf('name', ['%e%', '%a%']), [ann, rebecca]],
    [(q) => q.is('email', null), [ann]],
    [(q) => q.not('email', 'is', null), [bob, rebecca]],
    [(q) => q.in('name', [ann, bob]), [ann, bob]],
    [(q) => q.not('name', 'in', `("${rebecca}","${ann}")`), [bob]],
    [(q) => q.match({ name: ann, status: 'active' }), [ann]],
    [(q) => q.or('name.eq."Ann Lee",and(email.ilike.bob*,status.eq.active)'), [ann, bob]],
    [(q) => q.filter('phone', 'like', '(214)%'), [bob]],
    [(q) => q.textSearch('name', 'martinez', { config: 'english' }), [rebecca]],
    [(q) => q.textSearch('name', 'ann or bobby', { type: 'websearch' }), [ann, bob]],
  ];
  for (const [filter, expected] of cases) assert.deepEqual(await names(filter), expected.sort(), String(filter));

  ok(await client.rpc('create_api_key', { name: 'Reader', capabilities: ['services.read', 'staff.read'] }));
  const keys = (filter) => filter(client.rpc('list_api_keys').select('name'));
  assert.equal(ok(await keys((q) => q.contains('capabilities', ['staff.read']))).length, 1);
  assert.equal(ok(await keys((q) => q.containedBy('capabilities', ['staff.read']))).length, 0);
  assert.equal(ok(await keys((q) => q.overlaps('capabilities', ['staff.read', 'booking.read']))).length, 1);
});

test('embedding, ordering, paging, counting', async () => {
  const { client, clients } = await newPractice();
  const list = ok(await client.from('appointments').select('date, client:clients!inner(name, email), service_menu(name, price)')
    .eq('client.status', 'active').order('date', { ascending: false }));
  assert.deepEqual(list.map((row) => row.client.name), [clients[1].name, clients[0].name]);
  assert.deepEqual(list[0].service_menu, { name: 'Swedish Massage', price: 120 });
  const withAppointments = ok(await client.from('clients').select('name, appointments(notes)').order('name').limit(1, { referencedTable: 'appointments' }));
  assert.deepEqual(withAppointments.map((row) => row.appointments.length), [1, 0, 1]);
  const page = await client.from('clients').select('name', { count: 'exact' }).order('name').range(1, 1);
  assert.deepEqual([page.status, page.count, page.data], [206, 3, [{ name: 'Bob (Bobby) Ray, Jr.' }]]);
  const head = await client.from('clients').select('*', { count: 'exact', head: true });
  assert.deepEqual([head.count, head.data], [3, null]);
  const csv = ok(await client.from('clients').select('name,email').order('name').csv());
  assert.equal(csv, 'name,email\n"Ann Lee",\n"Bob (Bobby) Ray, Jr.",bob@email.com\n"Rebecca Martinez",rebecca@email.com');
});

test('one row, or none, or too many', async () => {
  const { client, clients } = await newPractice();
  const several = await client.from('clients').select().single();
  assert.deepEqual([several.status, several.error.code], [406, 'PGRST116']);
  const none = await client.from('clients').select().eq('name', 'Nobody').single();
  assert.deepEqual([none.status, none.error.code], [406, 'PGRST116']);
  assert.equal(ok(await client.from('clients').select().eq('name', 'Nobody').maybeSingle()), null);
  assert.equal(ok(await client.from('clients').select().eq('id', clients[0].id).maybeSingle()).name, clients[0].name);
});

test('upsert makes and changes', async () => {
  const { client, clients } = await newPractice();
  const changed = ok(await client.from('clients').upsert({ id: clients[0].id, name: 'Rebecca M.', email: 'rebecca@email.com' }).select().single());
  assert.deepEqual([changed.id, changed.name], [clients[0].id, 'Rebecca M.']);
  const made = ok(await client.from('clients').upsert({ name: 'New', email: 'new@email.com' }).select().single());
  assert.equal(made.status, 'active');
  const ignored = ok(await client.from('clients').upsert({ id: made.id, name: 'Other' }, { ignoreDuplicates: true }).select());
  assert.deepEqual(ignored, []);
});

test('a call that is given up ends', async () => {
  const { client } = await newPractice();
  const controller = new AbortController();
  controller.abort();
  const { error } = await client.from('clients').select().abortSignal(controller.signal);
  assert.match(error.message, /abort/i);
});

test('two practices can not see, count, probe or change each other', async () => {
  const [one, other] = await Promise.all([newPractice(), newPractice()]);
  for (const table of ['appointments', 'clients', 'sessions', 'service_menu', 'providers', 'locations', 'booking_settings']) {
    const rows = ok(await one.client.from(table).select('therapist_id'));
    assert.ok(rows.every((row) => row.therapist_id === one.id), table);
    assert.deepEqual(ok(await one.client.from(table).select().eq('therapist_id', other.id)), [], table);
  }
  assert.equal((await one.client.from('clients').select('*', { count: 'exact', head: true })).count, 3);
  assert.deepEqual(ok(await one.client.from('clients').update({ name: 'Mine' }).eq('id', other.clients[0].id).select()), []);
  assert.deepEqual(ok(await one.client.from('appointments').delete().eq('id', other.appointments[0].id).select()), []);
  const given = await one.client.from('clients').update({ therapist_id: other.id }).eq('id', one.clients[0].id);
  assert.deepEqual([given.status, given.error.code], [403, '42501']);
  // Whether an id exists elsewhere makes no difference.
  const note = (client_id) => one.client.from('sessions').insert({ client_id, subjective: 'x' });
  const [foreign, nobody] = [await note(other.clients[0].id), await note('00000000-0000-4000-8000-000000000000')];
  const told = ({ status, error }) => [status, error.code, error.message];
  assert.deepEqual(told(foreign), told(nobody));
  // So does a unique value: an e-mail address is known to both.
  assert.equal((await other.client.from('clients').insert({ name: 'Same', email: 'rebecca@email.com' })).status, 409);
  assert.equal((await one.client.from('clients').delete().eq('id', one.clients[2].id)).status, 204);
  assert.equal(ok(await other.client.from('clients').select()).length, 3);
});

test('a function that is called with what only another practice has', async () => {
  const [one, other] = await Promise.all([newPractice(), newPractice()]);
  const search = (service_id) => one.client.rpc('available_slots', { service_id, from: day(10), to: day(11) });
  const [foreign, nobody] = [await search(other.service.id), await search('00000000-0000-4000-8000-000000000000')];
  assert.equal(foreign.status, 404);
  assert.deepEqual(foreign.error, nobody.error);
  const { api_key_id: keyId } = ok(await other.client.rpc('create_api_key', { name: 'Theirs' }));
  assert.equal(ok(await one.client.rpc('revoke_api_key', { api_key_id: keyId })), false);
  assert.equal(ok(await other.client.rpc('list_api_keys'))[0].status, 'active');
  assert.ok(ok(await one.client.rpc('rate_limit_status')).every(({ identity }) => identity === one.id));
});

test('the seed\'s curl, with its headers', async () => {
  const { client } = await newPractice();
  const { data: { session } } = await client.auth.getSession();
  const call = (headers, path = 'appointments', init = {}) => fetch(`${serviceUrl}/rest/v1/${path}`, { headers, ...init });
  const apikey = makeProjectKey('anon');
  const answer = await call({ apikey, Authorization: `Bearer ${session.access_token}`, 'Content-Type': 'application/json' });
  assert.equal(answer.status, 200);
  assert.equal((await answer.json()).length, 2);
  for (const [status, headers] of [[401, { apikey, Authorization: 'Bearer a.b.c' }], [401, { Authorization: `Bearer ${session.access_token}` }]]) {
    const refused = await call(headers);
    assert.equal(refused.status, status);
    const body = await refused.json();
    assert.equal(typeof body.message, 'string');
  }
});

test('nobody looks at a practice without signing in', async () => {
  const { data, error, status } = await newSupabaseClient().from('clients').select();
  assert.deepEqual([data, status, error.code], [null, 401, '42501']);
});
