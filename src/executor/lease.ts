import { LeaseLost } from '../queue';

/** The right to work on something, kept by heartbeats until it is let go. */
export interface LeaseOptions {
  readonly seconds: number;
  /** One heartbeat; throws LeaseLost when somebody else has the work. */
  beat(): Promise<{ cancelRequested: boolean } | undefined>;
  onCancel(): void;
  /** The work is no longer ours: stop at once, write nothing. */
  onLost(): void;
}

/**
 * Beats three times in each lease. A database that does not answer is waited for as long as the lease lasts; after
 * that the work may already be somebody else's, so it is given up without asking.
 */
export class Lease {
  private timer: NodeJS.Timeout | undefined;
  private beating = false;
  private keptAt = Date.now();
  lost = false;

  constructor(private readonly options: LeaseOptions) {
    this.timer = setInterval(() => void this.beat(), (options.seconds * 1000) / 3);
  }

  /** Beats now, as when a cancellation may have been missed. */
  async beat(): Promise<void> {
    if (this.lost || this.timer === undefined) return;
    if (Date.now() - this.keptAt > this.options.seconds * 1000) return this.lose();
    if (this.beating) return;
    this.beating = true;
    const startedAt = Date.now();
    try {
      const answer = await this.options.beat();
      this.keptAt = startedAt;
      if (answer?.cancelRequested) this.options.onCancel();
    } catch (error) {
      if (error instanceof LeaseLost) this.lose();
    } finally {
      this.beating = false;
    }
  }

  end(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private lose(): void {
    this.end();
    this.lost = true;
    this.options.onLost();
  }
}
