import { delimiter, dirname, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Owner } from '../helpers/owner.ts';
import { run, type Output } from '../helpers/run.ts';
import { tempDir } from '../helpers/temp.ts';
import { toolPath } from '../helpers/tools.ts';

export const chartDirectory = join(import.meta.dirname, '../../deploy/chart/dropstack');

export type KubernetesObject = {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; annotations?: Record<string, string> };
  [field: string]: unknown;
};

export type Chart = {
  /** Runs helm, with these values where they are given. */
  helm: (args: readonly string[], values?: object) => Promise<Output>;
  /** The same, where it is to fail. @returns what it complained of */
  complaint: (args: readonly string[], values?: object) => Promise<string>;
  /** What would be installed into the namespace `dropstack`, as the release `dropstack`. */
  render: (values?: object) => Promise<KubernetesObject[]>;
};

/** The chart, and a helm that knows nothing of the machine's own configuration, caches and plugins. */
export async function openChart(owner: Owner): Promise<Chart> {
  const home = await tempDir(owner);
  const env = { PATH: [dirname(toolPath('helm')), process.env['PATH']].join(delimiter), HOME: home };
  const helm = (args: readonly string[], values?: object, mayFail = false): Promise<Output> => {
    const input = values === undefined ? '' : JSON.stringify(values);
    const flags = values === undefined ? [] : ['--values', '-'];
    return run(toolPath('helm'), [...args, ...flags], { env, input, mayFail, timeout: 600_000 });
  };
  return {
    helm,
    complaint: async (args, values) => {
      const { code, stderr, stdout } = await helm(args, values, true);
      if (code === 0) throw new Error(`helm ${args.join(' ')} did not fail:\n${stdout}`);
      return stderr;
    },
    render: async (values) => {
      const { stdout } = await helm(['template', ...release], values);
      return parseAllDocuments(stdout)
        .map((document) => document.toJS() as KubernetesObject | null)
        .filter((object) => object !== null);
    },
  };
}

/** Arguments that name release, chart and namespace. */
export const release = ['dropstack', chartDirectory, '--namespace', 'dropstack'];

/** @throws Error where there is not just one */
export function theOne(objects: readonly KubernetesObject[], kind: string, name: string): KubernetesObject {
  const [found, ...more] = objects.filter((object) => object.kind === kind && object.metadata.name === name);
  if (found === undefined || more.length > 0) throw new Error(`There is no single ${kind} ${name}`);
  return found;
}
