import type { LauncherFile } from '../../layer/launcher.ts';

/** What the layers of a rootfs, laid over one another, hold. Plain JSON, in an order that the layers alone decide. */
export type Contents = {
  /** Sorted by path. */
  files: FileEntry[];
  /** Sorted by name, then architecture, then version. */
  packages: Package[];
  /** Sorted by path. */
  libraries: Library[];
  /** What could not be read, one line each, path first. Empty: nothing is missing from the lists above. */
  unknown: string[];
  /** os-release(5), where there is one. */
  osRelease?: Record<string, string>;
  /** What droplets are started with and the rootfs already has; `dumb-init` on the PATH of an app. */
  launcher: LauncherFile[];
  /** Whether bash is where the launcher scripts look for it. */
  shell: boolean;
};

export type FileEntry = {
  /** Without a leading or trailing slash; the root itself is not listed. */
  path: string;
  type: FileType;
  /** Permission bits with setuid, setgid and sticky. */
  mode: number;
  /** Bytes; files and hard links only. */
  size?: number;
  /** Of a symlink as it stands; of a hard link the path of the file that it shares. */
  target?: string;
};

type FileType = 'file' | 'directory' | 'symlink' | 'link' | 'fifo' | 'character-device' | 'block-device';

export type Package = {
  name: string;
  /** As the manager compares it: `[epoch:]version[-revision]`. */
  version: string;
  /** The manager's word: `amd64`, `all`, `x86_64`, `noarch`. */
  architecture: string;
  manager: 'dpkg' | 'rpm' | 'apk';
  /** The source package's name, where it is another. */
  source?: string;
  /** The source package's version, without an epoch for rpm, where it is another. */
  sourceVersion?: string;
};

/** A shared library; hard links to one are listed as often as they have names, symlinks are not. */
export type Library = {
  path: string;
  /** Without one, a program finds the library by its file name. */
  soname?: string;
  class: 32 | 64;
  /** As `uname -m` prints it, or `em-<number>`. */
  machine: string;
  /** The symbol versions that it defines. */
  versions: string[];
};
