import { follow, readJson } from '@carillon/client';
import { accessToken } from './sign-in.js';

const orders = new Map();
const list = document.querySelector('#orders');
const status = document.querySelector('#status');
const form = document.querySelector('#order');

const send = async (method, path, body) => {
  const headers = {
    'Content-Type': 'application/json',
    Authorization: `Bearer ${await accessToken()}`,
  };
  return fetch(path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
};

function itemOf({ id, article, quantity, status }) {
  const item = document.createElement('li');
  item.textContent = `${quantity} × ${article}: ${status} `;
  if (status === 'placed') {
    const button = document.createElement('button');
    button.textContent = 'Ship';
    button.onclick = () => send('POST', `/orders/${id}/shipment`);
    item.append(button);
  }
  return item;
}

const show = () => list.replaceChildren(...Array.from(orders.values(), itemOf));

/** The row of an event is an order, as far as the page shows it. */
const apply = ({ row }) => {
  orders.set(row.id, row);
  show();
};

follow({
  url: '/orders/event',
  token: accessToken,
  // Starts from the stored list, and continues without a gap.
  snapshot: async (request) => {
    const { body, cursor } = await readJson('/orders', request);
    orders.clear();
    for (const order of body) orders.set(order.id, order);
    show();
    return cursor;
  },
  on: { 'order.insert': apply, 'order.update': apply },
  onStatus: ({ state }) => (status.textContent = state),
});

form.onsubmit = async (event) => {
  event.preventDefault();
  const { article, quantity } = Object.fromEntries(new FormData(form));
  // The id comes from here, so the request can be repeated without ordering twice.
  const order = { article, quantity: Number(quantity) };
  const response = await send('PUT', `/orders/${crypto.randomUUID()}`, order);
  if (response.ok) form.reset();
  else status.textContent = (await response.json()).message;
};
