/**
 * On what ground a subject asks for erasure: GDPR Article 17(1), in short. The text is law, these lines are reminders
 * of it: https://eur-lex.europa.eu/eli/reg/2016/679/oj
 */
export const legalBases = {
  ART_17_1_A: 'no longer necessary for the purposes they were collected for',
  ART_17_1_B: 'consent was withdrawn and there is no other legal ground',
  ART_17_1_C: 'the subject objects under Art. 21 and no overriding legitimate ground remains',
  ART_17_1_D: 'the data were processed unlawfully',
  ART_17_1_E: 'erasure is a legal obligation of the controller',
  ART_17_1_F: 'collected from a child for an information society service, Art. 8(1)',
} as const;

export type LegalBasis = keyof typeof legalBases;

/** Why erasure may not go on although it was asked for: Article 17(3), in short. */
export const holdGrounds = {
  ART_17_3_A: 'freedom of expression and information',
  ART_17_3_B: 'a legal obligation, a task in the public interest or official authority requires the data',
  ART_17_3_C: 'public health, Art. 9(2)(h) and (i) and 9(3)',
  ART_17_3_D: 'archiving in the public interest, research or statistics that erasure would impair, Art. 89(1)',
  ART_17_3_E: 'legal claims are established, exercised or defended',
} as const;

export type HoldGround = keyof typeof holdGrounds;
