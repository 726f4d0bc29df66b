import type { Digest } from './digest.ts';
import type { mediaType } from './media-type.ts';

/** image-spec descriptor.md */
export type Descriptor = {
  mediaType: string;
  digest: Digest;
  /** bytes */
  size: number;
};

/** image-spec manifest.md */
export type Manifest = {
  schemaVersion: 2;
  mediaType: typeof mediaType.manifest;
  config: Descriptor;
  layers: Descriptor[];
  annotations?: Record<string, string>;
};

/** image-spec config.md; the members that dropstack writes. */
export type Config = {
  created?: string;
  architecture: string;
  os: string;
  'os.version'?: string;
  variant?: string;
  config: {
    User?: string;
    WorkingDir?: string;
    Env?: string[];
    Entrypoint?: string[];
    Cmd?: string[];
    Labels?: Record<string, string>;
  };
  rootfs: { type: 'layers'; diff_ids: Digest[] };
  history: { created?: string; created_by: string; comment?: string; empty_layer?: boolean }[];
};
