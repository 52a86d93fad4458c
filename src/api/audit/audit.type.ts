import { Ctx, Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { type AuditEntry, type LogProof, leafOf, type PublishedKey, type Signed } from '../../domain';
import type { Context } from '../context';
import { enumOf } from '../enum-of';
import { BigIntScalar, DateTime } from '../scalars';

@ObjectType('LogCheckpoint', {
  description: 'The transparency log at a size it had, signed. https://c2sp.org/tlog-checkpoint',
})
export class LogCheckpointType {
  @Field(() => String, { description: "The log's name." })
  origin: string;

  @Field(() => BigIntScalar, { description: 'Number of entries.' })
  size: number;

  @Field(() => String, { description: 'Root of the Merkle tree, base64.' })
  root: string;

  @Field(() => String, { description: 'The signed note: what to keep, and what tools check.' })
  note: string;

  constructor({ origin, size, root, note }: Signed) {
    Object.assign(this, { origin, size, root: root.toString('base64'), note });
  }
}

@ObjectType('AuditProof', { description: 'Shows that the transparency log has an entry.' })
export class AuditProofType {
  @Field(() => BigIntScalar, { description: 'Place of the entry in the log, from 0.' })
  index: number;

  @Field(() => [String], { description: "Inclusion proof of RFC 6962, base64, the leaf's sibling first." })
  hashes: string[];

  @Field(() => LogCheckpointType, { description: 'What the proof leads to.' })
  checkpoint: LogCheckpointType;

  @Field(() => String, {
    description: 'Entry, proof and checkpoint in one file, for `lethe verify`. https://c2sp.org/tlog-proof',
  })
  file: string;

  constructor({ index, hashes, checkpoint, file }: LogProof) {
    const encoded = hashes.map((hash) => hash.toString('base64'));
    Object.assign(this, { index, hashes: encoded, checkpoint: new LogCheckpointType(checkpoint), file });
  }
}

@ObjectType('AuditEntry', { description: 'One change of state: who, what, when. Never changed, never removed.' })
export class AuditEntryType {
  readonly #row: AuditEntry;

  @Field(() => BigIntScalar, { description: 'Its number. Numbers may have gaps; `position` has none.' })
  number: number;

  @Field(() => DateTime, { description: 'When.' })
  at: Date;

  @Field(() => String, { description: 'Salted hash of who did it: what the log has.' })
  actorHash: string;

  @Field(() => String, { description: 'What was done, such as RUN_STARTED.' })
  action: string;

  @Field(() => String, { description: 'Kind of the thing it was done to, such as RUN.' })
  subjectType: string;

  @Field(() => ID, { description: 'The thing it was done to.' })
  subjectId: string;

  @Field(() => String, {
    nullable: true,
    description: 'sha256 of what was kept of it before, as canonical JSON; null when it was not there.',
  })
  beforeDigest: string | null;

  @Field(() => String, { nullable: true, description: 'The same after; null when it is no more.' })
  afterDigest: string | null;

  @Field(() => BigIntScalar, {
    nullable: true,
    description: 'Place in the transparency log, from 0; null for the moment until the log has taken it up.',
  })
  position: number | null;

  constructor(row: AuditEntry) {
    const { id, at, actor, action, subjectType, subjectId, beforeDigest, afterDigest, position } = row;
    Object.assign(this, { number: id, at, actorHash: actor, action, subjectType, subjectId });
    Object.assign(this, { beforeDigest, afterDigest, position });
    this.#row = row;
  }

  static of(this: void, row: AuditEntry): AuditEntryType {
    return new AuditEntryType(row);
  }

  @Field(() => String, { nullable: true, description: 'Id of who did it; null once the link was destroyed.' })
  async actor(@Ctx() { loaders }: Context): Promise<string | null> {
    return loaders.actor.load(this.actorHash);
  }

  @Field(() => String, { description: 'The bytes the log hashes: canonical JSON.' })
  leaf(): string {
    return leafOf(this.#row).toString();
  }

  @Field(() => AuditProofType, { nullable: true, description: 'That the log has it; null until it has.' })
  async proof(@Ctx() { domain }: Context): Promise<AuditProofType | null> {
    const proof = await domain.log.prove(this.#row);
    return proof && new AuditProofType(proof);
  }
}

@ObjectType('ForgottenActor', { description: 'An actor whose entries nobody can link to them any more.' })
export class ForgottenActorType {
  @Field(() => String, { description: 'The salted hash that stood for the actor, and now for nobody.' })
  actorHash: string;

  constructor({ actorHash }: { actorHash: string }) {
    this.actorHash = actorHash;
  }
}

@ObjectType('AuditConsistency', { description: 'Shows that the log only grew between two of its sizes.' })
export class AuditConsistencyType {
  @Field(() => BigIntScalar, { description: 'The smaller size.' })
  from: number;

  @Field(() => BigIntScalar, { description: 'The larger size.' })
  to: number;

  @Field(() => [String], { description: 'Consistency proof of RFC 6962, base64.' })
  hashes: string[];
}

export const KeyPurposeEnum = enumOf(['LOG', 'DOCUMENTS']);
registerEnumType(KeyPurposeEnum, {
  name: 'KeyPurpose',
  description: 'What a key signs.',
  valuesConfig: {
    LOG: { description: 'Checkpoints of the transparency log.' },
    DOCUMENTS: { description: 'Certificates and checkpoint folders.' },
  },
});

export const KeyAlgorithmEnum = enumOf(['ED25519', 'ECDSA_P256_SHA256']);
registerEnumType(KeyAlgorithmEnum, {
  name: 'KeyAlgorithm',
  description: 'How a key signs.',
  valuesConfig: {
    ED25519: { description: 'Ed25519 (RFC 8032).' },
    ECDSA_P256_SHA256: { description: 'ECDSA on P-256 with SHA-256.' },
  },
});

@ObjectType('SigningKey', {
  description: 'A public key of this server. The same are under /keys, as `lethe verify --key` takes them.',
})
export class SigningKeyType {
  @Field(() => KeyPurposeEnum, { description: 'What it signs.' })
  purpose: string;

  @Field(() => KeyAlgorithmEnum, { description: 'How.' })
  algorithm: string;

  @Field(() => String, { description: "What signatures call it: the log's name, or the sha256 of the PEM." })
  hint: string;

  @Field(() => String, { description: 'The key as PEM.' })
  pem: string;

  @Field(() => String, {
    nullable: true,
    description: "The log's key as https://c2sp.org/signed-note writes it; null for other keys.",
  })
  verifierKey: string | null;

  @Field(() => DateTime, { description: 'Since when it is used.' })
  usedFrom: Date;

  @Field(() => DateTime, { nullable: true, description: 'When another took its place; null for the one in use.' })
  usedUntil: Date | null;

  constructor({ purpose, algorithm, hint, pem, verifierKey, createdAt: usedFrom, usedUntil }: PublishedKey) {
    Object.assign(this, { purpose, algorithm, hint, pem, verifierKey, usedFrom, usedUntil: usedUntil ?? null });
  }
}
