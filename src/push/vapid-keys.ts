import { Database, UnitOfWork } from '@carillon/nestjs';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import webPush from 'web-push';

interface KeyPair {
  readonly publicKey: string;
  readonly privateKey: string;
}

const ID = 1;

/** The keys with which all processes of an installation sign their requests (VAPID, RFC 8292). The first one generates them. */
@Injectable()
export class VapidKeys implements OnModuleInit {
  #keys: KeyPair = { publicKey: '', privateKey: '' };

  constructor(
    private readonly database: Database,
    private readonly work: UnitOfWork,
  ) {}

  async onModuleInit(): Promise<void> {
    this.#keys = (await this.#read()) ?? (await this.#generate());
  }

  /** An uncompressed point of P-256, base64url: the `applicationServerKey` of browsers. */
  get publicKey(): string {
    return this.#keys.publicKey;
  }

  get privateKey(): string {
    return this.#keys.privateKey;
  }

  #read(): Promise<KeyPair | undefined> {
    return this.database.read
      .selectFrom('push_keys')
      .select(['public_key as publicKey', 'private_key as privateKey'])
      .where('id', '=', ID)
      .executeTakeFirst();
  }

  async #generate(): Promise<KeyPair> {
    const { publicKey, privateKey } = webPush.generateVAPIDKeys();
    await this.work.run(({ db }) =>
      db
        .insertInto('push_keys')
        .values({ id: ID, public_key: publicKey, private_key: privateKey })
        // Another process may have stored its keys first.
        .onConflict((conflict) => conflict.doNothing())
        .execute(),
    );
    return (await this.#read())!;
  }
}
