/** Which message a notification is of, as the service worker keeps it with the notification. */
export interface NotifiedPlace {
  readonly roomId: string;
  readonly seq: number;
  readonly threadOf: number | null;
}
