import { lookup as resolve } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** Networks that are nobody's public address: https://www.iana.org/assignments/iana-ipv4-special-registry (and ipv6). */
const special = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/96',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
  '5f00::/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
];
const loopback = networksOf(['127.0.0.0/8', '::1/128']);

function networksOf(cidrs: readonly string[]): BlockList {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [address, prefix] = cidr.split('/') as [string, string];
    list.addSubnet(address, Number(prefix), isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}

const holds = (networks: BlockList, address: string): boolean =>
  networks.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

/**
 * Where webhooks may go. Users name the URLs, so without a rule a server could be made to call what only it can reach:
 * every address is checked when the connection is made, after the name was resolved, and private ones are refused
 * unless the operator listed their network.
 */
export class Destinations {
  readonly #special = networksOf(special);
  readonly #allowed: BlockList;

  /** @param networks in CIDR notation, which may be called although they are private */
  constructor(networks: readonly string[] = []) {
    this.#allowed = networksOf(networks);
  }

  /** What is wrong with a URL, as far as it can be told without resolving its name; null when nothing. */
  problemOf(text: string): string | null {
    if (!URL.canParse(text)) return 'it is no URL';
    const { protocol, hostname, username, password } = new URL(text);
    if (username || password) return 'a URL must not carry a password';
    if (protocol !== 'https:' && protocol !== 'http:') return 'it must begin with https://';
    const host = bare(hostname);
    if (isIP(host)) return this.#problemOfAddress(host, protocol);
    return protocol === 'http:' && host !== 'localhost' ? 'http:// is for loopback addresses only; use https://' : null;
  }

  /** To be given to a request in place of DNS: refuses a name when one of its addresses is not allowed. */
  lookupFor(protocol: string): LookupFunction {
    return (hostname, options, callback) => {
      resolve(hostname, { ...options, all: true }, (error, addresses) => {
        if (error) return callback(error, []);
        for (const { address } of addresses) {
          const problem = this.#problemOfAddress(address, protocol);
          if (problem) return callback(new Error(problem), []);
        }
        const [first] = addresses;
        if (options.all || !first) callback(null, addresses);
        else callback(null, first.address, first.family);
      });
    };
  }

  #problemOfAddress(address: string, protocol: string): string | null {
    if (protocol === 'http:' && !holds(loopback, address))
      return 'http:// is for loopback addresses only; use https://';
    if (holds(this.#special, address) && !holds(this.#allowed, address)) {
      return `${address} is a private address, and LETHE_WEBHOOK_NETWORKS does not list its network`;
    }
    return null;
  }
}

/** `[::1]` -> `::1` */
function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '');
}
