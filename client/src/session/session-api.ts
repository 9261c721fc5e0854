import { request } from '../http/request.js';
import type { OwnSession, SignedIn } from './session.js';

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

export interface NewAccount extends Credentials {
  readonly firstname?: string;
  readonly lastname?: string;
}

export interface PasswordChange {
  readonly current: string;
  readonly password: string;
}

export async function fetchSession(): Promise<SignedIn> {
  return (await request<SignedIn>('/api/session')).body;
}

export async function signIn(credentials: Credentials): Promise<SignedIn> {
  return (await request<SignedIn>('/api/session', { method: 'POST', body: credentials })).body;
}

export async function signUp(account: NewAccount): Promise<void> {
  await request('/api/accounts', { method: 'POST', body: account });
}

/** It comes with a new session: the present one ends. */
export async function changePassword(passwords: PasswordChange): Promise<SignedIn> {
  return (await request<SignedIn>('/api/me/password', { method: 'PUT', body: passwords })).body;
}

/** Confirmed by the password or, where another issuer signs its user in, by the username. */
export type AccountDeletion = ({ readonly password: string } | { readonly confirm: string }) & {
  readonly messages: 'keep' | 'delete';
};

export async function deleteAccount(account: AccountDeletion): Promise<void> {
  await request('/api/me', { method: 'DELETE', body: account });
}

export async function signOut(): Promise<void> {
  await request('/api/session', { method: 'DELETE' });
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
