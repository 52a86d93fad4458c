import { type KeyPair, keyHint, type SigningKeys } from '../../signing';
import { formatVerifierKey, type NoteKey } from '../../tlog';

/** A public key as it is given out. */
export interface PublishedKey {
  purpose: 'LOG' | 'DOCUMENTS';
  algorithm: 'ED25519' | 'ECDSA_P256_SHA256';
  /** What signatures call it: the log's name, or the sha256 of the PEM. */
  hint: string;
  pem: string;
  /** `<name>+<id>+<key>` of the log's key. https://c2sp.org/signed-note#verifier-keys */
  verifierKey: string | null;
}

/** What this server signs with. Keys are loaded when first needed: an executor signs nothing and has none. */
export class Keyring {
  #loaded: Promise<SigningKeys> | undefined;

  /** @param origin the log's name; one that follows from its key when left out */
  constructor(
    readonly load: () => Promise<SigningKeys>,
    readonly origin?: string | undefined,
  ) {}

  /** Of the transparency log. */
  async log(): Promise<NoteKey & KeyPair> {
    const pair = (await this.#keys()).log;
    return { name: this.origin ?? `lethe.log/${keyHint(pair.publicKey).slice(0, 16)}`, ...pair };
  }

  /** Of certificates and checkpoint folders. */
  async documents(): Promise<KeyPair> {
    return (await this.#keys()).documents;
  }

  async published(): Promise<PublishedKey[]> {
    const log = await this.log();
    const { publicKey } = await this.documents();
    const pem = (key: KeyPair['publicKey']) => key.export({ type: 'spki', format: 'pem' }).toString();
    return [
      {
        purpose: 'LOG',
        algorithm: 'ED25519',
        hint: log.name,
        pem: pem(log.publicKey),
        verifierKey: formatVerifierKey(log),
      },
      {
        purpose: 'DOCUMENTS',
        algorithm: 'ECDSA_P256_SHA256',
        hint: keyHint(publicKey),
        pem: pem(publicKey),
        verifierKey: null,
      },
    ];
  }

  #keys(): Promise<SigningKeys> {
    this.#loaded ??= this.load();
    return this.#loaded;
  }
}
