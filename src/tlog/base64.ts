/** The bytes of standard base64; null unless it is exactly what these bytes are written as, padding and all. */
export function fromBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : null;
}
