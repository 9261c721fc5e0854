import type { Schema } from '../api/api.js';
import { request } from '../http/request.js';
import type { CurrentSession, OwnSession } from './session.js';

export type Credentials = Schema<'SignInBody'>;
export type SignedIn = Schema<'SignedIn'>;
export type NewAccount = Schema<'CreateAccountBody'>;
export type PasswordChange = Schema<'ChangePasswordBody'>;

export async function fetchSession(): Promise<CurrentSession> {
  return (await request<CurrentSession>('/api/session')).body;
}

export async function signIn(credentials: Credentials): Promise<SignedIn> {
  return (await request<SignedIn>('/api/session', { method: 'POST', body: credentials })).body;
}

export async function signUp(account: NewAccount): Promise<void> {
  await request('/api/accounts', { method: 'POST', body: account });
}

/** It comes with a new session: the present one ends. */
export async function changePassword(passwords: PasswordChange): Promise<CurrentSession> {
  return (await request<CurrentSession>('/api/me/password', { method: 'PUT', body: passwords }))
    .body;
}

/** Confirmed by the password or, where another issuer signs its user in, by the username. */
export type AccountDeletion =
  Pick<Deletion, 'password' | 'messages'> | Pick<Deletion, 'confirm' | 'messages'>;

type Deletion = Required<Schema<'DeleteAccountBody'>>;

export async function deleteAccount(account: AccountDeletion): Promise<void> {
  await request('/api/me', { method: 'DELETE', body: account });
}

export async function signOut(): Promise<void> {
  await request('/api/session', { method: 'DELETE' });
}

/** Ends a session whose cookie the browser has refused. */
export async function endRefusedSession({ token }: SignedIn): Promise<void> {
  const headers = { Authorization: `Bearer ${token}` };
  await request('/api/session', { method: 'DELETE', headers });
}

export async function listSessions(): Promise<readonly OwnSession[]> {
  return (await request<OwnSession[]>('/api/sessions')).body;
}

export async function endSession(id: string): Promise<void> {
  await request(`/api/sessions/${encodeURIComponent(id)}`, { method: 'DELETE' });
}

export async function endOtherSessions(): Promise<void> {
  await request('/api/sessions?except=current', { method: 'DELETE' });
}
