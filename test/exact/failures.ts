/** What makes an unpacker complain that is no fault of the layer's. */
export const failureReasons = {
  attribute:
    'Linux refuses the value of an attribute, or any of it on a symbolic link: GNU tar says so and goes on, containerd and umoci may fail.',
  label: 'GNU tar takes the name of a volume label for one of a file, and refuses two dots in it.',
} as const;

const refusals: Record<keyof typeof failureReasons, RegExp[]> = {
  attribute: [
    /^tar: l?setxattr(?:at)?: Cannot set .* extended attribute for file .*: (?:Operation not (?:permitted|supported)|Invalid argument)$/s,
    /\b(?:failed to setxattr|restore xattr metadata:) .*: (?:operation not permitted|invalid argument)$/s,
  ],
  label: [/^tar: .*: Member name contains '\.\.'$/s],
};
const epilogue = /^(?:tar: Exiting with failure status due to previous errors|exit status 2)?$/;

/**
 * The reasons that an unpacker gives for what it did not do.
 * @throws Error where one is not known
 */
export function failuresOf(client: string, said: string): string[] {
  // The names of attributes come as they are, with their line feeds.
  const complaints = said
    .split(/\n(?=tar: |exit status |$)/)
    .filter((complaint) => !epilogue.test(complaint));
  return complaints.map((complaint) => {
    const reason = Object.entries(refusals).find(([, patterns]) =>
      patterns.some((one) => one.test(complaint)),
    );
    if (reason === undefined) throw new Error(`${client}: ${said}`);
    return reason[0];
  });
}
