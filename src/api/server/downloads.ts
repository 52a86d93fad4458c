import { posix } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { Domain } from '../../domain';

/**
 * `GET /checkpoints/:id/files/*`: the files of a checkpoint, byte for byte, so that a client on another machine can
 * export it. Authentication is the same as GraphQL's; names come from the database, never from the disk.
 */
export function serveDownloads(app: FastifyInstance, domain: Domain): void {
  app.get<{ Params: { id: string; '*': string } }>('/checkpoints/:id/files/*', async (request, reply) => {
    const checkpoint = await domain.checkpoints.get(request.params.id);
    const file = checkpoint?.files.find(({ path }) => path === request.params['*']);
    if (!file) return reply.callNotFound();
    const bytes = await domain.artifacts.open(file.digest);
    return reply
      .type('application/octet-stream')
      .header('content-length', file.bytes)
      .header('content-disposition', `attachment; filename="${posix.basename(file.path).replace(/["\\\r\n]/g, '_')}"`)
      .header('x-content-type-options', 'nosniff')
      .header('etag', `"${file.digest}"`)
      .send(bytes);
  });
}
