import type { Schema } from '../api/api.js';

export type OwnSession = Schema<'OwnSession'>;
export type CurrentSession = Schema<'CurrentSession'>;
