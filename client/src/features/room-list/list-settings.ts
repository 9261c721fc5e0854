import { useSyncExternalStore } from 'react';
import { Listeners } from '../../state/listeners.js';
import { browserStorage } from '../../state/storage.js';
import type { Store } from '../../store/store.js';
import { useStore } from '../../store/use-store.js';
import { type Filter, FILTERS, type Group } from './room-groups.js';

interface ListView {
  readonly filter: Filter;
  readonly collapsed: readonly Group[];
}

/** Archived rooms are out of the way until the user opens their group. */
const DEFAULTS: ListView = { filter: 'all', collapsed: ['archived'] };

/** The settings of a store: `store.service(listSettings)`. */
export const listSettings = ({ me }: Store): ListSettings => new ListSettings(me);

/** What of the list of rooms is shown. Each user has their settings in each browser. */
export class ListSettings {
  readonly #key: string;
  readonly #listeners = new Listeners();
  #view: ListView;

  constructor(userId: string) {
    this.#key = `carillon.list.${userId}`;
    this.#view = this.#read();
  }

  readonly view = (): ListView => this.#view;

  readonly subscribe = (listener: () => void): (() => void) => {
    const remove = this.#listeners.add(listener);
    const onStorage = ({ key }: StorageEvent) => {
      if (key === this.#key || key === null) this.#show(this.#read());
    };
    addEventListener('storage', onStorage);
    return () => {
      removeEventListener('storage', onStorage);
      remove();
    };
  };

  filter(filter: Filter): void {
    this.#keep({ ...this.#view, filter });
  }

  collapse(group: Group, isCollapsed: boolean): void {
    if (this.#view.collapsed.includes(group) === isCollapsed) return;
    const others = this.#view.collapsed.filter((each) => each !== group);
    this.#keep({ ...this.#view, collapsed: isCollapsed ? [...others, group] : others });
  }

  #keep(view: ListView): void {
    browserStorage.write(this.#key, view);
    this.#show(view);
  }

  #show(view: ListView): void {
    this.#view = view;
    this.#listeners.notify();
  }

  #read(): ListView {
    const { filter, collapsed } = { ...DEFAULTS, ...(browserStorage.read(this.#key) as object) };
    return {
      filter: FILTERS.includes(filter) ? filter : DEFAULTS.filter,
      collapsed: Array.isArray(collapsed) ? collapsed : DEFAULTS.collapsed,
    };
  }
}

export function useListView(): ListView {
  const settings = useStore().service(listSettings);
  return useSyncExternalStore(settings.subscribe, settings.view);
}
