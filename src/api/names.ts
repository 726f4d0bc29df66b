import { z } from 'zod';
import { isFailure, reasonOf } from '../errors.ts';
import { digestGrammar, parseDigest } from '../oci/digest.ts';
import { requireGuid, requireHash, requireHolder, requireStack, requireVersion } from '../oci/names.ts';
import { componentGrammar, hashGrammar, versionGrammar } from '../oci/reference.ts';
import { auditId } from '../operator/audit/keys.ts';
import { paperGrammar, requirePaper, requireRoll, rollGrammar } from '../operator/paper-names.ts';

/** Names, as paths, queries and bodies bring them. What they are made of is said in `oci`; programs are told by a pattern. */
export const stackName = named(requireStack, componentGrammar, {
  description: "a stack's name",
  maxLength: 100,
  not: { const: 'cloudfoundry' },
});

export const versionName = named(requireVersion, versionGrammar, {
  description: 'a version of a rootfs',
  not: { const: '__proto__' },
});

export const holderName = named(requireHolder, versionGrammar, {
  description: 'who says that versions run, a cluster for one',
  not: { const: '__proto__' },
});

export const guidName = named(requireGuid, componentGrammar, {
  description: "a droplet's guid",
  minLength: 4,
  maxLength: 200,
  not: { const: 'rootfs' },
});

export const hashName = named(requireHash, hashGrammar, {
  description: "SHA-1 or SHA-256 of a droplet's bytes",
});

export const digestName = named(parseDigest, digestGrammar, { description: 'of a manifest or config' });

export const rollName = named(requireRoll, rollGrammar, { description: "a roll's name" });

export const paperName = named(requirePaper, paperGrammar, { description: 'a paper of a roll' });

/** Milliseconds since the epoch. */
export const timeText = z
  .string()
  .regex(/^\d{1,15}$/, 'no time in milliseconds')
  .meta({ description: 'milliseconds since the epoch' });

export const auditPlace = z
  .string()
  .regex(auditId, 'neither a time in milliseconds nor the id of an entry')
  .meta({ description: 'milliseconds since the epoch, or the id of an entry' });

/** What JSON Schema says of a name beside its pattern. */
type More = { description: string; minLength?: number; maxLength?: number; not?: { const: string } };

/** @param require throws a Failure that says what such a name is made of */
function named(require: (text: string) => unknown, grammar: RegExp, more: More): z.ZodType<string, string> {
  return z
    .string()
    .superRefine((text, context) => {
      try {
        require(text);
      } catch (error) {
        const reason = isFailure(error) ? error.reason : undefined;
        context.addIssue({ code: 'custom', message: reasonOf(error), params: { reason } });
      }
    })
    .meta({ pattern: grammar.source, ...more });
}
