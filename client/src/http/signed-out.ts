import { Listeners } from '../state/listeners.js';

const listeners = new Listeners();

/** Calls the listener for every 401: the session has ended. */
export const onSignedOut = (listener: () => void): (() => void) => listeners.add(listener);

export const reportSignedOut = (): void => listeners.notify();
