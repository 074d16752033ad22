import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';

/**
 * Presses keys as a keyboard does, wherever the focus is: an X client that knows five requests, two of
 * them of the XTEST extension (https://www.x.org/releases/X11R7.7/doc/xproto/x11protocol.html and
 * .../xextproto/xtest.html). No tool that every machine has can do it.
 */

/** By name, as in Electron's accelerators. */
const keysyms = { Control: 0xffe3, Alt: 0xffe9, Shift: 0xffe1, J: 0x6a, K: 0x6b } as const;
export type Key = keyof typeof keysyms;

const authorization = 'MIT-MAGIC-COOKIE-1';
const requests = { queryExtension: 98, getKeyboardMapping: 101, getInputFocus: 43 };
const fakeInput = { minor: 2, press: 2, release: 3 };

/** Presses all of them, in their order, and releases them in the other. */
export async function pressKeys(env: NodeJS.ProcessEnv, ...keys: Key[]): Promise<void> {
  const { socket, read, firstKeycode, keycodeCount } = await openDisplay(env);
  try {
    const codes = await readKeycodes(socket, read, firstKeycode, keycodeCount);
    const opcode = await extensionOpcode(socket, read, 'XTEST');
    const held = keys.map((key) => codes.get(keysyms[key]) ?? raise(`There is no key ${key}.`));
    const send = (kind: number, keycode: number) =>
      socket.write(fakeInputRequest(opcode, kind, keycode));
    for (const keycode of held) send(fakeInput.press, keycode);
    for (const keycode of held.toReversed()) send(fakeInput.release, keycode);
    // An answer comes after all that was asked before it.
    socket.write(request(requests.getInputFocus, 0));
    await read(32);
  } finally {
    socket.destroy();
  }
}

function raise(message: string): never {
  throw new Error(message);
}

type Read = (size: number) => Promise<Buffer>;

async function openDisplay(env: NodeJS.ProcessEnv) {
  const display = /:(\d+)/.exec(env.DISPLAY ?? '')?.[1] ?? raise('There is no DISPLAY.');
  const socket = connect(`/tmp/.X11-unix/X${display}`);
  const read = reader(socket);
  const cookie = readCookie(env.XAUTHORITY ?? '');
  const head = Buffer.alloc(12);
  head.write('l');
  head.writeUInt16LE(11, 2);
  head.writeUInt16LE(authorization.length, 6);
  head.writeUInt16LE(cookie.length, 8);
  socket.write(Buffer.concat([head, padded(Buffer.from(authorization)), padded(cookie)]));
  const answer = await read(8);
  const body = await read(answer.readUInt16LE(6) * 4);
  if (answer[0] !== 1) raise(`The display refused: ${body.toString('latin1')}`);
  const [firstKeycode, lastKeycode] = [body.readUInt8(26), body.readUInt8(27)];
  return { socket, read, firstKeycode, keycodeCount: lastKeycode - firstKeycode + 1 };
}

/** The cookie of the only display that a private session's file knows. */
function readCookie(path: string): Buffer {
  const file = readFileSync(path);
  let at = 2;
  const field = () => {
    const size = file.readUInt16BE(at);
    at += 2 + size;
    return file.subarray(at - size, at);
  };
  const [, , name = '', cookie = Buffer.alloc(0)] = [field(), field(), field().toString(), field()];
  if (name !== authorization) raise(`${path} holds no cookie but ${name}.`);
  return cookie;
}

async function readKeycodes(socket: Socket, read: Read, first: number, count: number) {
  socket.write(request(requests.getKeyboardMapping, 0, Buffer.from([first, count, 0, 0])));
  const head = await read(32);
  const perKeycode = head.readUInt8(1);
  const body = await read(head.readUInt32LE(4) * 4);
  const codes = new Map<number, number>();
  for (let index = 0; index < count; index += 1) {
    const keysym = body.readUInt32LE(index * perKeycode * 4);
    if (!codes.has(keysym)) codes.set(keysym, first + index);
  }
  return codes;
}

async function extensionOpcode(socket: Socket, read: Read, name: string): Promise<number> {
  const size = Buffer.alloc(4);
  size.writeUInt16LE(name.length);
  const body = Buffer.concat([size, padded(Buffer.from(name))]);
  socket.write(request(requests.queryExtension, 0, body));
  const answer = await read(32);
  return answer[8] === 1 ? answer.readUInt8(9) : raise(`The display has no ${name}.`);
}

function fakeInputRequest(opcode: number, kind: number, keycode: number): Buffer {
  const body = Buffer.alloc(32);
  body.writeUInt8(kind, 0);
  body.writeUInt8(keycode, 1);
  return request(opcode, fakeInput.minor, body);
}

function request(opcode: number, detail: number, body = Buffer.alloc(0)): Buffer {
  const head = Buffer.from([opcode, detail, 0, 0]);
  head.writeUInt16LE(1 + body.length / 4, 2);
  return Buffer.concat([head, body]);
}

const padded = (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);

/** Reads exactly so many bytes, one call after the other. */
function reader(socket: Socket): Read {
  const chunks = socket[Symbol.asyncIterator]();
  let rest = Buffer.alloc(0);
  return async (size) => {
    while (rest.length < size) {
      const { value, done } = await chunks.next();
      if (done) raise('The display is gone.');
      rest = Buffer.concat([rest, value]);
    }
    const read = rest.subarray(0, size);
    rest = rest.subarray(size);
    return read;
  };
}
