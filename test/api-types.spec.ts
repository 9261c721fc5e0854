import { readFileSync } from 'node:fs';
import { API_TYPES, type Described, typesOf } from '../client/api-types.js';
import { describeApi } from '../src/app.description.js';
import { startApplication } from './support/application.js';

describe('the types of the page', () => {
  it('are those of the description of the API', async () => {
    const application = await startApplication();
    const described = (await typesOf(describeApi(application.app) as Described)).split('\n');
    await application.stop();
    const committed = readFileSync(API_TYPES, 'utf8').split('\n');
    const line = described.findIndex((text, index) => text !== committed[index]);
    if (line >= 0 || described.length !== committed.length)
      throw new Error(
        `Run "npm run types": line ${line + 1} of ${API_TYPES} is not "${described[line]}".`,
      );
  });
});
