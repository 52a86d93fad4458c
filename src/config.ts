import { isIP } from 'node:net';
import { homedir } from 'node:os';
import { isAbsolute, resolve } from 'node:path';
import { type Role, roles } from './domain/actor/actor';

/** Where artifacts live when they are not kept in the data folder. */
export interface S3Config {
  bucket: string;
  prefix: string;
  /** Set for MinIO, Ceph and the like; absent for AWS. */
  endpoint?: string;
  region?: string;
}

/** Whose logins are accepted, and how they are read. docs/access.md has the variables. */
export interface OidcConfig {
  /** As in the tokens' `iss`. */
  issuer: string;
  audience: string;
  /** Where the issuer's keys are; discovered when left out. */
  jwksUrl?: string;
  rolesClaim: string;
  /** Which value stands for which role; when left out, values are the names of roles. */
  roles?: Record<string, Role>;
  /** When left out, everybody is in the default project. */
  projectClaim?: string;
  subjectClaim: string;
}

/** Everything the environment says, read once, checked, and handed on as a value. */
export interface Config {
  /** Address to listen on. Loopback unless the operator decides otherwise. */
  host: string;
  /** TCP port; 0 asks the operating system for a free one. */
  port: number;
  /** Data folder, absolute: database, artifacts and the token. */
  home: string;
  /** PostgreSQL to use in place of the embedded database. */
  databaseUrl?: string;
  /** Folders whose sub-folders are methods, beside the shipped `plugins/`. Absolute. */
  pluginFolders: string[];
  /**
   * Folders that checkpoints and datasets may be imported from by path, absolute; none when empty. Undefined allows any: only where
   * nobody but its user can reach the server.
   */
  importFolders?: string[];
  /** Token clients must show. Absent: the one in `$LETHE_HOME/token`, written on first start. */
  token?: string;
  /**
   * `no-bootstrap` admits nobody by the token of the data folder, only by issued ones and logins; `none` switches authentication
   * off: only for a server behind something that authenticates.
   */
  auth: (typeof authModes)[number];
  /** Logins beside tokens. */
  oidc?: OidcConfig;
  /** Host names (no port) accepted in Host and Origin, beside loopback and `host`; `*` accepts any. */
  allowedHosts: string[];
  s3?: S3Config;
  /** Private networks, in CIDR notation, that webhooks may go to; none unless the operator lists them. */
  webhookNetworks: string[];
  /** PEM files to sign with in place of those in `$LETHE_HOME/keys`. Absolute. */
  keys: { log?: string; documents?: string };
  /** Name of the transparency log, such as `lethe.example.org/log`. Absent: one that follows from its key. */
  logOrigin?: string;
  /** An executor silent for this long has lost its run to another one. */
  leaseSeconds: number;
  /** How often a trainer writes down where it is: what a killed one may have to repeat. */
  snapshotSeconds: number;
  /** Receiver of OpenLineage events, where there is one. */
  openLineage?: { url: string; apiKey?: string };
  logLevel: LogLevel;
}

const authModes = ['token', 'no-bootstrap', 'none'] as const;

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** The environment says something Lethe cannot use. `problems` names every such variable at once. */
export class ConfigError extends Error {
  readonly code = 'BAD_CONFIG';

  constructor(readonly problems: string[]) {
    super(`The environment cannot be used:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

/** Reads the typed configuration. An empty variable counts as unset. @throws ConfigError listing every bad value. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const problems: string[] = [];
  const text = (name: string): string | undefined => env[name]?.trim() || undefined;
  const oneOf = <T extends string>(name: string, choices: readonly T[], fallback: T): T => {
    const value = text(name) ?? fallback;
    const found = choices.find((choice) => choice === value);
    if (!found) problems.push(`${name} must be one of ${choices.join(', ')}, not "${value}"`);
    return found ?? fallback;
  };
  const list = (name: string): string[] =>
    (text(name) ?? '')
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean);

  const path = (name: string): string | undefined => {
    const given = text(name);
    return given === undefined ? undefined : folder(given);
  };

  const token = text('LETHE_TOKEN');
  if (token && token.length < 16) problems.push('LETHE_TOKEN must have at least 16 characters');

  const folders = (name: string): string[] => (text(name) ?? '').split(/[:,]/).filter(Boolean).map(folder);

  const host = text('LETHE_HOST') ?? '127.0.0.1';
  const auth = oneOf('LETHE_AUTH', authModes, 'token');
  const oidc = readOidc(text, list, problems);
  const allowedHosts = list('LETHE_ALLOWED_HOSTS');
  const ofOneUser = isLoopback(host) && auth === 'token' && !oidc && allowedHosts.length === 0;

  const config: Config = {
    host,
    port: readPort(text('LETHE_PORT') ?? '4000', problems),
    home: folder(text('LETHE_HOME') ?? '.lethe'),
    databaseUrl: readUrl('DATABASE_URL', text('DATABASE_URL'), ['postgres:', 'postgresql:'], problems),
    pluginFolders: folders('LETHE_PLUGINS'),
    importFolders:
      text('LETHE_IMPORT_FOLDERS') === undefined && ofOneUser ? undefined : folders('LETHE_IMPORT_FOLDERS'),
    token,
    auth,
    oidc,
    allowedHosts,
    s3: readS3(text, problems),
    webhookNetworks: readNetworks('LETHE_WEBHOOK_NETWORKS', list('LETHE_WEBHOOK_NETWORKS'), problems),
    keys: { log: path('LETHE_LOG_KEY'), documents: path('LETHE_SIGNING_KEY') },
    logOrigin: readOrigin(text('LETHE_LOG_ORIGIN'), problems),
    leaseSeconds: readSeconds('LETHE_LEASE_SECONDS', text('LETHE_LEASE_SECONDS') ?? '15', problems),
    snapshotSeconds: readSeconds('LETHE_SNAPSHOT_SECONDS', text('LETHE_SNAPSHOT_SECONDS') ?? '5', problems),
    openLineage: readOpenLineage(text, problems),
    logLevel: oneOf('LETHE_LOG_LEVEL', logLevels, 'info'),
  };
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

function readPort(value: string, problems: string[]): number {
  const port = Number(value);
  if (/^\d+$/.test(value) && port <= 65_535) return port;
  problems.push(`LETHE_PORT must be a whole number from 0 to 65535, not "${value}"`);
  return 0;
}

function readSeconds(name: string, value: string, problems: string[]): number {
  const seconds = Number(value);
  if (seconds >= 0.1 && seconds <= 3600) return seconds;
  problems.push(`${name} must be a number of seconds from 0.1 to 3600, not "${value}"`);
  return 1;
}

function readNetworks(name: string, networks: string[], problems: string[]): string[] {
  for (const network of networks) {
    const [address = '', prefix = ''] = network.split('/');
    const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)]!;
    if (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits) continue;
    problems.push(`${name} must list networks such as 10.0.0.0/8, not "${network}"`);
  }
  return networks;
}

/** The value itself is never echoed: it may hold a password. */
function readUrl(name: string, value: string | undefined, schemes: string[], problems: string[]): string | undefined {
  if (value === undefined) return undefined;
  if (URL.canParse(value) && schemes.includes(new URL(value).protocol)) return value;
  problems.push(`${name} must be a URL that starts with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}`);
  return undefined;
}

function readOpenLineage(
  text: (name: string) => string | undefined,
  problems: string[],
): { url: string; apiKey?: string } | undefined {
  const url = readUrl('LETHE_OPENLINEAGE_URL', text('LETHE_OPENLINEAGE_URL'), ['http:', 'https:'], problems);
  const apiKey = text('LETHE_OPENLINEAGE_API_KEY');
  if (url === undefined && apiKey !== undefined) {
    problems.push('LETHE_OPENLINEAGE_API_KEY is set but LETHE_OPENLINEAGE_URL is not');
  }
  return url === undefined ? undefined : { url, apiKey };
}

function readS3(text: (name: string) => string | undefined, problems: string[]): S3Config | undefined {
  const bucket = text('LETHE_S3_BUCKET');
  const endpoint = readUrl('LETHE_S3_ENDPOINT', text('LETHE_S3_ENDPOINT'), ['http:', 'https:'], problems);
  if (!bucket) {
    if (endpoint) problems.push('LETHE_S3_ENDPOINT is set but LETHE_S3_BUCKET is not');
    return undefined;
  }
  return { bucket, prefix: text('LETHE_S3_PREFIX') ?? '', endpoint, region: text('LETHE_S3_REGION') };
}

/** It becomes the name of the log's key, which holds neither spaces nor plus signs. https://c2sp.org/signed-note */
function readOrigin(value: string | undefined, problems: string[]): string | undefined {
  if (value === undefined || /^[^\s+]+$/u.test(value)) return value;
  problems.push('LETHE_LOG_ORIGIN must have neither spaces nor plus signs');
  return undefined;
}

function readOidc(
  text: (name: string) => string | undefined,
  list: (name: string) => string[],
  problems: string[],
): OidcConfig | undefined {
  const issuer = readUrl('LETHE_OIDC_ISSUER', text('LETHE_OIDC_ISSUER'), ['http:', 'https:'], problems);
  const jwksUrl = readUrl('LETHE_OIDC_JWKS_URL', text('LETHE_OIDC_JWKS_URL'), ['http:', 'https:'], problems);
  const audience = text('LETHE_OIDC_AUDIENCE');
  const meant = list('LETHE_OIDC_ROLES').map((pair): [string, Role] => {
    const [, value, name] = /^(.+)=(.+)$/.exec(pair) ?? [];
    const role = roles.find((each) => each === name);
    if (!role) problems.push(`LETHE_OIDC_ROLES: "${pair}" is not value=ROLE with one of ${roles.join(', ')}`);
    return [value ?? '', role ?? 'VIEWER'];
  });
  if (!issuer) {
    if (audience || jwksUrl)
      problems.push('LETHE_OIDC_AUDIENCE or LETHE_OIDC_JWKS_URL is set but LETHE_OIDC_ISSUER is not');
    return undefined;
  }
  if (!audience)
    problems.push('LETHE_OIDC_AUDIENCE must be set: a token that was made for another program admits nobody');
  return {
    issuer,
    audience: audience ?? '',
    jwksUrl,
    rolesClaim: text('LETHE_OIDC_ROLES_CLAIM') ?? 'roles',
    roles: meant.length > 0 ? Object.fromEntries(meant) : undefined,
    projectClaim: text('LETHE_OIDC_PROJECT_CLAIM'),
    subjectClaim: text('LETHE_OIDC_SUBJECT_CLAIM') ?? 'sub',
  };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function folder(path: string): string {
  if (path === '~' || path.startsWith('~/')) return resolve(homedir(), path.slice(2));
  return isAbsolute(path) ? path : resolve(path);
}
