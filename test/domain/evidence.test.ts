import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Actor,
  actingAs,
  type Checkpoint,
  type Domain,
  type Finding,
  type Policy,
  type Run,
  type SampleSet,
  type StartRun,
  type Verification,
  type VerifyCheckpoint,
} from '../../src/domain';
import { performDue } from '../support/background';
import { describeOnBoth, type Place } from '../support/databases';
import { erase, granted, openDomain, type Scene, setTheScene, success } from '../support/domain';

const olga: Actor = { kind: 'PERSON', id: 'person:olga', name: 'Olga', roles: ['PRIVACY_OFFICER'] };
const rita: Actor = { kind: 'PERSON', id: 'person:rita', name: 'Rita', roles: ['REVIEWER'] };

/** Evidence counts for what it is about: another set that was forgotten, another original and another policy are something else. */
describeOnBoth('evidence', (fresh) => {
  let place: Place;
  let domain: Domain;
  let scene: Scene;
  let original: Checkpoint;
  let dogs: SampleSet;
  let allButDogs: SampleSet;
  let held: string;
  let policy: Policy;
  beforeAll(async () => {
    place = await fresh();
    domain = await openDomain(place);
    scene = await setTheScene(domain);
    original = scene.checkpoint;
    const datasetId = scene.dataset.id;
    granted(await domain.checkpoints.declareTraining({ checkpointId: original.id, datasetIds: [datasetId] }));
    held = granted(await domain.datasets.register({ name: 'many', source: 'cat:20-39 dog:20-39 horse:20-39' })).id;
    dogs = granted(await domain.sets.create({ kind: 'FORGET', name: 'dogs', datasetId, classes: ['dog'] }));
    const selector = { exceptClasses: ['dog'] };
    allButDogs = granted(await domain.sets.create({ kind: 'RETAIN', name: 'all but dogs', datasetId, selector }));
    policy = await policyOf('members');
  });
  afterAll(async () => {
    await domain.close();
    await place.discard();
  });

  const policyOf = async (name: string) =>
    granted(
      await domain.policies.create({
        name,
        reasons: 'a test',
        thresholds: [{ name: 'members', attack: 'MEMBERSHIP_INFERENCE', key: 'auc', atMost: 0.6 }],
      }),
    );
  const look = async () => {
    await domain.database.query('UPDATE job SET run_after = NULL WHERE run_after IS NOT NULL');
    await performDue(domain);
  };
  const claim = () => domain.work.claim(scene.executor, 60);
  const auc = (value: number): Finding => ({
    ...{ model: 'SUBJECT', attack: 'MEMBERSHIP_INFERENCE', key: 'auc' },
    ...{ value, lower: value - 0.05, upper: value + 0.05, count: 20 },
  });
  /** What an executor does next, which has to be a run. */
  const runIt = async (): Promise<{ run: Run; result: Checkpoint }> => {
    const work = await claim();
    if (work?.kind !== 'RUN') throw new Error(`expected a run, not ${work?.kind}`);
    const done = await success(domain, place, work.run, `weights of ${work.run.id}`);
    const { id, resultId } = await domain.attempts.succeed(work.claim, done);
    return { run: (await domain.runs.get(id))!, result: await domain.checkpoints.getOrFail(resultId!) };
  };
  const runOf = async (more: Partial<StartRun> = {}) => {
    granted(await domain.runs.start({ ...scene.request, evaluateOnId: held, ...more }));
    return runIt();
  };
  /** What an executor does next, which has to be a verification. */
  const claimAttack = async () => {
    const work = await claim();
    if (work?.kind !== 'VERIFICATION') throw new Error(`expected a verification, not ${work?.kind}`);
    return work;
  };
  const found = async (work: Awaited<ReturnType<typeof claimAttack>>, value: number): Promise<Verification> => {
    await domain.verifications.succeed(work.claim, { results: [auc(value)], environment: {} });
    return domain.verifications.getOrFail(work.verification.id);
  };
  const attackIt = async (value: number) => found(await claimAttack(), value);
  const verify = async ({ id: checkpointId }: Checkpoint, value: number, more: Partial<VerifyCheckpoint> = {}) => {
    const asked = { checkpointId, originalId: original.id, forgetSetId: scene.forget.id, datasetId: held };
    granted(await domain.verifications.verifyCheckpoint({ ...asked, policyId: policy.id, ...more }));
    return attackIt(value);
  };
  const verdictOf = ({ id }: Checkpoint, by = policy) => domain.verifications.verdictOf(id, by.id);
  const certify = async ({ id: runId }: Run) => {
    const { claims } = granted(await domain.issuer.issueFor({ runId }));
    await domain.certificates.sealPending();
    return claims;
  };

  test('what is said of a run is about its forget set and its original, by the policy, and the newest counts', async () => {
    const { result } = await runOf();
    const other = await policyOf('another');
    const imported = granted(await domain.checkpoints.import({ name: 'imported', source: 'somewhere' }));
    await verify(result, 0.5, { forgetSetId: dogs.id });
    await verify(result, 0.5, { originalId: imported.id });
    expect(await verdictOf(result)).toBeNull();
    await verify(result, 0.5);
    expect([await verdictOf(result), await verdictOf(result, other)]).toEqual(['PASS', null]);
    await verify(result, 0.9, { policyId: other.id });
    expect([await verdictOf(result), await verdictOf(result, other)]).toEqual(['PASS', 'FAIL']);
    await verify(result, 0.9);
    expect(await verdictOf(result)).toBe('FAIL');
    const datasetId = scene.dataset.id;
    const same = granted(await domain.sets.create({ kind: 'FORGET', name: 'again', datasetId, classes: ['cat'] }));
    await verify(result, 0.5, { forgetSetId: same.id });
    expect(await verdictOf(result)).toBe('PASS');
  });

  test('a certificate rests on nothing when all that was verified is another set', async () => {
    const { run, result } = await runOf({ forgetSetId: dogs.id, retainSetId: allButDogs.id });
    await verify(result, 0.5);
    expect(await certify(run)).toMatchObject({
      forgetSet: { classes: ['dog'] },
      attacks: [],
      policy: null,
      verification: null,
      verdict: 'INCONCLUSIVE',
    });
  });

  test('an alias moves to what passed its own policy about its own forget set', async () => {
    const { result } = await runOf({ forgetSetId: dogs.id, retainSetId: allButDogs.id });
    granted(await domain.aliases.create({ name: 'guarded', policyId: policy.id, approvalsNeeded: 0 }));
    const moves = [{ alias: 'guarded', checkpointId: result.id }];
    const move = () => domain.aliases.move({ moves, reason: 'try' });
    await verify(result, 0.5);
    await verify(result, 0.5, { forgetSetId: dogs.id, policyId: (await policyOf('lenient')).id });
    expect(await move()).toMatchObject({
      code: 'ALIAS_NEEDS_PASS',
      message: expect.stringMatching(/policy members 1 .*has none/),
    });
    await verify(result, 0.5, { forgetSetId: dogs.id });
    expect(granted(await move())).toMatchObject([{ checkpointId: result.id }]);
  });

  test('a run that was only given names is shown by images of these classes and of no others', async () => {
    const names = async (...classes: string[]) =>
      granted(await domain.sets.create({ kind: 'FORGET', name: classes.join(), classes })).id;
    const { devices, host, pid, version } = scene.executor;
    const byName = { ...erase, name: 'by name', needs: [] };
    const more = { host, pid, version, devices, methods: [erase, byName], brokenPlugins: [] };
    scene.executor = (await domain.executors.register(more)).executor;
    const { result } = await runOf({ method: 'by name', forgetSetId: await names('cat') });
    await verify(result, 0.5, { forgetSetId: dogs.id });
    expect(await verdictOf(result)).toBeNull();
    await verify(result, 0.5);
    expect(await verdictOf(result)).toBe('PASS');
  });

  test('what was merged is held to everything its sources were to forget; what comes from no run, to all it was verified about', async () => {
    const [{ result: noCats }, { result: noDogs }] = [
      await runOf(),
      await runOf({ forgetSetId: dogs.id, retainSetId: allButDogs.id }),
    ];
    const sources = [noCats, noDogs].map(({ id: checkpointId }) => ({ checkpointId, weight: 1 }));
    granted(await domain.merges.request({ name: 'soup', sources }));
    const work = await claim();
    if (work?.kind !== 'MERGE') throw new Error(`expected a merge, not ${work?.kind}`);
    const { files, architecture, layout, parameterCount, config } = original;
    await domain.merges.succeed(work.claim, { name: 'soup', files, architecture, layout, parameterCount, config });
    const soup = await domain.checkpoints.getOrFail((await domain.merges.getOrFail(work.merge.id)).resultId!);
    const tuned = granted(await domain.checkpoints.import({ name: 't', source: 'somewhere', parentIds: [soup.id] }));
    const retrained = granted(await domain.checkpoints.import({ name: 'r', source: 'somewhere' }));
    for (const it of [soup, tuned]) {
      await verify(it, 0.5);
      expect(await verdictOf(it)).toBeNull();
      await verify(it, 0.5, { forgetSetId: dogs.id });
      expect(await verdictOf(it)).toBe('PASS');
    }
    expect(await verdictOf(retrained)).toBeNull();
    await verify(retrained, 0.9);
    await verify(retrained, 0.5, { forgetSetId: dogs.id });
    expect(await verdictOf(retrained)).toBe('FAIL');
    await verify(retrained, 0.5);
    expect(await verdictOf(retrained)).toBe('PASS');
  });

  test('the digest of a forget set is computed from the images by what docs/certificate.md says', async () => {
    const page = await readFile(join(__dirname, '../../../docs/certificate.md'), 'utf8');
    const command = /^\{ printf .*sha256sum$/m.exec(page)![0];
    const cats = join(place.folder, 'images', 'cat');
    await mkdir(cats, { recursive: true });
    for (let i = 0; i < 10; i++) await writeFile(join(cats, `${i}.jpg`), `cat ${i}`);
    const cwd = join(place.folder, 'images');
    const printed = execFileSync('bash', ['-c', command], { cwd, encoding: 'utf8' });
    expect(printed.slice(0, 64)).toBe(scene.forget.digest);
  });

  describe('cats, then dogs', () => {
    const requests: { cats: string; dogs: string } = { cats: '', dogs: '' };
    beforeAll(async () => {
      const { aliases, playbooks } = domain;
      granted(await aliases.create({ name: 'production', approvalsNeeded: 0 }));
      const moves = [{ alias: 'production', checkpointId: original.id }];
      granted(await aliases.move({ moves, reason: 'the first one' }));
      granted(await aliases.protect('production', { policyId: policy.id, approvalsNeeded: 1 }));
      for (const [what, forget, retain] of [
        ['cats', scene.forget, scene.retain],
        ['dogs', dogs, allButDogs],
      ] as const) {
        const playbook = granted(
          await playbooks.create({
            name: `erase ${what}`,
            alias: 'production',
            method: 'clip-erase',
            retainSetId: retain.id,
            evaluateOnId: held,
            policyId: policy.id,
            approvalsNeeded: 1,
            automatic: ['RUN', 'VERIFICATION', 'PROMOTION', 'CERTIFICATE'],
          }),
        );
        const asked = { subjectReference: what, legalBasis: 'ART_17_1_B', forgetSetId: forget.id } as const;
        const { id } = granted(await domain.requests.receive(asked));
        requests[what] = id;
        granted(await actingAs(olga, () => domain.playbooks.give(id, playbook.id)));
      }
      await domain.certificates.sealPending();
      await look();
    });
    const begin = async (id: string) => {
      granted(await domain.requests.checkIdentity(id, true, 'eID'));
      await look();
      const made = await runIt();
      await domain.certificates.sealPending();
      await look();
      return made;
    };
    const next = async (id: string) => domain.progress.nextStep(await domain.requests.getOrFail(id));
    const finish = async (id: string, { id: checkpointId }: Checkpoint) => {
      await look();
      const approval = { checkpointId, decision: 'APPROVED', comment: 'looked at it' } as const;
      granted(await actingAs(rita, () => domain.approvals.give(approval)));
      await look();
      await domain.certificates.sealPending();
      const { certificateId, status } = await domain.requests.getOrFail(id);
      expect(status).toBe('COMPLETED');
      return domain.certificates.getOrFail(certificateId!);
    };

    test('end with certificates that are each about their own', async () => {
      const cats = await begin(requests.cats);
      const aboutCats = await attackIt(0.5);
      const first = await finish(requests.cats, cats.result);
      const shown = ({ id, planDigest }: Verification) => ({ id, planDigest });
      expect(first).toMatchObject({
        status: 'VALID',
        claims: { forgetSet: { classes: ['cat'] }, verdict: 'PASS', verification: shown(aboutCats) },
      });

      // What is kept while dogs are forgotten are cats, among others: the first certificate may not hold any more.
      const both = await begin(requests.dogs);
      expect(await domain.certificates.getOrFail(first.id)).toMatchObject({ status: 'STALE' });
      const queued = [await claimAttack(), await claimAttack()];
      const of = (set: SampleSet) => queued.find(({ verification }) => verification.forgetSetId === set.id)!;
      const asked = { checkpointId: both.result.id, policyId: policy.id };
      expect(of(scene.forget).verification).toMatchObject({ ...asked, originalId: original.id, runId: null });
      expect(of(dogs).verification).toMatchObject({ ...asked, originalId: cats.result.id, runId: both.run.id });
      await found(of(scene.forget), 0.5);
      await look();
      expect(await next(requests.dogs)).toMatchObject({ step: 'VERIFICATION', state: 'WAITING' });

      const aboutDogs = await found(of(dogs), 0.52);
      const second = await finish(requests.dogs, both.result);
      expect(second).toMatchObject({
        status: 'VALID',
        claims: {
          forgetSet: { classes: ['dog'] },
          parent: { id: cats.result.id },
          attacks: [{ value: 0.52, verdict: 'PASS' }],
          verification: shown(aboutDogs),
        },
      });
      const { claims } = granted(await domain.issuer.issueFor({ runId: cats.run.id, requestId: requests.cats }));
      expect(claims).toMatchObject({
        supersedes: first.id,
        forgetSet: { classes: ['cat'] },
        result: { id: cats.result.id },
        attacks: [{ value: 0.5 }],
        verification: shown(aboutCats),
      });
    });
  });
});
