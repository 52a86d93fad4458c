export { BUNDLE_MEDIA_TYPE, type Bundle, formatBundle, keyHint, parseBundle, readBundle } from './bundle';
export { canonical } from './canonical-json';
export { type Envelope, isSealedBy, preAuthEncoding, seal } from './dsse';
export { type KeyPair, KeyUnusable, loadSigningKeys, type SigningKeys } from './keys';
export {
  MODEL_PREDICATE_TYPE,
  MODEL_SIGNATURE_FILE,
  type ModelFile,
  signedFiles,
  signModel,
} from './model-signature';
export { STATEMENT_MEDIA_TYPE, STATEMENT_TYPE, type Statement, signStatement, statementIn } from './statement';
