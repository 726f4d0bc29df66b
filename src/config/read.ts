import { rules, type Breach, type OptionName } from './across.ts';
import { partsOf } from './address.ts';
import { fromFlags } from './command-line.ts';
import type { Config } from './config.ts';
import { fromEnvironment } from './environment.ts';
import { fromFile } from './file.ts';
import type { Given } from './given.ts';
import { originOf, placeOf } from './origin.ts';
import { byPlace, type Finding, type Problem } from './problem.ts';
import { configSchema, type ConfigInput } from './schema.ts';
import { tellOption, type Path, type Where } from './where.ts';
import { wrongValues } from './wrong-values.ts';

/** A configuration as it was given, and all that is wrong with it. */
export type Reading = {
  /** What of it is right, with defaults for the rest. */
  config: Config;
  problems: readonly Problem[];
  /** Whether none of these options has a value that is wrong or cannot be known. */
  isSound: (options: readonly OptionName[]) => boolean;
  /** Adds the place that set an option. */
  place: (finding: Finding) => Problem;
  /** The place that set the very value of an option; undefined where it is a default. */
  originOf: (option: Path) => Where | undefined;
};

/**
 * The configuration: flags over environment over file over defaults. An option goes whole: `limits` of one place hides those of all
 * the others.
 * @param file path of a YAML file
 */
export function readConfig(
  flags: ConfigInput,
  environment: NodeJS.ProcessEnv,
  file: string | undefined = environment['DROPSTACK_CONFIG'] || undefined,
): Reading {
  const given = [fromFlags(flags), fromEnvironment(environment)];
  if (file !== undefined) given.push(fromFile(file));
  const values = given.reduceRight<ConfigInput>((under, { values: over }) => ({ ...under, ...over }), {});
  const wrong = wrongValues(values);
  const bad = new Set(wrong.map(({ option }) => option[0]));
  const isWhole = given.every((one) => one.isWhole);
  const isSound = (options: readonly OptionName[]): boolean =>
    isWhole && !options.some((name) => bad.has(name));
  const right = Object.fromEntries(Object.entries(values).filter(([name]) => !bad.has(name)));
  const options = configSchema.parse(right);
  const nameOf = (option: OptionName): string => tellOption(placeOf([option], given), [option]);
  const breaches = rules.flatMap(({ of, breach }) => (isSound(of) && breach(options, nameOf)) || []);
  const place = (finding: Finding): Problem => ({ ...finding, where: placeOf(finding.option, given) });
  const { host, port } = partsOf(options.listen);
  return {
    config: Object.freeze({ ...options, listenHost: host, listenPort: port }),
    problems: [...mistakesOf(given), ...[...wrong, ...breaches].map(asError).map(place)].toSorted(byPlace),
    isSound,
    place,
    originOf: (option) => originOf(option, given),
  };
}

function mistakesOf(given: readonly Given[]): Problem[] {
  return given.flatMap(({ mistakes }) =>
    mistakes.map(({ where, message }) => ({ ...asError({ option: [], message }), where })),
  );
}

function asError(breach: Breach): Finding {
  return { level: 'error', ...breach };
}
