/** A ref for an element that takes the focus when it appears. The attribute `autofocus` works once per document only. */
export const focusOnMount = (element: HTMLElement | null): void => element?.focus();
