/** The documents the demo sends; README shows the same ones for curl. */

export const importCheckpoint = `
  mutation ($input: ImportCheckpointInput!) {
    importCheckpoint(input: $input) {
      ... on Checkpoint { id name digest architecture parameterCount }
      ... on UserError { code message }
    }
  }`;

export const registerDataset = `
  mutation ($input: RegisterDatasetInput!) {
    registerDataset(input: $input) {
      ... on Dataset { id classes sampleCount }
      ... on UserError { code message }
    }
  }`;

export const createForgetSet = `
  mutation ($input: CreateForgetSetInput!) {
    createForgetSet(input: $input) {
      ... on SampleSet { id sampleCount }
      ... on UserError { code message }
    }
  }`;

export const createRetainSet = `
  mutation ($input: CreateRetainSetInput!) {
    createRetainSet(input: $input) {
      ... on SampleSet { id sampleCount }
      ... on UserError { code message }
    }
  }`;

export const methods = `{ methods { name parameters { name choices } } executors { id } }`;

export const startRun = `
  mutation ($input: StartRunInput!) {
    startRun(input: $input) {
      ... on UnlearningRun { id parameters }
      ... on UserError { code message }
    }
  }`;

export const runEvents = `
  subscription ($runId: ID!) {
    runEvents(runId: $runId) {
      __typename
      ... on StageEvent { stage totalSteps }
      ... on ProgressEvent { stage losses progress { step totalSteps fraction etaSeconds } }
      ... on EvaluatedEvent { role }
      ... on RetryingEvent { attempt reason { code message } }
      ... on FailedEvent { error { code message } }
    }
  }`;

const accuracy =
  'overall { accuracy lower upper correct total } classes { className accuracy lower upper correct total } chance';

export const finishedRun = `
  query ($id: ID!) {
    run(id: $id) {
      status outcome startedAt finishedAt
      error { code message }
      result { id name digest }
      before { ${accuracy} }
      after { ${accuracy} }
    }
  }`;

export const lineage = `
  query ($id: ID!) {
    lineage(of: $id, types: [CHECKPOINT]) {
      complete truncatedBy
      nodes { subject { ... on Checkpoint { id name digest run { seed method { name } } } } }
      edges { fromId toId }
    }
  }`;
