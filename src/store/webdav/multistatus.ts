import { XMLParser } from 'fast-xml-parser';
import { z } from 'zod';
import type { ObjectInfo } from '../store.ts';
import { etagOf, timeOf } from './head.ts';

/** One file, or one folder, as a server describes it. */
export type Resource = { href: string; file?: Omit<ObjectInfo, 'key'> | undefined };

/** The body of a PROPFIND for what `parseMultistatus` reads (RFC 4918 §9.1). */
export const wantedProperties =
  '<?xml version="1.0" encoding="utf-8"?><propfind xmlns="DAV:"><prop>' +
  '<resourcetype/><getcontentlength/><getlastmodified/><getetag/></prop></propfind>';

const parser = new XMLParser({
  removeNSPrefix: true,
  ignoreAttributes: true,
  parseTagValue: false,
  isArray: (name) => name === 'response' || name === 'propstat',
});

/** A tag without anything in it is parsed as an empty text. */
const emptied = (given: unknown): unknown => (given === '' ? {} : given);
const properties = z.object({
  resourcetype: z.preprocess(emptied, z.record(z.string(), z.unknown())).default({}),
  getcontentlength: z.string().optional(),
  getlastmodified: z.string().optional(),
  getetag: z.string().optional(),
});
const response = z.object({
  href: z.string().min(1),
  status: z.string().optional(),
  propstat: z.array(z.object({ prop: z.preprocess(emptied, properties), status: z.string() })).default([]),
});
const multistatus = z.object({
  multistatus: z.preprocess(emptied, z.object({ response: z.array(response).default([]) })),
});

/**
 * Reads a multi-status answer (RFC 4918 §13). What is missing by the time that it is described is left out.
 * @throws Error for anything else, for a document type, and for a resource of which the server could not tell
 */
export function parseMultistatus(xml: string): Resource[] {
  // Entities that a document defines itself may grow without bounds.
  if (/<!DOCTYPE/i.test(xml)) throw new Error('its answer has a document type');
  const parsed = multistatus.safeParse(parse(xml));
  if (!parsed.success) throw new Error('its answer is no multi-status of WebDAV');
  return parsed.data.multistatus.response.flatMap((one) => resourceOf(one) ?? []);
}

function parse(xml: string): unknown {
  try {
    return parser.parse(xml, true);
  } catch (cause) {
    throw new Error('its answer is no XML', { cause });
  }
}

function resourceOf({ href, status, propstat }: z.output<typeof response>): Resource | undefined {
  const good = propstat.find((one) => statusOf(one.status) === 200);
  if (good === undefined) {
    const said = [status, ...propstat.map((one) => one.status)].map(statusOf);
    if (said.includes(404)) return undefined;
    throw new Error(`it cannot tell what ${href} is`);
  }
  const { resourcetype, getcontentlength = '', getlastmodified, getetag } = good.prop;
  if ('collection' in resourcetype) return { href };
  if (!/^\d+$/.test(getcontentlength)) throw new Error(`it does not say the size of ${href}`);
  const [size, modified] = [Number(getcontentlength), timeOf(getlastmodified)];
  return { href, file: { size, modified, etag: getetag ?? etagOf(size, modified) } };
}

/** Of a status line such as `HTTP/1.1 200 OK`. */
function statusOf(line: string | undefined): number {
  return Number(line?.split(' ')[1]);
}
