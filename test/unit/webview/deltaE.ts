/**
 * The CIEDE2000 colour difference, as the CIE defines it (CIE 142-2001), for sRGB under D65.
 */
import { linear } from '../../../webview/model/colour';
import type { Rgb } from '../../../webview/model/colour';

export interface Lab {
  readonly l: number;
  readonly a: number;
  readonly b: number;
}

function toLab(colour: Rgb): Lab {
  const [r, g, b] = [linear(colour.r), linear(colour.g), linear(colour.b)];
  const x = (0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047;
  const y = 0.2126729 * r + 0.7151522 * g + 0.072175 * b;
  const z = (0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883;
  const f = (t: number): number => (t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116);
  return { l: 116 * f(y) - 16, a: 500 * (f(x) - f(y)), b: 200 * (f(y) - f(z)) };
}

const radians = (degrees: number): number => (degrees * Math.PI) / 180;
const cosine = (degrees: number): number => Math.cos(radians(degrees));

function hue(a: number, b: number): number {
  return a === 0 && b === 0 ? 0 : ((Math.atan2(b, a) * 180) / Math.PI + 360) % 360;
}

/** C⁷/(C⁷+25⁷), which the formula uses twice. */
function chromaShare(chroma: number): number {
  return Math.sqrt(chroma ** 7 / (chroma ** 7 + 25 ** 7));
}

function ofLab(first: Lab, second: Lab): number {
  const meanChroma = (Math.hypot(first.a, first.b) + Math.hypot(second.a, second.b)) / 2;
  const stretch = 1.5 - 0.5 * chromaShare(meanChroma);
  const [a1, a2] = [first.a * stretch, second.a * stretch];
  const [c1, c2] = [Math.hypot(a1, first.b), Math.hypot(a2, second.b)];
  const [h1, h2] = [hue(a1, first.b), hue(a2, second.b)];
  const grey = c1 * c2 === 0;
  const turn = h2 - h1;
  const dHue = grey ? 0 : turn > 180 ? turn - 360 : turn < -180 ? turn + 360 : turn;
  const sum = h1 + h2;
  const meanHue = grey ? sum : Math.abs(turn) <= 180 ? sum / 2 : (sum < 360 ? sum + 360 : sum - 360) / 2;
  const meanL = (first.l + second.l) / 2;
  const meanC = (c1 + c2) / 2;
  const t =
    1 -
    0.17 * cosine(meanHue - 30) +
    0.24 * cosine(2 * meanHue) +
    0.32 * cosine(3 * meanHue + 6) -
    0.2 * cosine(4 * meanHue - 63);
  const lightness = (second.l - first.l) / (1 + (0.015 * (meanL - 50) ** 2) / Math.sqrt(20 + (meanL - 50) ** 2));
  const chroma = (c2 - c1) / (1 + 0.045 * meanC);
  const hueDifference = (2 * Math.sqrt(c1 * c2) * Math.sin(radians(dHue / 2))) / (1 + 0.015 * meanC * t);
  const rotation = -2 * chromaShare(meanC) * Math.sin(radians(60 * Math.exp(-(((meanHue - 275) / 25) ** 2))));
  return Math.sqrt(lightness ** 2 + chroma ** 2 + hueDifference ** 2 + rotation * chroma * hueDifference);
}

export const deltaE2000 = { ofLab, ofRgb: (a: Rgb, b: Rgb): number => ofLab(toLab(a), toLab(b)) };
