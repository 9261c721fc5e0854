import { en, type Words } from './en.js';

/** The texts of the page, in the only language so far. */
export const words: Words = en;

/** The texts of a feature that brings its own, in its folder. */
export const texts = <Texts extends object>(own: Texts): Texts => own;
