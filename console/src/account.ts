// Who is signed in. The cookie is the edge's and out of reach here; this only asks and remembers the answer.
import { getMe, type Me, signOut } from './api';
import { ApiError } from './api/http';
import { createStore } from './store';

export type Account =
  | { is: 'asking' }
  | { is: 'in'; me: Me }
  | { is: 'out'; bySelf: boolean }
  | { is: 'unknown'; why: string };

export const account = createStore<Account>({ is: 'asking' });

export async function askAccount(): Promise<void> {
  try {
    account.set({ is: 'in', me: await getMe() });
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) account.set({ is: 'out', bySelf: false });
    else account.set({ is: 'unknown', why: error instanceof Error ? error.message : 'Something went wrong.' });
  }
}

/** Any call may find that the sign-in has ended meanwhile. */
export function noticeSignedOut(error: unknown): void {
  if (error instanceof ApiError && error.status === 401) account.set({ is: 'out', bySelf: false });
}

export async function leave(): Promise<void> {
  await signOut();
  account.set({ is: 'out', bySelf: true });
}
