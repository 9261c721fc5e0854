import type { ComponentType } from 'react';
import type { EventName } from '../store/events.js';
import type { AnySlice } from '../store/state.js';
import type { AnyAddress } from './address.js';

/** A pane and its address. */
export interface Route {
  readonly address: AnyAddress;
  /** Gets the parameters of the address as props. */
  readonly Pane: ComponentType<any>;
}

export interface NavigationLink {
  readonly path: string;
  readonly label: string;
}

export interface BackgroundProps {
  /** All features of the page that are on. */
  readonly features: readonly Feature[];
}

/** What a feature adds to the page; see `features.ts`. */
export interface Feature {
  /** Whether the server has what the feature needs; true by default. */
  readonly isOn?: boolean;
  readonly slices?: readonly AnySlice[];
  /** The names of the events that the feature uses, in its slices or elsewhere. */
  readonly events?: readonly EventName[];
  readonly routes?: readonly Route[];
  readonly navigation?: readonly NavigationLink[];
  readonly sidebar?: {
    /** Between the name of the page and the state of the connection. */
    readonly Head?: ComponentType;
    readonly Top?: ComponentType;
    readonly List?: ComponentType;
    readonly Foot?: ComponentType;
  };
  /** Runs while a user is signed in. */
  readonly Background?: ComponentType<BackgroundProps>;
  /** What the pane says while no pane is open. */
  readonly NothingOpen?: ComponentType;
}
