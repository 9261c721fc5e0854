import type { Schema } from '../../api/api.js';

export type Message = Schema<'Message'>;
