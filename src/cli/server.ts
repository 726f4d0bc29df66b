/** A facade, and who asks it. */
export type Server = {
  url: URL;
  user: string;
  password: string | undefined;
  /** CA certificates in PEM to trust beside those of the system */
  ca?: string | undefined;
};
