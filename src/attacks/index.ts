export {
  ATTACK_NEEDS,
  ATTACKED,
  type Attack,
  type AttackedModel,
  type AttackNeed,
  type AttackRow,
  type Declaration,
  type Embedded,
  type Evidence,
  type FeatureAttack,
  type OfParts,
  PARTS,
  type PartName,
  type Relearning,
} from './attack';
export { TEMPLATES } from './paraphrases';
export { type Recollection, type Recovery, relearningRows } from './relearning';
export { ATTACK_NAMES, ATTACKS, type AttackName } from './table';
