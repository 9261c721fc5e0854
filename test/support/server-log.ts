import { openDatabase } from '@carillon/nestjs/operations';
import { features } from '../../src/app.module.js';
import { logOf } from './log.js';

/** The database of the server with its log and unit of work, and nothing around them. */
export const openLog = async (url: string) => logOf(await openDatabase(url, features));
