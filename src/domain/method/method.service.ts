import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020';
import { In } from 'typeorm';
import type { Database } from '../../database';
import { Refusal, refuse } from '../refusal/refusals';
import { Method, type MethodManifest } from './method.entity';

export class MethodService {
  readonly #ajv = new Ajv2020({ useDefaults: true, strict: false });
  /** Compiled schemas by method id: a method row never changes what it accepts. */
  readonly #validators = new Map<string, ValidateFunction>();

  constructor(readonly database: Database) {}

  /** Writes down what an executor has loaded. The same code published again is the same row. */
  async publish(manifest: MethodManifest): Promise<Method> {
    const { name, version, codeDigest, title, description, paper, needs, parameters } = manifest;
    const [row] = await this.database.query<{ id: string }>(
      `INSERT INTO method (name, version, code_digest, title, description, paper, needs, parameters)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
       ON CONFLICT (name, version, code_digest) DO UPDATE SET published_at = clock_timestamp() RETURNING id`,
      [
        name,
        version,
        codeDigest,
        title,
        description,
        ...[paper, needs, parameters].map((value) => JSON.stringify(value)),
      ],
    );
    return this.database.repository(Method).findOneByOrFail({ id: row!.id });
  }

  /** The newest published code of each name, by name. */
  async list(): Promise<Method[]> {
    return this.database
      .repository(Method)
      .createQueryBuilder('method')
      .distinctOn(['method.name'])
      .orderBy('method.name')
      .addOrderBy('method.publishedAt', 'DESC')
      .getMany();
  }

  /** The code that a new run of this method gets. */
  async byName(name: string): Promise<Method | Refusal<'METHOD_UNKNOWN'>> {
    const [method] = await this.database
      .repository(Method)
      .find({ where: { name }, order: { publishedAt: 'DESC' }, take: 1 });
    if (method) return method;
    const known = (await this.list()).map((each) => each.name).join(', ') || 'none yet';
    return refuse('METHOD_UNKNOWN', ['method'], { method: name, known });
  }

  async byIds(ids: readonly string[]): Promise<Method[]> {
    return this.database.repository(Method).findBy({ id: In([...ids]) });
  }

  /** The parameters with defaults filled in, or what is wrong with the first bad one. */
  validate(
    method: Method,
    given: Record<string, unknown>,
  ): { parameters: Record<string, unknown> } | Refusal<'PARAMETER_INVALID'> {
    const parameters = { ...presetValues(method, given.preset), ...structuredClone(given) };
    const validate =
      this.#validators.get(method.id) ?? this.#ajv.compile({ additionalProperties: false, ...method.parameters });
    this.#validators.set(method.id, validate);
    if (validate(parameters)) return { parameters };
    const [error] = validate.errors!;
    const extra: string | undefined = error!.params.additionalProperty ?? error!.params.missingProperty;
    const path = [...error!.instancePath.split('/').slice(1), ...(extra === undefined ? [] : [extra])];
    const problem =
      error!.params.additionalProperty === undefined
        ? `${error!.message}${error!.params.allowedValues ? `: ${error!.params.allowedValues.join(', ')}` : ''}`
        : `is not one of its parameters: ${Object.keys(method.parameters.properties).join(', ')}`;
    return refuse('PARAMETER_INVALID', ['parameters', ...path], {
      parameter: path.join('.') || 'list',
      method: method.name,
      problem,
    });
  }
}

/** The values that a preset stands for. An unknown name gives none: the schema's own enum refuses it. */
function presetValues(method: Method, name: unknown): Record<string, unknown> {
  const presets = (method.parameters['x-presets'] ?? {}) as Record<string, { values: Record<string, unknown> }>;
  return typeof name === 'string' && Object.hasOwn(presets, name) ? { ...presets[name]?.values } : {};
}
