import { texts } from '../../words/words.js';

export const pushWords = texts({
  heading: 'While Carillon is closed',
  setting: 'Notify me on this device of mentions and direct messages',
  hint: 'You are also notified while no tab of Carillon is open. Nothing is sent of what you have read on another device.',
  waiting: 'Asking your browser…',
  blocked:
    'Your browser blocks notifications from this page. You can change this in the settings of the browser.',
  failed: 'Your browser could not reach its notification service. Try again later.',
  unavailable: 'Notifications while Carillon is closed are not available in this browser.',
  insecure: 'Notifications while Carillon is closed require HTTPS.',
});
