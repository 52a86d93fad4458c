/** A table of short meanings as `valuesConfig` of the enum of its keys: the domain's words are the documentation. */
export function described<K extends string>(table: Record<K, string>): Record<K, { description: string }> {
  const entries = (Object.entries(table) as [K, string][]).map(([key, text]) => [
    key,
    { description: `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.` },
  ]);
  return Object.fromEntries(entries) as Record<K, { description: string }>;
}
