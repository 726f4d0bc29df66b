import { createHash } from 'node:crypto';
import { basic } from '../../test/helpers/basic.ts';
import type { Served } from '../../test/helpers/serve.ts';
import type { Image } from '../contest/images.ts';
import { usualConnections, type Task } from '../contest/task.ts';
import { layerTask, manifestTasks } from '../contest/tasks.ts';
import type { Loaded } from './loaded.ts';

/** What is asked over and over, of whichever floor. */
type Asked = Omit<Loaded, 'floor'>;

/** `others` are what floors are asked for in place of something. */
type GateTasks = { manifests: Asked[]; blobs: Asked[]; others: Task[] };

type Images = Record<'small' | 'middle' | 'large', Image>;
type Server = Pick<Served, 'host' | 'puller'>;

const mebibyte = 1024 * 1024;

/** @param images `middle` has a layer of a mebibyte and `large` one of many */
export async function gateTasks(server: Server, { small, middle, large }: Images): Promise<GateTasks> {
  const { user } = server.puller;
  const [byTag, byDigest, head] = manifestTasks(small, user);
  if (byTag === undefined || byDigest === undefined || head === undefined)
    throw new Error('Tasks are missing');
  const layer: Task = { ...layerTask(large, '16 MiB'), user };
  const floorTask: Task = { ...layerTask(middle, '1 MiB'), user };
  return {
    manifests: [byTag, byDigest, head].map((task) => ({ task, unit: 'request' })),
    blobs: [
      { task: await configTask(server, byTag), unit: 'request' },
      { task: { ...layerTask(small, '64 KiB'), user }, unit: 'request' },
      { task: layer, unit: 'megabyte' },
      // Floors know no ranges: they give a layer of that size.
      { task: await partTask(server, layer), unit: 'request', floorTask },
    ],
    others: [floorTask],
  };
}

async function configTask(server: Server, manifest: Task): Promise<Task> {
  const text = String(await ask(server, manifest.path));
  const { digest, size } = (JSON.parse(text) as { config: { digest: string; size: number } }).config;
  const path = manifest.path.replace(/manifests\/.*$/, `blobs/${digest}`);
  const { connections = usualConnections } = manifest;
  return { name: 'GET config', method: 'GET', path, user: server.puller.user, digest, size, connections };
}

async function partTask(server: Server, layer: Task): Promise<Task> {
  const [from, end] = [8 * mebibyte, 9 * mebibyte];
  const bytes = (await ask(server, layer.path)).subarray(from, end);
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  const range = `bytes=${from}-${end - 1}`;
  return { ...layer, name: 'GET a mebibyte of a layer', range, digest, size: bytes.length };
}

async function ask({ host, puller }: Server, path: string): Promise<Buffer> {
  const headers = { authorization: basic(puller.user) };
  const answer = await fetch(`http://${host}${path}`, { headers });
  const bytes = Buffer.from(await answer.arrayBuffer());
  if (!answer.ok) throw new Error(`${path} was answered with ${answer.status}: ${String(bytes)}`);
  return bytes;
}
