/** What is wrong with the bytes of a tar themselves, whatever they are to be used for. */
export class TarFault extends Error {
  readonly fault: 'checksum' | 'number' | 'ambiguous' | 'pax';

  constructor(fault: TarFault['fault'], detail: string) {
    super(detail);
    this.fault = fault;
  }
}
