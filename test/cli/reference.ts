import type { Command, Option } from 'commander';
import { checks } from '../../src/cli/doctor/checks.ts';

/** What many commands take alike: told once. */
const shared: Record<string, string> = {
  'Which facade:': 'which facade',
  'Or which store, on this machine, also beside a running facade:': 'or which store',
  'Which cluster:': 'which cluster',
};

/** All commands of a program as a page of Markdown: usage, options, and what their help says below. */
export function referenceOf(program: Command): string {
  const commands = below(program);
  return [
    '# Commands',
    intro,
    contents(commands),
    '## Options of many commands',
    ...Object.entries(shared).flatMap(([heading, name]) => group(commands, heading, name)),
    ...commands.flatMap(section),
  ].join('\n\n');
}

const intro = `This page is made from the program itself: \`UPDATE_DOCS=1 npx ava test/cli/reference.test.ts\`.
\`dropstack <command> --help\` says the same. [Completion](#dropstack-completion) makes a shell know all of it.

Every command ends with one of these exit codes, unless it says otherwise below: **0** it is done, **1** it failed, **2** the
input is wrong. What fails is said in one line on standard error. With \`-o json\` a command prints JSON on standard output, for
programs; progress and complaints never go there.`;

function below(command: Command): Command[] {
  return visible(command).flatMap((child) => [child, ...below(child)]);
}

function visible(command: Command): Command[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .filter((child) => child.name() !== 'help');
}

function contents(commands: readonly Command[]): string {
  const rows = commands
    .filter((command) => visible(command).length === 0)
    .map(
      (command) => `| [${nameOf(command)}](#${anchor(nameOf(command))}) | ${cell(command.description())} |`,
    );
  return ['| Command | Does |', '| --- | --- |', ...rows].join('\n');
}

function group(commands: readonly Command[], heading: string, name: string): string[] {
  const options = commands.map((command) => optionsOf(command, heading)).find((found) => found.length > 0);
  const [command] = commands;
  if (options === undefined || command === undefined) return [];
  return [`### ${capital(name)}`, optionTable(command, options)];
}

function section(command: Command): string[] {
  const help = command.createHelp();
  const usage = help.commandUsage(command).replace('[options] [command]', '<command>');
  const also = Object.entries(shared)
    .filter(([heading]) => optionsOf(command, heading).length > 0)
    .map(([, name]) => `[${name}](#${anchor(name)})`);
  const own = help.visibleOptions(command).filter((option) => !isShared(option) && option.long !== '--help');
  return [
    `## ${nameOf(command)}`,
    `${capital(command.description())}.`,
    `    ${usage}`,
    ...(own.length === 0 ? [] : [optionTable(command, own)]),
    ...(also.length === 0 ? [] : [`And ${also.join(', ')}.`]),
    ...notesOf(command),
    ...(command.name() === 'doctor' ? [checkTable()] : []),
  ];
}

function optionsOf(command: Command, heading: string): Option[] {
  const options = command.createHelp().visibleOptions(command);
  return options.filter((option) => option.helpGroupHeading === heading);
}

function isShared({ helpGroupHeading = '' }: Option): boolean {
  return Object.hasOwn(shared, helpGroupHeading);
}

function optionTable(command: Command, options: readonly Option[]): string {
  const help = command.createHelp();
  const rows = options.map(
    (option) =>
      `| \`${help.optionTerm(option).replaceAll('|', '\\|')}\` | ${cell(help.optionDescription(option))} |`,
  );
  return ['| Option | Means |', '| --- | --- |', ...rows].join('\n');
}

/** What help says behind the options. */
function notesOf(command: Command): string[] {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) }).outputHelp();
  const notes = text.slice(command.helpInformation().length).trim();
  return notes === '' ? [] : [`\`\`\`text\n${notes}\n\`\`\``];
}

/** What the doctor tries, in its order. */
function checkTable(): string {
  const rows = checks.map(
    ({ name, tries, needs, mend }) => `| ${name} | ${cell(tries)} | ${needs.join(', ')} | ${cell(mend)} |`,
  );
  return ['| Check | Tries to | Needs | Where it fails |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

function nameOf(command: Command): string {
  const { parent } = command;
  return parent === null ? command.name() : `${nameOf(parent)} ${command.name()}`;
}

/** As GitHub makes it of a heading. */
function anchor(text: string): string {
  return text.toLowerCase().replaceAll(' ', '-');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '\\<').replaceAll(/\s+/g, ' ');
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
