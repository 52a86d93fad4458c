#!/usr/bin/env node
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { exportCheckpoint, exportSignature } from './client/export-checkpoint';
import { ClientError, LetheClient } from './client/lethe-client';
import { createToken, revokeToken, tokens } from './client/tokens';
import type { TextEncoder } from './clip';
import { type Config, ConfigError, readConfig } from './config';
import type { VerifyOptions } from './verify';
import { version } from './version';

/** Commands load what they need when they run: `lethe --help` must not start a database driver. */
const program = new Command('lethe')
  .description('Model governance for CLIP: make a vision-language model forget, and prove it.')
  .version(version);

program
  .command('start')
  .description('run server and executor in one process, for one machine')
  .action(async () => (await import('./start.js')).start(readConfig()));

program
  .command('server')
  .description('run the server alone; executors are other processes that share the database and the artifact store')
  .action(async () => (await import('./start.js')).startServerAlone(readConfig()));

program
  .command('executor')
  .description('run an executor alone, for a server elsewhere that shares DATABASE_URL and the artifact store')
  .action(async () => (await import('./start.js')).startExecutorAlone(readConfig()));

program
  .command('schema')
  .description('write schema.graphql from the resolvers, and the table of docs/access.md')
  .option('--check', 'only fail when a file differs')
  .action(async ({ check }: { check?: boolean }) => {
    const { printedSchema } = await import('./api/schema.js');
    const { withAccessTable } = await import('./api/access-page.js');
    for (const [name, print] of [
      ['schema.graphql', printedSchema],
      ['docs/access.md', withAccessTable],
    ] as const) {
      const path = resolve(__dirname, '../..', name);
      const written = await readFile(path, 'utf8').catch(() => '');
      const printed = print(written);
      if (!check) await writeFile(path, printed);
      else if (written !== printed)
        throw new CommandFailed(`${name} is not what the code says: run \`npm run schema\``);
    }
  });

const url = ['--url <url>', 'the server (LETHE_URL, else the local one)'] as const;

program
  .command('import')
  .description('import a checkpoint into a running server')
  .argument('<source>', 'path on the server, file: URL or hf:owner/name')
  .requiredOption('--name <name>', 'name to give it')
  .option(...url)
  .action(async (source: string, options: { name: string; url?: string }) => {
    const client = await connect(options.url);
    const { id, digest } = await client.mutate<{ id: string; digest: string }>(
      `mutation ($input: ImportCheckpointInput!) {
         importCheckpoint(input: $input) { ... on Checkpoint { id digest } ... on UserError { code message } }
       }`,
      { name: options.name, source },
    );
    console.log(`${id}  sha256 ${digest}`);
  });

program
  .command('export')
  .description('write a checkpoint of a running server into a folder')
  .argument('<checkpoint>', 'its id')
  .argument('<folder>', 'where to; made when missing')
  .addOption(
    new Option('--text-encoder [class]', 'write only its text encoder, as diffusers and transformers load it')
      .choices(['CLIPTextModel', 'CLIPTextModelWithProjection'] satisfies TextEncoder[])
      .preset('CLIPTextModel'),
  )
  .option(...url)
  .action(async (checkpoint: string, folder: string, options: { textEncoder?: TextEncoder; url?: string }) => {
    const client = await connect(options.url);
    const target = resolve(folder);
    if (options.textEncoder === undefined) {
      const files = await exportCheckpoint(client, checkpoint, target);
      await exportSignature(client, checkpoint, target);
      console.log(`${files.length} files and their signature, model.sig, in ${target}`);
    } else {
      const { exportTextEncoderOf } = await import('./export-text-encoder.js');
      await exportTextEncoderOf(client, checkpoint, target, options.textEncoder);
      console.log(`text_encoder (${options.textEncoder}) and tokenizer in ${target}`);
    }
  });

program
  .command('follow')
  .description('print the events of a run, one JSON object a line, until it ends')
  .argument('<run>', 'its id')
  .option('--after <cursor>', 'cursor of the last event already seen')
  .option(...url)
  .action(async (runId: string, options: { after?: string; url?: string }) => {
    const client = await connect(options.url);
    const events = client.subscribe<{ runEvents: object }>(
      `subscription ($runId: ID!, $after: String) {
         runEvents(runId: $runId, after: $after) {
           __typename
           ... on RunEvent { cursor at }
           ... on StageEvent { stage totalSteps }
           ... on ProgressEvent { stage losses progress { step totalSteps fraction etaSeconds } }
           ... on LogEvent { level message }
           ... on EvaluatedEvent { role }
           ... on RetryingEvent { attempt reason { code message } }
           ... on SucceededEvent { outcome checkpoint { id } }
           ... on FailedEvent { error { code message } }
         }
       }`,
      { runId, after: options.after },
    );
    for await (const { runEvents } of events) console.log(JSON.stringify(runEvents));
  });

interface VerifyFlags {
  key: string[];
  folder?: string;
  require?: VerifyOptions['required'];
  json?: boolean;
}

program
  .command('verify')
  .description(
    'check offline, with public keys alone, a certificate, a signed checkpoint folder, or (a part of) the log',
  )
  .argument('<file>', 'certificate, model.sig, proof or checkpoint of a log, or the folder of a whole log')
  .requiredOption(
    '--key <file>',
    'public keys to trust: PEM, verifier key, or what a server has under /keys; may be repeated',
    (file: string, earlier: string[] = []) => [...earlier, file],
  )
  .option(
    '--folder <folder>',
    'the checkpoint that a certificate or signature is about; the folder of model.sig when left out',
  )
  .addOption(
    new Option('--require <verdict>', 'fail unless the certificate has this verdict').choices([
      'PASS',
      'FAIL',
      'INCONCLUSIVE',
    ] satisfies VerifyOptions['required'][]),
  )
  .option('--json', 'print the findings as JSON')
  .action(async (file: string, options: VerifyFlags) => {
    const { isVerified, printReport, readKeys, Unverifiable, verify } = await import('./verify/index.js');
    try {
      const files = await Promise.all(options.key.map(async (name) => ({ name, text: await readKeyFile(name) })));
      const { folder, require: required } = options;
      const report = await verify(file, readKeys(files), { folder, required });
      const verified = isVerified(report);
      console.log(options.json ? JSON.stringify({ verified, ...report }, null, 2) : printReport(report));
      if (!verified) process.exitCode = 1;
    } catch (error) {
      if (!(error instanceof Unverifiable)) throw error;
      if (!options.json) throw new CommandFailed(`NOT VERIFIED: ${error.message}`);
      console.log(JSON.stringify({ verified: false, error: error.message }, null, 2));
      process.exitCode = 1;
    }
  });

async function readKeyFile(name: string): Promise<string> {
  return readFile(name, 'utf8').catch(() => {
    throw new CommandFailed(`NOT VERIFIED: the key file ${name} cannot be read`);
  });
}

const token = program.command('token').description('make, list and revoke API tokens of a running server');

interface TokenOptions {
  name: string;
  role: string[];
  holder?: string;
  days?: string;
  project?: string;
  url?: string;
}

token
  .command('create')
  .description('make a token and print its secret, which is not shown again')
  .requiredOption('--name <name>', 'to tell it from others')
  .requiredOption('--role <role...>', 'what it may do: VIEWER, ENGINEER, REVIEWER, PRIVACY_OFFICER, ADMIN')
  .option('--holder <person>', 'the person whose it is; a token without a holder is a bot')
  .option('--days <days>', 'days until it expires (90)')
  .option('--project <id>', 'another project than your own')
  .option(...url)
  .action(async ({ name, role, holder, days, project, url: at }: TokenOptions) => {
    const expiresAt = days === undefined ? undefined : new Date(Date.now() + Number(days) * 86_400_000);
    if (expiresAt && Number.isNaN(expiresAt.getTime())) throw new CommandFailed('--days must be a number');
    const kind = holder === undefined ? 'BOT' : 'PERSON';
    const { secret } = await createToken(await connect(at), {
      name,
      kind,
      holder,
      roles: role,
      projectId: project,
      expiresAt: expiresAt?.toISOString(),
    });
    console.log(secret);
  });

token
  .command('list')
  .description('print the tokens of the project, one JSON object a line')
  .option(...url)
  .action(async (options: { url?: string }) => {
    for await (const each of tokens(await connect(options.url))) console.log(JSON.stringify(each));
  });

token
  .command('revoke')
  .description('revoke a token at once')
  .argument('<token>', 'its id')
  .option(...url)
  .action(async (id: string, options: { url?: string }) => {
    const { name, revokedAt } = await revokeToken(await connect(options.url), id);
    console.log(`${name} was revoked at ${revokedAt}`);
  });

const keys = program.command('keys').description('the keys that this installation signs with');

keys
  .command('replace')
  .description(
    "put this machine's keys in place of the ones in use; with the environment of a server, while no server runs with the old ones",
  )
  .action(async () => {
    const { replaceKeys } = await import('./replace-keys.js');
    const replaced = await replaceKeys(readConfig());
    for (const { purpose, hint } of replaced) console.log(`${purpose}: ${hint}`);
    if (replaced.length === 0) console.log('these keys are in use already');
  });

/** A refusal to be shown in one line, without a stack. */
class CommandFailed extends Error {}

/** The local server, or another one when asked: its URL and token are in LETHE_URL and LETHE_TOKEN. */
async function connect(given?: string): Promise<LetheClient> {
  const config = readConfig();
  const address = given ?? process.env.LETHE_URL ?? `http://${config.host}:${config.port}`;
  return new LetheClient(address.replace(/\/+$/, ''), config.token ?? (await localToken(config)));
}

async function localToken({ home }: Config): Promise<string | undefined> {
  const text = await readFile(join(home, 'token'), 'utf8').catch(() => undefined);
  return text?.trim();
}

program.parseAsync().catch((error: unknown) => {
  const expected = error instanceof ClientError || error instanceof ConfigError || error instanceof CommandFailed;
  console.error(expected ? (error as Error).message : error);
  process.exitCode = 1;
});
