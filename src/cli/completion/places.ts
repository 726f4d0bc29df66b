import type { Argument, Command, Option } from 'commander';

/**
 * What a word may be: a path of this machine, a name that the facade knows, one of some words (`one:text,json`), or
 * anything.
 */
export type Value = 'files' | 'directories' | 'stacks' | 'versions' | 'any' | `one:${string}`;

/** `about`: what it does, in one line. */
export type Word = { name: string; about: string };

/** `value`: what follows it; undefined for a switch */
export type Flag = Word & { value: Value | undefined };

/** A place in the tree of commands, and what may stand there. */
export type Place = {
  /** the words behind `dropstack` that lead there, as `rootfs import`; empty at the top */
  path: string;
  commands: readonly Word[];
  flags: readonly Flag[];
  /** in order */
  values: readonly Value[];
};

/** What placeholders in a command's usage stand for, where completion knows more than that it is a word. */
const placeholders: ReadonlyMap<string, Value> = new Map([
  ['file', 'files'],
  ['file|reference', 'files'],
  ['directory', 'directories'],
  ['stack', 'stacks'],
  ['version', 'versions'],
  ['from', 'versions'],
  ['to', 'versions'],
  ['level', 'one:trace,debug,info,warn,error,silent'],
]);

/** All places of a program, the top first. What help does not show is in none. */
export function placesOf(command: Command, path = ''): Place[] {
  const help = command.createHelp();
  const commands = help.visibleCommands(command).filter((child) => child.name() !== 'help');
  const here: Place = {
    path,
    commands: commands.map((child) => ({ name: child.name(), about: lineOf(child.description()) })),
    flags: help.visibleOptions(command).flatMap(flagsOf),
    values: command.registeredArguments.map(valueOf),
  };
  return [here, ...commands.flatMap((child) => placesOf(child, `${path} ${child.name()}`.trim()))];
}

function flagsOf(option: Option): Flag[] {
  const [, placeholder] = /<([^>]+)>/.exec(option.flags) ?? [];
  const value = placeholder === undefined ? undefined : meant(placeholder, option.argChoices);
  const about = lineOf(option.description);
  return [option.short, option.long].flatMap((name) => (name === undefined ? [] : [{ name, about, value }]));
}

function valueOf(argument: Argument): Value {
  return meant(argument.name(), argument.argChoices);
}

function meant(placeholder: string, choices: readonly string[] | undefined): Value {
  if (choices !== undefined) return `one:${choices.join(',')}`;
  return placeholders.get(placeholder) ?? 'any';
}

function lineOf(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
