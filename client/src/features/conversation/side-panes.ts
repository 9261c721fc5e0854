export { PinList } from '../pins/PinList.js';
export { MembersPanel } from '../rooms/MembersPanel.js';
export { ThreadList } from './ThreadList.js';
export { ThreadView } from './ThreadView.js';
