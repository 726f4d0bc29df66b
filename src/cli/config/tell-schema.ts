import { configJsonSchema } from '../../config/json-schema.ts';
import { print } from '../print.ts';

/** `dropstack config schema` */
export function tellSchema(): void {
  print('json', configJsonSchema(), () => '');
}
