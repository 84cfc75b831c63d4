/**
 * Diagonal hatching by colour, for calls in progress. Patterns are made once a colour and forgotten with the theme.
 */
export interface Hatches {
  get(context: CanvasRenderingContext2D, colour: string): CanvasPattern | undefined;
}

const TILE = 8;

export function createHatches(): Hatches {
  const patterns = new Map<string, CanvasPattern>();
  return {
    get(context, colour) {
      const known = patterns.get(colour);
      if (known !== undefined) {
        return known;
      }
      const made = context.createPattern(tile(colour), 'repeat') ?? undefined;
      if (made !== undefined) {
        patterns.set(colour, made);
      }
      return made;
    },
  };
}

function tile(colour: string): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = TILE;
  canvas.height = TILE;
  const context = canvas.getContext('2d');
  if (context !== null) {
    context.strokeStyle = colour;
    context.lineWidth = 2;
    context.beginPath();
    // One line across, and its continuation in both corners, so that tiles join.
    for (const shift of [-TILE, 0, TILE]) {
      context.moveTo(shift - 1, TILE + 1);
      context.lineTo(shift + TILE + 1, -1);
    }
    context.stroke();
  }
  return canvas;
}
