import { TILE_WIDTH, type TileAddress } from './tile';

/** A resource of a log: a tile of hashes, or a bundle of entries beside a tile of level 0. */
export interface TilePath extends Omit<TileAddress, 'level'> {
  level: number | 'entries';
  /** 256 for a full tile. */
  width: number;
}

/** `tile/<L>/<N>[.p/<W>]`, such as `tile/0/x001/x234/067.p/5`. https://c2sp.org/tlog-tiles#merkle-tree */
export function formatTilePath({ level, index, width }: TilePath): string {
  const groups = [String(index % 1000).padStart(3, '0')];
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    groups.unshift(`x${String(rest % 1000).padStart(3, '0')}`);
  }
  return `tile/${level}/${groups.join('/')}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}

const SHAPE = /^tile\/(entries|\d{1,2})\/((?:x\d{3}\/){0,4}\d{3})(?:\.p\/(\d{1,3}))?$/;

/** What a path means; null when it is none, which includes numbers with needless zeros. */
export function parseTilePath(path: string): TilePath | null {
  const [, level, groups, width] = SHAPE.exec(path) ?? [];
  if (level === undefined || groups === undefined) return null;
  const parsed: TilePath = {
    level: level === 'entries' ? level : Number(level),
    index: Number(groups.replace(/[x/]/g, '')),
    width: width === undefined ? TILE_WIDTH : Number(width),
  };
  const valid = (parsed.level === 'entries' || parsed.level <= 63) && parsed.width > 0 && parsed.width <= TILE_WIDTH;
  return valid && formatTilePath(parsed) === path ? parsed : null;
}
