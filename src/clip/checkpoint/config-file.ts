import { readFile } from 'node:fs/promises';
import { CheckpointRefused } from '../refusal';

/** The deepest published CLIP tower has 64 layers. */
export const MOST_LAYERS = 1000;

/** One object of a JSON configuration file; every getter refuses a value of the wrong type, naming file and key. */
export class ConfigObject {
  private constructor(
    readonly value: Record<string, unknown>,
    readonly path: string,
    private readonly at: string,
  ) {}

  static parse(text: string, path: string): ConfigObject {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw new CheckpointRefused('MALFORMED_CONFIG', 'The file is not valid JSON. Download it again.', path);
    }
    return ConfigObject.of(value, path, '');
  }

  static async read(path: string): Promise<ConfigObject> {
    return ConfigObject.parse(await readFile(path, 'utf8'), path);
  }

  private static of(value: unknown, path: string, at: string): ConfigObject {
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return new ConfigObject(value as Record<string, unknown>, path, at);
    throw new CheckpointRefused('MALFORMED_CONFIG', `${at || 'The file'} must be a JSON object.`, path);
  }

  /** Whether the key is there with a value other than null. */
  has(key: string): boolean {
    return Object.hasOwn(this.value, key) && this.value[key] !== null;
  }

  get(key: string): unknown {
    return this.has(key) ? this.value[key] : undefined;
  }

  /** The object under `key`; an empty one where it is missing. */
  object(key: string): ConfigObject {
    return ConfigObject.of(this.get(key) ?? {}, this.path, `${this.at}${key}.`);
  }

  /** A whole number from 1; the bound keeps a hostile file from making us build a model of a million layers. */
  count(key: string, missing?: number, most = 1_000_000): number {
    const value = this.get(key) ?? missing;
    return Number.isInteger(value) && 1 <= (value as number) && (value as number) <= most
      ? (value as number)
      : this.refuse(key, `a whole number from 1 to ${most}`);
  }

  /** A whole number from zero, such as a token id. */
  index(key: string, missing?: number): number {
    const value = this.get(key) ?? missing;
    return Number.isInteger(value) && 0 <= (value as number) ? (value as number) : this.refuse(key, 'a whole number');
  }

  number(key: string, missing?: number): number {
    const value = this.get(key) ?? missing;
    return typeof value === 'number' ? value : this.refuse(key, 'a number');
  }

  flag(key: string, missing: boolean): boolean {
    const value = this.get(key) ?? missing;
    return typeof value === 'boolean' ? value : this.refuse(key, 'true or false');
  }

  oneOf<T extends string>(key: string, choices: readonly T[], missing?: T): T {
    const value = this.get(key) ?? missing;
    return choices.find((choice) => choice === value) ?? this.refuse(key, `one of ${choices.join(', ')}`);
  }

  /** Three numbers, one a colour channel. */
  channels(key: string, missing: readonly [number, number, number]): readonly [number, number, number] {
    const value = this.get(key) ?? missing;
    const valid = Array.isArray(value) && value.length === 3 && value.every((v) => typeof v === 'number');
    return valid ? (value as [number, number, number]) : this.refuse(key, 'three numbers');
  }

  refuse(key: string, expected: string): never {
    const found = this.has(key) ? `is ${JSON.stringify(this.value[key])}` : 'is missing';
    throw new CheckpointRefused('MALFORMED_CONFIG', `${this.at}${key} ${found}; it must be ${expected}.`, this.path);
  }

  unsupported(what: string): never {
    throw new CheckpointRefused(
      'UNSUPPORTED_ARCHITECTURE',
      `${what}. Supported are CLIP's ViT and ModifiedResNet image towers with CLIP's text transformer.`,
      this.path,
    );
  }
}
