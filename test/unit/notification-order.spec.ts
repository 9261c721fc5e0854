import { v7 as uuidv7 } from 'uuid';
import { idAfter } from '../../src/notifications/id-after.js';

describe('the id of the next notification', () => {
  it('is a new one if that is greater', () => {
    const id = uuidv7();
    expect(idAfter('', id)).toBe(id);
    expect(idAfter(uuidv7({ msecs: 0 }), id)).toBe(id);
  });

  it('is the successor of the last one if the clock of the node is behind', () => {
    expect(
      idAfter('019a1b2c-3d4e-7f60-8a1b-ffffffffffff', '019a1b2c-3d4d-7f60-8a1b-2c3d4e5f6071'),
    ).toBe('019a1b2c-3d4e-7f60-8a1c-000000000000');
    const same = '019a1b2c-3d4e-7f60-8a1b-2c3d4e5f6071';
    expect(idAfter(same, same)).toBe('019a1b2c-3d4e-7f60-8a1b-2c3d4e5f6072');
  });
});
