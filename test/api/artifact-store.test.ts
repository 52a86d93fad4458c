import { join } from 'node:path';
import { pino } from 'pino';
import { LocalStore } from '../../src/artifacts';
import { readConfig } from '../../src/config';
import { startServer } from '../../src/server';
import { openDomain, setTheScene } from '../support/domain';
import { TestServer } from '../support/server';

test('what is on record and not in the store is told with advice, and a server with another store does not start', async () => {
  const lethe = await TestServer.start();
  const { id, files } = (await setTheScene(lethe.domain)).checkpoint;
  await lethe.domain.artifacts.delete(files[0]!.digest);
  const response = await fetch(`${lethe.url}/checkpoints/${id}/files/${files[0]!.path}`, { headers: lethe.headers });
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({
    errors: [{ message: expect.stringContaining('LETHE_S3_BUCKET'), extensions: { code: 'ARTIFACT_MISSING' } }],
  });
  await lethe.server.close();
  await lethe.domain.close();

  const store = new LocalStore(join(lethe.place.folder, 'elsewhere'));
  const domain = await openDomain(lethe.place, { artifacts: store });
  const config = { ...readConfig({}), port: 0, home: join(lethe.place.folder, 'home') };
  await expect(startServer(config, domain, pino({ level: 'silent' }))).rejects.toThrow('share the store too');
  await domain.close();
  await lethe.place.discard();
}, 120_000);
