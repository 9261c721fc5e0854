import {
  type CanActivate,
  createParamDecorator,
  type DynamicModule,
  type ExecutionContext,
  Inject,
  Injectable,
  Module,
  UnauthorizedException,
} from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import type { Request } from 'express';
import { createRemoteJWKSet, jwtVerify } from 'jose';

/** The customer that an access token names. */
export interface Customer {
  readonly id: string;
  /** When the token expires, in milliseconds since the epoch. Streams end then. */
  readonly expiresAt: number;
}

type CustomerRequest = Request & { customer?: Customer };

const ISSUER = Symbol('ISSUER');
export const AUDIENCE = 'orders';

export const customerOf = (request: Request): Customer | undefined =>
  (request as CustomerRequest).customer;

/** Gives a handler the customer who calls. */
export const CurrentCustomer = createParamDecorator(
  (_: unknown, context: ExecutionContext): Customer =>
    customerOf(context.switchToHttp().getRequest())!,
);

/** Lets only requests pass that carry an access token of the issuer (RFC 9068) as a bearer token (RFC 6750). */
@Injectable()
class CustomerGuard implements CanActivate {
  readonly #keys;

  constructor(@Inject(ISSUER) private readonly issuer: string) {
    this.#keys = createRemoteJWKSet(new URL(`${issuer}/jwks`));
  }

  async canActivate(context: ExecutionContext): Promise<true> {
    const request = context.switchToHttp().getRequest<CustomerRequest>();
    const [, token] = /^Bearer (.+)$/i.exec(request.get('Authorization') ?? '') ?? [];
    if (!token) throw new UnauthorizedException('Send an access token as Authorization: Bearer.');
    request.customer = await this.#verify(token);
    return true;
  }

  async #verify(token: string): Promise<Customer> {
    const expected = { issuer: this.issuer, audience: AUDIENCE, typ: 'at+jwt' };
    const { payload } = await jwtVerify(token, this.#keys, {
      ...expected,
      requiredClaims: ['sub', 'exp'],
    }).catch((error: Error) => {
      throw new UnauthorizedException(`The access token is not valid: ${error.message}.`);
    });
    return { id: payload.sub!, expiresAt: payload.exp! * 1000 };
  }
}

@Module({})
export class CustomerModule {
  static of(issuer: string): DynamicModule {
    return {
      module: CustomerModule,
      providers: [
        { provide: ISSUER, useValue: issuer },
        { provide: APP_GUARD, useClass: CustomerGuard },
      ],
    };
  }
}
