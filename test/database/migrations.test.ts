import { migrations } from '../../migrations';
import { Database, type DatabaseOptions } from '../../src/database';
import { DEFAULT_PROJECT, entities } from '../../src/domain';
import { describeOnBoth } from '../support/databases';
import { closedLastly } from '../support/lastly';

const open = async (options: DatabaseOptions) => closedLastly(await Database.open(options));

describeOnBoth('migrations', (fresh) => {
  test('apply to an empty database and leave nothing between the entities and the tables', async () => {
    const place = await fresh();
    const database = await open({ ...place, url: place.databaseUrl, entities, migrations });
    const { upQueries } = await database.dataSource.driver.createSchemaBuilder().log();
    expect(upQueries.map(({ query }) => query)).toEqual([]);
    await database.close();

    const again = await open({ ...place, url: place.databaseUrl, entities, migrations });
    const rows = await again.query<{ name: string }>('SELECT name FROM migrations ORDER BY id');
    expect(rows.map(({ name }) => name)).toEqual(migrations.map(({ name }) => name));
    await again.close();
    await place.discard();
  });

  test('numbers that were one JSON value become rows', async () => {
    const place = await fresh();
    const options = { ...place, url: place.databaseUrl, entities };
    const before = await open({ ...options, migrations: migrations.slice(0, 1) });
    const counted = { correct: 1, total: 4, accuracy: 0.25, lower: 0.05, upper: 0.7 };
    const nothing = { correct: 0, total: 0, accuracy: 0, lower: 0, upper: 1 };
    const result = {
      classes: [
        { className: 'cat', ...counted },
        { className: 'owl', ...nothing },
      ],
      overall: counted,
      chance: 0.5,
      environment: { node: '20' },
    };
    await before.query(
      `WITH made AS (INSERT INTO checkpoint (name, digest, architecture, layout, parameter_count, config, files)
           VALUES ('x', 'd', 'VIT', 'OPENAI', 1, '{}', '[]') RETURNING id),
         pets AS (INSERT INTO dataset (name, digest, format, source, classes, sample_count)
           VALUES ('x', 'd', 'TAR', 'x', '[]', 4) RETURNING id)
       INSERT INTO evaluation (checkpoint_id, dataset_id, templates, result)
       SELECT made.id, pets.id, '["a {}"]', result FROM made, pets, (VALUES ($1::jsonb), (NULL)) AS given(result)`,
      [JSON.stringify(result)],
    );
    await before.close();

    const after = await open({ ...options, migrations });
    const rows = await after.query(
      'SELECT position, metric, key, subject, value, lower, upper, count, chance FROM metric_value ORDER BY position',
    );
    const row = { metric: 'ZERO_SHOT', key: 'accuracy', value: 0.25, lower: 0.05, upper: 0.7, count: 4, chance: 0.5 };
    expect(rows).toEqual([
      { position: 0, subject: null, ...row },
      { position: 1, subject: 'cat', ...row },
    ]);
    expect(await after.query('SELECT metrics, environment FROM evaluation ORDER BY environment')).toEqual([
      { metrics: ['ZERO_SHOT'], environment: { node: '20' } },
      { metrics: ['ZERO_SHOT'], environment: null },
    ]);
    await after.close();
    await place.discard();
  });

  test('what came of what before there was one graph becomes nodes and edges with their dates', async () => {
    const place = await fresh();
    const options = { ...place, url: place.databaseUrl, entities };
    const until = migrations.findIndex(({ name }) => name.startsWith('Lineage'));
    const before = await open({ ...options, migrations: migrations.slice(0, until) });
    const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
    const day = (n: number) => new Date(Date.UTC(2025, 0, n));
    const [pets, cats, original, method, run, unlearned, merge, soup, evaluation] = [1, 2, 3, 4, 5, 6, 7, 8, 9].map(id);
    await before.query(
      `INSERT INTO dataset (id, name, digest, format, source, classes, sample_count, created_at)
       VALUES ($1, 'pets', 'd', 'TAR', 'x', '[]', 4, $2)`,
      [pets, day(1)],
    );
    await before.query(
      `INSERT INTO sample_set (id, kind, name, classes, dataset_id, digest, sample_count, created_at)
       VALUES ($1, 'FORGET', 'cats', '[]', $2, 'd', 1, $3)`,
      [cats, pets, day(2)],
    );
    const checkpoint = (made: unknown[]) =>
      before.query(
        `INSERT INTO checkpoint (id, name, digest, architecture, layout, parameter_count, config, files, created_at, parent_id, run_id, merge_id)
         VALUES ($1, $2::text, $2::text, 'VIT', 'OPENAI', 1, '{}', '[]', $3, $4, $5, $6)`,
        made,
      );
    await checkpoint([original, 'original', day(3), null, null, null]);
    await before.query(
      `INSERT INTO method (id, name, version, code_digest, title, description, paper, needs, parameters)
       VALUES ($1, 'erase', '1', 'd', 'x', 'x', '{}', '{}', '{}')`,
      [method],
    );
    await before.query(
      `INSERT INTO run (id, method_id, parameters, seed, device, priority, checkpoint_id, forget_set_id, max_attempts, evaluate_on_id, created_at)
       VALUES ($1, $2, '{}', 0, 'CPU', 0, $3, $4, 1, $5, $6)`,
      [run, method, original, cats, pets, day(4)],
    );
    await checkpoint([unlearned, 'unlearned', day(5), original, run, null]);
    await before.query(`INSERT INTO checkpoint_merge (id, name, sources, created_at) VALUES ($1, 'soup', $2, $3)`, [
      merge,
      JSON.stringify([{ checkpointId: original, share: 1 }]),
      day(6),
    ]);
    await checkpoint([soup, 'soup', day(7), null, null, merge]);
    await before.query(
      `INSERT INTO lineage_edge (parent_id, child_id, kind, run_id, share, created_at)
       VALUES ($1, $2, 'UNLEARNED', $3, NULL, $4), ($1, $5, 'MERGED', NULL, 1, $6)`,
      [original, unlearned, run, day(5), soup, day(7)],
    );
    await before.query(
      `INSERT INTO evaluation (id, checkpoint_id, dataset_id, run_id, role, templates, metrics, created_at)
       VALUES ($1, $2, $3, $4, 'AFTER', '[]', '[]', $5)`,
      [evaluation, unlearned, pets, run, day(5)],
    );
    await before.close();

    const after = await open({ ...options, migrations });
    const nodes = await after.query('SELECT id, type, label, created_at FROM lineage_node ORDER BY id');
    expect(nodes.map((row) => Object.values(row as object))).toEqual([
      [pets, 'DATASET', 'pets', day(1)],
      [cats, 'FORGET_SET', 'cats', day(2)],
      [original, 'CHECKPOINT', 'original', day(3)],
      [run, 'RUN', 'erase on original', day(4)],
      [unlearned, 'CHECKPOINT', 'unlearned', day(5)],
      [merge, 'MERGE', 'soup', day(6)],
      [soup, 'CHECKPOINT', 'soup', day(7)],
      [evaluation, 'EVALUATION', 'unlearned on pets, after a run', day(5)],
    ]);
    const edges = await after.query(
      'SELECT from_id, to_id, kind, share, created_at FROM lineage_edge ORDER BY to_id, from_id, kind',
    );
    expect(edges.map((row) => Object.values(row as object))).toEqual([
      [pets, cats, 'SELECTED', null, day(2)],
      [pets, run, 'USED', null, day(4)],
      [cats, run, 'USED', null, day(4)],
      [original, run, 'USED', null, day(4)],
      [original, unlearned, 'UNLEARNED', null, day(5)],
      [run, unlearned, 'GENERATED', null, day(5)],
      [original, merge, 'USED', 1, day(6)],
      [original, soup, 'MERGED', 1, day(7)],
      [merge, soup, 'GENERATED', null, day(7)],
      [pets, evaluation, 'USED', null, day(5)],
      [run, evaluation, 'GENERATED', null, day(5)],
      [unlearned, evaluation, 'USED', null, day(5)],
    ]);
    await after.close();
    await place.discard();
  });

  test('what was there before there were projects belongs to the default one', async () => {
    const place = await fresh();
    const options = { ...place, url: place.databaseUrl, entities };
    const until = migrations.findIndex(({ name }) => name.startsWith('Access'));
    const before = await open({ ...options, migrations: migrations.slice(0, until) });
    await before.query(
      `WITH pets AS (INSERT INTO dataset (name, digest, format, source, classes, sample_count)
         VALUES ('pets', 'd', 'TAR', 'x', '[]', 4) RETURNING id)
       INSERT INTO idempotency_key (scope, key, request_digest, subject_id) SELECT 'registerDataset', 'k', 'r', id FROM pets`,
    );
    await before.close();

    const after = await open({ ...options, migrations });
    expect(
      await after.query(
        `SELECT dataset.name, key, project.id FROM dataset JOIN project ON project.id = project_id
         JOIN idempotency_key ON subject_id = dataset.id AND idempotency_key.project_id = project.id`,
      ),
    ).toEqual([{ name: 'pets', key: 'k', id: DEFAULT_PROJECT }]);
    await expect(
      after.query(
        `INSERT INTO dataset (name, digest, format, source, classes, sample_count) VALUES ('', '', '', '', '[]', 0)`,
      ),
    ).rejects.toThrow('project_id');
    await after.close();
    await place.discard();
  });

  test('actors become salted hashes that can be followed back, and entries stay in their order', async () => {
    const place = await fresh();
    const options = { ...place, url: place.databaseUrl, entities };
    const named = (name: string) => migrations.findIndex((migration) => migration.name.startsWith(name));
    const before = await open({ ...options, migrations: migrations.slice(0, named('Transparency')) });
    await before.query(
      `INSERT INTO audit_entry (actor_id, action, subject_type, subject_id)
       SELECT actor, 'ACTION_' || n, 'RUN', gen_random_uuid()
       FROM (VALUES (1, 'person:olga'), (2, 'system'), (3, 'person:olga')) AS given(n, actor) ORDER BY n`,
    );
    await before.close();

    const after = await open({ ...options, migrations });
    const rows = await after.query<{ action: string; reference: string; position: number | null; fits: boolean }>(
      `SELECT action, reference, position,
         digest = encode(sha256(salt || convert_to(reference, 'UTF8')), 'hex') AND length(salt) = 32 AS fits
       FROM audit_entry JOIN pseudonym ON digest = actor ORDER BY audit_entry.id`,
    );
    const row = { position: null, fits: true };
    expect(rows).toEqual([
      { action: 'ACTION_1', reference: 'person:olga', ...row },
      { action: 'ACTION_2', reference: 'system', ...row },
      { action: 'ACTION_3', reference: 'person:olga', ...row },
    ]);
    expect(await after.query('SELECT count(DISTINCT salt) AS n FROM pseudonym')).toEqual([{ n: 2 }]);
    await after.close();
    await place.discard();
  });

  test('whoever made a token, and the one it was made with, vouches for it', async () => {
    const place = await fresh();
    const options = { ...place, url: place.databaseUrl, entities };
    const until = migrations.findIndex(({ name }) => name.startsWith('Vouchers'));
    const before = await Database.open({ ...options, migrations: migrations.slice(0, until) });
    const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
    const bot = `bot:${id(3)}`;
    const made = async (n: number, actor: string, by: string) =>
      before.query(
        `INSERT INTO api_token (id, project_id, name, kind, actor_id, roles, secret_digest, created_by, expires_at)
         VALUES ($1, $2, 'x', $3, $4, '{ADMIN}', 'd', $5, now())`,
        [id(n), DEFAULT_PROJECT, actor.startsWith('bot:') ? 'BOT' : 'PERSON', actor, by],
      );
    await made(1, 'person:ada', 'bootstrap');
    await made(2, 'person:bob', 'person:ada');
    await made(3, bot, 'person:bob');
    await made(4, `bot:${id(4)}`, bot);
    // Two who made each other's.
    await made(5, 'person:x', 'person:y');
    await made(6, 'person:y', 'person:x');
    await before.query(
      `INSERT INTO method (id, name, version, code_digest, title, description, needs, parameters)
       VALUES ($1, 'erase', '1', 'd', 'x', 'x', '[]', '{}')`,
      [id(10)],
    );
    await before.query(
      `INSERT INTO checkpoint (id, project_id, name, digest, architecture, layout, parameter_count, config, files)
       VALUES ($1, $2, 'original', 'd', 'VIT', 'OPENAI', 1, '{}', '[]')`,
      [id(11), DEFAULT_PROJECT],
    );
    await before.query(
      `INSERT INTO sample_set (id, project_id, kind, name, classes, digest, sample_count)
       VALUES ($1, $2, 'FORGET', 'cats', '[]', 'd', 1)`,
      [id(12), DEFAULT_PROJECT],
    );
    for (const [n, by, person] of [
      [21, bot, 'person:bob'],
      [22, 'person:bob', 'person:bob'],
      [23, null, null],
    ] as const) {
      await before.query(
        `INSERT INTO run (id, project_id, method_id, checkpoint_id, forget_set_id, parameters, seed, priority, device, max_attempts,
           requested_by, requested_by_person) VALUES ($1, $2, $3, $4, $5, '{}', 0, 0, 'CPU', 5, $6, $7)`,
        [id(n), DEFAULT_PROJECT, id(10), id(11), id(12), by, person],
      );
    }
    for (const [n, by] of [
      [31, { id: bot, personId: 'person:bob' }],
      [32, { id: 'person:bob' }],
    ] as const) {
      await before.query(
        `INSERT INTO erasure_request (id, project_id, subject_hash, legal_basis, received_at, due_at, playbook_by)
         VALUES ($1, $2, 'h', 'CONSENT_WITHDRAWN', now(), now(), $3)`,
        [id(n), DEFAULT_PROJECT, JSON.stringify(by)],
      );
    }
    await before.close();

    const after = await Database.open({ ...options, migrations });
    const vouchers = await after.query<{ vouchers: string[] }>('SELECT vouchers FROM api_token ORDER BY id');
    expect(vouchers.map((row) => row.vouchers)).toEqual([
      ['bootstrap'],
      ['person:ada', 'bootstrap'],
      ['person:bob', 'person:ada', 'bootstrap'],
      [bot, 'person:bob', 'person:ada', 'bootstrap'],
      ['person:y', 'person:x'],
      ['person:x', 'person:y'],
    ]);
    expect(await after.query('SELECT requested_by, requested_by_vouchers FROM run ORDER BY id')).toEqual([
      { requested_by: bot, requested_by_vouchers: ['person:bob', 'person:ada', 'bootstrap'] },
      { requested_by: 'person:bob', requested_by_vouchers: [] },
      { requested_by: null, requested_by_vouchers: null },
    ]);
    expect(await after.query('SELECT playbook_by FROM erasure_request ORDER BY id')).toEqual([
      { playbook_by: { id: bot, vouchers: ['person:bob', 'person:ada', 'bootstrap'] } },
      { playbook_by: { id: 'person:bob', vouchers: [] } },
    ]);
    await after.close();
    await place.discard();
  });

  test('an alias that asked for a PASS asks for one by a policy', async () => {
    const place = await fresh();
    const options = { ...place, url: place.databaseUrl, entities };
    const until = migrations.findIndex(({ name }) => name.startsWith('EvidenceByPolicy'));
    const before = await Database.open({ ...options, migrations: migrations.slice(0, until) });
    const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
    const mine = [DEFAULT_PROJECT, id(2)] as const;
    await before.query(`INSERT INTO project (id, name) VALUES ($1, 'another')`, [mine[1]]);
    const policy = async (n: number, name: string) =>
      before.query(
        `INSERT INTO policy (id, project_id, name, version, reasons, thresholds) VALUES ($1, $2, $3, 1, 'x', '[]')`,
        [id(n), mine[0], name],
      );
    await policy(11, 'of the playbook');
    await policy(12, 'passed');
    await before.query(
      `INSERT INTO checkpoint (id, project_id, name, digest, architecture, layout, parameter_count, config, files)
       VALUES ($1, $2, 'x', 'd', 'VIT', 'OPENAI', 1, '{}', '[]')`,
      [id(21), mine[0]],
    );
    await before.query(
      `INSERT INTO sample_set (id, project_id, kind, name, classes, digest, sample_count)
       VALUES ($1, $2, 'FORGET', 'cats', '[]', 'd', 1)`,
      [id(22), mine[0]],
    );
    await before.query(
      `INSERT INTO dataset (id, project_id, name, digest, format, source, classes, sample_count)
       VALUES ($1, $2, 'held', 'd', 'TAR', 'x', '[]', 1)`,
      [id(23), mine[0]],
    );
    await before.query(
      `INSERT INTO verification (project_id, checkpoint_id, original_id, forget_set_id, dataset_id, policy_id, plan, plan_digest,
         device, verdict, finished_at) VALUES ($1, $2, $2, $3, $4, $5, '{}', 'd', 'CPU', 'PASS', now())`,
      [mine[0], id(21), id(22), id(23), id(12)],
    );
    const alias = async (n: number, project: string, passNeeded: boolean, checkpointId: string | null) =>
      before.query(
        `INSERT INTO alias (id, project_id, name, pass_needed, approvals_needed, checkpoint_id) VALUES ($1, $2, $3, $4, 1, $5)`,
        [id(n), project, `alias ${n}`, passNeeded, checkpointId],
      );
    await alias(31, mine[0], true, id(21));
    await alias(32, mine[0], true, id(21));
    await alias(33, mine[1], true, null);
    await alias(34, mine[0], false, id(21));
    await before.query(
      `INSERT INTO playbook (project_id, name, alias_id, method, parameters, seed, policy_id, approvals_needed, automatic)
       VALUES ($1, 'erase', $2, 'x', '{}', 0, $3, 0, '{}')`,
      [mine[0], id(31), id(11)],
    );
    await before.close();

    const after = await Database.open({ ...options, migrations });
    const rows = await after.query(
      `SELECT alias.name, policy.name AS policy, jsonb_array_length(thresholds) AS lines, approvals_needed AS approvals,
         policy.project_id = alias.project_id AS own
       FROM alias LEFT JOIN policy ON policy.id = policy_id ORDER BY alias.name`,
    );
    expect(rows).toEqual([
      { name: 'alias 31', policy: 'of the playbook', lines: 0, approvals: 1, own: true },
      { name: 'alias 32', policy: 'passed', lines: 0, approvals: 1, own: true },
      { name: 'alias 33', policy: 'default', lines: 11, approvals: 1, own: true },
      { name: 'alias 34', policy: null, lines: null, approvals: 1, own: null },
    ]);
    await after.close();
    await place.discard();
  });

  test('checkpoints of the same bytes hang together, those of one project', async () => {
    const place = await fresh();
    const options = { ...place, url: place.databaseUrl, entities };
    const until = migrations.findIndex(({ name }) => name.startsWith('Identical'));
    const before = await Database.open({ ...options, migrations: migrations.slice(0, until) });
    const id = (n: number) => `00000000-0000-4000-8000-0000000000${n}`;
    await before.query(`INSERT INTO project (id, name) VALUES ($1, 'another')`, [id(50)]);
    for (const [n, projectId, digest] of [
      [11, DEFAULT_PROJECT, 'd'],
      [12, DEFAULT_PROJECT, 'e'],
      [13, DEFAULT_PROJECT, 'd'],
      [14, DEFAULT_PROJECT, 'd'],
      [15, id(50), 'd'],
    ] as const) {
      await before.query(`INSERT INTO lineage_node (id, project_id, type, label) VALUES ($1, $2, 'CHECKPOINT', 'x')`, [
        id(n),
        projectId,
      ]);
      await before.query(
        `INSERT INTO checkpoint (id, project_id, name, digest, architecture, layout, parameter_count, config, files, source, created_at)
         VALUES ($1, $2, 'x', $3, 'VIT', 'OPENAI', 1, '{}', '[]', 'x', now() + make_interval(hours => $4))`,
        [id(n), projectId, digest, n],
      );
    }
    await before.close();

    const after = await Database.open({ ...options, migrations });
    const edges = await after.query(
      `SELECT from_id, to_id, kind FROM lineage_edge JOIN checkpoint ON checkpoint.id = to_id
       WHERE lineage_edge.created_at = checkpoint.created_at ORDER BY to_id`,
    );
    expect(edges).toEqual([13, 14].map((n) => ({ from_id: id(11), to_id: id(n), kind: 'IDENTICAL' })));
    await after.close();
    await place.discard();
  });

  test('servers that start together do not disturb each other', async () => {
    const place = await fresh();
    const options = { ...place, url: place.databaseUrl, entities, migrations };
    const databases = await Promise.all([open(options), open(options), open(options)]);
    for (const database of databases) {
      expect(await database.query('SELECT count(*) AS n FROM migrations')).toEqual([{ n: migrations.length }]);
    }
    for (const database of databases) await database.close();
    await place.discard();
  });
});
