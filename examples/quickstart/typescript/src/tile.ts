/** What is in a tile, and what does it look like? */

/** A box along the axes, in metres. */
export interface Box {
  readonly element: bigint;
  readonly low: Point;
  readonly high: Point;
}

export type Point = readonly [x: number, y: number, z: number];

const MAGIC = "TWT1";
const BOX = 8 + 6 * 4;

/**
 * The boxes of a tile: `TWT1`, then for each element its id (`u64`) and its box (six `f32`), all
 * little-endian.
 */
export function decode(tile: Uint8Array): Box[] {
  const view = new DataView(tile.buffer, tile.byteOffset, tile.byteLength);
  const magic = String.fromCharCode(...tile.subarray(0, MAGIC.length));
  if (magic !== MAGIC || (tile.length - MAGIC.length) % BOX !== 0) throw new Error("not a tile");
  const boxes: Box[] = [];
  for (let at = MAGIC.length; at < tile.length; at += BOX) {
    const real = (index: number): number => view.getFloat32(at + 8 + index * 4, true);
    boxes.push({
      element: view.getBigUint64(at, true),
      low: [real(0), real(1), real(2)],
      high: [real(3), real(4), real(5)],
    });
  }
  return boxes;
}

/** Draws boxes as seen from the south-east, from above: what is low comes first, then what is far. */
export function draw(canvas: HTMLCanvasElement, boxes: readonly Box[]): void {
  const context = canvas.getContext("2d");
  if (context === null) return;
  const scale = window.devicePixelRatio;
  canvas.width = canvas.clientWidth * scale;
  canvas.height = canvas.clientHeight * scale;
  context.clearRect(0, 0, canvas.width, canvas.height);

  const place = fit(boxes, canvas.width, canvas.height);
  const before = (a: Box, b: Box): number => a.low[2] - b.low[2] || b.low[1] - a.low[1];
  for (const box of [...boxes].sort(before)) {
    for (const side of sides(box)) {
      context.beginPath();
      for (const corner of side.corners) context.lineTo(...place(corner));
      context.closePath();
      context.fillStyle = side.fill;
      context.fill();
      context.strokeStyle = "rgb(30 41 59 / 55%)";
      context.lineWidth = scale / 2;
      context.stroke();
    }
  }
}

/** The three sides that are seen. */
function sides({ low: [x, y, z], high: [X, Y, Z] }: Box): { corners: Point[]; fill: string }[] {
  return [
    { corners: [[x, y, z], [X, y, z], [X, y, Z], [x, y, Z]], fill: "#7c95b8" },
    { corners: [[X, y, z], [X, Y, z], [X, Y, Z], [X, y, Z]], fill: "#5d7699" },
    { corners: [[x, y, Z], [X, y, Z], [X, Y, Z], [x, Y, Z]], fill: "#b7c7de" },
  ];
}

/** A point on a sheet that looks along the model from its south-east. */
function project([x, y, z]: Point): [number, number] {
  return [x - y * 0.5, -z - y * 0.5 + x * 0.12];
}

/** Where a point comes to stand so that all boxes fill the sheet. */
function fit(boxes: readonly Box[], width: number, height: number): (point: Point) => [number, number] {
  const corners = boxes.flatMap((box) => sides(box).flatMap((side) => side.corners)).map(project);
  const across = corners.map(([x]) => x);
  const down = corners.map(([, y]) => y);
  const [left, top] = [Math.min(...across), Math.min(...down)];
  const [w, h] = [Math.max(...across) - left, Math.max(...down) - top];
  const scale = 0.9 * Math.min(width / w, height / h);
  return (point) => {
    const [x, y] = project(point);
    return [(x - left - w / 2) * scale + width / 2, (y - top - h / 2) * scale + height / 2];
  };
}
