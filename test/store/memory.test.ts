import test from 'ava';
import { MemoryStore } from '../helpers/memory-store.ts';
import { storeConformance } from './conformance.ts';

storeConformance(test, 'memory', async () => new MemoryStore());
storeConformance(test, 'memory, etags by content', async () => new MemoryStore({ etags: 'bytes' }));
