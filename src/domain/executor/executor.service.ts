import { In } from 'typeorm';
import type { Database } from '../../database';
import type { Method, MethodManifest } from '../method/method.entity';
import type { MethodService } from '../method/method.service';
import { Refusal, refuse } from '../refusal/refusals';
import type { Device } from '../run/run.entity';
import { type DeviceReport, Executor } from './executor.entity';

export interface RegisterExecutor {
  host: string;
  pid: number;
  version: string;
  devices: DeviceReport[];
  methods: MethodManifest[];
  brokenPlugins: { plugin: string; reason: string }[];
}

/** An executor silent for longer than this is not counted on any more. */
const SILENT_SECONDS = 30;

export class ExecutorService {
  constructor(
    readonly database: Database,
    readonly methods: MethodService,
  ) {}

  /** A starting executor says who it is and what it can do. */
  async register({ methods, ...description }: RegisterExecutor): Promise<{ executor: Executor; methods: Method[] }> {
    return this.database.transaction(async () => {
      const published: Method[] = [];
      for (const manifest of methods) published.push(await this.methods.publish(manifest));
      const executors = this.database.repository(Executor);
      const executor = await executors.save(
        executors.create({ ...description, methods: methods.map((manifest) => manifest.name) }),
      );
      return { executor, methods: published };
    });
  }

  async heartbeat(id: string): Promise<void> {
    await this.database.query('UPDATE executor SET heartbeat_at = clock_timestamp() WHERE id = $1', [id]);
  }

  async stop(id: string): Promise<void> {
    await this.database.query('UPDATE executor SET stopped_at = clock_timestamp() WHERE id = $1', [id]);
  }

  /** Executors that were heard from lately, newest first. */
  async alive(): Promise<Executor[]> {
    return this.database
      .repository(Executor)
      .createQueryBuilder('executor')
      .where('executor.stoppedAt IS NULL')
      .andWhere(`executor.heartbeatAt > clock_timestamp() - ${SILENT_SECONDS} * interval '1 second'`)
      .orderBy('executor.createdAt', 'DESC')
      .getMany();
  }

  /** Whether work on a device can be promised. AUTO and CPU always can: they may wait for an executor to come. */
  async offers(device: Device): Promise<true | Refusal<'DEVICE_UNAVAILABLE'>> {
    if (device === 'AUTO' || device === 'CPU') return true;
    const reports = (await this.alive())
      .flatMap((executor) => executor.devices)
      .filter((report) => report.name === device);
    if (reports.some((report) => report.available)) return true;
    const hint = reports.find((report) => report.hint)?.hint ?? 'no executor that knows it is running';
    return refuse('DEVICE_UNAVAILABLE', ['device'], { device, hint });
  }

  async byIds(ids: readonly string[]): Promise<Executor[]> {
    return this.database.repository(Executor).findBy({ id: In([...ids]) });
  }
}

/** What a job of this kind asks of an executor, in the words of `offersOf`. */
export function needsOf(method: string, device: Device): string[] {
  return [`method:${method}`, ...deviceNeeds(device)];
}

export function deviceNeeds(device: Device): string[] {
  return device === 'AUTO' ? [] : [`device:${device}`];
}

/** What an executor offers. */
export function offersOf(executor: Pick<Executor, 'methods' | 'devices'>): string[] {
  return [
    ...executor.methods.map((method) => `method:${method}`),
    ...executor.devices.filter((report) => report.available).map((report) => `device:${report.name}`),
  ];
}
