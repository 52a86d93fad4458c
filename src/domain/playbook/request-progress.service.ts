import type { Database } from '../../database';
import type { Clock, Queue } from '../../queue';
import { actingAs, currentActor, type Party, systemOf } from '../actor/actor';
import { Alias } from '../alias/alias.entity';
import type { AliasService } from '../alias/alias.service';
import type { ApprovalService } from '../approval/approval.service';
import { backgroundJob } from '../background/background.service';
import type { CheckpointService } from '../checkpoint/checkpoint.service';
import { ErasureRequest } from '../erasure-request/erasure-request.entity';
import type { ErasureRequestService } from '../erasure-request/erasure-request.service';
import type { RequestChanges, RequestSet } from '../erasure-request/request-changes';
import { isClosed } from '../erasure-request/request-status';
import { isId } from '../listing/cursor';
import { Refusal, refuse } from '../refusal/refusals';
import { Run } from '../run/run.entity';
import type { RunService, StartRun } from '../run/run.service';
import type { SampleSetService } from '../sample-set/sample-set.service';
import { Verification } from '../verification/verification.entity';
import { Playbook } from './playbook.entity';
import {
  type Certificates,
  type NextStep,
  type PlaybookStep,
  playbookSteps,
  type Verifications,
} from './playbook-steps';

interface ProgressServices {
  database: Database;
  clock: Clock;
  aliases: AliasService;
  approvals: ApprovalService;
  checkpoints: CheckpointService;
  queue: Queue;
  requestChanges: RequestChanges;
  requests: ErasureRequestService;
  runs: RunService;
  sets: SampleSetService;
}

/** A request and what its steps are judged by. */
interface Situation {
  request: ErasureRequest;
  playbook: Playbook;
  alias: Alias;
  run: Run | null;
}

/** A step that is not done: its state, and for whom or what it waits. */
type Standing = Omit<NextStep, 'step'>;

interface Step {
  /** Null once it is done. */
  standing(situation: Situation): Promise<Standing | null>;
  /** What changes in the request when it is taken. Part of a transaction. */
  take(situation: Situation, requester: Party): Promise<RequestSet | Refusal>;
}

const ready: Standing = { state: 'READY', why: 'it can be taken now', forPeople: false };
const waiting = (why: string): Standing => ({ state: 'WAITING', why, forPeople: false });
const waitingForPeople = (why: string): Standing => ({ state: 'WAITING', why, forPeople: true });
const blocked = (why: string): Standing => ({ state: 'BLOCKED', why, forPeople: true });
const pointless = ({ name }: Alias) => `alias ${name} points at nothing: it has to be moved to a checkpoint`;

/**
 * Whether the alias went on while a run was under way, as when two requests began from one checkpoint and the other was promoted:
 * moving it to this result would bring back what the other forgot. An alias that points at nothing may yet come back.
 */
const overtaken = ({ request, alias, run }: Omit<Situation, 'playbook'>) =>
  !request.promotedAt &&
  alias.checkpointId !== null &&
  ![run!.checkpointId, run!.resultId].includes(alias.checkpointId);

/** How often to look whether a run or a verification has ended, and whether a refused step goes now. */
const SOON_MS = 2_000;
const REFUSED_MS = 60_000;
/** Whatever a person does wakes the request; this is for the wake-up that was missed. */
const PEOPLE_MS = 600_000;

/** Moves requests along their playbooks, one step at a time: by a worker where it may, else when a person says so. */
export class RequestProgressService {
  readonly #steps: Record<PlaybookStep, Step>;

  constructor(
    readonly services: ProgressServices,
    { verifications, certificates }: { verifications: Verifications; certificates: Certificates },
  ) {
    this.#steps = {
      RUN: {
        standing: async ({ request, alias, run }) => {
          if (!request.forgetSetId) return waitingForPeople('a forget set has to be linked');
          if (!run) return this.#startable(alias);
          if (run.status === 'SUCCEEDED') return overtaken({ request, alias, run }) ? this.#again(alias, run) : null;
          if (!run.finishedAt) return waiting(`run ${run.id} is ${run.status.toLowerCase()}`);
          return blocked(`run ${run.id} ended as ${run.status.toLowerCase()}`);
        },
        take: async ({ request, playbook, alias }, requester) => {
          if (!alias.checkpointId) return refuse('ALIAS_EMPTY', ['id'], { alias: alias.name });
          const { method, parameters, seed, evaluateOnId } = playbook;
          const kept = await this.#kept(playbook, request.forgetSetId!);
          if (kept instanceof Refusal) return kept;
          const started = await this.services.runs.start(
            {
              checkpointId: alias.checkpointId,
              forgetSetId: request.forgetSetId!,
              method,
              parameters,
              seed,
              evaluateOnId,
              ...kept,
            },
            requester,
          );
          return started instanceof Refusal ? started : { runId: started.id, verificationId: null, promotedAt: null };
        },
      },
      VERIFICATION: {
        standing: async ({ request, playbook, run }) => {
          if (playbook.policyId === null) return null;
          const verdict = await verifications.verdictOf(run!.resultId!, playbook.policyId);
          if (verdict === 'PASS') return null;
          if (verdict !== null) return blocked(`the verdict is ${verdict}`);
          const { verificationId: id } = request;
          if (!id) return ready;
          const asked = await this.services.database.repository(Verification).findOneBy({ id });
          if (asked?.finishedAt) return blocked(`verification ${id} ended as ${asked.status.toLowerCase()}`);
          return waiting(`verification ${id} is under way`);
        },
        async take({ playbook, run }) {
          const asked = await verifications.verifyRun({ runId: run!.id, policyId: playbook.policyId! });
          return asked instanceof Refusal ? asked : { verificationId: asked.id };
        },
      },
      APPROVAL: {
        standing: async ({ playbook, alias, run }) => {
          const needed = Math.max(playbook.approvalsNeeded, alias.approvalsNeeded);
          const decisions = await this.services.approvals.standing([run!.resultId!]);
          const no = decisions.find(({ decision }) => decision === 'REJECTED');
          if (no) return blocked(`${no.approverName} rejected the result: ${no.comment}`);
          return decisions.length < needed
            ? waitingForPeople(`${decisions.length} of ${needed} approvals are given`)
            : null;
        },
        take: async ({ request: { id } }) =>
          refuse('STEP_NOT_NEXT', [], { id, step: 'APPROVAL', why: 'people approve the checkpoint itself' }),
      },
      PROMOTION: {
        standing: async ({ request, alias }) => {
          if (request.promotedAt) return null;
          return alias.checkpointId ? ready : waitingForPeople(pointless(alias));
        },
        take: async ({ request, alias, run }) => {
          const { checkpointId, resultId } = run!;
          // Somebody may have moved it there by hand.
          const expected = alias.checkpointId === resultId ? resultId : checkpointId;
          const moves = [{ alias: alias.name, checkpointId: resultId!, expected }];
          const moved = await this.services.aliases.move({ moves, reason: `erasure request ${request.id}` });
          return moved instanceof Refusal ? moved : { promotedAt: this.services.clock() };
        },
      },
      CERTIFICATE: {
        standing: async ({ request }) => (request.certificateId ? null : ready),
        async take({ request, run }) {
          const issued = await certificates.issueFor({ requestId: request.id, runId: run!.id });
          return issued instanceof Refusal ? issued : { certificateId: issued.id };
        },
      },
    };
  }

  /** What a request does next; null when it follows no playbook, is closed, or has been through all steps. */
  async nextStep(request: ErasureRequest): Promise<NextStep | null> {
    const situation = await this.#situation(request);
    return situation && this.#next(situation);
  }

  async #situation(request: ErasureRequest): Promise<Situation | null> {
    const { database } = this.services;
    if (!request.playbookId || isClosed(request.status)) return null;
    const playbook = await database.repository(Playbook).findOneByOrFail({ id: request.playbookId });
    const alias = await database.repository(Alias).findOneByOrFail({ id: playbook.aliasId });
    const run = request.runId ? await database.repository(Run).findOneByOrFail({ id: request.runId }) : null;
    return { request, playbook, alias, run };
  }

  /** What a run keeps and is tuned on: the playbook's sets, or what the forget set leaves of its datasets. */
  async #kept(
    { retainSetId, retainFromId, calibrationSetId, calibrateFromId }: Playbook,
    forgetSetId: string,
  ): Promise<Pick<StartRun, 'retainSetId' | 'calibrationSetId'> | Refusal> {
    const { sets } = this.services;
    const retain = retainFromId && (await sets.rest(retainFromId, forgetSetId));
    if (retain instanceof Refusal) return retain;
    const calibration = calibrateFromId && (await sets.rest(calibrateFromId, forgetSetId));
    if (calibration instanceof Refusal) return calibration;
    return {
      retainSetId: retain ? retain.id : retainSetId,
      calibrationSetId: calibration ? calibration.id : calibrationSetId,
    };
  }

  /** Whether what an alias points at can be made to forget. */
  async #startable(alias: Alias): Promise<Standing> {
    const { name, checkpointId } = alias;
    if (!checkpointId) return waitingForPeople(pointless(alias));
    const usable = await this.services.checkpoints.usable(checkpointId, []);
    if (!(usable instanceof Refusal)) return ready;
    return waitingForPeople(`alias ${name} has to be moved to another checkpoint: ${usable.message}`);
  }

  /** The run once more, from where its alias points now. */
  async #again(alias: Alias, { id }: Run): Promise<Standing> {
    const standing = await this.#startable(alias);
    if (standing !== ready) return standing;
    return { ...ready, why: `alias ${alias.name} points at another checkpoint than run ${id} began from: run again` };
  }

  async #next(situation: Situation): Promise<NextStep | null> {
    const { status, hold, stepRefusal, runId } = situation.request;
    const { name, deletedAt } = situation.alias;
    for (const step of playbookSteps) {
      const standing = await this.#steps[step].standing(situation);
      if (!standing) continue;
      if (hold) return { step, ...waitingForPeople(`the request is on hold: ${hold.reason}`) };
      if (status === 'RECEIVED') return { step, ...waitingForPeople('the identity of the subject has to be checked') };
      if (deletedAt && step !== 'CERTIFICATE') {
        const instead = runId ? '' : ', or the request be given another playbook';
        return { step, ...waitingForPeople(`alias ${name} was deleted: it has to be made again${instead}`) };
      }
      if (standing.state !== 'READY') return { step, ...standing };
      const forPeople = !situation.playbook.automatic.includes(step);
      const why = standing === ready && forPeople ? 'the playbook leaves it to a person' : standing.why;
      return { step, state: 'READY', why: stepRefusal ?? why, forPeople };
    }
    return null;
  }

  /** What a worker does: every step that may be taken by itself, until one has to wait. @returns when to look again */
  async advance(requestId: string): Promise<Date | null> {
    const { projectId } = await this.services.requests.getOrFail(requestId);
    return actingAs(systemOf(projectId), () => this.#advance(requestId));
  }

  async #advance(requestId: string): Promise<Date | null> {
    const { database, clock, requests } = this.services;
    const after = (milliseconds: number) => new Date(clock().getTime() + milliseconds);
    for (;;) {
      const request = await database
        .repository(ErasureRequest)
        .findOneOrFail({ where: { id: requestId }, lock: { mode: 'pessimistic_write' } });
      const situation = await this.#situation(request);
      if (!situation) return null;
      const next = await this.#next(situation);
      if (!next) {
        if (request.hold) return after(PEOPLE_MS);
        // People can have taken every step before a worker looked.
        if (request.status === 'IDENTITY_CHECKED') await requests.move(requestId, 'IN_PROGRESS');
        const done = await requests.move(requestId, 'COMPLETED', 'every step of its playbook is done');
        if (done instanceof Refusal) throw new Error(`internal: a request at its end: ${done.message}`);
        return null;
      }
      await this.#show(request, next);
      if (next.state !== 'READY' || !situation.playbook.automatic.includes(next.step)) {
        return after(next.forPeople ? PEOPLE_MS : SOON_MS);
      }
      const taken = await this.#take(situation, next.step, request.playbookBy!);
      if (taken instanceof Refusal) return after(REFUSED_MS);
    }
  }

  /** Has the requests look at once whose run made this checkpoint. Part of the caller's transaction. */
  async wakeFor(checkpointId: string): Promise<void> {
    const { database, queue } = this.services;
    const rows = await database.query<{ id: string }>(
      `SELECT request.id FROM run JOIN erasure_request request ON request.run_id = run.id
       WHERE run.id = (SELECT run_id FROM checkpoint WHERE id = $1)
         AND request.playbook_id IS NOT NULL AND request.closed_at IS NULL`,
      [checkpointId],
    );
    for (const { id } of rows) await queue.wake(backgroundJob({ kind: 'PLAYBOOK', subjectId: id }));
  }

  /** Has the requests look at once whose playbook names this alias. Part of the caller's transaction. */
  async wakeForAlias(aliasId: string): Promise<void> {
    const { database, queue } = this.services;
    const rows = await database.query<{ id: string }>(
      `SELECT request.id FROM playbook JOIN erasure_request request ON request.playbook_id = playbook.id
       WHERE playbook.alias_id = $1 AND request.closed_at IS NULL`,
      [aliasId],
    );
    for (const { id } of rows) await queue.wake(backgroundJob({ kind: 'PLAYBOOK', subjectId: id }));
  }

  /** A person takes the next step, or, after one that ended badly, that one or the run again. */
  async take(requestId: string, step: PlaybookStep): Promise<ErasureRequest | Refusal> {
    const { database } = this.services;
    if (!isId(requestId)) return refuse('REQUEST_NOT_FOUND', ['id'], { id: requestId });
    return database.transaction(async () => {
      const request = await database
        .repository(ErasureRequest)
        .findOne({ where: { id: requestId }, lock: { mode: 'pessimistic_write' } });
      if (!request) return refuse('REQUEST_NOT_FOUND', ['id'], { id: requestId });
      const { id, status } = request;
      if (isClosed(status)) return refuse('REQUEST_CLOSED', ['id'], { id, status });
      const situation = await this.#situation(request);
      const next = situation && (await this.#next(situation));
      if (!situation || !next) return refuse('PLAYBOOK_MISSING', ['id'], { id });
      const again = next.state === 'BLOCKED' && (step === 'RUN' || step === next.step);
      if (!again && !(next.state === 'READY' && step === next.step)) {
        return refuse('STEP_NOT_NEXT', ['step'], { id, step, why: `${next.step} is next, ${next.why}` });
      }
      return this.#take(situation, step, currentActor());
    });
  }

  /** One step, its event and what it changes; or why not, which is shown as what the request waits for. */
  async #take(
    { request, ...rest }: Situation,
    step: PlaybookStep,
    requester: Party,
  ): Promise<ErasureRequest | Refusal> {
    const { requestChanges } = this.services;
    const { id, stepRefusal } = request;
    const changed = await this.#steps[step].take({ request, ...rest }, requester);
    if (changed instanceof Refusal) {
      const { code, message } = changed;
      if (message !== stepRefusal) {
        await requestChanges.change(id, () => ({
          set: { stepRefusal: message },
          event: { type: 'STEP_REFUSED', payload: { step, code, message } },
        }));
      }
      return changed;
    }
    const taken = await requestChanges.change(id, () => ({
      set: { ...changed, stepRefusal: null },
      event: { type: 'STEP_TAKEN', payload: { step } },
    }));
    if (taken instanceof Refusal) throw new Error(`internal: step ${step} was taken and then ${taken.message}`);
    return taken;
  }

  /** Keeps the status in line with the step: people see in it whether they are waited for. */
  async #show({ id, status, runId }: ErasureRequest, { step }: NextStep): Promise<void> {
    if (!runId || status === 'ON_HOLD') return;
    const fitting = step === 'APPROVAL' ? 'AWAITING_APPROVAL' : 'IN_PROGRESS';
    if (status !== fitting) await this.services.requests.move(id, fitting);
  }
}
