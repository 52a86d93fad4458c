import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEVICE_NAMES, DEVICES, type Device } from './device';
import { explain, type Probe, preferred, probe } from './probe';

const found = (device: Device, changes: Partial<Probe> = {}): Probe => ({
  device,
  available: true,
  reason: null,
  software: false,
  ...changes,
});
const missing = { available: false, reason: 'there is no NVIDIA GPU' };

describe('AUTO', () => {
  it('is the fastest device that works', () => {
    expect(preferred([found('CPU'), found('WEBGPU'), found('CUDA')])).toBe('CUDA');
    expect(preferred([found('CPU'), found('WEBGPU'), found('CUDA', missing)])).toBe('WEBGPU');
  });

  it('leaves a driver in software alone', () => {
    expect(preferred([found('CPU'), found('WEBGPU', { software: true }), found('CUDA', missing)])).toBe('CPU');
    expect(explain(found('WEBGPU', { software: true })).description).toMatch(
      /software driver, which AUTO leaves alone/,
    );
  });

  it('is CPU where nothing answers', () => {
    expect(preferred([])).toBe('CPU');
  });
});

describe('a probe', () => {
  it('finds the processor', async () => {
    expect(await probe('CPU')).toEqual(found('CPU'));
  });

  it('says why a device is missing and what to install', () => {
    expect(explain(found('CUDA', missing)).hint).toBe(`there is no NVIDIA GPU. To use it: ${DEVICES.CUDA.install}`);
    expect(explain(found('CPU')).hint).toBeNull();
  });
});

it.each(DEVICE_NAMES)('docs/devices.md has the row of %s as the table has it', (name) => {
  const page = readFileSync(join(__dirname, '../../../docs/devices.md'), 'utf8');
  const { provider, about, install, state } = DEVICES[name];
  expect(page).toContain(`| \`${name}\` | \`${provider}\` | ${about} | ${install} | \`${state}\` |`);
});
