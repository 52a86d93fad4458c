import { type MethodManifest, setNeeds } from '../domain';

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const DIGEST = /^[0-9a-f]{64}$/;

/**
 * What a plugin's process says of itself, checked field by field before it reaches the database and users: that process
 * ran somebody else's code. Undefined for anything that is no manifest.
 */
export function checkedManifest(said: unknown): MethodManifest | undefined {
  if (!isObject(said)) return undefined;
  const { name, version, codeDigest, title, description, paper, needs, parameters } = said;
  if (!isText(name) || !NAME.test(name) || !isText(version) || !isText(title) || !isText(description)) return undefined;
  if (!isText(codeDigest) || !DIGEST.test(codeDigest)) return undefined;
  if (!isObject(paper) || !isText(paper.title) || !isText(paper.url) || !/^https?:/.test(paper.url)) return undefined;
  if (!Array.isArray(needs) || !needs.every((need) => setNeeds.includes(need))) return undefined;
  if (!isObject(parameters) || parameters.type !== 'object' || !isObject(parameters.properties)) return undefined;
  if (!Object.values(parameters.properties).every(isObject)) return undefined;
  return {
    name,
    version,
    codeDigest,
    title,
    description,
    paper: { title: paper.title, url: paper.url },
    needs,
    parameters: {
      ...parameters,
      type: 'object',
      properties: parameters.properties as Record<string, Record<string, unknown>>,
    },
  };
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '' && value.length <= 2000;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
