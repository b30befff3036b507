/** The library that keepalived itself is linked with, called directly: what a pattern means there. */
import koffi from 'koffi'

const BITS = [
  ...['allow_empty_class', 'alt_bsux', 'auto_callout', 'caseless', 'dollar_endonly', 'dotall', 'dupnames', 'extended'],
  ...['firstline', 'match_unset_backref', 'multiline', 'never_ucp', 'never_utf', 'no_auto_capture', 'no_auto_possess'],
  ...['no_dotstar_anchor', 'no_start_optimize', 'ucp', 'ungreedy', 'utf', 'never_backslash_c', 'alt_circumflex'],
  ...['alt_verbnames', 'use_offset_limit'],
]

export interface Pcre2 {
  /** The byte where the first match begins, `null` without one; `refused`: no pattern to PCRE2. */
  search(pattern: string, options: readonly string[], text: Buffer, from?: number): number | null | 'refused'
}

/** Loaded where a test runs that says it needs it. */
export function loadPcre2(): Pcre2 {
  const library = koffi.load('libpcre2-8.so.0')
  const compile = library.func(
    'void *pcre2_compile_8(const uint8_t *pattern, size_t length, uint32_t options, _Out_ int *error, _Out_ size_t *at, void *context)',
  )
  const matchData = library.func('void *pcre2_match_data_create_from_pattern_8(void *code, void *context)')
  const match = library.func(
    'int pcre2_match_8(void *code, const uint8_t *subject, size_t length, size_t start, uint32_t options, void *data, void *context)',
  )
  const startOf = library.func('size_t pcre2_get_startchar_8(void *data)')
  const freeData = library.func('void pcre2_match_data_free_8(void *data)')
  const freeCode = library.func('void pcre2_code_free_8(void *code)')
  return {
    search(pattern, options, text, from = 0) {
      const bits = options.reduce((sum, word) => sum | (1 << BITS.indexOf(word)), 0)
      const bytes = Buffer.from(pattern)
      const code = compile(bytes, bytes.length, bits >>> 0, [0], [0], null)
      if (code === null) return 'refused'
      const data = matchData(code, null)
      const found = match(code, text, text.length, from, 0, data, null)
      const at = found > 0 ? Number(startOf(data)) : null
      freeData(data)
      freeCode(code)
      return at
    },
  }
}
