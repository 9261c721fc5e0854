import type { Feature } from '../../shell/feature.js';
import { KeyboardBackground } from './KeyboardBackground.js';
import './keyboard.css';

/** Shortcuts for the whole page: finding rooms, people and commands, and moving between rooms. */
export const keyboardFeature: Feature = { Background: KeyboardBackground };
