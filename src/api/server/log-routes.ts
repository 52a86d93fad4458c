import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Domain } from '../../domain';
import { parseTilePath } from '../../tlog';
import { SigningKeyType } from '../audit/audit.type';

/** What is there stays as it is; not in caches that others share, who may have no token. */
const FOR_EVER = 'private, max-age=31536000, immutable';
const TEXT = 'text/plain; charset=utf-8';

/**
 * The transparency log over plain HTTP, as https://c2sp.org/tlog-tiles says, under the prefix `/log`:
 * `GET /log/checkpoint`, `/log/tile/<L>/<N>[.p/<W>]` and `/log/tile/entries/<N>[.p/<W>]`. Beside it, for clients that would
 * rather not put proofs together: `/log/proof/inclusion?entry=` (`.tlog-proof` by `format=file`), `/log/proof/consistency?from=&to=`.
 * `GET /keys`: the public keys of this installation, former ones too.
 */
export function serveLog(app: FastifyInstance, domain: Domain): void {
  const { audit, keyring, log } = domain;

  app.get('/keys', async () => ({ keys: (await keyring.published()).map((key) => new SigningKeyType(key)) }));

  app.get('/log/checkpoint', async (_request, reply) => {
    const { note } = (await log.latest()) ?? (await log.integrate());
    return reply.type(TEXT).header('cache-control', 'no-cache').send(note);
  });

  app.get<{ Params: { '*': string } }>('/log/tile/*', async (request, reply) => {
    const path = parseTilePath(`tile/${request.params['*']}`);
    const bytes = path && (await log.resource(path));
    if (!bytes) return reply.callNotFound();
    return reply.type('application/octet-stream').header('cache-control', FOR_EVER).send(bytes);
  });

  app.get<{ Querystring: { entry?: string; format?: string } }>('/log/proof/inclusion', async (request, reply) => {
    const id = wholeNumber(request.query.entry);
    if (id === null) return badRequest(reply, 'entry must be the number of an audit entry');
    const entry = await audit.get(id);
    const proof = entry && (await log.prove(entry));
    if (!proof) return reply.callNotFound();
    if (request.query.format === 'file') return reply.type(TEXT).send(proof.file);
    const { index, hashes, checkpoint } = proof;
    return { index, hashes: hashes.map((hash) => hash.toString('base64')), checkpoint: checkpoint.note };
  });

  app.get<{ Querystring: { from?: string; to?: string } }>('/log/proof/consistency', async (request, reply) => {
    const [from, to] = [wholeNumber(request.query.from), wholeNumber(request.query.to)];
    if (from === null || to === null || from > to)
      return badRequest(reply, 'from and to must be sizes, from not above to');
    if (to > ((await log.latest())?.size ?? 0)) return reply.callNotFound();
    return { from, to, hashes: (await log.proveConsistency(from, to)).map((hash) => hash.toString('base64')) };
  });
}

function wholeNumber(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

function badRequest(reply: FastifyReply, message: string): FastifyReply {
  return reply.code(400).send({ errors: [{ message, extensions: { code: 'BAD_REQUEST' } }] });
}
