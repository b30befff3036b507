/**
 * Words of older keepalived versions, of its guide of 2002, and words that people put a block too low: what they are
 * read as. Silent where keepalived 2.2.7 itself says nothing; otherwise a warning.
 */

export interface OldWord {
  /** null: it means nothing any more. */
  readonly now: string | null
  /** What to tell people; null: both spellings are in use. */
  readonly note: string | null
}

const renamed = (now: string): OldWord => ({ now, note: `it is called ${now} today` })
const also = (now: string): OldWord => ({ now, note: null })
const gone = (note: string): OldWord => ({ now: null, note })

const retry: Readonly<Record<string, OldWord>> = { nb_get_retry: renamed('retry') }
const CHECKS = ['TCP_CHECK', 'HTTP_GET', 'SSL_GET', 'SMTP_CHECK', 'DNS_CHECK', 'UDP_CHECK', 'PING_CHECK', 'MISC_CHECK']

/** By the name of the block. */
export const OLD_WORDS: Readonly<Record<string, Readonly<Record<string, OldWord>>>> = {
  global_defs: {
    lvs_id: renamed('router_id'),
    smtp_connection_timeout: renamed('smtp_connect_timeout'),
    lvs_flush_onstop: renamed('lvs_flush_on_stop'),
  },
  virtual_server: {
    lb_algo: also('lvs_sched'),
    lb_kind: also('lvs_method'),
    nat_mask: gone('only Linux 2.2 needed it: take the line out'),
  },
  real_server: {
    lb_kind: renamed('lvs_method'),
    'CI-LINUX': gone('a cluster of 2002 that is no more: this server is not checked by it'),
  },
  ...Object.fromEntries(CHECKS.map((name) => [name, retry])),
  host: retry,
}

export function oldWord(block: string, word: string): OldWord | undefined {
  const words = Object.hasOwn(OLD_WORDS, block) ? OLD_WORDS[block] : undefined
  return words !== undefined && Object.hasOwn(words, word) ? words[word] : undefined
}
