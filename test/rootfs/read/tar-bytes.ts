/** A tar header by hand, so that it can say what no program would write. */
export function header({
  type = '0',
  size,
  name = 'entry',
  base256 = false,
}: {
  type?: string;
  size: number;
  name?: string;
  base256?: boolean;
}): Buffer {
  const block = Buffer.alloc(512);
  block.write(name, 0, 'latin1');
  for (const at of [100, 108, 116]) block.write('0000644\0', at, 'latin1');
  if (base256) {
    block[124] = 0x80;
    block.writeUInt32BE(size, 132);
  } else {
    block.write(`${size.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
  }
  block.write('00000000000\0', 136, 'latin1');
  block.write(`        ${type}`, 148, 'latin1');
  block.write('ustar\u000000', 257, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

/** A PAX header with short records. */
export function paxHeader(records: Readonly<Record<string, string>>, type: 'x' | 'g' = 'x'): Buffer {
  const text = Object.entries(records)
    .map(([key, value]) => {
      const length = key.length + value.length + 5;
      return `${length} ${key}=${value}\n`;
    })
    .join('');
  const body = Buffer.alloc(512);
  body.write(text, 'latin1');
  return Buffer.concat([header({ type, size: text.length, name: 'pax' }), body]);
}
