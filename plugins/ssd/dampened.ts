interface Dampening {
  readonly selection: number;
  readonly dampening: number;
  readonly exponent: number;
}

/**
 * The paper's equations 5 to 7: where F_f > alpha F_r the weight is multiplied by min((lambda F_r / F_f)^exponent, 1).
 *
 * @param f importance of each element to the forget set, `r` to the retain set
 */
export function dampened(
  weight: Float32Array,
  f: Float32Array,
  r: Float32Array,
  { selection, dampening, exponent }: Dampening,
): { readonly values: Float32Array; readonly selected: number } {
  let selected = 0;
  const values = weight.map((value, i) => {
    if (f[i]! <= selection * r[i]!) return value;
    selected += 1;
    return value * Math.min(((dampening * r[i]!) / f[i]!) ** exponent, 1);
  });
  return { values: selected > 0 ? values : weight, selected };
}
