/** A command line that ldirectord hands to a shell, as words. */

/** Anything a shell would make something of. */
const FOR_A_SHELL = /[\\|&;<>()$`*?[\]{}#~=%!\n]/

/** The words of it, which need no shell; what does need one is handed to it, with `args` behind. */
export function commandOf(line: string, args: readonly string[]): readonly string[] {
  const words = FOR_A_SHELL.test(line) ? null : wordsOf(line)
  return words === null || words.length === 0 ? ['/bin/sh', '-c', `${line} "$@"`, 'sh', ...args] : [...words, ...args]
}

/** `null`: a quotation does not end. */
function wordsOf(line: string): string[] | null {
  const words: string[] = []
  let parts: string[] | null = null
  for (let at = 0; at < line.length; at++) {
    const char = line[at] ?? ''
    if (/\s/.test(char)) {
      if (parts !== null) words.push(parts.join(''))
      parts = null
      continue
    }
    parts ??= []
    if (char !== '"' && char !== "'") {
      parts.push(char)
      continue
    }
    const close = line.indexOf(char, at + 1)
    if (close < 0) return null
    parts.push(line.slice(at + 1, close))
    at = close
  }
  if (parts !== null) words.push(parts.join(''))
  return words
}
