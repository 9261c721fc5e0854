import { Parser } from '@asyncapi/parser';
import { type RunningApplication, startApplication } from './support/application.js';
import { lintAsyncApi } from './support/description-linters.js';
import { eventsIn, type ItemSchema } from './support/event-schemas.js';

describe('the description of the streams', () => {
  let application: RunningApplication;

  beforeAll(async () => {
    application = await startApplication({ PUBLIC_URL: 'https://chat.example.org' });
  });
  afterAll(() => application.stop());

  const fetched = (name: string): Promise<Response> => fetch(`${application.url}/api/${name}.json`);
  const parsed = async () => {
    const { document, diagnostics } = await new Parser().parse(
      await (await fetched('asyncapi')).text(),
    );
    return { document: document!, diagnostics };
  };

  it('is valid AsyncAPI 3, without warnings', async () => {
    const { document, diagnostics } = await parsed();
    expect(diagnostics).toEqual([]);
    expect(document.version()).toMatch(/^3\./);
  });

  it('gives Spectral nothing to report, which would report what is wrong', async () => {
    const described = (await (await fetched('asyncapi')).json()) as { operations: object };
    expect(await lintAsyncApi(described)).toEqual([]);
    const { operations: _operations, ...broken } = described;
    expect(await lintAsyncApi({ ...broken, info: {} })).not.toEqual([]);
  });

  it('says where the streams are, and what to ask them for', async () => {
    const { document } = await parsed();
    expect(
      document
        .servers()
        .all()
        .map((server) => [server.protocol(), server.host()]),
    ).toEqual([['https', 'chat.example.org']]);
    const asked = document
      .operations()
      .all()
      .map((operation) => [
        operation.action(),
        operation.channels().all()[0]!.address(),
        Object.keys(
          operation.bindings().get('http')!.value<{ query: { properties: object } }>().query
            .properties,
        ),
      ]);
    expect(asked).toEqual([
      ['send', '/api/events', ['lastEventId', 'topic', 'match_urlpattern', 'granted']],
      ['send', '/api/users/event', ['lastEventId']],
    ]);
  });

  it('has the same events as the OpenAPI document, with the same schemas', async () => {
    const { document } = await parsed();
    const { paths, components } = (await (await fetched('openapi')).json()) as {
      paths: Record<
        string,
        { get: { responses: { '200': { content: Record<string, { itemSchema: ItemSchema }> } } } }
      >;
      components: { schemas: Record<string, unknown> };
    };
    for (const channel of document.channels().all()) {
      const { itemSchema } =
        paths[channel.address()!]!.get.responses['200'].content['text/event-stream']!;
      expect(
        channel
          .messages()
          .all()
          .map((message) => message.name()),
      ).toEqual([
        ...eventsIn(components.schemas, itemSchema),
        ...(channel.address() === '/api/events' ? ['OtherEvent'] : []),
      ]);
    }
    const { components: own } = (await (await fetched('asyncapi')).json()) as {
      components: { schemas: Record<string, unknown> };
    };
    expect(Object.keys(own.schemas)).toEqual(
      expect.arrayContaining(['User', 'Message', 'Membership', 'PresenceChange']),
    );
    expect(components.schemas).toMatchObject(own.schemas);
  });

  it('is not sent to a client that has it', async () => {
    const response = await fetched('asyncapi');
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    const etag = response.headers.get('etag')!;
    const again = await fetch(response.url, {
      headers: { 'If-None-Match': etag, 'Cache-Control': 'max-age=0' },
    });
    expect([etag, again.status]).toEqual([expect.stringMatching(/^"/), 304]);
  });
});
