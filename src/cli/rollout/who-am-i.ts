import { userInfo } from 'node:os';
import { z } from 'zod';
import { isFailure } from '../../errors.ts';
import type { Api } from '../../rollout/kubernetes/api.ts';

const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
const review = z.object({ status: z.object({ userInfo: z.object({ username: z.string().min(1) }) }) });

/** Who we are to the API server; on this machine, where it does not say. */
export async function whoAmI(api: Api): Promise<string> {
  try {
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
    return review.parse(await api.create(path, body)).status.userInfo.username;
  } catch (error) {
    if (isFailure(error, 'unavailable')) throw error;
    return userInfo().username;
  }
}
