/** A ref: when the element is removed with the focus inside, the nearest element around it that matches takes the focus. */
export const passFocusTo = (selector: string) => (element: HTMLElement | null) => () => {
  if (element?.contains(document.activeElement)) element.closest<HTMLElement>(selector)?.focus();
};
