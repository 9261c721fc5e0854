import { InvalidTopicMatcher, StartupError, TopicSelectors } from '@carillon/nestjs';
import { CarillonOptions } from '@carillon/nestjs/internal';
import ms, { type StringValue } from 'ms';
import { parseArgs } from 'node:util';
import { isOfFeature, matcherOf } from '../grants/topic-patterns.js';
import { checkSpelling } from '../grants/topic-spelling.js';
import type { NewKey } from './operator-keys.js';

const USAGE = `Usage: npm run key -- create NAME [--publish PATTERN]… [--subscribe PATTERN]… [--notify] [--expires 90d]
       npm run key -- list
       npm run key -- revoke NAME`;
const NAME = /^[\w.-]{1,64}$/;
const DURATION = /^\d+(\.\d+)? ?(m|h|d|y)$/;
const MIN_LIFETIME = ms('1m');
const MAX_LIFETIME = ms('100y');

/** What the operator asks for. */
export type KeyCommand =
  | { readonly action: 'create'; readonly key: NewKey }
  | { readonly action: 'revoke'; readonly name: string }
  | { readonly action: 'list' };

/**
 * @param reserved the first segments of the topics of features, to which no key gives access.
 * @throws StartupError the arguments are wrong. The message states what is right.
 */
export function keyCommandOf(args: readonly string[], reserved: readonly string[]): KeyCommand {
  const [action, ...rest] = args;
  if (action === 'list' && rest.length === 0) return { action };
  if (action === 'revoke' && rest.length === 1) return { action, name: rest[0]! };
  if (action === 'create') return { action, key: newKeyOf(rest, reserved) };
  throw new StartupError(USAGE);
}

function newKeyOf(args: string[], reserved: readonly string[]): NewKey {
  const { values, positionals } = parsed(args);
  const [name, ...rest] = positionals;
  if (name === undefined || rest.length > 0) throw new StartupError(USAGE);
  if (!NAME.test(name))
    throw new StartupError(
      `The name "${name}" is invalid: it must be 1 to 64 letters, digits, dots, hyphens and underscores.`,
    );
  const { publish = [], subscribe = [], notify = false, expires } = values;
  if (publish.length + subscribe.length === 0 && !notify)
    throw new StartupError(
      'The key would grant nothing. Give it --publish, --subscribe or --notify.',
    );
  checkPatterns([...publish, ...subscribe], reserved);
  return {
    name,
    publish,
    subscribe,
    notify,
    expiresAt: expires === undefined ? null : endOf(expires),
  };
}

function parsed(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        publish: { type: 'string', multiple: true },
        subscribe: { type: 'string', multiple: true },
        notify: { type: 'boolean' },
        expires: { type: 'string' },
      },
    });
  } catch (error) {
    throw new StartupError(`${(error as Error).message}\n${USAGE}`);
  }
}

/** Whether a pattern is valid does not depend on the URL of the service. */
function checkPatterns(patterns: readonly string[], reserved: readonly string[]): void {
  const ofFeature = patterns.find((pattern) => isOfFeature(pattern, reserved));
  if (ofFeature !== undefined)
    throw new StartupError(
      `The topic "${ofFeature}" belongs to Carillon itself, so no key can grant it. Name topics of other programs.`,
    );
  try {
    const matchers = patterns.map(matcherOf);
    matchers.forEach(checkSpelling);
    new TopicSelectors(new CarillonOptions()).of(matchers);
  } catch (error) {
    throw error instanceof InvalidTopicMatcher ? new StartupError(error.message) : error;
  }
}

function endOf(expires: string): string {
  const lifetime = DURATION.test(expires) ? ms(expires as StringValue) : 0;
  if (lifetime < MIN_LIFETIME || lifetime > MAX_LIFETIME)
    throw new StartupError(
      `--expires is "${expires}": it must be a duration such as 12h, 90d or 1y. The minimum is 1m, and the maximum 100y.`,
    );
  return new Date(Date.now() + lifetime).toISOString();
}
