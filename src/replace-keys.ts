import { type Config, ConfigError } from './config';
import { LogKeyMismatch, type PublishedKey } from './domain';
import { openDomain } from './open-domain';
import { KeyUnusable } from './signing';

/** Has the installation sign with the keys of this configuration from now on; those that it did not sign with yet. @throws ConfigError */
export async function replaceKeys(config: Config): Promise<PublishedKey[]> {
  const domain = await openDomain(config);
  try {
    // A log that was begun before keys were published has to be opened by its own key once.
    await domain.log.latest();
    return await domain.keyring.replace();
  } catch (error) {
    const expected = error instanceof KeyUnusable || error instanceof LogKeyMismatch;
    throw expected ? new ConfigError([error.message]) : error;
  } finally {
    await domain.close();
  }
}
