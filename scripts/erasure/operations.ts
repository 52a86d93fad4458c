/** The documents that the workflow sends, beside those of the demo. */

const error = '... on UserError { code message }';

const mutation = (field: string, input: string, success: string) =>
  `mutation ($input: ${input}!) { ${field}(input: $input) { ${success} ${error} } }`;

export const createToken = mutation('createToken', 'CreateTokenInput', '... on CreatedToken { secret token { id } }');
export const importCheckpoint = mutation(
  'importCheckpoint',
  'ImportCheckpointInput',
  '... on Checkpoint { id name digest }',
);
export const createPolicy = mutation('createPolicy', 'CreatePolicyInput', '... on Policy { id name version }');
export const createAlias = mutation('createAlias', 'CreateAliasInput', '... on Alias { id name }');
export const moveAliases = mutation('moveAliases', 'MoveAliasesInput', '... on MovedAliases { aliases { name } }');
export const protectAlias = mutation('protectAlias', 'ProtectAliasInput', '... on Alias { id }');
export const createPlaybook = mutation('createPlaybook', 'CreatePlaybookInput', '... on Playbook { id }');
export const receive = mutation(
  'receiveErasureRequest',
  'ReceiveErasureRequestInput',
  '... on ErasureRequest { id status receivedAt dueAt subjectHash }',
);
export const checkIdentity = mutation('checkIdentity', 'CheckIdentityInput', '... on ErasureRequest { id status }');
export const givePlaybook = mutation('givePlaybook', 'GivePlaybookInput', '... on ErasureRequest { id status }');
export const decide = mutation('decideCheckpoint', 'DecideCheckpointInput', '... on Approval { id decision }');
export const inform = mutation('informRecipient', 'InformRecipientInput', '... on ErasureRequest { id }');

export const request = `
  query ($id: ID!) {
    erasureRequest(id: $id) {
      status dueAt closedAt certificateId verificationId
      nextStep { step state why forPeople }
      run { id result { id name digest } }
      recipients { id name }
    }
  }`;

export const verification = `
  query ($id: ID!) {
    verification(id: $id) {
      status verdict progress { stage done total }
      lines {
        verdict
        threshold { name attack key atMost atLeast relativeTo }
        found { value lower upper }
        reference { value }
      }
    }
  }`;

export const certificate = `
  query ($id: ID!) {
    certificate(id: $id) { id status logIndex bundleUrl htmlUrl claims }
  }`;

export const carriers = `
  query ($forgetSetId: ID!) {
    carriers(forgetSetId: $forgetSetId) { carriers { edges { node { checkpoint { name } samples } } totalCount } remediatedIds attemptedIds undeclared }
  }`;
