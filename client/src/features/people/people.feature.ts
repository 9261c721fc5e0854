import type { Feature } from '../../shell/feature.js';
import { people, peopleEvents } from './people.js';

/** The users and their names. */
export const peopleFeature: Feature = { slices: [people], events: peopleEvents };
