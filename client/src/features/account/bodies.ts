export { ProfileBody } from './ProfileBody.js';
export { SessionsBody } from './SessionsBody.js';
