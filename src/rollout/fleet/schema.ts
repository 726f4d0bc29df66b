import { z } from 'zod';

/** Parts of Kubernetes objects that more than one kind has, as far as they are read here. */
export const containerSchema = z.object({
  name: z.string(),
  image: z.string().default(''),
  imagePullPolicy: z.string().default('Always'),
});
export type ContainerObject = z.output<typeof containerSchema>;

export const templateSchema = z.object({
  initContainers: z.array(containerSchema).default([]),
  containers: z.array(containerSchema),
});

export const ownerSchema = z.object({
  kind: z.string(),
  name: z.string(),
  uid: z.string(),
  controller: z.boolean().default(false),
});

export const metadataSchema = z.object({
  namespace: z.string(),
  name: z.string(),
  uid: z.string(),
  resourceVersion: z.string(),
  creationTimestamp: z.string(),
  deletionTimestamp: z.string().optional(),
  ownerReferences: z.array(ownerSchema).default([]),
  annotations: z.record(z.string(), z.string()).default({}),
});
