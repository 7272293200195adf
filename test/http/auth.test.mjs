// Users, with the real supabase-js: what an application does from sign-up to sign-out.
import assert from 'node:assert/strict';
import test from 'node:test';
import { serviceUrl, sql } from './support.mjs';
import { makeProjectKey, newAddress, newSupabaseClient as newClient, newUser, password } from './supabase.mjs';

const serviceKey = makeProjectKey('service_role');

/** The newest message to an address, as the operator finds it where no mail function is set. */
function mailTo(email) {
  return JSON.parse(sql(`
    SELECT message FROM auth.mails WHERE message ->> 'email' = :'email' AND message ? 'otp' ORDER BY id DESC LIMIT 1`, { email }));
}

test('sign-up to sign-out', async () => {
  const { client, email, id, session } = await newUser({ full_name: 'Éva Kiss', practice_name: 'Kiss Massage' });
  assert.equal(session.token_type, 'bearer');
  assert.equal(session.expires_in, 3600);
  assert.equal(session.user.user_metadata.full_name, 'Éva Kiss');
  assert.equal(sql(`SELECT name FROM booking.tenants WHERE tenant_id = :'id'`, { id }), 'Kiss Massage');

  const { data: known } = await client.auth.getUser();
  assert.equal(known.user.email, email);
  const { data: updated } = await client.auth.updateUser({ data: { colour: 'green' } });
  assert.deepEqual([updated.user.user_metadata.colour, updated.user.user_metadata.full_name], ['green', 'Éva Kiss']);

  assert.equal((await client.auth.signOut()).error, null);
  assert.equal((await client.auth.getSession()).data.session, null);
  const gone = await newClient().auth.getUser(session.access_token);
  assert.equal(gone.error.name, 'AuthSessionMissingError');
  const { data: again, error } = await client.auth.signInWithPassword({ email: email.toUpperCase(), password });
  assert.equal(error, null);
  assert.equal(again.user.id, id);
});

test('sixteen refreshes at once with one token all get the same pair', async () => {
  const { session } = await newUser();
  const answers = await Promise.all(Array.from({ length: 16 }, () => newClient().auth.refreshSession({ refresh_token: session.refresh_token })));
  for (const { error } of answers) assert.equal(error, null);
  assert.equal(new Set(answers.map(({ data }) => data.session.refresh_token)).size, 1);
  assert.equal(new Set(answers.map(({ data }) => data.session.access_token)).size, 1);
  assert.notEqual(answers[0].data.session.refresh_token, session.refresh_token);

  const next = await newClient().auth.refreshSession({ refresh_token: answers[0].data.session.refresh_token });
  assert.equal(next.error, null);
  const stolen = await newClient().auth.refreshSession({ refresh_token: session.refresh_token });
  assert.deepEqual([stolen.error.status, stolen.error.code], [400, 'refresh_token_already_used']);
  const ended = await newClient().auth.refreshSession({ refresh_token: next.data.session.refresh_token });
  assert.equal(ended.error.code, 'refresh_token_not_found');
});

test('scopes of sign-out', async () => {
  const { client, email } = await newUser();
  const others = [newClient(), newClient()];
  for (const other of others) assert.equal((await other.auth.signInWithPassword({ email, password })).error, null);
  const [second, third] = others;
  const thirdToken = (await third.auth.getSession()).data.session.access_token;
  await second.auth.signOut({ scope: 'others' });
  assert.equal((await newClient().auth.getUser(thirdToken)).error.name, 'AuthSessionMissingError');
  assert.equal((await client.auth.getUser()).error.name, 'AuthSessionMissingError');
  assert.equal((await second.auth.getUser()).error, null);
  await second.auth.signOut({ scope: 'local' });
  assert.equal((await second.auth.getSession()).data.session, null);
});

test('errors are what auth-js takes them for', async () => {
  const { client, email } = await newUser();
  const wrong = await client.auth.signInWithPassword({ email, password: 'wrong' });
  const unknown = await client.auth.signInWithPassword({ email: newAddress(), password: 'wrong' });
  for (const { error } of [wrong, unknown])
    assert.deepEqual([error.name, error.status, error.code, error.message], ['AuthApiError', 400, 'invalid_credentials', 'Invalid login credentials']);
  const weak = await client.auth.signUp({ email: newAddress(), password: '12345' });
  assert.deepEqual([weak.error.name, weak.error.status, weak.error.reasons], ['AuthWeakPasswordError', 422, ['length']]);
  const taken = await client.auth.signUp({ email, password });
  assert.deepEqual([taken.error.status, taken.error.code], [422, 'user_already_exists']);
  const anonymous = await client.auth.signInAnonymously();
  assert.deepEqual([anonymous.error.status, anonymous.error.code], [422, 'anonymous_provider_disabled']);
  const stranger = await newClient('sb_publishable_wrong').auth.signInWithPassword({ email, password });
  assert.deepEqual([stranger.error.status, stranger.error.message], [401, 'Invalid API key']);
  const same = await client.auth.updateUser({ password });
  assert.equal(same.error.code, 'same_password');
});

test('a forgotten password', async () => {
  const { email } = await newUser();
  const client = newClient();
  assert.equal((await client.auth.resetPasswordForEmail(email, { redirectTo: 'http://127.0.0.1:3000/reset' })).error, null);
  assert.equal((await client.auth.resetPasswordForEmail(newAddress())).error, null);
  const mail = mailTo(email);
  assert.equal(mail.kind, 'recovery');
  const bad = await client.auth.verifyOtp({ email, token: '000000x', type: 'recovery' });
  assert.deepEqual([bad.error.status, bad.error.code], [403, 'otp_expired']);
  assert.equal((await client.auth.verifyOtp({ email, token: mail.otp, type: 'recovery' })).error, null);
  assert.equal((await client.auth.updateUser({ password: 'another password' })).error, null);
  assert.equal((await newClient().auth.signInWithPassword({ email, password: 'another password' })).error, null);
});

test('a link in a message leads to the application with a session', async () => {
  const email = newAddress();
  assert.equal((await newClient().auth.signInWithOtp({ email })).error, null);
  const link = new URL(mailTo(email).link);
  const answer = await fetch(serviceUrl + link.pathname + link.search, { redirect: 'manual' });
  assert.equal(answer.status, 303);
  const target = new URL(answer.headers.get('location'));
  const tokens = new URLSearchParams(target.hash.slice(1));
  const client = newClient();
  const { data } = await client.auth.setSession({ access_token: tokens.get('access_token'), refresh_token: tokens.get('refresh_token') });
  assert.equal(data.user.email, email);
});

test('an administrator keeps users', async () => {
  const admin = newClient(serviceKey).auth.admin;
  const email = newAddress();
  const { data: made, error } = await admin.createUser({ email, password, email_confirm: true, app_metadata: { tier: 'gold' } });
  assert.equal(error, null);
  assert.equal(made.user.app_metadata.tier, 'gold');
  const { data: listed } = await admin.listUsers({ page: 1, perPage: 1 });
  assert.equal(listed.users[0].email, email);
  assert.ok(listed.total >= 1 && listed.lastPage >= 1);
  const { data: changed } = await admin.updateUserById(made.user.id, { user_metadata: { name: 'Bob' }, ban_duration: '1h' });
  assert.equal(changed.user.user_metadata.name, 'Bob');
  assert.equal((await newClient().auth.signInWithPassword({ email, password })).error.code, 'user_banned');
  await admin.updateUserById(made.user.id, { ban_duration: 'none' });
  const { data: link } = await admin.generateLink({ type: 'magiclink', email });
  const verified = await newClient().auth.verifyOtp({ token_hash: link.properties.hashed_token, type: 'magiclink' });
  assert.equal(verified.data.user.id, made.user.id);
  assert.equal((await admin.getUserById(made.user.id)).data.user.email, email);
  assert.equal((await admin.deleteUser(made.user.id)).error, null);
  assert.deepEqual((await admin.getUserById(made.user.id)).error.code, 'user_not_found');
  const { client } = await newUser();
  assert.equal((await client.auth.admin.listUsers()).error.code, 'not_admin');
});

test('tokens of a promoted key are verified with the published key set', async (t) => {
  const before = sql(`SELECT kid FROM auth.jwt_keys WHERE status = 'current'`);
  const kid = sql(`SELECT auth.create_jwt_key('ES256')`);
  sql(`SELECT auth.promote_jwt_key(:'kid')`, { kid });
  t.after(() => {
    sql(`SELECT auth.promote_jwt_key(:'before')`, { before });
    sql(`DELETE FROM auth.jwt_keys WHERE kid = :'kid'`, { kid });
  });
  const { client, id } = await newUser();
  const { data, error } = await client.auth.getClaims();
  assert.equal(error, null);
  assert.deepEqual([data.header.alg, data.header.kid, data.claims.sub], ['ES256', kid, id]);
});

test('eleven sign-ins in a minute are one too many', async () => {
  const key = makeProjectKey('anon');
  const statuses = [];
  let refused;
  for (let i = 0; i < 11; i++) {
    const answer = await fetch(`${serviceUrl}/auth/v1/token?grant_type=password`, {
      method: 'POST', headers: { apikey: key, 'Content-Type': 'application/json', 'X-Supabase-Api-Version': '2024-01-01' }, body: '{}',
    });
    statuses.push(answer.status);
    refused = { headers: answer.headers, body: await answer.json() };
  }
  assert.deepEqual(statuses, [...Array(10).fill(400), 429]);
  assert.equal(refused.body.code, 'over_request_rate_limit');
  assert.ok(Number(refused.headers.get('retry-after')) > 0);
  const other = await newClient().auth.signInWithPassword({ email: newAddress(), password });
  assert.equal(other.error.status, 400);
});
