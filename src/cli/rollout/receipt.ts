import { writeFile } from 'node:fs/promises';
import { Failure, reasonOf } from '../../errors.ts';
import type { RollOperator } from '../../operator/operator.ts';
import { Papers } from '../../rollout/control/papers.ts';
import { receipt as receiptSchema, type Receipt } from '../../rollout/receipt/receipt.ts';
import { withOperator } from '../connect.ts';
import type { FacadeOptions } from '../options.ts';
import { describeReceipt } from './describe-receipt.ts';

type ReceiptFlags = FacadeOptions & { html?: boolean; out?: string };

const [jsonPaper, htmlPaper] = ['receipt.json', 'receipt.html'];

/** `dropstack rollout receipt` */
export async function showReceipt(
  stack: string,
  roll: string | undefined,
  { html = false, out, ...flags }: ReceiptFlags,
): Promise<void> {
  if (html && flags.output === 'json')
    throw new Failure('invalid', 'A receipt is a page (--html) or JSON (-o json), not both');
  const text = await withOperator(flags, async ({ rolls }) => {
    const found = await find(rolls, stack, roll, html ? htmlPaper : jsonPaper);
    if (html) return found.bytes.toString();
    const receipt = parse(stack, found.bytes);
    return flags.output === 'text'
      ? `${describeReceipt(receipt)}\n`
      : `${JSON.stringify(await withAllProofs(rolls, found.roll, receipt), null, 2)}\n`;
  });
  if (out === undefined) process.stdout.write(text);
  else await write(out, text);
}

/** @param roll the last one that has a receipt, without it */
async function find(
  rolls: RollOperator,
  stack: string,
  roll: string | undefined,
  paper: string,
): Promise<{ roll: string; bytes: Buffer }> {
  // Their names begin with their time.
  const names = roll === undefined ? (await rolls.list(stack)).map((one) => one.roll).toReversed() : [roll];
  for (const name of names) {
    const bytes = await rolls.read(stack, name, paper);
    if (bytes !== undefined) return { roll: name, bytes };
  }
  const what = roll === undefined ? `any roll of stack ${stack}` : `roll ${roll} of stack ${stack}`;
  throw new Failure(
    'not-found',
    `The facade has no receipt of ${what}: one is written when a roll has ended`,
  );
}

function parse(stack: string, bytes: Buffer): Receipt {
  try {
    return receiptSchema.parse(JSON.parse(bytes.toString()));
  } catch (cause) {
    throw new Failure('corrupt', `Cannot read the receipt of stack ${stack}: it is none of this format`, {
      cause,
    });
  }
}

/** A large roll's receipt has only some of its proofs. */
async function withAllProofs(rolls: RollOperator, roll: string, receipt: Receipt): Promise<Receipt> {
  const told = receipt.proofs.reduce((sum, { pods }) => sum + pods.length, 0);
  if (told === receipt.pods) return receipt;
  return { ...receipt, proofs: await new Papers(rolls, receipt.stack).proofs(roll) };
}

async function write(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (cause) {
    throw new Failure('invalid', `Cannot write the receipt into ${path}: ${reasonOf(cause)}`, { cause });
  }
}
