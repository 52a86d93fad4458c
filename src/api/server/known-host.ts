import type { IncomingHttpHeaders } from 'node:http';

const loopback = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Protects a server on loopback from web pages that point a name of theirs at 127.0.0.1 (DNS rebinding), and from
 * pages of other sites: the Host header, and the Origin where a browser sends one, must name a host we know.
 */
export function knownHosts(listenHost: string, allowed: readonly string[]): (headers: IncomingHttpHeaders) => boolean {
  if (allowed.includes('*')) return () => true;
  const known = new Set([...loopback, listenHost, ...allowed].map((host) => host.toLowerCase()));
  const knows = (host: string | undefined) => host !== undefined && known.has(host.toLowerCase());
  return ({ host, origin }) =>
    knows(hostName(`http://${host ?? ''}`)) && (origin === undefined || knows(hostName(origin)));
}

function hostName(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).hostname : undefined;
}
