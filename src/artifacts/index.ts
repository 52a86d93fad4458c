export { ArtifactCorrupt, ArtifactMissing, type ArtifactStore, type Digest } from './artifact-store';
export { digestOfFiles, fetchFolder, putFolder, type StoredFile } from './folder';
export { LocalStore } from './local-store';
export { S3Store } from './s3-store';
