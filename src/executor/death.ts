/** How a trainer ended without saying so itself. */
export interface Death {
  readonly code: 'TRAINER_KILLED' | 'TRAINER_CRASHED' | 'TRAINER_EXITED' | 'TRAINER_DISCONNECTED' | 'OUT_OF_MEMORY';
  /** For the person who started the run. */
  readonly message: string;
}

interface Facts {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
  /** Whether it closed its channel while it was alive. */
  readonly disconnected?: boolean;
}

/** Signals that a process gives itself when native code fails. */
const CRASHES: Partial<Record<NodeJS.Signals, string>> = {
  SIGABRT: 'native code aborted',
  SIGSEGV: 'native code read or wrote memory that is not its own',
  SIGBUS: 'native code read or wrote memory that is not there',
  SIGILL: 'native code used an instruction that this processor does not have',
  SIGFPE: 'native code divided by zero',
};

/** V8 says this before it aborts, and ONNX Runtime or the C++ library that. */
const NO_MEMORY = /heap out of memory|allocation failed|std::bad_alloc|cannot allocate memory/i;

export function describeDeath({ code, signal, stderr, disconnected }: Facts): Death {
  const last = lastLine(stderr);
  if (NO_MEMORY.test(stderr)) {
    return {
      code: 'OUT_OF_MEMORY',
      message: 'the trainer ran out of memory: use a smaller batch, or a machine with more of it',
    };
  }
  if (disconnected) {
    return { code: 'TRAINER_DISCONNECTED', message: `the trainer closed its connection to the executor${said(last)}` };
  }
  if (signal === 'SIGKILL') {
    return {
      code: 'TRAINER_KILLED',
      message: 'the trainer was killed (SIGKILL): by hand, or by the operating system for want of memory',
    };
  }
  const crash = signal && CRASHES[signal];
  if (crash) return { code: 'TRAINER_CRASHED', message: `the trainer crashed (${signal}): ${crash}${said(last)}` };
  if (signal) return { code: 'TRAINER_KILLED', message: `the trainer was stopped by ${signal}` };
  return { code: 'TRAINER_EXITED', message: `the trainer exited with code ${code} without a word${said(last)}` };
}

/** The line that says most: the last that is not part of a stack trace. */
function lastLine(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.trim());
  return lines.findLast((line) => line !== '' && !line.startsWith('at ') && !/^Node\.js v/.test(line)) ?? '';
}

const said = (line: string): string => (line === '' ? '' : `; it last wrote "${line.slice(0, 300)}"`);
