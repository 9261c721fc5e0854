/** The texts of the service worker, which does not load the catalogue of the page. */
export const workerWords = {
  inRoom: (author: string, room: string) => `\u2068${author}\u2069 in \u2068${room}\u2069`,
};
