import { Presets, SingleBar } from 'cli-progress';

/** How far a table is: a bar where somebody watches, a line for each cell where output goes to a file. */
export class Progress {
  private readonly bar: SingleBar | null;
  private readonly startedAt = performance.now();
  private done = 0;

  constructor(
    private readonly total: number,
    stream: NodeJS.WriteStream = process.stdout,
  ) {
    const format = '  {bar} {value}/{total} | {left} | {last}';
    this.bar = stream.isTTY
      ? new SingleBar({ format, stream, hideCursor: true, barsize: 28 }, Presets.shades_classic)
      : null;
    this.bar?.start(total, 0, { left: '', last: '' });
  }

  finished(name: string, seconds: number): void {
    this.done++;
    const passed = (performance.now() - this.startedAt) / 1000;
    const left = `${duration((passed / this.done) * (this.total - this.done))} left`;
    const last = `${name}, ${seconds.toFixed(0)} s`;
    if (this.bar) this.bar.update(this.done, { left, last });
    else console.log(`  ${this.done}/${this.total} ${last} | ${left}`);
  }

  end(): void {
    this.bar?.stop();
  }
}

const duration = (seconds: number): string =>
  seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
