import pLimit from 'p-limit';
import { basic } from '../basic.ts';
import type { Served } from '../serve.ts';

/** Conversions that are asked for at a time. */
const atOnce = 8;

/** Has the images of apps made over a version before anybody pulls them: thousands at once would wait for each other. */
export async function warmFleet(
  { host, admin }: Pick<Served, 'host' | 'admin'>,
  apps: readonly { guid: string; image: string }[],
  version: string,
): Promise<void> {
  const limit = pLimit(atOnce);
  const warm = async ({ guid, image }: { guid: string; image: string }): Promise<void> => {
    const hash = image.slice(image.lastIndexOf(':') + 1);
    const answer = await fetch(`http://${host}/api/v1/droplets/${guid}/${hash}/warm`, {
      method: 'POST',
      headers: { authorization: basic(admin), 'content-type': 'application/json' },
      body: JSON.stringify({ stack: 'cflinuxfs4', version }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`Cannot warm ${guid}: ${answer.status} ${text}`);
  };
  await Promise.all(apps.map((app) => limit(warm, app)));
}
