import { dirname } from 'node:path';

/** The hub did not give what was asked for; the message says what to do. */
export class HubRefused extends Error {}

/** A repository may hold the same weights five times, for five frameworks: only what we read is downloaded. */
const WANTED = [
  'model.safetensors',
  'open_clip_model.safetensors',
  'open_clip_config.json',
  'config.json',
  'preprocessor_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'vocab.json',
  'merges.txt',
];

/**
 * Downloads a CLIP from the Hugging Face hub and returns its folder. Files that are there already are not fetched again.
 * @param name `owner/name`, optionally `@revision`
 * @throws HubRefused
 */
export async function downloadFromHub(name: string, cache: string): Promise<string> {
  const [, repo, revision = 'main'] = /^([\w.-]+\/[\w.-]+)(?:@([\w./-]+))?$/.exec(name) ?? [];
  if (!repo) throw new HubRefused('A checkpoint on the hub is named hf:owner/name or hf:owner/name@revision.');
  // Loaded only here: a server without network never needs it.
  const { downloadFileToCacheDir, HubApiError, listFiles } = await import('@huggingface/hub');
  try {
    const wanted: string[] = [];
    for await (const { path } of listFiles({ repo, revision })) if (WANTED.includes(path)) wanted.push(path);
    const weights = wanted.find((path) => path.endsWith('.safetensors'));
    if (!weights)
      throw new HubRefused(
        `${repo} holds no CLIP in safetensors; ask its author, or convert it and import it by path.`,
      );
    const files = await Promise.all(
      wanted.map((path) => downloadFileToCacheDir({ repo, revision, path, cacheDir: cache })),
    );
    return dirname(files[wanted.indexOf(weights)]!);
  } catch (error) {
    if (error instanceof HubRefused) throw error;
    if (error instanceof HubApiError) {
      throw new HubRefused(`The hub answered ${error.statusCode} for ${repo}: check the name and that it is public.`);
    }
    const reason =
      error instanceof Error ? ((error.cause as Error | undefined)?.message ?? error.message) : String(error);
    throw new HubRefused(
      `The Hugging Face hub cannot be reached (${reason}): download ${repo} elsewhere and import it by path.`,
    );
  }
}
