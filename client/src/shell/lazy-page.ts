import { Backoff } from '@carillon/client/backoff';
import { type ComponentType, useEffect, useSyncExternalStore } from 'react';
import { LazyCode } from '../state/lazy-code.js';

/** A page whose code is loaded when it is first needed, or earlier with `load`. */
export class LazyPage<Props> extends LazyCode<ComponentType<Props>> {}

/** The page, once its code is there. */
export function useLazyPage<Props>(page: LazyPage<Props>): ComponentType<Props> | null {
  useEffect(() => loadOrReload(page), [page]);
  return useSyncExternalStore(page.subscribe, page.view);
}

/**
 * Code that cannot be loaded is missing because the connection is lost, or because a newer version of the page has
 * replaced it. As soon as the server responds, a reload helps in both cases.
 */
function loadOrReload(page: LazyPage<any>): () => void {
  const backoff = new Backoff();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isNeeded = true;

  async function reload() {
    const response = await fetch('/', { method: 'HEAD', cache: 'no-store' }).catch(() => null);
    if (!isNeeded) return;
    if (response?.ok) location.reload();
    else timer = setTimeout(() => void reload(), backoff.next());
  }

  void page.load().then(() => {
    if (isNeeded && !page.view()) timer = setTimeout(() => void reload(), backoff.next());
  });
  return () => {
    isNeeded = false;
    clearTimeout(timer);
  };
}
