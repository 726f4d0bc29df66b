import { operations } from '../../api/operations.ts';
import type { Serve } from './exchange.ts';

/** What images are made of. */
export function imageRoutes(serve: Serve): void {
  serve(operations.showImage, ({ query: { reference } }, { images }) => images.show(reference));
  serve(operations.identifyImage, ({ parameters: { guid, digest } }, { images }) =>
    images.identify(guid, digest),
  );
  serve(operations.identifyImages, ({ body }, { images }) => images.identifyAll(body.images));
}
