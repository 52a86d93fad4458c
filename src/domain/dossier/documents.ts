import { annexIv } from './annex-iv';
import { billOfMaterials } from './bill-of-materials';
import type { Dossier } from './dossier.service';
import { modelCard } from './model-card';

interface Document {
  title: string;
  mediaType: string;
  /** @param version Lethe's */
  write: (dossier: Dossier, version: string) => string;
}

/** Every document that is written about a checkpoint, by the name of its file. */
export const documents = {
  'bom.cdx.json': {
    title: 'CycloneDX 1.6 bill of materials',
    mediaType: 'application/vnd.cyclonedx+json; version=1.6',
    write: billOfMaterials,
  },
  'model-card.md': { title: 'Model card', mediaType: 'text/markdown; charset=utf-8', write: modelCard },
  'annex-iv.md': {
    title: 'Technical documentation after Annex IV of the AI Act, as far as the record goes',
    mediaType: 'text/markdown; charset=utf-8',
    write: annexIv,
  },
} as const satisfies Record<string, Document>;

export type DocumentName = keyof typeof documents;
export const documentNames = Object.keys(documents) as DocumentName[];
