import type { KeyboardEvent } from 'react';
import { applyEdit, editOfKeys, selectedIn } from './format-commands.js';
import { continued, type Edit, isInCode, type Selected } from './text-edits.js';

/**
 * Formats the selection, or starts a new line, if the keys stand for that.
 *
 * @param entersLines whether Enter without Shift starts a new line, too
 * @returns whether the keys were used
 */
export function onFormatKey(
  event: KeyboardEvent<HTMLTextAreaElement>,
  entersLines: boolean,
): boolean {
  const field = event.currentTarget;
  const edit = editOf(event, selectedIn(field), entersLines);
  if (edit) applyEdit(field, edit);
  return edit !== null;
}

function editOf(event: KeyboardEvent, selected: Selected, entersLines: boolean): Edit | null {
  const { key, shiftKey, ctrlKey, metaKey, altKey } = event;
  if (key !== 'Enter') return editOfKeys(event)?.(selected) ?? null;
  if (ctrlKey || metaKey || altKey) return null;
  // In code that has not ended, Enter does not send.
  return shiftKey || entersLines || isInCode(selected) ? continued(selected) : null;
}
