import { Initial1763680000000 } from './1763680000000-initial';
import { Metrics1763712000000 } from './1763712000000-metrics';
import { Artifacts1763780000000 } from './1763780000000-artifacts';
import { Merges1763785000000 } from './1763785000000-merges';
import { Pictures1763790000000 } from './1763790000000-pictures';
import { Audit1763800000000 } from './1763800000000-audit';
import { Lineage1763810000000 } from './1763810000000-lineage';
import { OpenLineage1763810000001 } from './1763810000001-open-lineage';
import { Evidence1763820000000 } from './1763820000000-evidence';
import { Access1763830000000 } from './1763830000000-access';
import { Governance1763840000000 } from './1763840000000-governance';
import { Transparency1763850000000 } from './1763850000000-transparency';
import { LineageChanges1763860000000 } from './1763860000000-lineage-changes';
import { Vouchers1763870000000 } from './1763870000000-vouchers';
import { Operations1763880000000 } from './1763880000000-operations';
import { EvidenceByPolicy1763900000000 } from './1763900000000-evidence-by-policy';
import { IdenticalCheckpoints1763910000000 } from './1763910000000-identical-checkpoints';
import { StandingPlaybooks1763920000000 } from './1763920000000-standing-playbooks';
import { WakeUps1763920000001 } from './1763920000001-wake-ups';
import { Lanes1763920000002 } from './1763920000002-lanes';
import { KeysAndTriggers1763930000000 } from './1763930000000-keys-and-triggers';
import { Protocols1763940000000 } from './1763940000000-protocols';

/** All migrations, oldest first. One that was released is never changed. */
export const migrations = [
  Initial1763680000000,
  Metrics1763712000000,
  Artifacts1763780000000,
  Merges1763785000000,
  Pictures1763790000000,
  Audit1763800000000,
  Lineage1763810000000,
  OpenLineage1763810000001,
  Evidence1763820000000,
  Access1763830000000,
  Governance1763840000000,
  Transparency1763850000000,
  LineageChanges1763860000000,
  Vouchers1763870000000,
  Operations1763880000000,
  EvidenceByPolicy1763900000000,
  IdenticalCheckpoints1763910000000,
  StandingPlaybooks1763920000000,
  WakeUps1763920000001,
  Lanes1763920000002,
  KeysAndTriggers1763930000000,
  Protocols1763940000000,
];
