import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Evidence } from './evidence';
import { changePayload, changeSize, runs, type Tool } from './tool';

/** Writes what was signed and the signature out of a bundle, by nothing but the text of the two specifications. */
async function takeApart(file: string, folder: string): Promise<{ message: string; signature: string }> {
  const { dsseEnvelope } = JSON.parse(await readFile(file, 'utf8')) as {
    dsseEnvelope: { payload: string; payloadType: string; signatures: { sig: string }[] };
  };
  const payload = Buffer.from(dsseEnvelope.payload, 'base64');
  const head = `DSSEv1 ${dsseEnvelope.payloadType.length} ${dsseEnvelope.payloadType} ${payload.length} `;
  const [message, signature] = [join(folder, 'pae.bin'), join(folder, 'pae.sig')];
  await writeFile(message, Buffer.concat([Buffer.from(head), payload]));
  await writeFile(signature, Buffer.from(dsseEnvelope.signatures[0]!.sig, 'base64'));
  return { message, signature };
}

async function certificateHolds({ certificate, documentsKey, folder }: Evidence): Promise<boolean> {
  const { message, signature } = await takeApart(certificate, folder);
  return (await runs('openssl', ['dgst', '-sha256', '-verify', documentsKey, '-signature', signature, message])).ok;
}

async function checkpointHolds({ log, logKey, folder }: Evidence): Promise<boolean> {
  const note = await readFile(join(log, 'checkpoint'), 'utf8');
  const end = note.lastIndexOf('\n\n');
  const [message, signature] = [join(folder, 'note.txt'), join(folder, 'note.sig')];
  await writeFile(message, note.slice(0, end + 1));
  // Four bytes that name the key come before the signature.
  await writeFile(signature, Buffer.from(note.trim().split(' ').at(-1)!, 'base64').subarray(4));
  const args = ['pkeyutl', '-verify', '-pubin', '-inkey', logKey, '-rawin', '-in', message, '-sigfile', signature];
  return (await runs('openssl', args)).ok;
}

export const openssl: Tool = {
  name: 'openssl',
  async prepare() {
    const { ok, output } = await runs('openssl', ['version']);
    if (!ok) return 'there is no openssl on this machine';
    return /OpenSSL [3-9]\./.test(output) ? null : `${output.trim()} does not verify Ed25519 from a file; 3.0 does`;
  },
  checks: [
    {
      claim: "the certificate's DSSE envelope is signed by our P-256 key",
      holds: certificateHolds,
      tamper: { file: ({ certificate }) => certificate, change: changePayload },
    },
    {
      claim: "the log's checkpoint is signed by our Ed25519 key",
      holds: checkpointHolds,
      tamper: { file: ({ log }) => join(log, 'checkpoint'), change: changeSize },
    },
  ],
};
