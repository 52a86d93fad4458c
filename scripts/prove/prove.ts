import { readFile, writeFile } from 'node:fs/promises';
import type { Evidence } from './evidence';
import type { Tool } from './tool';

export interface Outcome {
  tool: string;
  /** Why it was not asked. */
  skipped?: string;
  results: { claim: string; holds: boolean; noticesChange: boolean }[];
}

/** Asks a tool about our files as they are, and with one byte changed. */
export async function prove(tool: Tool, evidence: Evidence, scratch: string): Promise<Outcome> {
  const reason = await tool.prepare(scratch);
  if (reason !== null) return { tool: tool.name, skipped: reason, results: [] };
  const outcome: Outcome = { tool: tool.name, results: [] };
  for (const { claim, holds, tamper } of tool.checks) {
    const held = await holds(evidence);
    const file = tamper.file(evidence);
    const original = await readFile(file);
    const changed = tamper.change(original);
    if (changed.equals(original)) throw new Error(`internal: nothing was changed in ${file}`);
    await writeFile(file, changed);
    const noticesChange = !(await holds(evidence));
    await writeFile(file, original);
    outcome.results.push({ claim, holds: held, noticesChange });
  }
  return outcome;
}
