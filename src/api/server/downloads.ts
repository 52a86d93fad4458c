import { posix } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { type Checkpoint, type Domain, documentNames, documents } from '../../domain';
import { BUNDLE_MEDIA_TYPE, MODEL_SIGNATURE_FILE, signModel } from '../../signing';

/** A plugin may have drawn it, and an SVG can hold scripts and links: opened as a page, it runs and fetches nothing. */
const PICTURE_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/** A page of ours that shows others' words: it runs nothing and fetches nothing. */
const PAGE_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'";

const gone = ({ name, deletedAt }: Checkpoint) => ({
  errors: [
    {
      message: `checkpoint ${name} was deleted at ${deletedAt!.toISOString()}`,
      extensions: { code: 'CHECKPOINT_DELETED' },
    },
  ],
});

/**
 * Bytes by name, with the same authentication as GraphQL's; names come from the database, never from the disk.
 * `GET /checkpoints/:id/files/*`: the files of a checkpoint, so that a client on another machine can export it; 410 once it is deleted.
 * `GET /checkpoints/:id/model.sig`: their signature in the form of OpenSSF Model Signing.
 * `GET /artifacts/:id`: a picture or table of a run or an evaluation, to be shown where it is.
 * `GET /checkpoints/:id/bom.cdx.json`, `model-card.md`, `annex-iv.md`: documents about a checkpoint, written from the record as it stands.
 * `GET /certificates/:id/bundle` and `/page`: a certificate as a signed file, and as a page to read or print.
 */
export function serveDownloads(app: FastifyInstance, domain: Domain, version: string): void {
  app.get<{ Params: { id: string; '*': string } }>('/checkpoints/:id/files/*', async (request, reply) => {
    const checkpoint = await domain.checkpoints.get(request.params.id);
    if (checkpoint?.deletedAt) return reply.code(410).send(gone(checkpoint));
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

  for (const name of documentNames) {
    const { mediaType, write } = documents[name];
    app.get<{ Params: { id: string } }>(`/checkpoints/:id/${name}`, async (request, reply) => {
      const dossier = await domain.dossiers.of(request.params.id);
      if (!dossier) return reply.callNotFound();
      return reply
        .type(mediaType)
        .header('content-disposition', `attachment; filename="${name}"`)
        .header('x-content-type-options', 'nosniff')
        .send(write(dossier, version));
    });
  }

  app.get<{ Params: { id: string } }>('/checkpoints/:id/model.sig', async (request, reply) => {
    const checkpoint = await domain.checkpoints.get(request.params.id);
    if (!checkpoint) return reply.callNotFound();
    if (checkpoint.deletedAt) return reply.code(410).send(gone(checkpoint));
    const signature = signModel(checkpoint.name, checkpoint.files, await domain.keyring.documents());
    return reply
      .type(BUNDLE_MEDIA_TYPE)
      .header('content-disposition', `attachment; filename="${MODEL_SIGNATURE_FILE}"`)
      .header('x-content-type-options', 'nosniff')
      .send(signature);
  });

  app.get<{ Params: { id: string } }>('/certificates/:id/bundle', async (request, reply) => {
    const certificate = await domain.certificates.get(request.params.id);
    if (!certificate?.bundleDigest) return reply.callNotFound();
    return reply
      .type(BUNDLE_MEDIA_TYPE)
      .header('content-disposition', `attachment; filename="certificate-${certificate.id}.json"`)
      .header('x-content-type-options', 'nosniff')
      .header('etag', `"${certificate.bundleDigest}"`)
      .send(await domain.artifacts.open(certificate.bundleDigest));
  });

  app.get<{ Params: { id: string } }>('/certificates/:id/page', async (request, reply) => {
    const certificate = await domain.certificates.get(request.params.id);
    if (!certificate?.pageDigest) return reply.callNotFound();
    return reply
      .type('text/html; charset=utf-8')
      .header('x-content-type-options', 'nosniff')
      .header('content-security-policy', PAGE_POLICY)
      .header('etag', `"${certificate.pageDigest}"`)
      .send(await domain.artifacts.open(certificate.pageDigest));
  });

  app.get<{ Params: { id: string } }>('/artifacts/:id', async (request, reply) => {
    const artifact = await domain.artifactRows.get(request.params.id);
    if (!artifact) return reply.callNotFound();
    const bytes = await domain.artifacts.open(artifact.digest);
    return reply
      .type(artifact.mediaType)
      .header('content-length', artifact.bytes)
      .header('content-disposition', 'inline')
      .header('x-content-type-options', 'nosniff')
      .header('content-security-policy', PICTURE_POLICY)
      .header('etag', `"${artifact.digest}"`)
      .send(bytes);
  });
}
