import { Ctx, Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { architectures, type Checkpoint, type DocumentName, documentNames, documents, layouts } from '../../domain';
import type { Context } from '../context';
import { enumOf } from '../enum-of';
import { MergeType } from '../merge/merge.type';
import { Node } from '../node';
import { RunType } from '../run/run.type';
import { BigIntScalar, DateTime, JsonObject } from '../scalars';

export const ArchitectureEnum = enumOf(architectures);
registerEnumType(ArchitectureEnum, {
  name: 'Architecture',
  description: "Family of a CLIP's image tower.",
  valuesConfig: {
    VIT: { description: 'Vision transformer (ViT-B/32, ViT-L/14, any width).' },
    MODIFIED_RESNET: { description: "CLIP's ResNet with attention pooling (RN50, RN101, any width)." },
  },
});

export const LayoutEnum = enumOf(layouts);
registerEnumType(LayoutEnum, {
  name: 'Layout',
  description:
    'How a checkpoint names its tensors. What is made here is written in the layout its (first) input came in.',
  valuesConfig: {
    HUGGING_FACE: { description: 'What `CLIPModel.from_pretrained` loads.' },
    OPENAI: { description: "OpenAI's state dict." },
    OPEN_CLIP: { description: 'What `open_clip` loads.' },
  },
});

@ObjectType('CheckpointFile', { description: 'One file of a checkpoint.' })
export class CheckpointFileType {
  @Field(() => String, { description: "Path inside the checkpoint's folder." })
  path: string;

  @Field(() => String, { description: "sha256 of the file's bytes, hexadecimal." })
  digest: string;

  @Field(() => BigIntScalar, { description: 'Size in bytes.' })
  bytes: number;
}

@ObjectType('CheckpointDocument', { description: 'A document about a checkpoint, written when it is fetched.' })
export class CheckpointDocumentType {
  @Field(() => String, { description: 'Name of its file.' })
  name: string;

  @Field(() => String, { description: 'What it is.' })
  title: string;

  @Field(() => String, { description: 'What the bytes are.' })
  mediaType: string;

  @Field(() => String, { description: 'Path on this server that serves it, with the token as GraphQL takes it.' })
  url: string;

  static of(this: void, checkpointId: string, name: DocumentName): CheckpointDocumentType {
    const { title, mediaType } = documents[name];
    return Object.assign(new CheckpointDocumentType(), {
      name,
      title,
      mediaType,
      url: `/checkpoints/${checkpointId}/${name}`,
    });
  }
}

@ObjectType('Checkpoint', { implements: Node, description: 'A set of CLIP weights, immutable.' })
export class CheckpointType extends Node {
  private readonly runId: string | null;
  private readonly mergeId: string | null;

  static of(this: void, row: Checkpoint): CheckpointType {
    return new CheckpointType(row);
  }

  @Field(() => String, { description: 'Name its user gave it.' })
  name: string;

  @Field(() => String, { description: 'sha256 over the paths and digests of its files: equal digests, equal bytes.' })
  digest: string;

  @Field(() => ArchitectureEnum, { description: 'Family of the image tower.' })
  architecture: string;

  @Field(() => LayoutEnum, { description: 'How its tensors are named.' })
  layout: string;

  @Field(() => BigIntScalar, { description: 'Number of weights.' })
  parameterCount: number;

  @Field(() => JsonObject, { description: "CLIP's configuration: towers, widths, image preprocessing." })
  config: Record<string, unknown>;

  @Field(() => [CheckpointFileType], { description: 'Its files.' })
  files: CheckpointFileType[];

  @Field(() => String, {
    nullable: true,
    description: 'Where it was imported from; null for a checkpoint that was made here.',
  })
  source: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Id of who imported it, who may never approve it; null for a checkpoint that was made here.',
  })
  importedBy: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'Id of the checkpoint a run made it from; a merge has several, see `lineage`.',
  })
  parentId: string | null;

  @Field(() => DateTime, { description: 'When it was imported or made.' })
  createdAt: Date;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When it was deleted. A deleted checkpoint starts no runs, but lineage still names it.',
  })
  deletedAt: Date | null;

  @Field(() => [CheckpointDocumentType], {
    description:
      'Documents about it, from the record as it stands: bill of materials, model card, technical documentation.',
  })
  documents(): CheckpointDocumentType[] {
    return documentNames.map((name) => CheckpointDocumentType.of(this.id, name));
  }

  @Field(() => String, {
    description: 'Path on this server of its `model.sig`: its files signed in the form of OpenSSF Model Signing v1.0.',
  })
  signatureUrl(): string {
    return `/checkpoints/${this.id}/model.sig`;
  }

  @Field(() => CheckpointType, { nullable: true, description: 'The checkpoint a run made it from.' })
  async parent(@Ctx() { loaders }: Context): Promise<CheckpointType | null> {
    return this.parentId ? CheckpointType.of(await loaders.checkpoint.load(this.parentId)) : null;
  }

  @Field(() => RunType, { nullable: true, description: 'The run that made it.' })
  async run(@Ctx() { loaders }: Context): Promise<RunType | null> {
    return this.runId ? RunType.of(await loaders.run.load(this.runId)) : null;
  }

  @Field(() => MergeType, { nullable: true, description: 'The merge that made it.' })
  async merge(@Ctx() { loaders }: Context): Promise<MergeType | null> {
    return this.mergeId ? MergeType.of(await loaders.merge.load(this.mergeId)) : null;
  }
}
