import type { Package } from './contents.ts';

/** What to say of the source package that `made` was built from: only what the package's own fields do not say. */
export function sourceFields(
  made: Pick<Package, 'name' | 'version'>,
  source: string | undefined,
  sourceVersion: string | undefined,
): Pick<Package, 'source' | 'sourceVersion'> {
  return {
    ...(source === undefined || source === made.name ? {} : { source }),
    ...(sourceVersion === undefined || sourceVersion === made.version ? {} : { sourceVersion }),
  };
}
