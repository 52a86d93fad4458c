import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { EmbeddedPostgres } from '../../src/database/embedded/embedded-postgres';
import { freshEmbedded, type Place } from '../support/databases';
import { closedLastly } from '../support/lastly';

/** A process that opens the embedded database, counts up in a table and tells each number once it is committed. */
const writer = join(__dirname, '..', 'support', 'embedded-writer.js');

const open = async (folder: string) => closedLastly(await EmbeddedPostgres.open(folder));

let place: Place;
beforeEach(async () => {
  place = await freshEmbedded();
});
afterEach(() => place.discard());

function client(embedded: EmbeddedPostgres): pg.Client {
  const { host, port, database } = embedded.connection;
  return new pg.Client({ host, port, user: 'postgres', database });
}

function startWriter(): { child: ChildProcess; acknowledged: number[] } {
  const child = fork(writer, [place.folder]);
  const acknowledged: number[] = [];
  child.on('message', (value: number) => acknowledged.push(value));
  return { child, acknowledged };
}

async function kill(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

test('many clients share the one session, and a transaction has it to itself', async () => {
  const embedded = await open(place.folder);
  const [left, right] = [client(embedded), client(embedded)];
  await Promise.all([left.connect(), right.connect()]);
  await left.query('CREATE TABLE t (a int)');
  await left.query('BEGIN');
  await left.query('INSERT INTO t VALUES (1)');
  let seen: number | null = null;
  const reading = right.query('SELECT count(*)::int AS n FROM t').then(({ rows }) => {
    seen = rows[0].n;
  });
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(seen).toBeNull();
  await left.query('COMMIT');
  await reading;
  expect(seen).toBe(1);

  // A failed statement with parameters leaves the connection usable, inside a transaction and outside.
  await expect(left.query('SELECT 1/$1::int', [0])).rejects.toThrow('division by zero');
  await left.query('BEGIN');
  await expect(left.query('SELECT $1::int + nonsense', [0])).rejects.toThrow('nonsense');
  await expect(left.query('SELECT 1')).rejects.toThrow('aborted');
  await left.query('ROLLBACK');

  // A client that goes in the middle of a transaction takes its changes along.
  await left.query('BEGIN');
  await left.query('INSERT INTO t VALUES (2)');
  await left.end();
  expect((await right.query('SELECT a FROM t')).rows).toEqual([{ a: 1 }]);
  await right.end();
  await embedded.close();
});

test('a folder may have a path longer than a socket can', async () => {
  const folder = join(place.folder, 'a-long-name'.repeat(10));
  await mkdir(folder);
  await rename(join(place.folder, 'data'), join(folder, 'data'));
  const embedded = await open(folder);
  const only = client(embedded);
  await only.connect();
  expect((await only.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  await only.end();
  await embedded.close();
});

test('large answers and large parameters pass whole', async () => {
  const embedded = await open(place.folder);
  const only = client(embedded);
  await only.connect();
  const text = 'x'.repeat(5_000_000);
  const { rows } = await only.query('SELECT $1::text AS text', [text]);
  expect(rows[0].text.length).toBe(text.length);
  expect((await only.query('SELECT i FROM generate_series(1, 200000) AS i')).rowCount).toBe(200_000);
  await only.end();
  await embedded.close();
});

test('notifications reach those who listen, and only them', async () => {
  const embedded = await open(place.folder);
  const [left, right, deaf] = [client(embedded), client(embedded), client(embedded)];
  const heard: string[] = [];
  for (const [name, each] of Object.entries({ left, right, deaf })) {
    await each.connect();
    each.on('notification', ({ channel, payload }) => heard.push(`${name} ${channel} ${payload}`));
  }
  await left.query('LISTEN news');
  await right.query('LISTEN "news"');
  await right.query('LISTEN other');
  await deaf.query(`NOTIFY news, 'one'`);
  await left.query(`SELECT pg_notify('other', 'two')`);
  await right.query('UNLISTEN news');
  await right.query(`NOTIFY news, 'three'`);
  await left.query('SELECT 1');
  await right.query('SELECT 1');
  expect(heard.sort()).toEqual(['left news one', 'left news three', 'right news one', 'right other two']);
  for (const each of [left, right, deaf]) await each.end();
  await embedded.close();
});

test('kill -9 of the process that runs it loses nothing that was acknowledged, and a successor starts at once', async () => {
  for (let round = 0; round < 3; round++) {
    const { child, acknowledged } = startWriter();
    await once(child, 'message');
    await new Promise((resolve) => setTimeout(resolve, 200 + Math.random() * 300));
    await kill(child);
    const embedded = await open(place.folder);
    expect(embedded.owner).toBe(true);
    const reader = client(embedded);
    await reader.connect();
    const { rows } = await reader.query('SELECT n FROM counted ORDER BY n');
    const stored = rows.map((row) => row.n);
    expect(acknowledged.length).toBeGreaterThan(0);
    expect(stored.slice(0, stored.indexOf(acknowledged.at(-1)!) + 1)).toEqual(expect.arrayContaining(acknowledged));
    expect(stored).toEqual(stored.map((_, index) => index + 1));
    await reader.end();
    await embedded.close();
  }
});

test('several processes work on it at once; when the owner is killed another takes over and none loses a write', async () => {
  const writers = [startWriter()];
  await once(writers[0]!.child, 'message');
  writers.push(startWriter(), startWriter());
  await Promise.all(writers.slice(1).map(({ child }) => once(child, 'message')));
  await kill(writers[0]!.child);
  const survivors = writers.slice(1);
  const before = survivors.map(({ acknowledged }) => acknowledged.length);
  await Promise.all(survivors.map(({ child }) => once(child, 'message')));
  await new Promise((resolve) => setTimeout(resolve, 500));
  const after = survivors.map(({ acknowledged }) => acknowledged.length);
  for (const [index, count] of after.entries()) expect(count).toBeGreaterThan(before[index]!);
  for (const { child } of survivors) await kill(child);

  const embedded = await open(place.folder);
  const reader = client(embedded);
  await reader.connect();
  const { rows } = await reader.query('SELECT n FROM counted ORDER BY n');
  const stored = new Set(rows.map((row) => row.n));
  expect(stored.size).toBe(rows.length);
  for (const { acknowledged } of writers) for (const n of acknowledged) expect(stored).toContain(n);
  await reader.end();
  await embedded.close();
});
