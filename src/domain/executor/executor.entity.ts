import { Column, Entity } from 'typeorm';
import { Identified, instant } from '../columns';
import type { Device } from '../run/run.entity';

/** A device as an executor probed it; `hint` says what to install where it is missing. */
export interface DeviceReport {
  name: Exclude<Device, 'AUTO'>;
  available: boolean;
  description: string;
  hint: string | null;
}

/** A process that does runs. A new process is a new executor, so a row never comes back to life. */
@Entity()
export class Executor extends Identified {
  @Column('text')
  host: string;

  @Column('int')
  pid: number;

  @Column('text')
  version: string;

  @Column('jsonb')
  devices: DeviceReport[];

  /** Names of the methods it has loaded. */
  @Column('text', { array: true })
  methods: string[];

  /** Plugins that could not be loaded, and why. */
  @Column('jsonb', { default: [] })
  brokenPlugins: { plugin: string; reason: string }[];

  @Column({ ...instant, default: () => 'now()' })
  heartbeatAt: Date;

  @Column({ ...instant, nullable: true })
  stoppedAt: Date | null;
}
