import DataLoader from 'dataloader';
import type {
  Alias,
  Approval,
  Artifact,
  AttackResult,
  Certificate,
  Checkpoint,
  CheckpointMerge,
  Dataset,
  Domain,
  ErasureRequest,
  Evaluation,
  Executor,
  Method,
  MetricValue,
  Playbook,
  Policy,
  Project,
  Recipient,
  Run,
  SampleSet,
  Verification,
  WebhookAttempt,
} from '../domain';

/** Batches the look-ups of one operation: ten runs that show their checkpoint cost one query, not ten. */
export interface Loaders {
  checkpoint: DataLoader<string, Checkpoint>;
  dataset: DataLoader<string, Dataset>;
  sampleSet: DataLoader<string, SampleSet>;
  method: DataLoader<string, Method>;
  run: DataLoader<string, Run>;
  evaluation: DataLoader<string, Evaluation>;
  merge: DataLoader<string, CheckpointMerge>;
  executor: DataLoader<string, Executor>;
  project: DataLoader<string, Project>;
  playbook: DataLoader<string, Playbook>;
  alias: DataLoader<string, Alias>;
  /** The evaluations that belong to a run, by its id. */
  runEvaluations: DataLoader<string, Evaluation[]>;
  certificate: DataLoader<string, Certificate>;
  approval: DataLoader<string, Approval>;
  verification: DataLoader<string, Verification>;
  erasureRequest: DataLoader<string, ErasureRequest>;
  /** Ids of actors by their salted hashes; null once the link was destroyed. */
  actor: DataLoader<string, string | null>;
  artifact: DataLoader<string, Artifact>;
  /** The artifacts of a run, by its id. */
  runArtifacts: DataLoader<string, Artifact[]>;
  /** The artifacts of an evaluation, by its id. */
  evaluationArtifacts: DataLoader<string, Artifact[]>;
  policy: DataLoader<string, Policy>;
  /** The numbers of a verification, by its id. */
  attackResults: DataLoader<string, AttackResult[]>;
  /** The numbers of an evaluation, by its id. */
  evaluationValues: DataLoader<string, MetricValue[]>;
  /** Whom a request's data was disclosed to, by its id. */
  requestRecipients: DataLoader<string, Recipient[]>;
  /** The attempts of a webhook's delivery, by its id. */
  deliveryAttempts: DataLoader<string, WebhookAttempt[]>;
}

export function createLoaders(domain: Domain): Loaders {
  return {
    checkpoint: byId((ids) => domain.checkpoints.byIds(ids)),
    dataset: byId((ids) => domain.datasets.byIds(ids)),
    sampleSet: byId((ids) => domain.sets.byIds(ids)),
    method: byId((ids) => domain.methods.byIds(ids)),
    run: byId((ids) => domain.runs.byIds(ids)),
    evaluation: byId((ids) => domain.evaluations.byIds(ids)),
    merge: byId((ids) => domain.merges.byIds(ids)),
    executor: byId((ids) => domain.executors.byIds(ids)),
    project: byId((ids) => domain.projects.byIds(ids)),
    playbook: byId((ids) => domain.playbooks.byIds(ids)),
    alias: byId((ids) => domain.aliases.byIds(ids)),
    runEvaluations: new DataLoader(async (runIds) => {
      const rows = await domain.evaluations.ofRuns(runIds);
      return runIds.map((runId) => rows.filter((row) => row.runId === runId));
    }),
    certificate: byId((ids) => domain.certificates.byIds(ids)),
    approval: byId((ids) => domain.approvals.byIds(ids)),
    verification: byId((ids) => domain.verifications.byIds(ids)),
    erasureRequest: byId((ids) => domain.requests.byIds(ids)),
    actor: new DataLoader(async (hashes) => {
      const references = await domain.pseudonyms.references(hashes);
      return hashes.map((hash) => references.get(hash) ?? null);
    }),
    artifact: byId((ids) => domain.artifactRows.byIds(ids)),
    runArtifacts: artifactsOf('runId', domain),
    evaluationArtifacts: artifactsOf('evaluationId', domain),
    policy: byId((ids) => domain.policies.byIds(ids)),
    attackResults: new DataLoader(async (ids) => {
      const rows = await domain.verifications.resultsOf(ids);
      return ids.map((id) => rows.filter((row) => row.verificationId === id));
    }),
    evaluationValues: new DataLoader(async (ids) => {
      const rows = await domain.values.ofEvaluations(ids);
      return ids.map((id) => rows.filter((row) => row.evaluationId === id));
    }),
    deliveryAttempts: new DataLoader(async (ids) => {
      const rows = await domain.deliveries.attemptsOf(ids);
      return ids.map((id) => rows.filter((row) => row.deliveryId === id));
    }),
    requestRecipients: new DataLoader(async (ids) => {
      const rows = await domain.requests.recipientsOf(ids);
      return ids.map((id) => rows.filter((row) => row.requestId === id));
    }),
  };
}

function artifactsOf(owner: 'runId' | 'evaluationId', domain: Domain): DataLoader<string, Artifact[]> {
  return new DataLoader(async (ids) => {
    const rows = await domain.artifactRows.ofOwners(owner, ids);
    return ids.map((id) => rows.filter((row) => row[owner] === id));
  });
}

/** Rows point at rows by foreign key, so one that is not there is a bug. */
function byId<T extends { id: string }>(find: (ids: readonly string[]) => Promise<T[]>): DataLoader<string, T> {
  return new DataLoader(async (ids) => {
    const found = new Map((await find(ids)).map((row) => [row.id, row]));
    return ids.map((id) => found.get(id) ?? new Error(`internal: row ${id} is missing`));
  });
}
