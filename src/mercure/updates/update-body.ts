import express, { type NextFunction, type Request, type Response } from 'express';
import { bounded } from '../../http/bodies.js';
import { Problem } from '../../http/problems.js';

/** The maximum size of an update in bytes. */
export const MAX_UPDATE = 1024 * 1024;
const FORM = 'application/x-www-form-urlencoded';

const read = bounded(MAX_UPDATE, express.raw({ limit: MAX_UPDATE, type: FORM, inflate: false }));

/**
 * Reads the form of an update as bytes.
 *
 * @throws Problem `unsupported-media-type`, `content-too-large`
 */
export function updateBody(request: Request, response: Response, next: NextFunction): void {
  if (request.method !== 'POST') return next();
  if (!request.is(FORM))
    throw new Problem('unsupported-media-type', `Send the update as ${FORM}.`, {
      headers: { 'Accept-Post': FORM },
    });
  read(request, response, next);
}
