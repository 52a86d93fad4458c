/** Metadata between two rules, one key a line. Values are JSON, which YAML 1.2 contains: no name can break out of its place. */
export function stringify(metadata: object): string {
  const lines = Object.entries(metadata).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  return `---\n${lines.join('\n')}\n---\n`;
}
