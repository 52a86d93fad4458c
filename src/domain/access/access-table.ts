import { type Role, roles } from '../actor/actor';

/** Who may come through a door. */
export interface Right {
  roles: readonly Role[];
  /** Only in the default project: it is about the installation, not about one project. */
  installation?: true;
}

const READ: Right = { roles };
const WORK: Right = { roles: ['ENGINEER', 'ADMIN'] };
const NAME_WHAT_IS_FORGOTTEN: Right = { roles: ['ENGINEER', 'PRIVACY_OFFICER', 'ADMIN'] };
const DECIDE_FOR_PRIVACY: Right = { roles: ['PRIVACY_OFFICER', 'ADMIN'] };
const ADMINISTER: Right = { roles: ['ADMIN'] };
const ofTheInstallation = (right: Right): Right => ({ ...right, installation: true });

/**
 * Every field of GraphQL's roots and every HTTP route, and who may use it: the one place where that is said. The checks, the
 * table of docs/access.md and the test of every field with every role follow from it. A field or route without a row
 * keeps the server from starting. All see only their project; that is not said here (see `Owned`).
 */
export const accessTable = {
  Query: {
    apiTokens: ADMINISTER,
    attacks: READ,
    carriers: READ,
    checkpoint: READ,
    checkpointMerge: READ,
    checkpoints: READ,
    compareRuns: READ,
    datasets: READ,
    evaluation: READ,
    executors: READ,
    forgetSets: READ,
    info: READ,
    lineage: READ,
    me: READ,
    method: READ,
    methods: READ,
    metricValues: READ,
    metrics: READ,
    node: READ,
    policies: READ,
    policy: READ,
    projects: READ,
    retainSets: READ,
    run: READ,
    runs: READ,
    verification: READ,
    verifications: READ,
  },
  Mutation: {
    cancelRun: WORK,
    cancelVerification: WORK,
    changeTokenRoles: ADMINISTER,
    createForgetSet: NAME_WHAT_IS_FORGOTTEN,
    createPolicy: DECIDE_FOR_PRIVACY,
    createProject: ofTheInstallation(ADMINISTER),
    createRetainSet: WORK,
    createToken: ADMINISTER,
    declareTraining: WORK,
    deleteCheckpoint: WORK,
    evaluateCheckpoint: WORK,
    importCheckpoint: WORK,
    mergeCheckpoints: WORK,
    registerDataset: WORK,
    revokeToken: ADMINISTER,
    startRun: WORK,
    verifyCheckpoint: WORK,
    verifyRun: WORK,
  },
  Subscription: {
    runEvents: READ,
  },
  Http: {
    '/graphql': READ,
    '/checkpoints/:id/files/*': READ,
    '/artifacts/:id': READ,
    '/metrics': ofTheInstallation(READ),
    '/healthz': 'PUBLIC',
    '/readyz': 'PUBLIC',
  },
} as const satisfies Record<string, Record<string, Right | 'PUBLIC'>>;

export type Door = keyof typeof accessTable;
