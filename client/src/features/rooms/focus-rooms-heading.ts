/** The heading of the list of rooms, for when an item of it disappears with the focus. */
export const focusRoomsHeading = (): void => document.getElementById('rooms-heading')?.focus();
