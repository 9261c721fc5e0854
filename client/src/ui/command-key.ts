interface Keys {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

/** Ctrl moves the caret in the text fields of macOS. */
export const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);

/**
 * The letter that is pressed with ⌘ on macOS, and with Ctrl elsewhere. On a keyboard of another script it is the letter of
 * the same key on a Latin keyboard.
 */
export function commandLetter({ key, code, ctrlKey, metaKey, altKey }: Keys): string | null {
  if (altKey || ctrlKey === isMac || metaKey !== isMac) return null;
  return /^[\x21-\x7e]$/.test(key) ? key.toLowerCase() : code.replace(/^Key/, '').toLowerCase();
}

/** How the keyboard of this device names a shortcut with ⌘ or Ctrl. */
export const commandKeys = (key: string, shift = false): string =>
  isMac ? `${shift ? '⇧' : ''}⌘${key}` : `Ctrl+${shift ? 'Shift+' : ''}${key}`;
