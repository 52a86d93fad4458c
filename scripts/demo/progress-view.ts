import { Presets, SingleBar } from 'cli-progress';

/** What the demo asks `runEvents` for. */
export interface DemoEvent {
  __typename: string;
  stage?: string;
  progress?: { step: number; totalSteps: number; fraction: number; etaSeconds: number | null };
  losses?: Record<string, number>;
  message?: string;
  attempt?: number;
  role?: string;
  error?: { code: string; message: string };
  reason?: { code: string; message: string };
}

export interface ProgressView {
  show(event: DemoEvent): void;
  /** Leaves the last state on the screen. */
  end(): void;
}

/** A bar where somebody watches; plain lines, at most one each tenth of the run, where output goes to a file. */
export function createProgressView(stream: NodeJS.WriteStream): ProgressView {
  return stream.isTTY ? new BarView(stream) : new LineView(stream);
}

class BarView implements ProgressView {
  private readonly bar: SingleBar;
  private started = false;

  constructor(stream: NodeJS.WriteStream) {
    const format = '  {stage} {bar} {percentage}% | step {step}/{steps} | {losses} | {left}';
    this.bar = new SingleBar({ format, stream, hideCursor: true, barsize: 28 }, Presets.shades_classic);
  }

  show(event: DemoEvent): void {
    if (!event.progress) return;
    const values = describe(event);
    if (!this.started) this.bar.start(1000, 0, values);
    this.started = true;
    this.bar.update(Math.round(event.progress.fraction * 1000), values);
  }

  end(): void {
    if (this.started) this.bar.stop();
  }
}

class LineView implements ProgressView {
  private tenth = -1;

  constructor(private readonly stream: NodeJS.WriteStream) {}

  show(event: DemoEvent): void {
    if (event.__typename === 'StageEvent') this.write(`stage ${event.stage}`);
    if (event.__typename === 'EvaluatedEvent') this.write(`evaluated ${event.role?.toLowerCase()}`);
    if (!event.progress) return;
    const tenth = Math.floor(event.progress.fraction * 10);
    if (tenth === this.tenth) return;
    this.tenth = tenth;
    const { stage, step, steps, losses, left } = describe(event);
    this.write(`${stage} ${Math.round(event.progress.fraction * 100)}% step ${step}/${steps} ${losses} ${left}`);
  }

  end(): void {}

  private write(line: string): void {
    this.stream.write(`  ${line}\n`);
  }
}

function describe({ stage = '', progress, losses = {} }: DemoEvent) {
  const eta = progress?.etaSeconds;
  return {
    stage,
    step: progress?.step ?? 0,
    steps: progress?.totalSteps ?? 0,
    losses: Object.entries(losses)
      .map(([name, value]) => `${name} ${value.toPrecision(3)}`)
      .join(' '),
    left: eta == null ? '' : `${Math.ceil(eta)} s left`,
  };
}
