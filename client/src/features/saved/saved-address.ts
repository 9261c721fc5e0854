import { plainAddress } from '../../shell/address.js';

export const savedAddress = plainAddress('saved');
export const HREF_OF_SAVED = `#/${savedAddress.path}`;
