import { setTimeout as sleep } from 'node:timers/promises';
import { ClientError, type LetheClient } from '../../src/client/lethe-client';
import * as operations from './operations';

/** The preset for models as small as the demo's, where the method has one. Waits until an executor told its methods. */
export async function presetFor(client: LetheClient, method: string): Promise<object> {
  for (let attempt = 0; attempt < 120; attempt++) {
    const { methods, executors } = await client.request<{
      methods: { name: string; parameters: { name: string; choices: string[] | null }[] }[];
      executors: object[];
    }>(operations.methods);
    if (executors.length > 0) {
      const parameters = methods.find(({ name }) => name === method)?.parameters ?? [];
      const preset = parameters.find(({ name }) => name === 'preset');
      return preset?.choices?.includes('small') ? { preset: 'small' } : {};
    }
    await sleep(250);
  }
  throw new ClientError('NO_EXECUTOR', 'No executor came up; the log says why.');
}
