import { createConfig, lintFromString } from '@redocly/openapi-core';
import { type RulesetDefinition, Spectral } from '@stoplight/spectral-core';
import { asyncapi, oas } from '@stoplight/spectral-rulesets';
import { Validator } from '@seriousme/openapi-schema-validator';

/** What checks an OpenAPI document: each gives a line for whatever it finds, of any severity. */
export const linters: Record<string, (document: object) => Promise<string[]>> = {
  /** Against the JSON Schema that the OpenAPI Initiative publishes for the version that the document names. */
  schema: async (document) => {
    const { errors } = await new Validator().validate(
      structuredClone(document) as Record<string, unknown>,
    );
    return errors === undefined ? [] : [JSON.stringify(errors)];
  },

  // A program that others run has no e-mail address of those others; OpenAPI requires none (4.8.3, Contact Object).
  spectral: (document) =>
    lintBySpectral(document, oas as RulesetDefinition, { 'contact-properties': 'off' }),

  redocly: async (document) => {
    const config = await createConfig({ extends: ['recommended'] });
    const found = await lintFromString({
      source: JSON.stringify(document),
      absoluteRef: 'openapi.json',
      config,
    });
    return found.map(
      ({ ruleId, location, message }) => `${ruleId} ${location.at(0)?.pointer}: ${message}`,
    );
  },
};

/** What Spectral finds in an AsyncAPI document, by all of its rules but the one for an e-mail address, as above. */
export const lintAsyncApi = (document: object): Promise<string[]> =>
  lintBySpectral(document, asyncapi as RulesetDefinition, {
    'asyncapi-info-contact-properties': 'off',
  });

async function lintBySpectral(
  document: object,
  ruleset: RulesetDefinition,
  rules: Record<string, 'off'>,
): Promise<string[]> {
  const spectral = new Spectral();
  spectral.setRuleset({ extends: [[ruleset, 'all']], rules });
  const found = await spectral.run(JSON.stringify(document));
  return found.map(({ code, path, message }) => `${code} ${path.join('/')}: ${message}`);
}
