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
/** Requests tell of people, if only by pseudonyms. */
const SEE_REQUESTS: Right = { roles: ['REVIEWER', 'PRIVACY_OFFICER', 'ADMIN'] };
const APPROVE: Right = { roles: ['REVIEWER', 'PRIVACY_OFFICER', 'ADMIN'] };
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
    alias: READ,
    aliases: READ,
    apiTokens: ADMINISTER,
    attacks: READ,
    auditConsistency: READ,
    auditEntries: SEE_REQUESTS,
    auditProof: READ,
    carriers: READ,
    certificate: READ,
    certificates: READ,
    checkpoint: READ,
    checkpointMerge: READ,
    checkpoints: READ,
    compareRuns: READ,
    datasets: READ,
    erasureRequest: SEE_REQUESTS,
    erasureRequests: SEE_REQUESTS,
    evaluation: READ,
    executors: READ,
    forgetSets: READ,
    info: READ,
    lineage: READ,
    logCheckpoint: READ,
    me: READ,
    method: READ,
    methods: READ,
    metrics: READ,
    metricValues: READ,
    node: READ,
    playbook: READ,
    playbooks: READ,
    policies: READ,
    policy: READ,
    projects: READ,
    retainSets: READ,
    run: READ,
    runs: READ,
    signingKeys: READ,
    verification: READ,
    verifications: READ,
    webhook: ADMINISTER,
    webhooks: ADMINISTER,
  },
  Mutation: {
    addRecipient: DECIDE_FOR_PRIVACY,
    cancelRun: WORK,
    cancelVerification: WORK,
    changeTokenRoles: ADMINISTER,
    checkIdentity: DECIDE_FOR_PRIVACY,
    createAlias: WORK,
    createForgetSet: NAME_WHAT_IS_FORGOTTEN,
    createPlaybook: DECIDE_FOR_PRIVACY,
    createPolicy: DECIDE_FOR_PRIVACY,
    createProject: ofTheInstallation(ADMINISTER),
    createRetainSet: WORK,
    createToken: ADMINISTER,
    createWebhook: ADMINISTER,
    decideCheckpoint: APPROVE,
    declareTraining: WORK,
    deleteAlias: WORK,
    deleteCheckpoint: WORK,
    deleteWebhook: ADMINISTER,
    enableWebhook: ADMINISTER,
    evaluateCheckpoint: WORK,
    extendDeadline: DECIDE_FOR_PRIVACY,
    forgetActor: ofTheInstallation(DECIDE_FOR_PRIVACY),
    givePlaybook: DECIDE_FOR_PRIVACY,
    holdErasureRequest: DECIDE_FOR_PRIVACY,
    importCheckpoint: WORK,
    informRecipient: DECIDE_FOR_PRIVACY,
    issueCertificate: DECIDE_FOR_PRIVACY,
    liftHold: DECIDE_FOR_PRIVACY,
    linkForgetSet: DECIDE_FOR_PRIVACY,
    mergeCheckpoints: WORK,
    moveAliases: WORK,
    moveErasureRequest: DECIDE_FOR_PRIVACY,
    protectAlias: ADMINISTER,
    receiveErasureRequest: DECIDE_FOR_PRIVACY,
    registerDataset: WORK,
    replayDelivery: ADMINISTER,
    revokeCertificate: DECIDE_FOR_PRIVACY,
    revokeToken: ADMINISTER,
    rollbackAlias: WORK,
    rotateWebhookSecret: ADMINISTER,
    startRun: WORK,
    takeRequestStep: DECIDE_FOR_PRIVACY,
    unlinkSubject: DECIDE_FOR_PRIVACY,
    verifyCheckpoint: WORK,
    verifyRun: WORK,
    withdrawApproval: APPROVE,
  },
  Subscription: {
    erasureRequestEvents: SEE_REQUESTS,
    lineageChanged: READ,
    runEvents: READ,
  },
  Http: {
    '/graphql': READ,
    // Signed as they are, with the request they answer.
    '/certificates/:id/bundle': SEE_REQUESTS,
    '/certificates/:id/page': SEE_REQUESTS,
    '/checkpoints/:id/files/*': READ,
    '/checkpoints/:id/model.sig': READ,
    '/checkpoints/:id/bom.cdx.json': READ,
    '/checkpoints/:id/model-card.md': READ,
    '/checkpoints/:id/annex-iv.md': READ,
    '/artifacts/:id': READ,
    '/keys': READ,
    '/log/checkpoint': READ,
    '/log/proof/consistency': READ,
    '/log/proof/inclusion': READ,
    // Entries of every project, if only with pseudonyms and ids.
    '/log/tile/*': ofTheInstallation(SEE_REQUESTS),
    '/metrics': ofTheInstallation(READ),
    '/healthz': 'PUBLIC',
    '/readyz': 'PUBLIC',
  },
} as const satisfies Record<string, Record<string, Right | 'PUBLIC'>>;

export type Door = keyof typeof accessTable;
