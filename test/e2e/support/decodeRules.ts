/**
 * Where a line of test/targets/decode_*.c differs from strace's on purpose, each with its cause. A difference that no rule
 * names fails the test.
 */
export interface Rule {
  readonly cause: string;
  /** Of strace's line. */
  readonly strace: RegExp;
}

export const RULES: readonly Rule[] = [
  { cause: 'an interface’s name is known only to the machine that was traced', strace: /if_nametoindex\(/ },
  { cause: 'bluetooth addresses stay bytes', strace: /sa_family=AF_BLUETOOTH/ },
  { cause: 'clocks go on between the runs', strace: /TCP_TIMESTAMP, \[\d+\]|^times\(/ },
  { cause: 'a length of -1 bytes: what was captured is shown', strace: /SO_KEEPALIVE, 0x[0-9a-f]+, -1\)/ },
  { cause: 'the result of MSG_TRUNC is longer than the buffer', strace: /^recvfrom\(\d+, "ab", 2, MSG_TRUNC/ },
  { cause: 'the list of interfaces is not followed', strace: /SIOCGIFCONF, .*ifc_buf=\[/ },
  { cause: 'our own filter is a seccomp mode of the program', strace: /^prctl\(PR_GET_SECCOMP\)/ },
  { cause: 'options newer than strace 6.1', strace: /^prctl\(0x4[1-9a-f] / },
  { cause: 'arm64’s composite words are not split', strace: /^prctl\(PR_(SVE_SET_VL|SME_SET_VL|SET_TAGGED_ADDR_CTRL),/ },
  { cause: 'strace takes a 32-bit result for an error that it names without -1', strace: /^modify_ldt\(/ },
];
