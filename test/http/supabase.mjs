// What the tests of /auth/v1 and /rest/v1 share: the real supabase-js, and users who are signed in.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createClient } from '@supabase/supabase-js';
import { serviceUrl, sql } from './support.mjs';

export const password = 'correct horse battery';
export const newAddress = () => `user-${randomBytes(6).toString('hex')}@example.com`;

/** A new apikey of the project, for a role. */
export const makeProjectKey = (role) => sql(`SELECT auth.create_project_key(:'role', 'test')`, { role });

/** A client with an apikey of its own: sign-ins are counted by address and key. */
export function newSupabaseClient(key = makeProjectKey('anon')) {
  return createClient(serviceUrl, key, { auth: { persistSession: false, autoRefreshToken: false } });
}

/** A client that is signed in as somebody new. */
export async function newUser(data = {}) {
  const client = newSupabaseClient();
  const email = newAddress();
  const { data: signedUp, error } = await client.auth.signUp({ email, password, options: { data } });
  assert.equal(error, null);
  return { client, email, id: signedUp.user.id, session: signedUp.session };
}
