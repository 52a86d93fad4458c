import type { LineageNode } from '../lineage/lineage-node.entity';
import type { RunStatus } from '../run/run-status';

/** What OpenLineage calls the end of a run. */
export const transitions = {
  SUCCEEDED: 'COMPLETE',
  FAILED: 'FAIL',
  CANCELLED: 'ABORT',
} as const satisfies Partial<Record<RunStatus, string>>;

export type Transition = 'START' | (typeof transitions)[keyof typeof transitions];

/** The parts of a RunEvent that Lethe writes: https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent */
export interface RunEventMessage {
  eventType: Transition;
  /** RFC 3339. */
  eventTime: string;
  producer: string;
  schemaURL: string;
  run: { runId: string; facets: Record<string, Facet> };
  job: { namespace: string; name: string; facets: Record<string, Facet> };
  inputs: DatasetMessage[];
  outputs: DatasetMessage[];
}

interface Facet extends Record<string, unknown> {
  _producer: string;
  _schemaURL: string;
}

interface DatasetMessage {
  namespace: string;
  name: string;
  facets: Record<string, Facet>;
}

interface Told {
  eventType: Transition;
  at: Date;
  /** Its name. */
  project: string;
  /** The run, merge or evaluation. */
  node: Pick<LineageNode, 'id' | 'type' | 'label'>;
  /** Of a run. */
  method: string | null;
  inputs: Pick<LineageNode, 'id' | 'type' | 'label'>[];
  outputs: Pick<LineageNode, 'id' | 'type' | 'label'>[];
  error: string | null;
}

const PRODUCER = 'urn:lethe:server';

/** Receivers tell tenants apart by the namespace, and give people the right to one of them. */
const namespaceOf = (project: string): string => `lethe/${project}`;

/** Everything that is used or made is a dataset to OpenLineage; its name is its type and its id, people's name is its description. */
export function runEventMessage(told: Told): RunEventMessage {
  const { eventType, at, project, node, method, inputs, outputs, error } = told;
  const namespace = namespaceOf(project);
  return {
    eventType,
    eventTime: at.toISOString(),
    producer: PRODUCER,
    schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
    run: {
      runId: node.id,
      facets:
        error === null
          ? {}
          : {
              errorMessage: facet('1-0-1/ErrorMessageRunFacet', { message: error, programmingLanguage: 'TypeScript' }),
            },
    },
    job: {
      namespace,
      name: [node.type.toLowerCase(), ...(method === null ? [] : [method])].join('/'),
      facets: { documentation: facet('1-0-1/DocumentationJobFacet', { description: node.label }) },
    },
    inputs: inputs.map((input) => datasetMessage(input, namespace)),
    outputs: outputs.map((output) => datasetMessage(output, namespace)),
  };
}

function datasetMessage({ id, type, label }: Told['node'], namespace: string): DatasetMessage {
  const documentation = facet('1-0-1/DocumentationDatasetFacet', { description: label });
  return { namespace, name: `${type.toLowerCase()}/${id}`, facets: { documentation } };
}

function facet(schema: string, fields: object): Facet {
  const name = schema.split('/')[1];
  return {
    _producer: PRODUCER,
    _schemaURL: `https://openlineage.io/spec/facets/${schema}.json#/$defs/${name}`,
    ...fields,
  };
}
