const unknownAuthority = 'its certificate is of an unknown authority: name that one by ca';

/** What stands between us and a store on the network, by the codes of the system and of TLS. */
export const networkCauses: Readonly<Record<string, string>> = {
  ECONNRESET: 'it broke the connection',
  ECONNREFUSED: 'nobody listens there',
  ENOTFOUND: 'there is no such host',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  DEPTH_ZERO_SELF_SIGNED_CERT: unknownAuthority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
};
