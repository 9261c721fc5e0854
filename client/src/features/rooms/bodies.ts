export { BrowseBody } from './BrowseBody.js';
export { NewRoomBody } from './NewRoomBody.js';
