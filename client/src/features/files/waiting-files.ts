import type { Slice } from '../../store/state.js';
import type { MessageFile } from './message-file.js';

/** A file that is attached to the message being written. */
export interface WaitingFile {
  readonly id: string;
  readonly name: string;
  readonly size: number;
  /** `interrupted`: it continues by itself. `refused`: the user decides. */
  readonly state: 'queued' | 'uploading' | 'interrupted' | 'refused' | 'uploaded';
  /** From 0 to 1. */
  readonly progress: number;
  /** Why the server refused it. */
  readonly failure?: string;
  /** Whether another attempt could succeed where the last one was refused. */
  readonly canRetry?: boolean;
  /** The address of an image. */
  readonly thumbnail?: string;
  /** As the server knows it, once it is uploaded. */
  readonly file?: MessageFile;
}

/** The files attached to the messages being written, by the keys of their drafts. */
export const waitingFiles: Slice<ReadonlyMap<string, readonly WaitingFile[]>> = {
  name: 'waiting files',
  initial: new Map(),
};

export const noFiles: readonly WaitingFile[] = [];

export const areUploaded = (files: readonly WaitingFile[]): boolean =>
  files.every(({ state }) => state === 'uploaded');

/** Whether its upload ends with the page. */
export const isUnderWay = ({ state }: WaitingFile): boolean =>
  state !== 'uploaded' && state !== 'refused';

/** Those about which the user has to decide. */
export const refusedOf = (files: readonly WaitingFile[]): readonly WaitingFile[] =>
  files.filter(({ state }) => state === 'refused');
