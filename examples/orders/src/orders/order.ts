/** An order as the API and the stream show it. */
export interface Order {
  readonly id: string;
  readonly customerId: string;
  readonly article: string;
  readonly quantity: number;
  readonly status: 'placed' | 'shipped';
}
