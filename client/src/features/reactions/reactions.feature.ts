import { isOn } from '../../settings.js';
import type { Feature } from '../../shell/feature.js';
import { pendingReactions } from './pending-reactions.js';
import { ReactionsBackground } from './ReactionsBackground.js';
import './reactions.css';

/** Reactions to messages. */
export const reactionsFeature: Feature = {
  isOn: isOn('rooms'),
  slices: [pendingReactions],
  events: ['reaction.added', 'reaction.removed'],
  Background: ReactionsBackground,
};
