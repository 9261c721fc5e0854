import type { BuiltPage } from './built-page.js';
import { open, show } from './notifications.js';
import { scope } from './scope.js';
import { Shell } from './shell.js';

/** Written by the build. */
declare const BUILT_PAGE: BuiltPage;

const page = BUILT_PAGE;
const shell = new Shell(page, globalThis);

scope.addEventListener('install', (event) => {
  event.waitUntil(shell.install());
  // Pages of any build work with it: it answers with files whose names contain digests.
  void scope.skipWaiting();
});
scope.addEventListener('activate', (event) => {
  event.waitUntil(shell.removeOld().then(() => scope.clients.claim()));
});
scope.addEventListener('fetch', (event) => {
  const response = shell.responseTo(event.request);
  if (response) event.respondWith(response);
});
scope.addEventListener('push', (event) => event.waitUntil(show(event.data, page.icon)));
scope.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification));
});
