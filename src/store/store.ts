import type { Readable } from 'node:stream';

/** What a store knows of an object without reading it. */
export type ObjectInfo = {
  key: string;
  /** bytes */
  size: number;
  /** milliseconds since the epoch */
  modified: number;
  /** Changes whenever the bytes do; whether also when the same bytes are written again depends on the store. Opaque. */
  etag: string;
};

/** Bytes `start` to `end`, both inclusive, as in HTTP; without `end` to the last byte. */
export type ByteRange = { start: number; end?: number | undefined };

export type OpenObject = {
  info: ObjectInfo;
  body: Readable;
  /** of the whole object in hex, where the store was told it at the put and all of it was asked for */
  sha256?: string | undefined;
  /** the body comes from a copy whose bytes were found right, and checks each of its blocks */
  isRight?: boolean;
  /** a cache had the object, or was filling it for somebody else, when it was asked for */
  wasCached?: boolean;
  /** the bytes come from a disk of this machine, and not over a line that may change them */
  isLocal?: boolean;
};

/**
 * Named byte strings. A key is one or more segments joined by `/`; a segment is neither empty nor `.` nor `..`.
 * Every method rejects with Failure `unavailable` when the store cannot answer: absence is only ever said of a store
 * that is there.
 */
export interface ReadableStore {
  /** undefined where there is no such object. */
  stat(key: string): Promise<ObjectInfo | undefined>;
  /** The object's bytes, or undefined where there is no such object. The caller reads or destroys `body`. */
  open(key: string, range?: ByteRange): Promise<OpenObject | undefined>;
  /** All objects whose key starts with `prefix`, which is empty or ends in `/`, in no particular order. */
  list(prefix: string): AsyncIterable<ObjectInfo>;
  /**
   * The names of the folders right below such a prefix, each once, in no particular order: what stands before the next `/` in keys.
   * One whose objects were all removed may still be named.
   */
  folders(prefix: string): AsyncIterable<string>;
}

/** A store, or a cache before it that checks what it fills: `sha256` is that of the whole object, in hex. */
export interface Layers {
  open(key: string, range?: ByteRange, sha256?: string): Promise<OpenObject | undefined>;
}

/** When a put may take place: nothing has the key yet, or what has it still has this etag. */
export type Condition = 'absent' | { etag: string };

export interface Store extends ReadableStore {
  /**
   * Stores an object, whole or not at all, durably. Answers its info, or undefined where `condition` did not hold; then too
   * a stream is read to its end, so that who hashes it in passing has the hash.
   * @throws Failure `no-space`; whatever `body` fails with, and then nothing is stored
   */
  put(key: string, body: Uint8Array | Readable, condition?: Condition): Promise<ObjectInfo | undefined>;
  /** Removes an object; removing what is not there is no error. */
  remove(key: string): Promise<void>;
}

export interface Presigns {
  /** A URL that gives whoever has it the object, with ranges too, by GET for so many seconds. */
  presign(key: string, seconds: number): Promise<string>;
  /** Whether such a URL gives the bytes as they were put: there is an object, of so many bytes, without a Content-Encoding. */
  isPlain(key: string, size: number): Promise<boolean>;
}
