import { texts } from '../../words/words.js';

const lists = new Intl.ListFormat('en', { type: 'unit' });
const numbers = new Intl.NumberFormat('en');

/** Units of 1,000 bytes, as file managers show them. */
const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;

function sizeOf(bytes: number): string {
  if (bytes < 1000) return `${bytes} ${bytes === 1 ? 'byte' : 'bytes'}`;
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  const options = { style: 'unit', unit: UNITS[power]!, maximumFractionDigits: 1 } as const;
  return new Intl.NumberFormat('en', options).format(bytes / 1000 ** power);
}

export const filesWords = texts({
  attach: 'Attach files',
  drop: 'Drop files to attach them',
  attached: 'Attached files',
  files: 'Files',
  names: (all: readonly string[]) => lists.format(all),
  size: sizeOf,
  percent: (share: number) =>
    new Intl.NumberFormat('en', { style: 'percent' }).format(Math.floor(share * 100) / 100),
  uploading: (name: string) => `Uploading ${name}`,
  queued: 'Waiting',
  interrupted: 'Interrupted. Trying again soon.',
  offline: 'Continues when the connection is back',
  remove: (name: string) => `Remove ${name}`,
  retry: 'Try again',
  retryOf: (name: string) => `Upload ${name} again`,
  uploaded: (name: string) => `${name} is uploaded.`,
  notUploaded: (name: string, failure: string) => `${name} is not uploaded. ${failure}`,
  lost: 'Not uploaded before the page was reloaded. Attach it again, or remove it.',
  removeToSend: (all: readonly string[]) => `Remove ${lists.format(all)} to send.`,
  tooLarge: (size: string) => `A file can have up to ${size}.`,
  tooMany: (most: number) => `A message can have up to ${numbers.format(most)} files.`,
  sendsLater: 'The message is sent when all files are uploaded.',
  cancelSending: 'Cancel sending',
  open: (name: string) => `Open ${name}`,
  download: (name: string, size: string) => `Download ${name}, ${size}`,
  saveImage: 'Download',
  viewer: 'Images',
  place: (n: number, count: number) => `${numbers.format(n)} of ${numbers.format(count)}`,
  previous: 'Previous image',
  next: 'Next image',
  close: 'Close',
});
