import { join } from 'node:path';
import { LocalStore, S3Store } from './artifacts';
import type { Config } from './config';
import { Domain } from './domain';
import { checkpointIntake } from './intake/checkpoint-intake';
import { datasetIntake } from './intake/dataset-intake';
import { ImportFolders } from './intake/import-folders';
import { loadSigningKeys } from './signing';

/** Opens the domain as the configuration says: database, artifact store, and how checkpoints and datasets come in. */
export async function openDomain(config: Config): Promise<Domain> {
  const folders = new ImportFolders(config.importFolders);
  return Domain.open({
    databaseUrl: config.databaseUrl,
    folder: join(config.home, 'database'),
    artifacts: await openArtifacts(config),
    readCheckpoint: checkpointIntake(folders, join(config.home, 'hub')),
    readDataset: datasetIntake(folders),
    openLineage: config.openLineage !== undefined,
    webhookNetworks: config.webhookNetworks,
    loadKeys: () => loadSigningKeys(join(config.home, 'keys'), config.keys),
    logOrigin: config.logOrigin,
  });
}

async function openArtifacts({ home, s3 }: Config): Promise<LocalStore | S3Store> {
  if (!s3) return new LocalStore(join(home, 'artifacts'));
  // The SDK is large; a server that keeps files in its folder does not load it.
  const { S3Client } = await import('@aws-sdk/client-s3');
  const client = new S3Client({
    ...(s3.endpoint ? { endpoint: s3.endpoint, forcePathStyle: true } : {}),
    ...(s3.region ? { region: s3.region } : {}),
  });
  return new S3Store(client, s3.bucket, s3.prefix);
}
