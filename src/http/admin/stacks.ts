import { operations } from '../../api/operations.ts';
import type { Serve } from './exchange.ts';

/** What the tags of a stack mean, and who says what runs. */
export function stackRoutes(serve: Serve): void {
  serve(operations.listStacks, (_, { rootfs }) => rootfs.stacks());
  serve(operations.getStack, ({ parameters: { stack } }, { rootfs }) => rootfs.stack(stack));
  serve(operations.promote, ({ parameters: { stack }, body: { version } }, { rootfs }) =>
    rootfs.promote(stack, version),
  );
  serve(operations.place, ({ parameters: { stack }, headers, body }, { rootfs }) =>
    rootfs.place(stack, body, generationOf(headers['if-match'])),
  );
  serve(operations.markInUse, ({ parameters: { stack, holder }, body: { versions } }, { rootfs }) =>
    rootfs.markInUse(stack, holder, versions),
  );
}

/** @param quoted a generation in quotes */
function generationOf(quoted: string | undefined): number | undefined {
  return quoted === undefined ? undefined : Number(quoted.slice(1, -1));
}
