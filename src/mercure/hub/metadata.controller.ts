import { Controller, Get } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Anyone } from '../../http/caller.js';
import { AnyInput } from '../../http/strict-input.js';
import { METADATA_PATH } from '../../public-url.js';
import { HubSettings } from './settings.js';

/** How a client gets a token for the hub (RFC 9728). */
@Anyone()
@AnyInput()
@ApiExcludeController()
@Controller(METADATA_PATH)
export class MetadataController {
  constructor(private readonly settings: HubSettings) {}

  @Get()
  metadata(): object {
    const { authorizationServers, cookies, directives, resourceIdentifiers } = this.settings;
    return {
      resource: resourceIdentifiers[0],
      ...(authorizationServers.length > 0 && { authorization_servers: authorizationServers }),
      authorization_details_types_supported: ['https://mercure.rocks/authorization-detail'],
      bearer_methods_supported: ['header'],
      mercure_cookie: cookies[0],
      mercure_matcher_types_supported: ['exact', 'urlpattern'],
      ...(directives.subscriptions && { mercure_subscriptions: true }),
    };
  }
}
