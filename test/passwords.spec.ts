import { argon2Sync } from 'node:crypto';
import { Passwords } from '../src/accounts/passwords.js';

const PASSWORD = 'a sentence nobody guesses';
const SHARE = { network: '192.0.2.1', account: 'ada' };

describe('passwords', () => {
  const passwords = new Passwords();
  afterAll(() => passwords.onModuleDestroy());

  it('are hashed with argon2id, 19 MiB and 2 passes, and a salt of their own', async () => {
    const hashes = [await passwords.hash(PASSWORD, SHARE), await passwords.hash(PASSWORD, SHARE)];
    expect(hashes[0]).not.toBe(hashes[1]);
    const [, salt, tag] = /^\$argon2id\$v=19\$m=19456,t=2,p=1\$([\w+/]{22})\$([\w+/]{43})$/.exec(
      hashes[0]!,
    )!;
    const derived = argon2Sync('argon2id', {
      message: PASSWORD,
      nonce: Buffer.from(salt!, 'base64'),
      memory: 19_456,
      passes: 2,
      parallelism: 1,
      tagLength: 32,
    });
    expect(derived).toEqual(Buffer.from(tag!, 'base64'));
  });

  it('match their hash only', async () => {
    const hash = await passwords.hash(PASSWORD, SHARE);
    expect(await passwords.matches(PASSWORD, hash, SHARE, false)).toBe(true);
    expect(await passwords.matches(`${PASSWORD}!`, hash, SHARE, false)).toBe(false);
    expect(await passwords.matches(PASSWORD, undefined, SHARE, false)).toBe(false);
  });
});
