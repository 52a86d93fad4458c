import type { LetheClient } from '../../src/client/lethe-client';

/** A run as the API tells it, with its whole story. */
export interface RunStory {
  id: string;
  status: string;
  attempts: number;
  error: { code: string; message: string } | null;
  /** sha256 of the new checkpoint's files. */
  digest: string | null;
  events: { seq: number; type: string }[];
}

const TERMINAL = new Set(['SUCCEEDED', 'FAILED', 'CANCELLED']);

interface Answer {
  run: {
    id: string;
    status: string;
    attempts: number;
    error: RunStory['error'];
    result: { digest: string } | null;
    events: { edges: { cursor: string; node: { seq: number; type: string } }[]; pageInfo: { hasNextPage: boolean } };
  };
}

/** Reads a run and all of its events, page by page. */
export async function readStory(client: LetheClient, id: string): Promise<RunStory> {
  const events: RunStory['events'] = [];
  for (let after: string | null = null; ; ) {
    const { run }: Answer = await client.request<Answer>(
      `query ($id: ID!, $after: String) { run(id: $id) { id status attempts error { code message } result { digest }
         events(first: 100, after: $after) { edges { cursor node { seq type } } pageInfo { hasNextPage } } } }`,
      { id, after },
    );
    events.push(...run.events.edges.map(({ node }) => node));
    if (!run.events.pageInfo.hasNextPage) {
      const { status, attempts, error } = run;
      return { id, status, attempts, error, digest: run.result?.digest ?? null, events };
    }
    after = run.events.edges.at(-1)!.cursor;
  }
}

/** Everything that is wrong with how a run ended; empty when it ended once, in order, with the undisturbed weights. */
export function wrongWith(story: RunStory, undisturbed: string): string[] {
  const wrong: string[] = [];
  if (story.status !== 'SUCCEEDED') wrong.push(`it is ${story.status} (${story.error?.code}: ${story.error?.message})`);
  if (story.digest !== undisturbed) wrong.push(`its weights are ${story.digest}, undisturbed they are ${undisturbed}`);
  if (story.events.some(({ seq }, index) => seq !== index + 1)) wrong.push('its events are not 1, 2, 3, ...');
  const ends = story.events.filter(({ type }) => TERMINAL.has(type)).length;
  if (ends !== 1) wrong.push(`it ended ${ends} times`);
  if (!TERMINAL.has(story.events.at(-1)?.type ?? '')) wrong.push('its last event is not its end');
  return wrong;
}
