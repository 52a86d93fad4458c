import type { Statement } from '../signing';
import { type CertificatePredicate, predicate } from './predicate';
import type { JsonSchema } from './shape';

const STYLE = `
body { font: 15px/1.45 Georgia, serif; color: #111; max-width: 54rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.7rem; margin-bottom: 0; } h2 { font-size: 1.15rem; margin: 1.8rem 0 .3rem; border-bottom: 1px solid #999; }
p.about { color: #555; margin: .2rem 0 .6rem; } table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .2rem .6rem .2rem 0; border-bottom: 1px solid #ddd; overflow-wrap: anywhere; }
th { font-weight: normal; color: #555; } tbody th { width: 14rem; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: .8rem; margin: 0; }
@media print { body { margin: 0; max-width: none; } h2 { break-after: avoid; } tr { break-inside: avoid; } }`;

/**
 * The statement as a page for people: printable, without scripts and without anything from elsewhere. Sections, words and
 * order are the table's; every value is escaped. The signed file is the certificate, this is a view of it.
 */
export function certificatePage(
  { predicate: shown, subject }: Statement<CertificatePredicate>,
  bundleDigest: string,
): string {
  const sections = Object.entries(predicate.schema.properties ?? {}).map(
    ([name, schema]) =>
      `<section><h2>${escaped(words(name))}</h2><p class="about">${escaped(schema.description ?? '')}</p>` +
      `${show(Reflect.get(shown, name), schema)}</section>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Erasure certificate ${escaped(shown.certificate.id)}</title><style>${STYLE}</style></head>
<body><h1>Erasure certificate</h1>
<p class="about">of checkpoint ${escaped(subject[0]?.name ?? '')}, sha256 ${escaped(subject[0]?.digest.sha256 ?? '')}</p>
${sections.join('\n')}
<section><h2>How to check this</h2><p>This page shows what a signed file says and proves nothing by itself. The file has the sha256
${escaped(bundleDigest)}. Check it offline with <code>lethe verify certificate.json --key keys.json</code>, or with any tool that reads
Sigstore bundles.</p></section>
</body></html>
`;
}

function show(value: unknown, schema: JsonSchema): string {
  if (value === null || value === undefined) return '<p>none</p>';
  if (schema.properties) {
    const rows = Object.entries(schema.properties).map(
      ([name, part]) =>
        `<tr><th>${escaped(words(name))}</th><td>${showInline(Reflect.get(value, name), part)}</td></tr>`,
    );
    return `<table><tbody>${rows.join('')}</tbody></table>`;
  }
  if (Array.isArray(value)) {
    const { items } = schema;
    if (value.length === 0) return '<p>none</p>';
    if (!items?.properties) return `<ul>${value.map((item) => `<li>${escaped(String(item))}</li>`).join('')}</ul>`;
    const columns = Object.entries(items.properties);
    const head = columns.map(([name]) => `<th>${escaped(words(name))}</th>`).join('');
    const rows = value.map(
      (item) =>
        `<tr>${columns.map(([name, part]) => `<td>${showInline(Reflect.get(item, name), part)}</td>`).join('')}</tr>`,
    );
    return `<table><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
  }
  return `<p>${showInline(value, schema)}</p>`;
}

/** Within a cell. */
function showInline(value: unknown, schema: JsonSchema): string {
  if (value === null || value === undefined) return '–';
  if (Array.isArray(value) && schema.items?.properties) return show(value, schema);
  if (Array.isArray(value)) return escaped(value.join(', ')) || '–';
  if (typeof value === 'number') return escaped(Number.isInteger(value) ? String(value) : value.toPrecision(4));
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value !== 'object') {
    const shown = String(value);
    return shown.includes('\n') ? `<pre>${escaped(shown)}</pre>` : escaped(shown);
  }
  const { value: measured, lower, upper } = value as Record<string, unknown>;
  if (typeof measured === 'number' && schema.properties) {
    const ends = [lower, upper].map((end) => (typeof end === 'number' ? end.toPrecision(3) : '–'));
    return escaped(`${measured.toPrecision(4)} [${ends.join(', ')}]`);
  }
  return `<pre>${escaped(JSON.stringify(value, null, 2))}</pre>`;
}

/** `receivedAt` -> `Received at`. */
function words(name: string): string {
  const spaced = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return spaced.slice(0, 1).toUpperCase() + spaced.slice(1);
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}
