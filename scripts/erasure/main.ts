import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { exportCheckpoint } from '../../src/client/export-checkpoint';
import { ClientError, LetheClient } from '../../src/client/lethe-client';
import { follow } from '../demo/follow';
import { emptyHome } from '../demo/home';
import { createForgetSet, registerDataset } from '../demo/operations';
import { imagesOf } from '../demo/options';
import { presetFor } from '../demo/preset';
import { type ServerProcess, startServerProcess } from '../demo/server-process';
import * as operations from './operations';
import { type ErasureOptions, readOptions } from './options';
import { policy } from './policy';

/**
 * An erasure request from receipt to a certificate that verifies offline. Everything goes through the API, by four actors
 * with tokens of their own: nobody may do what is another's part.
 */
async function workflow(options: ErasureOptions): Promise<void> {
  await emptyHome(options.home);
  say(`An erasure request, from receipt to certificate: forgetting the images of "${options.class}"\n`);
  const server = await startServerProcess(options.home);
  const stop = () => void server.stop().then(() => process.exit(130));
  process.once('SIGINT', stop);
  try {
    const actors = await admitActors(server);
    const production = await prepare(options, actors);
    const requestId = await receiveRequest(actors.olga, production);
    const resultId = await beApproved(requestId, actors);
    await showCertificate(options, requestId, resultId, actors.olga);
  } finally {
    process.off('SIGINT', stop);
    await server.stop();
  }
}

interface Actors {
  admin: LetheClient;
  pipeline: LetheClient;
  olga: LetheClient;
  rita: LetheClient;
}

async function admitActors({ url, token, log }: ServerProcess): Promise<Actors> {
  step('server', `${url}, log in ${log}`);
  const admin = new LetheClient(url, token);
  const admit = async (input: { name: string; kind: string; holder?: string; roles: string[] }) => {
    const { secret } = await admin.mutate<{ secret: string }>(operations.createToken, input);
    return new LetheClient(url, secret);
  };
  const actors = {
    admin,
    pipeline: await admit({ name: 'training pipeline', kind: 'BOT', roles: ['ENGINEER'] }),
    olga: await admit({ name: 'Olga', kind: 'PERSON', holder: 'olga', roles: ['PRIVACY_OFFICER'] }),
    rita: await admit({ name: 'Rita', kind: 'PERSON', holder: 'rita', roles: ['REVIEWER'] }),
  };
  step('actors', 'a training pipeline (engineer), Olga (privacy officer), Rita (reviewer), each with a token');
  return actors;
}

interface Made {
  id: string;
}

interface Production {
  forgetSetId: string;
  playbookId: string;
}

/** What is there before anybody asks: a model in production, what it learned from, and how requests are answered. */
async function prepare(options: ErasureOptions, { admin, pipeline, olga }: Actors): Promise<Production> {
  const register = (part: string) =>
    pipeline.mutate<Made & { sampleCount: number }>(registerDataset, {
      name: part,
      source: imagesOf(options.images, part),
    });
  const learned = await register('pretrain');
  const evaluate = await register('evaluate');
  const checkpoint = await pipeline.mutate<Made & { digest: string }>(operations.importCheckpoint, {
    name: 'demo',
    source: options.checkpoint,
    datasetIds: [learned.id],
  });
  step(
    'model',
    `sha256 ${checkpoint.digest.slice(0, 12)}, trained on ${learned.sampleCount} images that are registered`,
  );

  await pipeline.mutate(operations.createAlias, { name: 'production' });
  const moves = [{ alias: 'production', checkpointId: checkpoint.id, expected: null }];
  await pipeline.mutate(operations.moveAliases, { moves, reason: 'the first release' });
  const held = await olga.mutate<Made>(operations.createPolicy, policy);
  await admin.mutate(operations.protectAlias, { alias: 'production', policyId: held.id, approvalsNeeded: 1 });
  step('alias', `"production" points at it, and moves on only with a PASS by "${policy.name}" and an approval`);

  const forgetSet = await olga.mutate<Made & { sampleCount: number }>(createForgetSet, {
    name: options.class,
    datasetId: learned.id,
    selector: { classes: [options.class] },
  });
  const playbook = await olga.mutate<Made>(operations.createPlaybook, {
    name: 'erase and replace',
    alias: 'production',
    method: options.method,
    parameters: await presetFor(admin, options.method),
    retainFromId: learned.id,
    evaluateOnId: evaluate.id,
    policyId: held.id,
    automatic: ['RUN', 'VERIFICATION', 'PROMOTION', 'CERTIFICATE'],
  });
  step('playbook', `run ${options.method}, verify by "${policy.name}", be approved, promote, certify`);
  return { forgetSetId: forgetSet.id, playbookId: playbook.id };
}

async function receiveRequest(olga: LetheClient, { forgetSetId, playbookId }: Production): Promise<string> {
  const request = await olga.mutate<Made & { dueAt: string; subjectHash: string }>(operations.receive, {
    subjectReference: 'customer 4711',
    legalBasis: 'ART_17_1_B',
    recipients: ['the label printing service'],
    forgetSetId,
  });
  const { id, dueAt, subjectHash } = request;
  say('');
  step(
    'request',
    `received, due ${dueAt.slice(0, 10)}; of the subject only a salted hash is kept: ${subjectHash.slice(0, 12)}`,
  );
  await olga.mutate(operations.checkIdentity, { id, verified: true, method: 'eID' });
  const { carriers } = await olga.request<{
    carriers: { carriers: { edges: { node: { checkpoint: { name: string } } }[] } };
  }>(operations.carriers, { forgetSetId });
  step('carriers', carriers.carriers.edges.map(({ node }) => node.checkpoint.name).join(', '));
  await olga.mutate(operations.givePlaybook, { id, playbookId });
  step('identity', 'checked by Olga, who has the request follow the playbook');
  return id;
}

interface RequestState {
  status: string;
  certificateId: string | null;
  verificationId: string | null;
  nextStep: { step: string; state: string; why: string; forPeople: boolean } | null;
  run: { id: string; result: { id: string; name: string; digest: string } | null } | null;
  recipients: { id: string; name: string }[];
}

/** Follows the request until it waits for a person, has Rita decide, and follows it to its end. @returns the new checkpoint */
async function beApproved(id: string, { olga, rita }: Actors): Promise<string> {
  const state = async () =>
    (await olga.request<{ erasureRequest: RequestState }>(operations.request, { id })).erasureRequest;
  const until = async (reached: (now: RequestState) => boolean): Promise<RequestState> => {
    for (;;) {
      const now = await state();
      if (now.nextStep?.state === 'BLOCKED')
        throw new ClientError('BLOCKED', `${now.nextStep.step}: ${now.nextStep.why}`);
      if (reached(now)) return now;
      await sleep(500);
    }
  };
  const { run } = await until((now) => now.run !== null);
  await follow(olga, run!.id);
  const asked = await until((now) => now.verificationId !== null);
  step('verify', 'the plan is fixed; the attacks begin');
  const failed = await showVerification(olga, asked.verificationId!);
  if (failed) throw new ClientError('NOT_PASSED', 'The verdict is no PASS: the request waits for people to decide.');
  const { run: done } = await until((now) => now.nextStep?.step === 'APPROVAL');
  const result = done!.result!;
  await rita.mutate(operations.decide, {
    checkpointId: result.id,
    decision: 'APPROVED',
    comment: 'evidence read',
  });
  step(
    'approval',
    `Rita approves ${result.name}, sha256 ${result.digest.slice(0, 12)}; Olga asked for it and could not`,
  );
  const { recipients } = await until((now) => now.status === 'COMPLETED');
  step('promoted', '"production" points at it now; the request is completed');
  for (const { id: recipientId, name } of recipients) {
    await olga.mutate(operations.inform, { id, recipientId });
    step('informed', `${name} (Art. 19)`);
  }
  return result.id;
}

interface Line {
  verdict: string;
  threshold: { name: string; attack: string; key: string; atMost: number | null; atLeast: number | null };
  found: { value: number; lower: number; upper: number } | null;
  reference: { value: number } | null;
}

/** Waits for the verdict and shows what it rests on. @returns whether it is no PASS */
async function showVerification(client: LetheClient, id: string): Promise<boolean> {
  for (;;) {
    const { verification } = await client.request<{
      verification: { status: string; verdict: string | null; lines: Line[] };
    }>(operations.verification, { id });
    const { status, verdict, lines } = verification;
    if (['FAILED', 'CANCELLED'].includes(status)) throw new ClientError(status, `The verification ended as ${status}.`);
    if (verdict === null) {
      await sleep(1000);
      continue;
    }
    for (const { threshold, found, reference, verdict: of } of lines) {
      const { name, attack, key, atMost, atLeast } = threshold;
      const times = reference?.value ?? 1;
      const bound =
        atMost === null ? `at least ${(atLeast! * times).toFixed(2)}` : `at most ${(atMost * times).toFixed(2)}`;
      const interval = found
        ? `${found.value.toFixed(2)} [${found.lower.toFixed(2)}, ${found.upper.toFixed(2)}]`
        : 'not measured';
      say(`            ${of.padEnd(12)} ${name}: ${attack} ${key} ${interval}, ${bound}`);
    }
    step('verdict', verdict);
    return verdict !== 'PASS';
  }
}

interface Issued {
  status: string;
  logIndex: string | null;
  bundleUrl: string | null;
  htmlUrl: string | null;
}

/** Fetches the signed certificate, its page, the keys and the checkpoint, and checks them with no server in between. */
async function showCertificate(
  { home }: ErasureOptions,
  requestId: string,
  resultId: string,
  olga: LetheClient,
): Promise<void> {
  const { erasureRequest } = await olga.request<{ erasureRequest: RequestState }>(operations.request, {
    id: requestId,
  });
  const certificate = await untilSigned(olga, erasureRequest.certificateId!);
  const at = (name: string) => join(home, 'handed-over', name);
  await exportCheckpoint(olga, resultId, at('checkpoint'));
  const save = async (path: string, name: string) => writeFile(at(name), await (await olga.fetch(path)).text());
  await save(certificate.bundleUrl!, 'certificate.json');
  await save(certificate.htmlUrl!, 'certificate.html');
  await save('/keys', 'keys.json');
  say('');
  step('certified', `number ${certificate.logIndex} of the transparency log; files in ${at('')}\n`);
  const files = [at('certificate.json'), '--key', at('keys.json'), '--folder', at('checkpoint'), '--require', 'PASS'];
  say(`$ lethe verify certificate.json --key keys.json --folder checkpoint --require PASS`);
  say(
    execFileSync(process.execPath, [resolve(__dirname, '../../src/cli.js'), 'verify', ...files], { encoding: 'utf8' }),
  );
}

async function untilSigned(client: LetheClient, id: string): Promise<Issued> {
  for (;;) {
    const { certificate } = await client.request<{ certificate: Issued }>(operations.certificate, { id });
    if (certificate.status === 'VALID') return certificate;
    if (certificate.status !== 'PENDING') throw new ClientError(certificate.status, `It is ${certificate.status}.`);
    await sleep(300);
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function step(name: string, text: string): void {
  say(`${name.padEnd(11)} ${text}`);
}

workflow(readOptions(process.argv)).catch((error: unknown) => {
  process.stderr.write(`\n${error instanceof ClientError ? error.message : ((error as Error).stack ?? error)}\n`);
  process.exitCode = 1;
});
