/**
 * Renders resources/icons: the program's icon in every format a platform wants, and the tray's
 * pictures. Run by hand after a change here or in relay.svg; the results are committed, so that a
 * build needs no renderer.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Resvg } from '@resvg/resvg-js';

type GlanceStateName = 'idle' | 'working' | 'paused' | 'needs-owner' | 'lost';

const icons = join(import.meta.dirname, '..', 'resources', 'icons');

function render(svg: string, sizePx: number): Buffer {
  return Buffer.from(new Resvg(svg, { fitTo: { mode: 'width', value: sizePx } }).render().asPng());
}

/**
 * The tray's states: one shape each, since state is never told by colour alone.
 * 16 units wide, drawn in one colour.
 */
const ring = '<circle cx="8" cy="8" r="5.6" />';
const drawings: Record<GlanceStateName, string> = {
  idle: ring,
  working: `${ring}<circle cx="8" cy="8" r="2.6" class="solid" />`,
  paused: `${ring}<path d="M6.6 5.9v4.2M9.4 5.9v4.2" />`,
  'needs-owner':
    '<path class="solid" fill-rule="evenodd" d="M8 1.4a6.6 6.6 0 1 1 0 13.2a6.6 6.6 0 0 1 0-13.2zM7.1 4v5h1.8V4zM7.1 10.3v1.9h1.8v-1.9z" />',
  lost: `<circle cx="8" cy="8" r="5.6" stroke-dasharray="2.2 2.2" />`,
};

function trayDrawing(shape: string, colour: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">
<style>circle,path{fill:none;stroke:${colour};stroke-width:1.6;stroke-linecap:round}
.solid{fill:${colour};stroke:none}</style>${shape}</svg>`;
}

/** Windows' format: a directory of PNGs (since Vista). */
function ico(images: { sizePx: number; png: Buffer }[]): Buffer {
  const head = Buffer.alloc(6 + 16 * images.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(images.length, 4);
  let offset = head.length;
  for (const [index, { sizePx, png }] of images.entries()) {
    const at = 6 + 16 * index;
    // 0 stands for 256.
    head.writeUInt8(sizePx % 256, at);
    head.writeUInt8(sizePx % 256, at + 1);
    head.writeUInt16LE(1, at + 4);
    head.writeUInt16LE(32, at + 6);
    head.writeUInt32LE(png.length, at + 8);
    head.writeUInt32LE(offset, at + 12);
    offset += png.length;
  }
  return Buffer.concat([head, ...images.map(({ png }) => png)]);
}

/** macOS' format: PNGs, each behind a code for its size. */
function icns(images: { code: string; png: Buffer }[]): Buffer {
  const chunks = images.flatMap(({ code, png }) => {
    const head = Buffer.alloc(8);
    head.write(code, 'latin1');
    head.writeUInt32BE(png.length + 8, 4);
    return [head, png];
  });
  const body = Buffer.concat(chunks);
  const head = Buffer.alloc(8);
  head.write('icns', 'latin1');
  head.writeUInt32BE(body.length + 8, 4);
  return Buffer.concat([head, body]);
}

const program = readFileSync(join(icons, 'relay.svg'), 'utf8');
const icoSizes = [16, 24, 32, 48, 64, 128, 256];
const icnsSizes = { icp4: 16, icp5: 32, icp6: 64, ic07: 128, ic08: 256, ic09: 512, ic10: 1024 };
const linuxSizes = [16, 32, 48, 64, 128, 256, 512];

mkdirSync(join(icons, 'tray'), { recursive: true });
mkdirSync(join(icons, 'linux'), { recursive: true });
// The window's own; decoding a large one would hold up the start.
writeFileSync(join(icons, 'relay.png'), render(program, 128));
for (const sizePx of linuxSizes) {
  writeFileSync(join(icons, 'linux', `${sizePx}x${sizePx}.png`), render(program, sizePx));
}
const icoImages = icoSizes.map((sizePx) => ({ sizePx, png: render(program, sizePx) }));
writeFileSync(join(icons, 'relay.ico'), ico(icoImages));
const icnsImages = Object.entries(icnsSizes).map(([code, sizePx]) => ({
  code,
  png: render(program, sizePx),
}));
writeFileSync(join(icons, 'relay.icns'), icns(icnsImages));

/** Two pixels a point for sharp screens; Electron finds the second by its name. */
function writePair(name: string, svg: string): void {
  writeFileSync(join(icons, 'tray', `${name}.png`), render(svg, 16));
  writeFileSync(join(icons, 'tray', `${name}@2x.png`), render(svg, 32));
}

for (const [state, shape] of Object.entries(drawings)) {
  writePair(`${state}Template`, trayDrawing(shape, '#000'));
  writePair(`${state}-dark`, trayDrawing(shape, '#2b2b2e'));
  writePair(`${state}-light`, trayDrawing(shape, '#f2f2f3'));
}
const overlay = drawings['needs-owner'];
writeFileSync(join(icons, 'overlay.png'), render(trayDrawing(overlay, '#c2410c'), 32));
