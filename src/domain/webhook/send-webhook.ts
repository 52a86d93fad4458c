import http from 'node:http';
import https from 'node:https';
import { Webhook } from 'standardwebhooks';
import type { Destinations } from './destinations';

/** How an endpoint answered, or why it did not. */
export interface Answer {
  responseStatus: number | null;
  error: string | null;
  milliseconds: number;
}

export interface Message {
  url: string;
  /** One signature each. */
  secrets: readonly string[];
  /** `webhook-id`. */
  id: string;
  body: string;
}

const TIMEOUT_MS = 10_000;

/**
 * Posts a message in the form of https://www.standardwebhooks.com (signature v1, HMAC-SHA256). Follows no redirect, and
 * reads nothing of the answer but its status: what a URL leads to is not shown to who named it.
 */
export async function sendWebhook(
  { url: text, secrets, id, body }: Message,
  destinations: Destinations,
  at: Date,
  timeoutMs = TIMEOUT_MS,
): Promise<Answer> {
  const began = performance.now();
  const answered = (responseStatus: number | null, error: string | null): Answer => ({
    responseStatus,
    error,
    milliseconds: Math.round(performance.now() - began),
  });
  const problem = destinations.problemOf(text);
  if (problem) return answered(null, problem);
  const url = new URL(text);
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'user-agent': 'lethe',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, at, body)).join(' '),
  };
  const { request } = url.protocol === 'http:' ? http : https;
  const signal = AbortSignal.timeout(timeoutMs);
  return new Promise((resolve) => {
    const lookup = destinations.lookupFor(url.protocol);
    request(url, { method: 'POST', headers, lookup, agent: false, signal }, (response) => {
      response.destroy();
      resolve(answered(response.statusCode ?? null, null));
    })
      .on('error', (error) => {
        const late = signal.aborted ? `no answer within ${timeoutMs / 1000} seconds` : error.message;
        resolve(answered(null, late || error.name));
      })
      .end(body);
  });
}
