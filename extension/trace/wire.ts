/**
 * What a webview message may carry: VS Code sends messages as JSON, in which bigints throw, infinities become null and
 * Node buffers become number lists. `toWire` replaces those in a value before it is posted, `fromWire` puts them back on
 * the other side. Typed arrays pass as they are: VS Code transfers them as bytes. Pure; knows no message.
 */

/** A copy of `value` that survives VS Code's postMessage. Accepts plain data: no class instances but typed arrays, no cycles. */
export function toWire(value: unknown): unknown {
  if (typeof value === 'bigint') return { $bigint: value.toString() };
  if (typeof value === 'number') return Number.isFinite(value) ? value : { $number: String(value) };
  if (typeof value !== 'object' || value === null) return value;
  if (ArrayBuffer.isView(value)) return bytesOnly(value);
  if (Array.isArray(value)) return value.map(toWire);
  return mapValues(value, toWire);
}

/** The inverse of `toWire`. */
export function fromWire(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return value.map(fromWire);
  if ('$bigint' in value && typeof value.$bigint === 'string') return BigInt(value.$bigint);
  if ('$number' in value && typeof value.$number === 'string') return Number(value.$number);
  return mapValues(value, fromWire);
}

function mapValues(value: object, map: (item: unknown) => unknown): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) if (item !== undefined) copy[key] = map(item);
  return copy;
}

/** Views of a larger buffer are cut out, since the whole buffer would be sent; a Node Buffer becomes a Uint8Array. */
function bytesOnly(view: ArrayBufferView): ArrayBufferView {
  const whole = view.byteOffset === 0 && view.byteLength === view.buffer.byteLength;
  if (view instanceof Uint8Array && (!whole || view.constructor !== Uint8Array)) return Uint8Array.from(view);
  if (whole || view instanceof DataView) return view;
  return (view as Float64Array).slice();
}
