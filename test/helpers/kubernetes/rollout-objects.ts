import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

const deploy = join(import.meta.dirname, '../../../deploy/patcher');

/** The definition of `Stack` and the rights of a patcher, as they are deployed; their bearer is the user `patcher`. */
export async function rolloutObjects(): Promise<object[]> {
  const files = await Promise.all(
    ['stacks.crd.yaml', 'rbac.yaml'].map((name) => readFile(join(deploy, name), 'utf8')),
  );
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'dropstack' } };
  const objects = files.flatMap((text) => parseAllDocuments(text).map((item) => item.toJS() as object));
  return [namespace, ...objects.map(toUser)];
}

function toUser(object: object): object {
  return 'subjects' in object
    ? { ...object, subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'patcher' }] }
    : object;
}
