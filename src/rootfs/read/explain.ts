import { Failure } from '../../errors.ts';
import { hasCode, storeFailure } from '../../store/directory-reader.ts';

/**
 * What an error that came up while `subject` was read means to whoever handed it in. Errors of the file system and
 * mistakes of our own stay what they are.
 */
export function explain(error: unknown, subject: string): unknown {
  if (error instanceof Failure) {
    const { code, reason, expected, found } = error;
    return new Failure(code, `Cannot import ${subject}: ${error.message}`, {
      ...(reason === undefined ? {} : { reason }),
      ...(expected === undefined ? {} : { expected }),
      ...(found === undefined ? {} : { found }),
      cause: error,
    });
  }
  if (isDecompressionError(error)) {
    return new Failure('invalid', `Cannot import ${subject}: it is damaged or cut short (${error.message})`, {
      cause: error,
    });
  }
  if (hasCode(error, 'ENOENT', 'ENOTDIR', 'EISDIR')) {
    return new Failure('invalid', `Cannot import ${subject}: there is no such file`, { cause: error });
  }
  if (hasCode(error, 'EACCES', 'EPERM')) {
    return new Failure('invalid', `Cannot import ${subject}: it may not be read by this user`, {
      cause: error,
    });
  }
  return hasCode(error, 'ENOSPC', 'EDQUOT') ? storeFailure('unpack', subject, error) : error;
}

function isDecompressionError(error: unknown): error is Error {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    /^(?:Z_|ZSTD_)/.test(error.code)
  );
}
