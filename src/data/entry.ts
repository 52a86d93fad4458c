/** A file of a dataset, or a directory met on the way, named with forward slashes from the dataset's root. */
export type Entry = { readonly name: string; readonly bytes: Buffer } | { readonly directory: string };
