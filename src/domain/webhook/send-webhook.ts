import http from 'node:http';
import https from 'node:https';
import { Webhook } from 'standardwebhooks';
import type { Destinations } from './destinations';
import { retryAfter } from './schedule';

/** How an endpoint answered, or why it did not. */
export interface Answer {
  responseStatus: number | null;
  error: string | null;
  milliseconds: number;
  /** What it said of when to ask again. */
  retryAfter: Date | null;
  /** It has more to do than it can, or does not answer in time: other messages had better wait, too. */
  overloaded: boolean;
}

export interface Message {
  url: string;
  /** One signature each. */
  secrets: readonly string[];
  /** `webhook-id`. */
  id: string;
  body: string;
}

/** 15 to 30 seconds, says the specification; a job's lease is longer. */
const TIMEOUT_MS = 20_000;

/** Too Many Requests, Bad Gateway, Gateway Timeout. */
const OVERLOADED = [429, 502, 504];

/**
 * Posts a message in the form of https://www.standardwebhooks.com (signature v1, HMAC-SHA256). Follows no redirect, and
 * reads nothing of the answer but its status and Retry-After: what a URL leads to is not shown to who named it.
 */
export async function sendWebhook(
  { url: text, secrets, id, body }: Message,
  destinations: Destinations,
  at: Date,
  timeoutMs = TIMEOUT_MS,
): Promise<Answer> {
  const began = performance.now();
  const answered = (responseStatus: number | null, error: string | null, more: Partial<Answer> = {}): Answer => ({
    responseStatus,
    error,
    milliseconds: Math.round(performance.now() - began),
    retryAfter: null,
    overloaded: false,
    ...more,
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
      const { statusCode = 0, headers: said } = response;
      const wanted = retryAfter(said['retry-after'], at);
      resolve(answered(statusCode, null, { retryAfter: wanted, overloaded: OVERLOADED.includes(statusCode) }));
    })
      .on('error', (error) => {
        if (!signal.aborted) return resolve(answered(null, error.message || error.name));
        resolve(answered(null, `no answer within ${timeoutMs / 1000} seconds`, { overloaded: true }));
      })
      .end(body);
  });
}
