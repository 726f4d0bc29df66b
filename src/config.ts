import { readFileSync } from 'node:fs';
import { LineCounter, parseDocument, type Document } from 'yaml';
import { z } from 'zod';
import { defaultLimits } from './droplet/rules.ts';
import { Failure, reasonOf } from './errors.ts';
import { imageFormats } from './image/formats.ts';
import { layerChoice } from './layer/settings.ts';
import { isStackName } from './oci/reference.ts';
import { worksWithin } from './store/lifetime.ts';
import {
  overlap,
  sourceLocation,
  storeLocation as ownLocation,
  type StoreLocation,
} from './store/location.ts';

const address = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]*)):(\d{1,5})$/;
const text = z.string().min(1, 'must not be empty');
const count = z.int().positive();

/** Bytes: a number, or with a unit as in `512MiB`. */
const size = z.union(
  [
    count,
    z
      .string()
      .regex(/^[1-9]\d{0,9}[KMGT]iB$/)
      .transform((given) => Number.parseInt(given, 10) * 1024 ** ('KMGT'.indexOf(given.at(-3) ?? '') + 1)),
  ],
  'not a size: write a whole number of bytes, or 512MiB, 2GiB',
);

const network = z.union([z.cidrv4(), z.cidrv6()], 'not a network: write 10.0.0.0/8 or fd00::/8');

/** A whole number, which the environment and the command line can only write. */
const written = z.preprocess(
  (given) => (typeof given === 'string' && /^\d{1,9}$/.test(given) ? Number(given) : given),
  count,
);

/** Bounds of droplets, in the units of `Limits`. */
const dropletLimits = z.strictObject({
  maxBytes: size.default(defaultLimits.maxBytes),
  maxRatio: z.number().positive().default(defaultLimits.maxRatio),
  maxEntries: count.default(defaultLimits.maxEntries),
  maxNameBytes: size.default(defaultLimits.maxNameBytes),
  maxComponentBytes: size.default(defaultLimits.maxComponentBytes),
  maxPaxBytes: size.default(defaultLimits.maxPaxBytes),
});

/** Every option, with its default. */
export const configSchema = z.strictObject({
  /** `host:port` to listen on */
  listen: z
    .string()
    .regex(address, 'not an address: write host:port')
    .refine((given) => Number(given.slice(given.lastIndexOf(':') + 1)) < 65_536, 'no such port: up to 65535')
    .default('127.0.0.1:8080'),
  /** that serve on one address together */
  processes: written.pipe(z.number().max(256, 'more than any machine has use for: 256 at most')).default(1),
  /** How clients reach us, for what is printed */
  publicUrl: z.url({ protocol: /^https?$/, error: 'not a URL: write https://host' }).optional(),
  /** Own store and uploads in one directory */
  data: text.optional(),
  store: ownLocation.optional(),
  /** Cloud Controller's droplets, read only */
  source: z
    .preprocess(
      (given) => (typeof given === 'string' ? { directory: given } : given),
      sourceLocation.optional(),
    )
    .optional(),
  /** Copies of layers on a disk of this machine, before a store that is elsewhere */
  cache: z.strictObject({ directory: text, maxBytes: size.default(10 * 1024 ** 3) }).optional(),
  /** Who gets large layers from the store in S3 itself, by URLs that are signed for a time: of these roles, in these networks */
  redirect: z
    .strictObject({
      roles: z
        .array(z.enum(['pull', 'droplets', 'admin']))
        .min(1)
        .optional(),
      networks: z.array(network).min(1).optional(),
      /** Where clients reach the store, if not where we do */
      endpoint: z.url({ protocol: /^https?$/, error: 'not a URL: write https://host' }).optional(),
      expirySeconds: z
        .int()
        .min(30, 'too short for a slow start: at least 30 s')
        .max(3600, 'who has the URL has the layer: an hour at most')
        .default(300),
      /** Whether clients may be sent to a private or loopback address */
      allowPrivate: z.boolean().default(false),
      minBytes: size.default(1024 ** 2),
    })
    .optional(),
  /** htpasswd file with bcrypt hashes */
  users: text.optional(),
  /** YAML file with roles and repositories of users */
  grants: text.optional(),
  tlsCert: text.optional(),
  tlsKey: text.optional(),
  /** File with credentials for the registries that root filesystems are pulled from, in the form of docker's config.json */
  registryAuth: text.optional(),
  defaultStack: z
    .string()
    .refine(isStackName, 'not a stack name: use a-z, 0-9, and . _ - between them; not cloudfoundry')
    .default('cflinuxfs4'),
  /** How layers are made. Given, it becomes the choice of the whole facade; else the store's choice holds. */
  layer: layerChoice.optional(),
  /** The format of manifests and configs, for the whole facade as well. */
  imageFormat: z.literal([...imageFormats.keys()]).optional(),
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  limits: z
    .strictObject({
      droplet: dropletLimits.prefault({}),
      /** children that convert; default: one a core */
      conversions: count.optional(),
      conversionSeconds: z
        .number()
        .positive()
        .max(worksWithin / 1000, 'what takes longer cannot be kept: 6 hours at most')
        .default(900),
      conversionMemoryBytes: size.default(512 * 1024 * 1024),
      queuedConversions: count.default(10_000),
      holdSeconds: z.number().positive().max(25, 'clients give up after 30 s: 25 at most').default(20),
      connections: count.default(10_000),
      /** bodies of layers and droplets that are sent at once */
      downloads: count.default(1_000),
      /** droplets that are received at once */
      uploads: count.default(100),
      /** of these and of what waits, the part that one client may take */
      clientShare: z.number().positive().max(1, 'a part of the whole: 1 at most').default(0.5),
    })
    .prefault({}),
});

export type Config = z.output<typeof configSchema> & { listenHost: string; listenPort: number };
export type ConfigInput = Partial<Record<keyof z.input<typeof configSchema>, unknown>>;

/** What the environment may set, each as DROPSTACK_<NAME>. */
const fromEnvironment = [
  'listen',
  'processes',
  'publicUrl',
  'data',
  'source',
  'users',
  'grants',
  'tlsCert',
  'tlsKey',
  'defaultStack',
  'logLevel',
] as const;

/** Options from one place, and how to name one of them there. */
type Given = { values: ConfigInput; nameOf: (path: PropertyKey[]) => string };

/**
 * The configuration: flags over environment over file over defaults, parsed once.
 * @param file path of a YAML file
 * @throws Failure `invalid` that names each wrong option and where it was set
 */
export function loadConfig(
  flags: ConfigInput,
  environment: NodeJS.ProcessEnv,
  file: string | undefined = environment['DROPSTACK_CONFIG'] || undefined,
): Config {
  const given = [fromFlags(flags), fromVariables(environment)];
  if (file !== undefined) given.push(fromFile(file));
  const parsed = configSchema.safeParse(Object.assign({}, ...given.toReversed().map(({ values }) => values)));
  if (!parsed.success) throw wrong(parsed.error.issues.flatMap((issue) => explain(issue, given)));
  const config = parsed.data;
  const [cert, key] = [config.tlsCert, config.tlsKey];
  if ((cert === undefined) !== (key === undefined)) {
    throw wrong([
      `TLS needs both a certificate and its key: give ${cert === undefined ? 'tlsCert' : 'tlsKey'} too`,
    ]);
  }
  if (config.data !== undefined && config.store !== undefined) {
    throw wrong([
      `${nameOf(['data'], given)} and ${nameOf(['store'], given)} both say where to keep data: give one`,
    ]);
  }
  if (config.source !== undefined && (config.store ?? config.data) !== undefined) {
    if (overlap(storeLocation(config), config.source)) {
      throw wrong([
        `${nameOf(['source'], given)} and ${nameOf([config.store === undefined ? 'data' : 'store'], given)} overlap: keep data where Cloud Controller does not remove it`,
      ]);
    }
  }
  if (config.cache !== undefined && (config.store ?? config.data) !== undefined) {
    const place = { directory: config.cache.directory };
    const others = [storeLocation(config), ...(config.source === undefined ? [] : [config.source])];
    if (others.some((other) => overlap(other, place))) {
      throw wrong([`${nameOf(['cache'], given)} overlaps with a store: give it a directory of its own`]);
    }
  }
  if (
    config.processes > 1 &&
    config.store !== undefined &&
    's3' in config.store &&
    config.store.singleWriter
  ) {
    throw wrong([
      `${nameOf(['processes'], given)}: only one process may write to a store with singleWriter: leave it at 1`,
    ]);
  }
  requireSigning(config, given);
  const { host, port } = partsOf(config.listen);
  return Object.freeze({ ...config, listenHost: host, listenPort: port });
}

/** The parts of `host:port`, or of `[IPv6]:port`. @throws Failure `invalid` where it is neither */
export function partsOf(listen: string): { host: string; port: number } {
  const [, ipv6, host = '', port] = address.exec(listen) ?? [];
  if (port === undefined) throw new Failure('invalid', `${listen} is no address: write host:port`);
  return { host: ipv6 ?? host, port: Number(port) };
}

/** @throws Failure `invalid` where the own store cannot sign what `redirect` needs */
function requireSigning(config: z.output<typeof configSchema>, given: readonly Given[]): void {
  const { redirect, store, data } = config;
  if (redirect === undefined || (store ?? data) === undefined) return;
  const own = storeLocation(config);
  if (!('s3' in own)) {
    throw wrong([
      `${nameOf(['redirect'], given)}: only a store in S3 signs URLs: leave it out, or give store.s3`,
    ]);
  }
  if (redirect.endpoint !== undefined && (own.s3.endpoint ?? own.s3.region) === undefined) {
    throw wrong([
      `${nameOf(['redirect', 'endpoint'], given)}: URLs are signed for a region: give store.s3.region too`,
    ]);
  }
}

/** @throws Failure `invalid` where no place was given */
export function storeLocation({ store, data }: Pick<Config, 'store' | 'data'>): StoreLocation {
  const found = store ?? (data === undefined ? undefined : { directory: data });
  if (found === undefined)
    throw new Failure('invalid', 'There is no place to keep data: give --data <directory>');
  return found;
}

/** Of so many, how many one client may take: never none. */
export function shareOf(total: number, share: number): number {
  return Math.max(1, Math.floor(total * share));
}

function fromFlags(flags: ConfigInput): Given {
  const values = Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined));
  return { values, nameOf: ([name]) => `--${separated(String(name), '-').toLowerCase()}` };
}

function fromVariables(environment: NodeJS.ProcessEnv): Given {
  const values: Record<string, string> = {};
  for (const name of fromEnvironment) {
    const value = environment[variable(name)];
    if (value !== undefined && value !== '') values[name] = value;
  }
  return { values, nameOf: ([name]) => variable(String(name)) };
}

function variable(name: string): string {
  return `DROPSTACK_${separated(name, '_').toUpperCase()}`;
}

function separated(name: string, separator: string): string {
  return name.replaceAll(/[A-Z]/g, `${separator}$&`);
}

function fromFile(path: string): Given {
  const lines = new LineCounter();
  const document = parseDocument(readText(path), { lineCounter: lines, prettyErrors: false });
  const [problem] = document.errors;
  if (problem !== undefined) {
    const { line, col } = lines.linePos(problem.pos[0]);
    throw new Failure('invalid', `${path} is not YAML: line ${line}, column ${col}: ${problem.message}`);
  }
  const values = valueOf(document, path);
  if (!isMapping(values)) throw new Failure('invalid', `${path} must hold options by name`);
  return {
    values,
    nameOf: (option) => `${path} line ${lines.linePos(offsetOf(document, option)).line}, ${option.join('.')}`,
  };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const why = reasonOf(cause);
    throw new Failure('invalid', `Cannot read the configuration ${path}: ${why}`, { cause });
  }
}

/** An alias without an anchor, and a bomb of aliases, show only here. */
function valueOf(document: Document, path: string): unknown {
  try {
    return document.toJS() ?? {};
  } catch (cause) {
    const why = reasonOf(cause);
    throw new Failure('invalid', `${path} is not YAML: ${why}`, { cause });
  }
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Where the value of an option begins, or of the closest that has it. */
function offsetOf(document: Document, option: PropertyKey[]): number {
  const node: unknown = document.getIn(option, true);
  const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined;
  if (Array.isArray(range)) return Number(range[0]);
  return option.length === 0 ? 0 : offsetOf(document, option.slice(0, -1));
}

function explain(issue: z.core.$ZodIssue, given: readonly Given[]): string[] {
  if (issue.code !== 'unrecognized_keys') return [`${nameOf(issue.path, given)}: ${issue.message}`];
  return issue.keys.map((key) => `${nameOf([...issue.path, key], given)}: there is no such option`);
}

/** An option by the place that set it. */
function nameOf(path: PropertyKey[], given: readonly Given[]): string {
  const [name = ''] = path;
  return given.find(({ values }) => Object.hasOwn(values, name))?.nameOf(path) ?? path.join('.');
}

function wrong(problems: readonly string[]): Failure {
  return new Failure('invalid', `The configuration is wrong: ${problems.join('; ')}`);
}
