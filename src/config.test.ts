import { resolve } from 'node:path';
import { ConfigError, readConfig } from './config';

test('an empty environment gives a loopback server with everything in one folder', () => {
  expect(readConfig({})).toEqual({
    host: '127.0.0.1',
    port: 4000,
    home: resolve('.lethe'),
    databaseUrl: undefined,
    pluginFolders: [],
    importFolders: undefined,
    token: undefined,
    auth: 'token',
    allowedHosts: [],
    s3: undefined,
    webhookNetworks: [],
    keys: { log: undefined, documents: undefined },
    logOrigin: undefined,
    leaseSeconds: 15,
    snapshotSeconds: 5,
    logLevel: 'info',
  });
});

test('every bad variable is named in one refusal, and no secret is echoed', () => {
  const read = () =>
    readConfig({
      LETHE_PORT: '40x0',
      DATABASE_URL: 'mysql://root:hunter2@db/lethe',
      LETHE_LEASE_SECONDS: 'soon',
      LETHE_LOG_LEVEL: 'loud',
      LETHE_AUTH: 'maybe',
      LETHE_TOKEN: 'short',
      LETHE_WEBHOOK_NETWORKS: '10.0.0.0/8,192.168.0.0',
      LETHE_LOG_ORIGIN: 'my log',
      LETHE_S3_ENDPOINT: 'http://127.0.0.1:9000',
    });
  expect(read).toThrow(ConfigError);
  try {
    read();
  } catch (error) {
    const { message } = error as ConfigError;
    for (const name of [
      'LETHE_PORT',
      'DATABASE_URL',
      'LETHE_LEASE_SECONDS',
      'LETHE_WEBHOOK_NETWORKS',
      'LETHE_LOG_LEVEL',
      'LETHE_AUTH',
      'LETHE_TOKEN',
      'LETHE_S3_BUCKET',
      'LETHE_LOG_ORIGIN',
    ]) {
      expect(message).toContain(name);
    }
    expect(message).not.toContain('hunter2');
    expect(message).not.toContain('"short"');
  }
});

test('plug-in folders are a list, relative ones count from the working folder', () => {
  expect(readConfig({ LETHE_PLUGINS: '/opt/methods:mine' }).pluginFolders).toEqual(['/opt/methods', resolve('mine')]);
});

test('imports come from anywhere only where nobody else can reach the server, and from listed folders elsewhere', () => {
  const from = (env: NodeJS.ProcessEnv) => readConfig(env).importFolders;
  for (const host of ['127.0.0.1', '127.1.2.3', '::1', 'localhost']) expect(from({ LETHE_HOST: host })).toBeUndefined();
  for (const reached of [
    { LETHE_HOST: '0.0.0.0' },
    { LETHE_HOST: '127.example.org' },
    { LETHE_AUTH: 'none' },
    { LETHE_ALLOWED_HOSTS: 'lethe.example.org' },
    { LETHE_OIDC_ISSUER: 'https://id.example', LETHE_OIDC_AUDIENCE: 'lethe' },
  ]) {
    expect(from(reached)).toEqual([]);
    expect(from({ ...reached, LETHE_IMPORT_FOLDERS: '/data:/models,mine' })).toEqual([
      '/data',
      '/models',
      resolve('mine'),
    ]);
  }
  expect(from({ LETHE_IMPORT_FOLDERS: '/data' })).toEqual(['/data']);
});

test('keys are files, relative ones counted from the working folder', () => {
  const given = { LETHE_LOG_KEY: 'log.pem', LETHE_SIGNING_KEY: '/etc/lethe/documents.pem' };
  expect(readConfig(given).keys).toEqual({ log: resolve('log.pem'), documents: '/etc/lethe/documents.pem' });
});

test('an empty variable counts as unset', () => {
  expect(readConfig({ LETHE_PORT: '', DATABASE_URL: ' ' })).toMatchObject({ port: 4000, databaseUrl: undefined });
});

test('logins need an issuer and an audience, and roles that there are', () => {
  const problems = (env: NodeJS.ProcessEnv) => {
    try {
      readConfig(env);
    } catch (error) {
      return (error as ConfigError).problems.join('; ');
    }
    return '';
  };
  expect(problems({ LETHE_OIDC_AUDIENCE: 'lethe' })).toContain('LETHE_OIDC_ISSUER is not');
  expect(problems({ LETHE_OIDC_ISSUER: 'https://id.example' })).toContain('LETHE_OIDC_AUDIENCE must be set');
  const issuer = { LETHE_OIDC_ISSUER: 'https://id.example', LETHE_OIDC_AUDIENCE: 'lethe' };
  expect(problems({ ...issuer, LETHE_OIDC_ROLES: 'team=BOSS' })).toContain('"team=BOSS" is not value=ROLE');
  expect(readConfig({ ...issuer, LETHE_OIDC_ROLES: 'a=b=VIEWER' }).oidc).toEqual({
    issuer: 'https://id.example',
    audience: 'lethe',
    rolesClaim: 'roles',
    roles: { 'a=b': 'VIEWER' },
    subjectClaim: 'sub',
  });
});
