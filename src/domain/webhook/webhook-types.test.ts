import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type WebhookType, webhookTypes, wireType } from './webhook-types';

test('the page of webhooks names every type as it is sent', () => {
  const page = readFileSync(resolve(__dirname, '../../../../docs/governance.md'), 'utf8');
  for (const type of Object.keys(webhookTypes) as WebhookType[]) {
    expect(page).toContain(`\`${type}\``);
    expect(page).toContain(`\`${wireType(type)}\``);
  }
});
